"""Shifts against asking the wall clock about every minute."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alihdaya.kernel.time import MINUTE, iso, micros
from alihdaya.people.shift import Shifts, overlaps, read_shift, read_week, weekday_number

clock = st.integers(0, 95).map(lambda n: f"{n // 4:02}:{n % 4 * 15:02}")
weeks = st.dictionaries(
    st.integers(0, 6).map(str), st.lists(st.tuples(clock, clock).map("-".join), max_size=2).map(tuple), max_size=7
)


def expected(week: dict, start: datetime, minutes: int) -> list[bool]:
    """Lay each shift out by the wall clock, with instants from the time-zone data, and ask minute by minute."""
    spans = []
    for n in range(-3, minutes // 1440 + 3):
        day = (start + timedelta(days=n)).date()
        for text in week.get(str(day.weekday()), ()):
            a, b = (time.fromisoformat(t) for t in text.split("-"))
            later = day if b > a else day + timedelta(days=1)
            zone = start.tzinfo
            spans.append(
                (datetime.combine(day, a, zone).astimezone(UTC), datetime.combine(later, b, zone).astimezone(UTC))
            )
    first = start.astimezone(UTC)
    return [any(a <= first + timedelta(minutes=n) < b for a, b in spans) for n in range(minutes)]


@settings(deadline=None, max_examples=40)
@given(
    weeks,
    st.sampled_from(["Asia/Jakarta", "America/New_York", "Europe/London"]),
    st.sampled_from([(2013, 3, 8), (2013, 3, 30), (2013, 11, 1), (2013, 12, 30)]),
)
def test_at_work_equals_the_wall_clock(week, zone, day):
    start = datetime(*day, tzinfo=ZoneInfo(zone))
    minutes = 4 * 1440
    want = expected(week, start, minutes)
    shifts = Shifts(zone, week)
    first = micros(start)
    assert [shifts.at_work(first + n * MINUTE) for n in range(minutes)] == want
    starts = [n for n in range(1, minutes) if want[n] and not want[n - 1]]
    ends = [n for n in range(1, minutes) if want[n - 1] and not want[n]]
    if starts:
        assert shifts.next_start(first) == first + starts[0] * MINUTE
    if ends:
        assert shifts.next_end(first) == first + ends[0] * MINUTE


def test_a_night_shift_in_jakarta_is_a_day_in_new_york():
    shifts = Shifts("Asia/Jakarta", {"monday": ("20:00-04:00",)})
    monday = micros(datetime(2013, 1, 7, 8, 0, tzinfo=ZoneInfo("America/New_York")))
    assert shifts.at_work(monday)
    assert not shifts.at_work(monday - 1)
    assert iso(shifts.next_end(monday)) == "2013-01-07T21:00:00Z"
    assert not shifts.at_work(shifts.next_end(monday))
    assert iso(shifts.next_start(monday)) == "2013-01-14T13:00:00Z"


def test_next_start_looks_into_the_new_year():
    shifts = Shifts("Asia/Jakarta", {"0": ("09:00-17:00",)})
    assert iso(shifts.next_start(micros(datetime(2013, 12, 31, 23, tzinfo=UTC)))) == "2014-01-06T02:00:00Z"


def test_without_shifts_nobody_is_ever_at_work():
    shifts = Shifts("Asia/Jakarta", {})
    assert (shifts.at_work(0), shifts.next_start(0), shifts.next_end(0)) == (False, None, None)


@pytest.mark.parametrize(
    ("week", "overlap"),
    [
        ({"0": ("08:00-12:00", "12:00-16:00")}, False),
        ({"0": ("08:00-12:00", "11:59-16:00")}, True),
        ({"0": ("22:00-06:00",), "1": ("05:00-06:00",)}, True),
        ({"0": ("22:00-06:00",), "1": ("06:00-07:00",)}, False),
        ({"6": ("22:00-06:00",), "0": ("05:00-06:00",)}, True),
        ({"6": ("22:00-24:00",), "0": ("00:00-06:00",)}, False),
        ({}, False),
    ],
)
def test_overlaps_even_around_the_end_of_the_week(week, overlap):
    assert overlaps(read_week(week)) is overlap


@pytest.mark.parametrize(
    "text", ["8:00-12:00", "08:00-25:00", "08:00-24:30", "24:00-08:00", "08:00", "", "08:60-09:00"]
)
def test_what_is_no_shift_is_refused(text):
    with pytest.raises(ValueError):
        read_shift(text)


@pytest.mark.parametrize("day", ["7", "", "Monday", "-1", "²"])
def test_what_is_no_weekday_is_refused(day):
    with pytest.raises(ValueError):
        weekday_number(day)
