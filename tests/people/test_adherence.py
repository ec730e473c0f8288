"""Shifts against states: worked out by hand, with breaks, late comers, nights, changes of the clock and wrong ones."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alihdaya.kernel.time import DAY, HOUR, MINUTE, micros
from alihdaya.people.adherence import Stay, days, stays
from alihdaya.people.shift import Shifts

MONDAY = micros(datetime(2026, 3, 9, tzinfo=UTC))
NINE_TO_FIVE = dict.fromkeys(("monday", "tuesday"), ("09:00-17:00",))
UTC_SHIFTS = Shifts("UTC", NINE_TO_FIVE)


def at(hours):
    return MONDAY + int(hours * HOUR)


def day(*changes, shifts=UTC_SHIFTS, within=(MONDAY, MONDAY + DAY), allowed=0, until=None):
    found = stays([(at(hours), state) for hours, state in changes], until or within[1])
    (one,) = days("ana", shifts, found, within, allowed)
    return one


def hours(*spans):
    return tuple(None if span is None else span / HOUR for span in spans)


def test_a_day_as_planned_is_kept_whole():
    one = day((9, "ready"), (17, ""))
    assert (one.day, one.percent, one.late, one.early, one.outside, one.shifted) == ("2026-03-09", 100, 0, 0, 0, 0)


def test_late_early_breaks_and_what_nobody_answered_are_told_apart():
    changes = [(9.25, "ready"), (11, "break"), (11.5, "ready"), (12, "lunch"), (13, "ready"), (14, "missed")]
    one = day(*changes, (14.5, "meeting"), (16, ""), allowed=HOUR)
    assert hours(one.planned, one.there, one.kept, one.paused, one.late, one.early) == (8, 4.75, 5.75, 1.5, 0.25, 1)
    assert one.percent == 71


def test_who_never_came_and_who_came_on_a_day_off():
    found = stays([(at(50), "ready"), (at(53), "break"), (at(54), "")], at(72))
    first, second, third = days("ana", UTC_SHIFTS, found, (MONDAY, MONDAY + 3 * DAY), 0)
    assert (first.percent, first.late, first.early) == (0, None, None)
    assert second.day == "2026-03-10"
    assert (third.day, third.percent, third.outside) == ("2026-03-11", None, 3 * HOUR)


def test_a_shift_that_goes_on_is_planned_until_now():
    one = day((9, "ready"), within=(MONDAY, at(11)))
    assert (one.planned, one.percent, one.early) == (2 * HOUR, 100, 0)


def test_a_shift_that_is_over_counts_whole_though_it_ends_after_the_days_that_were_asked_for():
    """17:00-01:00 in New York ends at 5:00 UTC: two reports of a day each tell of all its eight hours."""
    shifts = Shifts("America/New_York", {"monday": ("17:00-01:00",)})
    found = stays([(at(21), "ready"), (at(29), "")], at(100))
    (first,) = days("ana", shifts, found, (MONDAY, MONDAY + DAY), 0, now=at(100))
    assert (first.day, *hours(first.planned, first.kept, first.early, first.outside)) == ("2026-03-09", 8, 8, 0, 0)
    assert days("ana", shifts, found, (MONDAY + DAY, MONDAY + 2 * DAY), 0, now=at(100)) == []


def test_overtime_belongs_to_the_shift_that_it_follows():
    one = day((8.5, "ready"), (18, ""))
    assert (one.percent, one.outside, one.shifted) == (100, 1.5 * HOUR, 0)


def test_a_night_belongs_to_the_day_on_which_it_begins():
    night = Shifts("UTC", {"monday": ("22:00-06:00",)})
    found = stays([(at(22), "ready"), (at(30), "")], at(48))
    (one,) = days("ana", night, found, (MONDAY, MONDAY + 2 * DAY), 0)
    assert (one.day, one.planned, one.percent, one.outside) == ("2026-03-09", 8 * HOUR, 100, 0)


def test_the_hour_that_the_clock_skips_is_not_asked_for():
    spring = Shifts("Europe/Berlin", {"sunday": ("00:00-08:00",)})
    start = micros(datetime(2026, 3, 28, 23, tzinfo=UTC))
    found = stays([(start, "ready"), (start + 7 * HOUR, "")], start + DAY)
    (one,) = days("ana", spring, found, (start, start + DAY), 0)
    assert (one.day, one.planned, one.percent) == ("2026-03-29", 7 * HOUR, 100)


@pytest.mark.parametrize("off", [-1, 1, 2])
def test_both_ends_beside_the_plan_by_whole_hours_look_like_a_wrong_clock(off):
    one = day((9 + off + 0.03, "ready"), (17 + off, ""))
    assert one.shifted == off
    assert day((9 + off, "ready"), (17, "")).shifted == 0


@given(
    st.lists(st.tuples(st.integers(0, 48 * 60), st.sampled_from(["ready", "break", "missed", "meeting", ""]))),
    st.integers(0, 120),
)
def test_whatever_is_logged_nobody_keeps_more_than_was_planned(changes, allowed):
    told = [(MONDAY + minute * MINUTE, state) for minute, state in sorted(changes)]
    found = stays(told, MONDAY + 2 * DAY)
    every = days("ana", UTC_SHIFTS, found, (MONDAY, MONDAY + 2 * DAY), allowed * MINUTE)
    for one in every:
        assert 0 <= one.there <= one.kept <= one.planned
        assert one.there + one.paused <= one.planned
    present = sum(stay.end - stay.start for stay in found if stay.state in ("ready", "meeting"))
    assert sum(one.there + one.outside for one in every) == present
    assert all(isinstance(stay, Stay) for stay in found)
