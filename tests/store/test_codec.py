from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import happenings
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alihdaya.notation.feel import far
from alihdaya.notation.feel.ops import one_sided
from alihdaya.notation.feel.values import Range, YearsMonths
from alihdaya.store.codec import decode, decode_events, encode, encode_events

ZONES = st.sampled_from(
    [None, UTC, ZoneInfo("Asia/Jakarta"), ZoneInfo("America/New_York"), timezone(timedelta(hours=-3, minutes=-30))]
)
DECIMALS = st.one_of(
    st.decimals(allow_nan=False),
    st.sampled_from([Decimal("-0"), Decimal("1.50"), Decimal("1E+30"), Decimal("0E-33"), Decimal("9" * 34)]),
)
FAR_DAYS = st.builds(
    far.day,
    st.integers(-999_999_999, -1) | st.just(0) | st.integers(10_000, 999_999_999),
    st.integers(1, 12),
    st.integers(1, 28),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    DECIMALS,
    st.text(),
    st.binary(),
    st.dates(),
    st.times(timezones=ZONES),
    st.datetimes(timezones=ZONES, allow_imaginary=False),
    st.timedeltas(),
    st.builds(YearsMonths, st.integers(-(10**6), 10**6)),
    st.builds(YearsMonths, st.integers(-(10**25), 10**25)),
    st.builds(Range, DECIMALS | st.none(), st.dates() | st.none(), st.booleans(), st.booleans()),
    st.builds(one_sided, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), st.integers() | st.dates() | st.text()),
    FAR_DAYS,
    st.builds(far.at, FAR_DAYS, st.times(timezones=ZONES)),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)


def exact(value):
    """A form that tells apart what == does not: 1 and True and Decimal 1, 1.0 and 1.00, zones and folds."""
    if isinstance(value, list):
        return [exact(one) for one in value]
    if isinstance(value, dict):
        return [(key, exact(one)) for key, one in value.items()]
    return type(value), repr(value), getattr(value, "fold", None)


@given(VALUES)
def test_every_value_of_a_process_comes_back_exactly(value):
    assert exact(decode(encode(value))) == exact(value)


@given(VALUES)
def test_equal_values_have_equal_bytes_after_a_round_trip(value):
    """Replay compares blobs byte by byte."""
    assert encode(decode(encode(value))) == encode(value)


@pytest.mark.parametrize("value", [2**64, -(2**63) - 1, {"n": [10**33, Decimal("1.0")]}])
def test_integers_beyond_64_bits_do_not_break_their_neighbours(value):
    assert exact(decode(encode(value))) == exact(value)


def test_what_has_no_form_is_named():
    with pytest.raises(TypeError, match="object"):
        encode({"a": [object()]})


def test_events_come_back_as_they_were_tuples_included():
    for entry in happenings.year(items=14):
        again = decode_events(encode_events(entry.events))
        assert again == entry.events
        assert [type(event) for event in again] == [type(event) for event in entry.events]
        assert repr(again) == repr(entry.events)


def test_an_event_of_an_older_version_takes_the_defaults_of_new_fields():
    from alihdaya.people.events import PersonJoined

    person = PersonJoined("a", "A", "us", "us", "ID", "UTC", {}, ("x",), {"0": ("08:00-16:00",)}, "1", "USD")
    (again,) = decode_events(encode([["person.joined", *person[:-1]]]))
    assert again == person


def test_date_is_not_datetime():
    made = decode(encode([date(2024, 2, 29), datetime(2024, 2, 29, tzinfo=UTC), time(0)]))
    assert [type(one) for one in made] == [date, datetime, time]
