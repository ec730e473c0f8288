"""For which business day it counts: by the wall clock of the service, over weekends, holidays and summer time."""

from datetime import UTC, datetime

import pytest

from alihdaya.engagement.calendar import Calendar
from alihdaya.engagement.sla.cutoff import counts
from alihdaya.kernel.time import micros

OFFICE = Calendar("Europe/Berlin", (((9 * 60, 12 * 60), (13 * 60, 17 * 60)),) * 5 + ((),) * 2, (("2026-04-06", "x"),))
THREE = 15 * 60


@pytest.mark.parametrize(
    ("came", "day", "closes"),
    [
        ("2026-03-26T13:59", "2026-03-26", "2026-03-26T16:00"),  # 14:59 in Berlin
        ("2026-03-26T14:00", "2026-03-27", "2026-03-27T16:00"),  # 15:00 is too late
        ("2026-03-26T23:30", "2026-03-27", "2026-03-27T16:00"),  # the next day there already
        ("2026-03-27T14:30", "2026-03-30", "2026-03-30T15:00"),  # over the weekend in which the clock goes on
        ("2026-03-30T12:59", "2026-03-30", "2026-03-30T15:00"),
        ("2026-04-04T08:00", "2026-04-07", "2026-04-07T15:00"),  # Saturday; Monday is closed
    ],
)
def test_what_comes_in_by_the_cut_off_counts_for_the_day(came, day, closes):
    found = counts(OFFICE, THREE, micros(datetime.fromisoformat(came).replace(tzinfo=UTC)))
    assert found == (day, micros(datetime.fromisoformat(closes).replace(tzinfo=UTC)))


def test_a_calendar_that_is_closed_for_long_counts_for_nothing():
    shut = tuple(
        (f"2026-{month:02}-{day:02}", "closed") for month in (1, 2, 3) for day in range(1, 32 if month != 2 else 29)
    )
    always = Calendar("UTC", (((0, 60),),) * 7, shut)
    assert counts(always, THREE, micros(datetime(2026, 1, 2, tzinfo=UTC))) is None
