"""The run-time of SCORM itself, asked in a real browser: calls in every order, elements, types, bounds, collections."""

from pathlib import Path

import pytest
from test_floor_in_browser import CHROMIUM, FLAGS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason="NO CHROMIUM: install Debian's chromium to run the browser's tests"
    ),
]
SCORM = Path(__file__).parents[2] / "src" / "alihdaya" / "console" / "static" / "player" / "scorm.js"
RUN = """([version, start, calls]) => {
  const told = [];
  const { api } = makeApi(version, start, (values, over) => told.push(over));
  const last = version === "1.2" ? "LMSGetLastError" : "GetLastError";
  return [calls.map(([call, ...given]) => [api[call](...given), api[last]()]), told];
}"""


@pytest.fixture(scope="module")
def asked():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(100_000)
        page.add_script_tag(content=SCORM.read_text(encoding="utf-8").replace("export const", "window.makeApi ="))
        yield lambda version, start, *calls: page.evaluate(RUN, [version, start, calls])
        browser.close()


def answers(asked, version, start, *table):
    """Ask what the table says, and compare: (answer, error, call, arguments …)."""
    found, told = asked(version, start, *[list(row[2:]) for row in table])
    said = [(*row[2:], *got) for row, got in zip(table, found, strict=True)]
    assert said == [(*row[2:], row[0], str(row[1])) for row in table]
    return told


def test_calls_of_1_2_in_and_out_of_order(asked):
    told = answers(
        asked,
        "1.2",
        {"cmi.core.student_id": "laras", "cmi.core.lesson_status": "not attempted"},
        ("", 301, "LMSGetValue", "cmi.core.student_id"),
        ("false", 301, "LMSSetValue", "cmi.core.exit", ""),
        ("false", 301, "LMSCommit", ""),
        ("false", 301, "LMSFinish", ""),
        ("false", 201, "LMSInitialize", "x"),
        ("true", 0, "LMSInitialize", ""),
        ("false", 101, "LMSInitialize", ""),
        ("laras", 0, "LMSGetValue", "cmi.core.student_id"),
        ("true", 0, "LMSCommit", ""),
        ("true", 0, "LMSFinish", ""),
        ("false", 301, "LMSFinish", ""),
        ("", 301, "LMSGetValue", "cmi.core.student_id"),
    )
    assert told == [False, True]


def test_elements_of_1_2(asked):
    answers(
        asked,
        "1.2",
        {"cmi.core.student_id": "laras"},
        ("true", 0, "LMSInitialize", ""),
        ("false", 403, "LMSSetValue", "cmi.core.student_id", "other"),
        ("", 404, "LMSGetValue", "cmi.core.exit"),
        ("", 401, "LMSGetValue", "cmi.nothing"),
        ("false", 401, "LMSSetValue", "__proto__", "x"),
        ("", 401, "LMSGetValue", "constructor"),
        ("false", 405, "LMSSetValue", "cmi.core.lesson_status", "not attempted"),
        ("true", 0, "LMSSetValue", "cmi.core.lesson_status", "browsed"),
        ("false", 405, "LMSSetValue", "cmi.core.score.raw", "101"),
        ("false", 405, "LMSSetValue", "cmi.core.score.raw", "1e1"),
        ("true", 0, "LMSSetValue", "cmi.core.score.raw", 85.5),
        ("85.5", 0, "LMSGetValue", "cmi.core.score.raw"),
        ("false", 405, "LMSSetValue", "cmi.core.session_time", "1:2"),
        ("true", 0, "LMSSetValue", "cmi.core.session_time", "0001:02:03.45"),
        ("raw,max,min", 0, "LMSGetValue", "cmi.core.score._children"),
        ("0", 0, "LMSGetValue", "cmi.objectives._count"),
        ("false", 201, "LMSSetValue", "cmi.objectives.1.id", "o"),
        ("true", 0, "LMSSetValue", "cmi.objectives.0.id", "o"),
        ("true", 0, "LMSSetValue", "cmi.objectives.0.status", "not attempted"),
        ("1", 0, "LMSGetValue", "cmi.objectives._count"),
        ("id,score,status", 0, "LMSGetValue", "cmi.objectives._children"),
        ("true", 0, "LMSSetValue", "cmi.interactions.0.id", "q1"),
        ("", 404, "LMSGetValue", "cmi.interactions.0.id"),
        ("true", 0, "LMSSetValue", "cmi.interactions.0.correct_responses.0.pattern", "a"),
        ("true", 0, "LMSSetValue", "cmi.interactions.0.result", "0.5"),
        ("false", 405, "LMSSetValue", "cmi.interactions.0.result", "perhaps"),
        ("false", 405, "LMSSetValue", "cmi.suspend_data", "x" * 64_001),
    )


def test_calls_and_elements_of_2004(asked):
    told = answers(
        asked,
        "2004",
        {"cmi.learner_id": "laras", "cmi._version": "1.0"},
        ("", 122, "GetValue", "cmi.learner_id"),
        ("false", 132, "SetValue", "cmi.exit", ""),
        ("false", 142, "Commit", ""),
        ("false", 112, "Terminate", ""),
        ("true", 0, "Initialize", ""),
        ("false", 103, "Initialize", ""),
        ("laras", 0, "GetValue", "cmi.learner_id"),
        ("", 403, "GetValue", "cmi.location"),
        ("", 405, "GetValue", "cmi.exit"),
        ("", 401, "GetValue", "cmi.core.exit"),
        ("false", 404, "SetValue", "cmi.learner_id", "x"),
        ("false", 407, "SetValue", "cmi.score.scaled", "1.5"),
        ("false", 406, "SetValue", "cmi.score.scaled", "much"),
        ("true", 0, "SetValue", "cmi.score.scaled", "-0.25"),
        ("true", 0, "SetValue", "cmi.completion_status", "not attempted"),
        ("false", 406, "SetValue", "cmi.success_status", "perhaps"),
        ("true", 0, "SetValue", "cmi.session_time", "PT1H2.50S"),
        ("false", 406, "SetValue", "cmi.session_time", "PT"),
        ("scaled,raw,min,max", 0, "GetValue", "cmi.score._children"),
        ("", 403, "GetValue", "cmi.interactions.0.id"),
        ("false", 351, "SetValue", "cmi.interactions.2.id", "q"),
        ("true", 0, "SetValue", "cmi.interactions.0.id", "q"),
        ("true", 0, "SetValue", "cmi.interactions.0.objectives.0.id", "o"),
        ("1", 0, "GetValue", "cmi.interactions.0.objectives._count"),
        ("q", 0, "GetValue", "cmi.interactions.0.id"),
        ("true", 0, "SetValue", "cmi.interactions.0.timestamp", "2026-03-02T10:00:00Z"),
        ("true", 0, "Terminate", ""),
        ("false", 113, "Terminate", ""),
        ("", 123, "GetValue", "cmi.learner_id"),
        ("false", 133, "SetValue", "cmi.exit", ""),
        ("false", 143, "Commit", ""),
        ("false", 104, "Initialize", ""),
    )
    assert told == [True]
