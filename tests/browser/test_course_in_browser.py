"""SCORM courses of both versions, played in a real browser: progress, going on, a test failed and passed, its walls."""

import os
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "console"))

from course_scene import School, listening
from test_floor_in_browser import CHROMIUM, FLAGS

from alihdaya.console.workplace.courses.files import make_courses
from alihdaya.operations.books.replay import prove
from alihdaya.people.events import CoursePlayed

PATIENCE = 100
RECORD = bool(os.environ.get("ALIHDAYA_RECORD"))
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason="NO CHROMIUM: install Debian's chromium to run the browser's tests"
    ),
]
WALLS = """async () => {
  const tries = {};
  const attempt = async (name, act) => {
    try { tries[name] = String(await act()); } catch (error) { tries[name] = error.name; }
  };
  const blind = { method: "POST", mode: "no-cors", credentials: "include" };
  await attempt("reads the workplace", () => parent.parent.document.title);
  await attempt("asks the workplace", async () => (await fetch("WORK/work/", { credentials: "include" })).status);
  await attempt("posts to the workplace", async () => (await fetch("WORK/work/out", blind)).type);
  await attempt("loads from elsewhere", async () => (await fetch("http://127.0.0.1:9/x", { mode: "no-cors" })).type);
  await attempt("leaves the page", () => { top.location = "about:blank"; return "left"; });
  await attempt("opens a window", () => window.open("about:blank") === null ? "no window" : "a window");
  tries.cookies = document.cookie;
  return tries;
}"""


@pytest.fixture(params=["1.2", "2004"])
def school(request, tmp_path, monkeypatch):
    made = School(tmp_path, request.param)
    monkeypatch.setenv("ALIHDAYA_COURSES", str(made.shelf))
    with listening(make_courses()) as port, made.open(f":{port}") as app, listening(app) as work:
        made.work = f"http://127.0.0.1:{work}"
        yield made


def until(true):
    for _ in range(PATIENCE * 20):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to pass")


def standing(school):
    return {one.module: one for one in school.told(CoursePlayed)}


def test_a_course_is_played_left_gone_on_with_failed_and_passed(school):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = browser.new_context(locale="en", viewport={"width": 1280, "height": 800}).new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(f"{school.work}/work/")
        page.fill("#shown", "laras")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.get_by_role("link", name="Courses").click()
        page.locator(".open").click()
        sco = page.frame_locator("#player").frame_locator("iframe")
        sco.get_by_text("Three minutes to read").wait_for()
        page.locator("#state-1", has_text="done").wait_for()

        page.locator("#leave").click()
        sco.locator("#next").click()
        page.locator("#state-2", has_text="begun").wait_for()
        page.reload()  # closed in the middle, without a word
        page.goto(f"{school.work}/work/1/course/{school.item}")
        sco.get_by_text("You were on page 2, with answers=a|b.").wait_for()
        if RECORD:
            page.screenshot(path=PICTURES / "course.png")
        sco.locator("#finish").click()

        sco.locator("#wrong").wait_for()
        frame = next(one for one in page.frames if "/test.html" in one.url)
        walls = frame.evaluate(WALLS.replace("WORK", school.work))
        assert walls == {
            "reads the workplace": "SecurityError",
            "asks the workplace": "TypeError",
            "posts to the workplace": "TypeError",
            "loads from elsewhere": "TypeError",
            "leaves the page": "SecurityError",
            "opens a window": "no window",
            "cookies": "",
        }
        sco.locator("#wrong").click()
        until(lambda: school.variables["tries"] == 2)
        assert [standing(school)[name].status for name in ("read", "learn", "test")] == [
            "completed",
            "completed",
            "failed",
        ]

        page.get_by_text("attempt 2").wait_for()
        sco.locator("#right").click()
        page.get_by_text("What you did is handed in").wait_for()
        browser.close()
    until(lambda: school.variables["quiz"] == 90)
    assert {one.person for one in school.told(CoursePlayed)} == {"laras"}
    assert [task.node for task in school.variables and school.store.waiting_instance(school.item).waits.values()] == [
        "practise"
    ]
    assert prove(school.store).equal
