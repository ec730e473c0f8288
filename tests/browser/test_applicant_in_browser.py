"""From application to work through the pages: failed, tested again, passed, refused, trained, certified, at work.

What is pressed and read is docs/people-by-pages.md; ALIHDAYA_RECORD=1 writes that page and its pictures anew.
"""

import os
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "nodes"))

from test_floor_in_browser import CHROMIUM, FLAGS
from test_people_by_api import NAMES, START

from alihdaya.channels.api.app import make_api
from alihdaya.channels.api.login import Login, make_token
from alihdaya.cli.server.workplace import with_workplace
from alihdaya.engagement import terms as agreement
from alihdaya.operations.books.replay import prove
from alihdaya.operations.node.dispatch import Answer
from alihdaya.operations.node.keeper import Pace
from alihdaya.operations.node.node import Node, Offer, Post
from alihdaya.operations.sign import bind
from alihdaya.packs import load
from alihdaya.people.roster import read_roster
from alihdaya.store import open_store
from alihdaya.store.lease.fence import schema_of
from alihdaya.store.lease.reader import Shards
from alihdaya.store.lease.tokens import Tokens

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "people-by-pages.md"
PICTURES = ROOT / "docs" / "pictures"
RECORD = bool(os.environ.get("ALIHDAYA_RECORD"))
PATIENCE = 100
RIGHTS = {"reception": {"work-in"}, "operator": {"operate"}, "boss": {"read"}}
AGENTS = ("ratna", "galih", "wulan", "sekar", "tirta", "mira", "yusuf", "sari.new")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason="NO CHROMIUM: install Debian's chromium to run the browser's tests"
    ),
]


def until(true):
    for _ in range(PATIENCE * 20):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to pass")


class Walk:
    """The house's address, its tokens, and what is told of the way."""

    def __init__(self, address, tokens, browser):
        self.address, self.tokens, self.browser = address, tokens, browser
        self.told = []
        self.shared = None

    def screen(self, own):
        """A page at which nobody is signed in."""
        if own or self.shared is None:
            page = self.browser.new_context(locale="en").new_page()
            page.set_default_timeout(PATIENCE * 1000)
            self.shared = self.shared if own else page
            return page
        self.shared.context.clear_cookies()
        return self.shared

    def chapter(self, title, picture=""):
        self.told += ["```", ""] * bool(self.told) + [f"## {title}", ""]
        self.told += [f"![{title}](pictures/{picture}.png)", ""] * bool(picture) + ["```text"]

    def tell(self, who, said):
        self.told.append(f"{who:<10} {said}")

    def post(self, who, path, **body):
        return httpx.post(
            self.address + path, json=body, headers={"Authorization": f"Bearer {self.tokens[who]}"}, timeout=PATIENCE
        )

    def bring(self, pack, **data):
        engagement, service = NAMES[pack]
        answer = self.post("reception", "/api/items", engagement=engagement, service=service, data=data)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"].split("-")[1])


class Somebody:
    """Somebody at the screen where one sits down after the other, or at one of their own."""

    def __init__(self, walk, who, *, width=1280, own=False):
        self.walk, self.who = walk, who
        self.page = walk.screen(own)
        self.page.set_viewport_size({"width": width, "height": 800})
        self.troubles = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on(
            "console", lambda said: self.troubles.append(said.text) if "Content Security" in said.text else None
        )
        self.sign_in()

    def sign_in(self):
        self.page.goto(self.walk.address + "/work/")
        self.page.fill("#shown", self.walk.tokens[self.who])
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        assert self.troubles == []
        self.page.goto("about:blank")

    def tell(self, said):
        self.walk.tell(self.who, said)

    def read(self, text):
        self.page.get_by_text(text).first.wait_for()
        self.tell(f'reads "{text}"')

    def picture(self, name):
        if RECORD:
            self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)

    def come(self):
        self.page.locator("#come, #leave").first.wait_for()
        if self.page.locator("#come").count():
            self.page.locator("#come").click()
        self.page.locator("#leave").wait_for()

    def accept(self, name):
        """Wait until it rings, and accept it; nobody reloads."""
        ring = self.page.locator(".ring")
        ring.wait_for()
        assert name in ring.inner_text()
        ring.get_by_role("button", name="Accept").click()
        self.page.locator("#form-title").wait_for()
        self.tell(f"accepts what rings: {name}")

    def fill(self, **fields):
        for name, value in fields.items():
            radio = self.page.locator(f"input[type=radio][name={name}]")
            if radio.count():
                self.page.locator(f"input[name={name}][value='{value}']").check(force=True)
            else:
                self.page.fill(f"#field-{name}", value)
        shown = ", ".join(f"{name} = {value}" for name, value in fields.items())
        self.tell(f"fills in {shown}" if fields else "has nothing to fill in")

    def press(self, name):
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()
        self.tell(f"presses {name}")

    def done(self):
        self.press("Done")
        self.page.get_by_text("Done. The item goes on.").wait_for()

    def leave(self):
        self.page.locator("#leave").click()
        self.page.locator("#come").wait_for()

    def does(self, name, picture="", **fields):
        """Come in, do the next task, and leave."""
        self.come()
        self.accept(name)
        self.fill(**fields)
        if picture:
            self.picture(picture)
        self.done()
        self.leave()


