"""A client's question answered in a real browser, by keyboard: what is wrong is said, what came out is scored."""

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "console"))

from course_scene import listening
from test_floor_in_browser import CHROMIUM, FLAGS
from workplace_scene import House

from alihdaya.operations.books.questions import Inquire
from alihdaya.work.question import QuestionAnswered, QuestionRegistered, QuestionSettled

RECORD = bool(os.environ.get("ALIHDAYA_RECORD"))
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PATIENCE = 100_000
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason="NO CHROMIUM: install Debian's chromium to run the browser's tests"
    ),
]
TEXTS = (
    "Will the insurer in Surabaya contest the claims of March?",
    "Was the water damage there before the policy began?",
    "Does the workshop's second bill come before June?",
)


def question(number, *outcomes):
    prior = ("0.3", "0.7") if len(outcomes) == 2 else ("0.5", "0.3", "0.2")
    return QuestionRegistered(f"q-{number}", "acme", "claims-desk", TEXTS[number - 1], outcomes, prior)


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    earlier = QuestionAnswered("q-2", "ana", ("0.75", "0.25"), 0, 900, ())
    facts = question(1, "yes", "no"), question(2, "yes", "no"), question(3, "May", "June", "later"), earlier
    made.small.command(Inquire((*facts, QuestionSettled("q-2", "yes", "the assessor"))))
    return made


def test_a_question_is_answered_by_keyboard_and_its_score_comes_with_the_outcome(house):
    from playwright.sync_api import sync_playwright

    with house.open() as app, listening(app) as port, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = browser.new_context(locale="en", viewport={"width": 1280, "height": 800}).new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"http://127.0.0.1:{port}/work/")
        page.fill("#shown", "ana")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Questions").click()
        page.locator("#question-1").focus()
        page.keyboard.press("Enter")
        page.get_by_label("yes, in %").fill("60")
        page.keyboard.press("Tab")
        page.keyboard.type("30")
        page.get_by_label("Minutes that you worked for it").fill("25")
        page.keyboard.press("Enter")
        page.get_by_text("They add up to 90 %, not to 100 %.").wait_for()
        page.get_by_label("What you opened for it").fill("policy, page 7\nphoto 2")
        if RECORD:
            page.screenshot(path=PICTURES / "workplace-questions.png")
        page.get_by_label("no, in %").fill("40")
        page.get_by_role("button", name="Hand in").click()
        page.get_by_text("Thank you. Your answer counts.").wait_for()
        assert house.log(QuestionAnswered)[-1].probabilities == ("0.6", "0.4")
        settled = Inquire((QuestionSettled("q-1", "yes", "a letter"),))
        with ThreadPoolExecutor() as aside:  # playwright has a loop of its own here
            aside.submit(lambda: asyncio.run(house.house.inquire(settled))).result()
        page.reload()
        assert page.locator("#brier").inner_text() == "0.223"
        page.set_viewport_size({"width": 375, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
        page.get_by_role("link", name="ID", exact=True).click()
        assert page.locator("#brier").inner_text() == "0,223"
        browser.close()
