from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alihdaya.kernel.time import DAY, HOUR, MINUTE, SECOND, iso, micros, moment

ZONES = st.sampled_from(["UTC", "America/New_York", "Asia/Jakarta", "Asia/Kathmandu", "Australia/Lord_Howe"])


def test_the_units_are_what_they_are_called():
    assert (MINUTE, HOUR, DAY) == (60 * SECOND, 60 * MINUTE, 24 * HOUR)
    assert micros(datetime(1970, 1, 2, tzinfo=UTC)) == DAY
    assert micros(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1


@given(st.datetimes(), ZONES)
def test_an_instant_keeps_every_microsecond_in_every_zone(naive, zone):
    naive = naive.replace(year=1900 + naive.year % 300, day=min(naive.day, 28))
    at = micros(naive.replace(tzinfo=ZoneInfo(zone)))
    assert micros(moment(at)) == at
    assert micros(moment(at, ZoneInfo(zone))) == at
    assert micros(datetime.fromisoformat(iso(at))) == at


def test_the_repeated_hour_is_two_hours():
    clock = datetime(2013, 11, 3, 1, 30, tzinfo=ZoneInfo("America/New_York"))
    assert micros(clock.replace(fold=1)) - micros(clock) == HOUR


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        micros(datetime(2013, 1, 1))  # noqa: DTZ001


def test_instants_are_written_in_utc():
    assert iso(micros(datetime(2013, 1, 31, 12, tzinfo=timezone(timedelta(hours=-5))))) == "2013-01-31T17:00:00Z"
    assert iso(1) == "1970-01-01T00:00:00.000001Z"
    assert iso(None) is None
