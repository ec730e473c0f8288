"""Limits by a variable of the item: each level its own, all else the common ones, and the same on the wire."""

from datetime import UTC, datetime

import pytest
from sample_terms import changed, sample

from alihdaya.engagement.sla import SlaClock
from alihdaya.engagement.terms import from_wire, parse, to_wire
from alihdaya.kernel.errors import TermsError
from alihdaya.kernel.time import HOUR, MINUTE, micros

LEVELS = """attainment = 95
by = "priority"
[service.sla.levels.P1]
respond = { working_hours = 0.5 }
resolve = { working_hours = 2 }
[service.sla.levels.P9]
resolve = { working_days = 9 }
"""
TERMS = parse(changed("attainment = 95", LEVELS))
SLA = SlaClock(TERMS.services[0])
START = micros(datetime(2013, 3, 8, 15, tzinfo=UTC))


def test_a_level_has_its_limits_and_everything_else_the_common_ones():
    common = SlaClock(sample().services[0]).due(START)
    assert SLA.due(START, {"priority": "P1"}) == (START + 30 * MINUTE, START + 2 * HOUR)
    assert SLA.due(START, {"priority": "P9"}).respond is None
    for variables in (None, {}, {"priority": None}, {"priority": "P2"}, {"priority": ["P1"]}):
        assert SLA.due(START, variables) == common


def test_levels_travel_and_their_absence_changes_no_digest():
    assert from_wire(to_wire(TERMS)) == TERMS
    assert "levels" not in str(to_wire(sample()))
    assert TERMS.digest != sample().digest


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('by = "priority"\n', "", "service[1].sla.by"),
        ("resolve = { working_days = 9 }\n", "", "service[1].sla.levels.P9"),
        (LEVELS, 'attainment = 95\nby = "priority"\n', "service[1].sla.by"),
    ],
)
def test_levels_without_a_variable_and_a_level_without_a_limit_are_refused(old, new, place):
    with pytest.raises(TermsError) as caught:
        parse(changed("attainment = 95", LEVELS.replace(old, new)))
    assert {(one.code, one.source.element) for one in caught.value.problems} == {("missing", place)}
