"""Between two services in a real browser: given back, taken back, and what comes back rings by itself."""

import sys
import threading
import time
from pathlib import Path

import pytest
from test_floor_in_browser import CHROMIUM, FLAGS

sys.path.insert(0, str(Path(__file__).parents[1] / "console"))

from test_handing_over import TwoDesks

from alihdaya.work.handover import HandedBack

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason="NO CHROMIUM: install Debian's chromium to run the browser's tests"
    ),
]
PATIENCE = 60_000


@pytest.fixture
def desks(tmp_path):
    return TwoDesks(tmp_path)


@pytest.fixture
def address(desks):
    import uvicorn

    with desks.open() as app:
        desks.place.poll = 0.05
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        thread.join(15)


@pytest.fixture
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


def at_work(browser, address, who, locale, *, width=1280):
    """Somebody at a screen of their own, present."""
    page = browser.new_context(locale=locale, viewport={"width": width, "height": 800}).new_page()
    page.set_default_timeout(PATIENCE)
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("console", lambda said: page.troubles.append(said.text) if "Content Security" in said.text else None)
    page.goto(address + "/work/")
    page.fill("#shown", who)
    page.keyboard.press("Enter")
    page.locator("#come").click()
    page.locator("#leave").wait_for()
    return page


def hand_over(page, address, item):
    page.goto(f"{address}/work/1/task/{item}/1")
    page.locator("details", has=page.locator("#service")).locator("summary").click()
    page.locator("#service").select_option("acme-appeals/appeals-desk")
    page.fill("#note-over", "Is this a fraud?")
    page.fill("#given", "kind=judge")
    page.locator("form[action$='/hand-over'] button").click()
    page.locator(f"#lent-{item}-1").wait_for()


@pytest.mark.parametrize(("locale", "width"), [("en", 1280), ("id", 390)])
def test_it_is_given_back_and_rings_at_whoever_asked_then_it_is_taken_back(desks, address, browser, locale, width):
    item = desks.item
    ana = at_work(browser, address, "ana", locale, width=width)
    hand_over(ana, address, item)
    ana.locator("button[id^=decline]").click()  # she might do it herself, as far as the gate is asked
    xena = at_work(browser, address, "xena", locale, width=width)
    xena.locator(".ring button.main").click()
    summary = "Give it back to the service that asked" if locale == "en" else "Kembalikan kepada layanan yang meminta"
    xena.get_by_text(summary).click()
    assert xena.evaluate("document.documentElement.scrollWidth") <= width
    xena.fill("#reason", "No appeal without a ruling")
    xena.locator("form[action$='/give-back'] button").click()
    xena.locator(".notice").wait_for()
    ana.locator(f"#accept-{item}-1").wait_for()  # nobody reloads
    assert ana.locator(f"#lent-{item}-1").count() == 0
    ana.locator(f"#accept-{item}-1").click()
    ana.get_by_text("No appeal without a ruling").first.wait_for()
    hand_over(ana, address, item)
    ana.locator(f"#lent-{item}-1").click()
    ana.fill(f"#why-{item}-1", "Not now")

    assert ana.evaluate("document.documentElement.scrollWidth") <= width
    ana.locator("form[action$='/take-back'] button").click()
    ana.get_by_text("Taken back." if locale == "en" else "Ditarik kembali.").wait_for()
    ana.locator(f"#accept-{item}-1").wait_for()
    xena.locator(".ring").wait_for(state="detached")
    assert [(one.status, one.person, one.note) for one in desks.log(HandedBack)] == [
        ("refused", "xena", "No appeal without a ruling"),
        ("withdrawn", "ana", "Not now"),
    ]
    assert ana.troubles == xena.troubles == []
