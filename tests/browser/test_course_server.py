"""A course played at nodes' workplace from a second server, both started as an operator starts them; its wall."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "console"))

from course_scene import NAME, package
from test_course_in_browser import WALLS
from test_floor_in_browser import CHROMIUM, FLAGS

from alihdaya.operations.books.replay import prove
from alihdaya.people.events import CoursePlayed
from alihdaya.store import open_store
from alihdaya.store.lease.fence import schema_of

PATIENCE = 100
SHARDS = 2
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason="NO CHROMIUM: install Debian's chromium to run the browser's tests"
    ),
]
OTHER_WAY = """async (courses) => {
  const tries = {};
  const attempt = async (name, act) => {
    try { tries[name] = String(await act()); } catch (error) { tries[name] = error.name; }
  };
  const player = document.getElementById("player");
  tries["sees the frame's page"] = String(player.contentDocument);
  await attempt("looks into the frame", () => player.contentWindow.document.title);
  await attempt("reads a file", async () => (await fetch(`${courses}/play`)).status);
  await attempt("runs a course's script", () => new Promise((done) => {
    const script = document.createElement("script");
    script.onload = () => done("ran");
    script.onerror = () => done("blocked");
    script.src = `${courses}/play/player.js`;
    document.body.append(script);
  }));
  return tries;
}"""
FORGED = """() => parent.parent.postMessage({ alihdaya: "kept", over: "yes", seconds: 1,
  values: { "cmi.core.lesson_status": "passed", "cmi.core.score.raw": "100" } }, "*")"""


def free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def alihdaya(*words, **more):
    """The command as an operator types it."""
    return [sys.executable, "-m", "alihdaya.cli", "--lang", "en", *words], {**os.environ, **more}


def done(*words, **more):
    command, environment = alihdaya(*words, **more)
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=PATIENCE)


@contextmanager
def running(url, *words, **more):
    """Run a server until the end of the block; it must answer at `url` before."""
    command, environment = alihdaya(*words, **more)
    process = subprocess.Popen(command, env=environment)
    try:
        end = time.monotonic() + PATIENCE
        while not answers(url):
            assert process.poll() is None, "it ended"
            assert time.monotonic() < end, "it never answered"
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def answers(url):
    try:
        return httpx.get(url).status_code == 200
    except httpx.HTTPError:
        return False


class Campus:
    """A pack that teaches a course, the folder it is played from, and the ports of both servers."""

    def __init__(self, url, folder):
        self.url, self.folder = url, folder
        self.shelf = folder / "courses"
        self.shelf.mkdir()
        done("pack", "new", str(folder / "mine"), "--like", "training")
        made = package(folder / "calm.zip", "1.2")
        words = ["course", "import", str(folder / "mine"), str(made), "--name", NAME, "--practical", "Calm a caller."]
        done(*words, ALIHDAYA_COURSES=str(self.shelf))
        self.work = f"http://127.0.0.1:{free_port()}"
        port = free_port()
        self.courses = f"http://localhost:{port}"
        self.serve = ("course", "serve", "--host", "127.0.0.1", "--port", str(port))

    def second(self):
        return running(f"{self.courses}/play", *self.serve, ALIHDAYA_COURSES=str(self.shelf))

    def node(self, courses_at):
        words = ["--store", self.url, "node", "--open", "--shards", str(SHARDS), "--pack", str(self.folder / "mine")]
        words += ["--listen", self.work.removeprefix("http://")]
        more = {"ALIHDAYA_COURSES": str(self.shelf), "ALIHDAYA_COURSES_AT": courses_at}
        return running(f"{self.work}/healthz", *words, **more)

    def enrol(self):
        """Enrol somebody by the API; gives the item, and the path of its course at the workplace."""
        facts = {"enrolment": "E-1", "trainee": "laras", "course_name": NAME, "kind": "refresher", "months_since": 0}
        facts["enrolled_at"] = "2026-03-02T08:00:00Z"
        body = {"engagement": "misal-training", "service": "courses", "data": facts}
        end = time.monotonic() + PATIENCE
        while (answer := httpx.post(f"{self.work}/api/items", json=body)).status_code == 503:
            assert time.monotonic() < end
            time.sleep(0.2)
        assert answer.status_code == 201, answer.text
        shard, _, item = answer.json()["id"].partition("-")
        return int(shard), int(item), f"{self.work}/work/{shard}/course/{item}"

    def told(self, shard):
        with open_store(self.url, schema=schema_of(shard), read_only=True) as store:
            return [one for entry in store.read_log() for one in entry.events if isinstance(one, CoursePlayed)]


@contextmanager
def browsing(campus):
    """A browser in which laras is signed in."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = browser.new_context(locale="en", viewport={"width": 1280, "height": 800}).new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(f"{campus.work}/work/")
        page.fill("#shown", "laras")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        yield page
        browser.close()