@pytest.fixture
def walk(postgresql):
    import uvicorn
    from playwright.sync_api import sync_playwright

    url, begun = postgresql.new_database(), time.time_ns()
    clock = lambda: START + (time.time_ns() - begun) // 1000  # noqa: E731
    offers = []
    for name in NAMES:
        pack = load(name)
        offers.append(Offer(bind(agreement.parse(pack.terms.encode()), pack), read_roster(pack.roster.encode()).events))
    node = Node(url, "http://a", 1, offers, Post(lambda _: Answer(200, {}), {}), clock=clock, pace=Pace(1, 60))
    shards, tokens, shown = Shards(url, node.name, 1), Tokens(url), {}
    for name, rights in {**RIGHTS, **{who: {"desk"} for who in AGENTS}}.items():
        shown[name], kept = make_token(name, frozenset(rights), clock(), None)
        tokens.keep(kept)
    node.start()
    login = Login(tokens.find, clock)
    app = with_workplace(make_api(node, shards, login), node, shards, login)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until(lambda: server.started and node.keeper.shards)
        address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        until(lambda: all(row.ready_at for row in shards.directory().tenures))
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
            yield Walk(address, shown, browser)
            browser.close()
    finally:
        server.should_exit = True
        thread.join(60)
        node.stop()
        shards.close()
        tokens.close()
    with open_store(url, schema=schema_of(1)) as store:
        assert not prove(store).differences


def apply(walk):
    facts = {"name": "Nur Contohana", "post": "service-desk", "level": "B2", "consent": True, "country": "ID"}
    facts |= {"time_zone": "Asia/Jakarta", "employer": "PT Misal Dukungan", "serves": "Beispiel Anlagenbau GmbH"}
    facts |= {"wage": 6.2, "currency": "EUR", "applied_at": "2026-03-02T07:00:00Z"}
    return walk.bring("recruitment", application="A-1", applicant="sari.new", **facts)


def sit_down(walk, item, name):
    """Let somebody from outside sit down at the page of their item."""
    reception = Somebody(walk, "reception")
    reception.page.goto(f"{walk.address}/work/1/outside")
    with reception.page.expect_navigation():
        reception.page.locator(f"a[href='/work/1/outside/{item}']").first.click()
    reception.tell(f"opens the page of {name}")
    return reception


def write(walk, item, paper, picture=""):
    with sit_down(walk, item, "A-1") as seat:
        seat.press("Begin")
        seat.fill(paper=paper)
        if picture:
            seat.picture(picture)
        seat.press("Hand in")
        seat.read("Thank you")


def rubric(which, points):
    return {f"{which}_{one}": points for one in ("content", "order", "words", "grammar")} | {
        f"{which}_note": "as it reads"
    }


def rate(walk, who, which, points, name, picture=""):
    with Somebody(walk, who) as rater:
        rater.does(name, picture, **rubric(which, points))


