"""The floor in a real browser: it changes by itself, comes back by itself, and loads nothing from elsewhere."""

import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "console"))

from scene import FLOOR, OTHER, SIGNED, Desk, Queue

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CUT = """[...document.querySelectorAll(".wide")]
    .filter(one => one.scrollWidth > one.clientWidth)
    .map(one => one.innerText)"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason="NO CHROMIUM: install Debian's chromium to run the browser's tests"
    ),
]


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def address(desk):
    import uvicorn

    from alihdaya.console.app import make_app

    config = uvicorn.Config(make_app(desk, clock=lambda: 0, poll=0.05), port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(1000):
        if server.started:
            break
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(15)
    assert not thread.is_alive(), "an open stream must not keep the console from ending"


@pytest.fixture
def page(tmp_path):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        context = play.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=str(CHROMIUM), args=FLAGS, viewport={"width": 1280, "height": 800}
        )
        page = context.new_page()
        page.troubles = []
        page.on("console", lambda message: page.troubles.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        yield page
        context.close()


def test_the_floor_changes_without_reload(desk, address, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + "/?lang=id")
    page.locator("#pulse.live").wait_for()
    page.evaluate("window.unreloaded = true")
    page.locator("#p-sekar").focus()
    desk.grow(received=999_999, queues=(Queue("Judge the cause", 77),))
    page.get_by_text("999.999").wait_for()
    assert page.locator("#queues tbody td").first.inner_text() == "77"
    assert page.evaluate("window.unreloaded")
    assert page.evaluate("document.activeElement.id") == "p-sekar", "who reads by keyboard keeps the place"
    assert all(url.startswith(address) for url in asked)
    assert page.troubles == []


def test_hostile_text_never_runs(desk, address, page):
    hostile = "<img src=x onerror='window.owned=1'><script>window.owned=1</script>"
    page.goto(address)
    page.locator("#pulse.live").wait_for()
    desk.grow(happenings=tuple(replace(one, external_id=hostile) for one in FLOOR.happenings))
    page.locator("#ticker a", has_text="<script>").first.wait_for()
    assert page.evaluate("window.owned") is None
    assert page.troubles == []


@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_is_wider_than_its_window(address, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    for path in (
        "/",
        "/item/4711",
        "/invoice/2013-07",
        "/invoices",
        "/invoice/2013-07/1",
        "/?lang=id",
        "/invoices?lang=id",
        "/invoice/2013-07?lang=id",
    ):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CUT) == [], f"a table of {path} is cut off, or to be pushed"


LAPPED = """[...document.querySelectorAll(".stack td[data-label]:not(.none)")].filter(one => {
    const range = document.createRange(); range.selectNodeContents(one);
    const label = document.createElement("span"); label.textContent = one.dataset.label;
    label.style.cssText = "position: absolute; white-space: nowrap; font-weight: 400";
    label.style.fontSize = getComputedStyle(one, "::before").fontSize;
    one.append(label); const wide = label.getBoundingClientRect().width; label.remove();
    return wide > range.getBoundingClientRect().left - one.getBoundingClientRect().left;
}).map(one => one.dataset.label)"""


@pytest.mark.parametrize("language", ["en", "id"])
def test_on_a_telephone_no_label_reaches_into_its_value(desk, address, page, language):
    page.set_viewport_size({"width": 390, "height": 800})
    desk.signed = (*(replace(OTHER, engagement=f"kedai-umpama-sendirian-berhad-{n}") for n in range(7)), *SIGNED)
    for path in ("/", "/item/4711", "/invoices"):
        page.goto(f"{address}{path}?lang={language}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, "a list of engagements fits, too"
        assert page.evaluate(LAPPED) == []


def test_an_invoice_shows_its_sums_on_a_telephone(address, page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(address + "/invoice/2013-07")
    assert page.locator(".total td").inner_text() == "$2,189.12"
    assert page.locator(".total td").is_visible()
    lines, total = (page.locator(where).last.bounding_box() for where in ("tbody td", ".total td"))
    assert abs(lines["x"] + lines["width"] - total["x"] - total["width"]) < 1


def test_the_engagement_that_was_chosen_stays_while_the_floor_changes(desk, address, page):
    desk.signed = (OTHER, *SIGNED)
    page.goto(address)
    page.get_by_role("link", name="Kedai Umpama").click()
    page.locator("#pulse.live").wait_for()
    desk.grow(received=999_999)
    page.get_by_text("999,999").wait_for()
    assert "engagement=kedai-support" in page.url
    page.get_by_text("change-desk").first.wait_for()
    page.get_by_role("link", name="ID", exact=True).click()
    assert "engagement=kedai-support" in page.url
    page.get_by_role("link", name="Faktur", exact=True).click()
    page.get_by_text("Belum ada yang ditagih.").wait_for()
    page.get_by_role("link", name="Hudson Fictive Airways").click()
    page.get_by_role("link", name="Juli 2013").click()
    page.get_by_role("link", name="rinciannya").first.click()
    page.get_by_role("link", name="100 berikutnya").click()
    page.get_by_text("101 sampai 200").wait_for()
    assert page.troubles == []
