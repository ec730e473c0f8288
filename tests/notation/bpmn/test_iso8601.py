from datetime import UTC, datetime

import pytest

from alihdaya.kernel.time import DAY, HOUR, MINUTE, SECOND
from alihdaya.notation.bpmn.iso8601 import Cycle, Span, add_months, parse_cycle, parse_duration, parse_instant


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("PT2H30M", Span(0, 2 * HOUR + 30 * MINUTE)),
        ("P1Y2M3DT4S", Span(14, 3 * DAY + 4 * SECOND)),
        ("P2W", Span(0, 14 * DAY)),
        ("PT0.25S", Span(0, 250_000)),
        ("-PT1S", Span(0, -SECOND)),
    ],
)
def test_durations(text, span):
    assert parse_duration(text) == span


@pytest.mark.parametrize("text", ["P", "PT", "P1", "1H", "PT1H ", "P1H", "PT٣H", "P" + "9" * 5000 + "D", ""])
def test_texts_that_are_no_duration(text):
    assert parse_duration(text) is None


def test_cycles():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert parse_cycle("R3/PT1H") == Cycle(3, Span(0, HOUR), None)
    assert parse_cycle("R/P1M") == Cycle(None, Span(1, 0), None)
    assert parse_cycle("R2/2026-01-01T00:00:00Z/P1D") == Cycle(2, Span(0, DAY), start)
    assert [parse_cycle(text) for text in ("R0/PT1H", "R3/PT0S", "R3/-PT1H", "R3/soon/PT1H", "PT1H", "R")] == [None] * 6


def test_instants_without_an_offset_are_utc():
    assert parse_instant("2026-03-01") == datetime(2026, 3, 1, tzinfo=UTC)
    assert parse_instant("2026-03-01T07:00:00+07:00") == datetime(2026, 3, 1, tzinfo=UTC)
    assert parse_instant("2026-13-01") is None
    assert parse_instant("tomorrow") is None


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [((2024, 1, 31), 1, (2024, 2, 29)), ((2023, 12, 31), 2, (2024, 2, 29)), ((2024, 3, 31), -13, (2023, 2, 28))],
)
def test_months_end_where_the_month_ends(day, months, expected):
    assert add_months(datetime(*day, 5, 6, tzinfo=UTC), months) == datetime(*expected, 5, 6, tzinfo=UTC)