def test_nodes_play_courses_from_a_second_server_behind_its_own_wall(postgresql, tmp_path):
    campus = Campus(postgresql.new_database(), tmp_path)
    with campus.second(), campus.node(campus.courses):
        shard, item, path = campus.enrol()
        with browsing(campus) as page:
            page.goto(path)
            sco = page.frame_locator("#player").frame_locator("iframe")
            sco.get_by_text("Three minutes to read").wait_for()
            page.locator("#state-1", has_text="done").wait_for()
            page.locator("#leave").click()
            sco.locator("#next").click()
            page.locator("#state-2", has_text="begun").wait_for()
            sco.locator("#finish").click()
            sco.locator("#right").wait_for()
            inside = next(one for one in page.frames if "/test.html" in one.url)
            assert inside.url.startswith(campus.courses)
            assert inside.evaluate(WALLS.replace("WORK", campus.work)) == {
                "reads the workplace": "SecurityError",
                "asks the workplace": "TypeError",
                "posts to the workplace": "TypeError",
                "loads from elsewhere": "TypeError",
                "leaves the page": "SecurityError",
                "opens a window": "no window",
                "cookies": "",
            }
            assert page.evaluate(OTHER_WAY, campus.courses) == {
                "sees the frame's page": "null",
                "looks into the frame": "SecurityError",
                "reads a file": "TypeError",
                "runs a course's script": "blocked",
            }
            assert page.context.cookies(campus.courses) == []
            assert page.context.cookies(f"{campus.work}/work/") != []
            inside.evaluate(FORGED)
            sco.locator("#right").click()
            page.get_by_text("What you did is handed in").wait_for()
        assert httpx.get(f"{campus.courses}/work/").status_code == 404
        assert httpx.get(f"{campus.courses}/healthz").status_code == 404
        mark = campus.told(shard)[-1].package
        assert httpx.get(f"{campus.courses}/c/{mark}/test.html").status_code == 200
        for foreign in ("/play", f"/c/{mark}/test.html"):
            assert httpx.get(f"{campus.work}{foreign}").status_code == 404
        assert httpx.get(f"{campus.work}/api/items/{shard}-{item}").json()["tasks"][0]["node"] == "practise"
    assert [(one.module, one.status, one.percent) for one in campus.told(shard)][-1] == ("test", "passed", 90)
    assert not any(one.percent == 100 for one in campus.told(shard)), "what another frame said counted"
    for number in range(1, SHARDS + 1):
        with open_store(campus.url, schema=schema_of(number)) as store:
            assert prove(store).equal


def test_another_port_of_the_workplaces_own_host_plays_nothing(postgresql, tmp_path):
    campus = Campus(postgresql.new_database(), tmp_path)
    with campus.second(), campus.node(campus.courses.replace("localhost", "127.0.0.1")):
        _, _, path = campus.enrol()
        with browsing(campus) as page:
            page.goto(path)
            page.get_by_text("Nothing can be played here").wait_for()
            assert page.locator("iframe").count() == 0
            page.goto(path.replace("127.0.0.1", "localhost", 1))
            page.fill("#shown", "laras")
            with page.expect_navigation():
                page.keyboard.press("Enter")
            page.goto(path.replace("127.0.0.1", "localhost", 1))
            sco = page.frame_locator("#player").frame_locator("iframe")
            sco.get_by_text("Three minutes to read").wait_for()