def test_who_fails_tries_again_joins_is_refused_is_trained_and_then_has_work(walk):
    walk.chapter("Applied, and failed the writing test", "workplace-paper")
    item = apply(walk)
    write(walk, item, "Dear custommer, i recieve you're mesage.", "workplace-paper")
    with Somebody(walk, "ratna") as ratna:
        ratna.does("Rate by the rubric", "workplace-rate", **rubric("first", "1"))
        ratna.come()
        ratna.page.locator("#waiting").get_by_role("button", name="Take").click()
        ratna.read("Did a part of this item that somebody else has to check.")
        ratna.leave()
    with Somebody(walk, "galih") as galih:
        galih.come()
        galih.accept("Rate by the rubric again")
        assert "as it reads" not in galih.page.inner_text("main"), "the second rater does not see the first's points"
        galih.fill(**rubric("second", "1"))
        galih.done()
        galih.leave()
    with Somebody(walk, "sekar") as sekar:
        sekar.does("Decide on the test", reason="too many faults", again="yes")
    walk.chapter("Tested again, and passed")
    write(walk, item, "Dear customer, thank you for your message. We are looking into it.")
    rate(walk, "ratna", "first", "4", "Rate by the rubric")
    rate(walk, "galih", "second", "2", "Rate by the rubric again")
    rate(walk, "wulan", "third", "4", "Rate by the rubric a third time")
    with Somebody(walk, "sekar") as sekar:
        sekar.does("Decide on the test", reason="clear and polite", again="no")
    walk.chapter("Hired")
    early = Somebody(walk, "sari.new")
    early.read("This token opens no workplace.")
    with Somebody(walk, "tirta") as tirta:
        tirta.does("Interview", chosen="hire", note="calm")
    with sit_down(walk, item, "A-1") as seat:
        seat.fill(accepts="yes")
        seat.press("Hand in")
    with Somebody(walk, "sekar") as sekar:
        sekar.does("Take on")
    works(walk)
    walk.told.append("```")
    recorded = "\n".join([HEAD, *walk.told, ""])
    if RECORD:
        PAGE.write_text(recorded, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == recorded


def works(walk):
    walk.chapter("Refused work for want of a certificate", "workplace-refused")
    facts = {"channel": "mail", "reporter": "Anke Fiktiv", "service": "workplace", "symptom": "other"}
    facts |= {"impact": "person", "urgency": "hindered", "repeats": 0, "reported_at": "2026-03-02T07:30:00Z"}
    walk.bring("techsupport", ticket="INC-1", **facts)
    with Somebody(walk, "sari.new", width=390, own=True) as sari:
        sari.come()
        sari.page.locator("#waiting").get_by_role("button", name="Take").click()
        sari.read("Has no certificate service-desk: formal training comes before assignment.")
        sari.picture("workplace-refused")
        assert sari.page.evaluate("document.documentElement.scrollWidth") <= 390
        trained(walk, sari)
        walk.chapter("At work", "workplace-desk")
        sari.page.set_viewport_size({"width": 1280, "height": 640})
        sari.page.goto(walk.address + "/work/1/?lang=id")
        sari.page.locator(".ring").wait_for()
        sari.picture("workplace-desk")
        sari.page.set_viewport_size({"width": 390, "height": 800})
        sari.page.goto(walk.address + "/work/1/?lang=en")
        sari.accept("First line")
        at_work(walk, sari)


def trained(walk, sari):
    walk.chapter("Trained, and certified")
    course = {"course_name": "service-desk", "kind": "new", "months_since": 0, "enrolled_at": "2026-03-02T07:40:00Z"}
    enrolled = walk.bring("training", enrolment="E-1", trainee="sari.new", **course)
    with Somebody(walk, "mira") as mira:
        mira.does("Teach", attended="all")
    with sit_down(walk, enrolled, "E-1") as seat:
        for answers in ("a a a a a", "b a d c b"):
            seat.fill(answers=answers)
            seat.press("Hand in")
        seat.read("Thank you")
    with Somebody(walk, "yusuf") as yusuf:
        yusuf.does("Watch a practical item", practical="passed", note="worked in order")


def at_work(walk, sari):
    assert sari.page.evaluate("document.documentElement.scrollWidth") <= 390
    with Somebody(walk, "boss") as boss:
        boss.page.get_by_role("rowheader", name="Nur Contohana").wait_for()
        boss.tell("sees sari.new at work on the floor's page")
    sari.page.goto(walk.address + "/work/1/")
    sari.page.locator("#mine a").wait_for()
    path = "/api/shards/1/people/sari.new/withdraw"
    withdrawn = walk.post("operator", path, certificate="service-desk", reason="an audit")
    assert withdrawn.status_code == 204, withdrawn.text
    walk.tell("operator", "withdraws the certificate service-desk of sari.new")
    sari.page.locator("#mine a").wait_for(state="detached")
    sari.tell("sees the task go from the desk, at once")


HEAD = """# An applicant's way by the pages

What [people](people.md) tells by the command line and [another page](people-by-api.md) by the API, done at the
[workplace](workplace.md) of a node: an applicant fails the writing test, tries again, passes, is hired, is refused
work, is trained, certified, and has the work. A test walks this way in a real browser, and compares this page with what
it pressed and read. Everybody is invented. Whoever comes from outside sits down at a page that the reception opened.
"""
