import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import Desk, line, plan_of

from alihdaya.engine import Start, from_wire, pack, to_wire, unpack
from alihdaya.notation.feel import far
from alihdaya.notation.feel.ops import one_sided
from alihdaya.notation.feel.values import Range, YearsMonths


def unfolded(value):
    """Only a time in a zone that sets its clocks back can be the second of two."""
    return value if isinstance(value.tzinfo, ZoneInfo) else value.replace(fold=0)


ATOMS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.dates()
    | st.times().map(unfolded)
    | st.datetimes(timezones=st.sampled_from([None, UTC, ZoneInfo("Asia/Jakarta"), ZoneInfo("America/New_York")])).map(
        unfolded
    )
    | st.timedeltas()
    | st.builds(YearsMonths, st.integers(-99, 99))
    | st.builds(far.day, st.integers(10_000, 99_999) | st.integers(-99_999, 0), st.integers(1, 12), st.integers(1, 28))
    | st.builds(far.at, st.just(far.day(-44, 3, 15)), st.times().map(unfolded))
    | st.builds(one_sided, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), st.integers() | st.text(max_size=3))
)
NAMES = st.text(max_size=3) | st.sampled_from(["$n", "$c", "$", "$x"])
VALUES = st.recursive(ATOMS, lambda v: st.lists(v, max_size=3) | st.dictionaries(NAMES, v, max_size=2), max_leaves=6)


def same(a, b):
    return type(a) is type(b) and repr(a) == repr(b)


@given(VALUES)
def test_every_value_survives_the_wire_as_itself(value):
    assert same(unpack(json.loads(json.dumps(pack(value)))), value)


def test_what_stays_plain_on_the_wire_stays_short():
    assert pack({"a": [1, "x", None, True]}) == {"a": [1, "x", None, True]}
    assert pack(Decimal("1.50")) == {"$n": "1.50"}
    assert pack(2**63) == {"$i": str(2**63)}
    assert same(unpack(pack(Range(1, None, True, False))), Range(1, None, True, False))


@pytest.mark.parametrize("value", [1.5, {1}, b"x", object(), [1.5], {"a": 2.5}])
def test_foreign_values_do_not_pass(value):
    with pytest.raises(TypeError):
        pack(value)


def test_an_instance_survives_json():
    desk = Desk(plan_of('<userTask id="t"/>' + line("s", "t", "e")))
    at = {"d": date(2013, 1, 1), "h": time(5, 0), "t": datetime(2013, 1, 1, tzinfo=UTC), "u": timedelta(1), "$n": 1}
    desk.send(Start(at))
    assert from_wire(json.loads(json.dumps(to_wire(desk.state)))) == desk.state


def test_another_version_is_refused():
    desk = Desk(plan_of(line("s", "e")))
    desk.send(Start({}))
    with pytest.raises(ValueError, match="version"):
        from_wire((99, *to_wire(desk.state)[1:]))
