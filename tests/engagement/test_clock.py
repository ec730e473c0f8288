"""The working clock against counting every minute by the wall clock, daylight saving and holidays included."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_terms import sample

from alihdaya.engagement.calendar import Calendar, Months
from alihdaya.engagement.clock import Clock, overlap_hours
from alihdaya.kernel.time import DAY, HOUR, MINUTE, SECOND, micros, moment

WINDOW = 5 * 24 * 60
# The zone, and a UTC day shortly before its offset changes: at night, at midnight, by half an hour, by a whole day.
CHANGES = [
    ("America/New_York", datetime(2013, 3, 9, tzinfo=UTC)),
    ("America/New_York", datetime(2013, 11, 2, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2017, 10, 13, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2018, 2, 16, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2013, 4, 5, tzinfo=UTC)),
    ("America/St_Johns", datetime(2010, 11, 5, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 29, tzinfo=UTC)),
    ("Asia/Jakarta", datetime(2013, 12, 30, tzinfo=UTC)),
]


@cache
def wall(zone: str, start: int) -> list[tuple[str, int, int]]:
    """Date, weekday and minute of the day that the wall clock reads, for each minute of the window."""
    read = (moment(start + n * MINUTE, ZoneInfo(zone)) for n in range(WINDOW))
    return [(m.date().isoformat(), m.weekday(), m.hour * 60 + m.minute) for m in read]


def counted(calendar: Calendar, start: int) -> list[bool]:
    shut = dict(calendar.closed)
    return [
        day not in shut and any(a <= minute < b for a, b in calendar.week[weekday])
        for day, weekday, minute in wall(calendar.time_zone, start)
    ]


def periods(cuts: list[int]) -> tuple[tuple[int, int], ...]:
    return tuple(zip(cuts[::2], cuts[1::2], strict=True))


edges = st.one_of(st.sampled_from([0, 1, 60, 90, 120, 150, 1380, 1439, 1440]), st.integers(0, 1440))
days = st.lists(edges, min_size=0, max_size=6, unique=True).map(sorted).map(lambda c: periods(c[: len(c) // 2 * 2]))


@st.composite
def calendars(draw):
    zone, near = draw(st.sampled_from(CHANGES))
    week = tuple(draw(st.lists(days, min_size=7, max_size=7).filter(any)))
    dates = sorted({day for day, _, _ in wall(zone, micros(near))})
    closed = draw(st.lists(st.sampled_from(dates), unique=True, max_size=2))
    return Calendar(zone, week, tuple((day, "closed") for day in sorted(closed))), micros(near)


@settings(deadline=None)
@given(calendars(), st.integers(0, WINDOW - 1), st.integers(0, WINDOW - 1))
def test_working_between_counts_the_minutes(made, one, other):
    calendar, start = made
    working = counted(calendar, start)
    a, b = min(one, other), max(one, other)
    clock = Clock(calendar)
    expected = sum(working[a:b]) * MINUTE
    assert clock.working_between(start + a * MINUTE, start + b * MINUTE) == expected
    assert clock.working_between(start + b * MINUTE, start + a * MINUTE) == -expected
    assert clock.is_working(start + a * MINUTE) == working[a]


@settings(deadline=None)
@given(calendars(), st.integers(0, WINDOW - 1), st.integers(1, 2000))
def test_add_working_reaches_the_minute_that_counting_reaches(made, begin, minutes):
    calendar, start = made
    working = counted(calendar, start)
    got = Clock(calendar).add_working(start + begin * MINUTE, minutes * MINUTE)
    passed = 0
    for n in range(begin, WINDOW):
        passed += working[n]
        if passed == minutes:
            assert got == start + (n + 1) * MINUTE
            return
    assert got > start + WINDOW * MINUTE


@settings(deadline=None)
@given(calendars(), st.integers(0, WINDOW * 60), st.integers(0, 400_000 * SECOND))
def test_add_working_is_the_earliest_instant_to_the_microsecond(made, second, span):
    calendar, start = made
    clock = Clock(calendar)
    begin = start + second * SECOND
    due = clock.add_working(begin, span)
    assert clock.working_between(begin, due) == span
    if span:
        assert clock.working_between(begin, due - 1) == span - 1


@settings(deadline=None)
@given(calendars(), st.integers(0, WINDOW - 1), st.integers(0, 3))
def test_working_days_end_at_the_close_of_a_later_day(made, begin, n):
    calendar, start = made
    closes: dict[str, int] = {}
    for minute, ((day, _, _), working) in enumerate(
        zip(wall(calendar.time_zone, start), counted(calendar, start), strict=True)
    ):
        if working:
            closes[day] = minute + 1
    # Without the window's last local days, which it may cut.
    whole = [
        close for day, close in sorted(closes.items()) if day < max(d for d, _, _ in wall(calendar.time_zone, start))
    ]
    later = [close for close in whole if close > begin]
    got = Clock(calendar).add_working_days(start + begin * MINUTE, n)
    if len(later) > n:
        assert got == start + later[n] * MINUTE
    else:
        assert got > start + (later[-1] if later else begin) * MINUTE


def new_york(*when: int) -> int:
    return micros(datetime(*when, tzinfo=ZoneInfo("America/New_York")))


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock(sample().services[0].calendar)


def test_by_hand_across_lunch_weekend_and_holiday(clock):
    # Wednesday 3 July 2013, 16:00: an hour until close, the Fourth is shut, Friday gives the other three.
    assert clock.add_working(new_york(2013, 7, 3, 16, 0), 4 * HOUR) == new_york(2013, 7, 5, 11, 0)
    assert clock.add_working(new_york(2013, 7, 5, 11, 0), 2 * HOUR) == new_york(2013, 7, 5, 13, 30)


def test_two_working_days_by_hand(clock):
    # Monday morning -> Wednesday's close; Monday after close counts as Tuesday; Saturday's close is at 13.
    assert clock.add_working_days(new_york(2013, 7, 8, 7, 0), 2) == new_york(2013, 7, 10, 17, 0)
    assert clock.add_working_days(new_york(2013, 7, 8, 17, 0), 2) == new_york(2013, 7, 11, 17, 0)
    assert clock.add_working_days(new_york(2013, 7, 11, 9, 0), 2) == new_york(2013, 7, 13, 13, 0)


def test_the_answer_does_not_depend_on_what_was_asked_before(clock):
    """Years are laid out piece by piece; the pieces must fit."""
    fresh = Clock(clock.calendar)
    fresh.add_working(new_york(1999, 12, 31, 23, 0), HOUR)
    fresh.add_working_days(new_york(2031, 1, 1), 900)
    for day in range(0, 3000, 97):
        at = new_york(2009, 12, 30, 12, 0) + day * DAY
        alone = Clock(clock.calendar)
        assert fresh.add_working(at, 9 * HOUR) == alone.add_working(at, 9 * HOUR)
        assert fresh.add_working_days(at, 2) == alone.add_working_days(at, 2)
        assert fresh.working_between(at, at + 40 * DAY) == alone.working_between(at, at + 40 * DAY)


def test_around_the_clock_has_a_close_every_midnight():
    clock = Clock(Calendar("America/New_York", (((0, 1440),),) * 7))
    assert clock.add_working_days(new_york(2013, 12, 31, 12, 0), 1) == new_york(2014, 1, 2)
    assert clock.add_working(new_york(2013, 3, 10), 23 * HOUR) == new_york(2013, 3, 11)


def test_what_the_clock_cannot_know_is_refused(clock):
    with pytest.raises(ValueError, match="backwards"):
        clock.add_working(0, -1)
    with pytest.raises(ValueError, match="years"):
        clock.is_working(micros(datetime(1500, 1, 1, tzinfo=UTC)))
    with pytest.raises(ValueError, match="after the year"):
        clock.add_working_days(micros(datetime(2200, 12, 1, tzinfo=UTC)), 400)
    with pytest.raises(ValueError, match="working period"):
        Calendar("UTC", ((),) * 7)


def test_overlap_of_office_hours():
    start, end = micros(datetime(2013, 1, 7, tzinfo=UTC)), micros(datetime(2013, 1, 12, tzinfo=UTC))
    london, berlin = Clock(Calendar.office("Europe/London")), Clock(Calendar.office("Europe/Berlin"))
    assert overlap_hours(london, berlin, start, end) == 7
    assert overlap_hours(london, Clock(Calendar.office("Asia/Jakarta")), start, end) == 1
    assert (
        overlap_hours(Clock(Calendar.office("America/New_York")), Clock(Calendar.office("Asia/Jakarta")), start, end)
        == 0
    )


@settings(deadline=None)
@given(
    st.sampled_from(["America/New_York", "Asia/Jakarta", "Pacific/Apia", "Africa/Monrovia"]),
    st.integers(-(10**9), 3 * 10**9),
)
def test_month_is_what_the_wall_calendar_says(zone, second):
    months = Months(zone)
    name = f"{moment(second * SECOND, ZoneInfo(zone)):%Y-%m}"
    assert months.of(second * SECOND) == months.of(second * SECOND) == name
    low, high = months.limits(name)
    assert low <= second * SECOND < high
    assert months.of(high) != name
