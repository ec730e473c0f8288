"""What is promised of a month: the common share, levels with one of their own, and means."""

from decimal import Decimal

import pytest
from sample_terms import changed

from alihdaya.engagement.credit import penalty_percent
from alihdaya.engagement.sla import SlaClock
from alihdaya.engagement.sla.goals import attained, goals
from alihdaya.engagement.terms import Penalty, from_wire, parse, to_wire
from alihdaya.kernel.errors import TermsError
from alihdaya.kernel.time import SECOND

LEVELS = """attainment = 95
by = "priority/channel"
[service.sla.levels.P1]
respond = { working_seconds = 20, percent = 80 }
[service.sla.levels."P1/telephone"]
respond = { working_seconds = 30, average = true }
resolve = { working_minutes = 90 }
[service.sla.levels.P2]
respond = { working_hours = 1 }
"""
SERVICE = parse(changed("attainment = 95", LEVELS)).services[0]


def test_levels_with_a_share_or_a_mean_of_their_own_stand_apart():
    promised = [(one.clock, one.level, one.percent, one.limit) for one in goals(SERVICE)]
    assert promised == [
        ("respond", "", 95, None),
        ("respond", "P1", 80, None),
        ("respond", "P1/telephone", 100, 30 * SECOND),
        ("resolve", "", 95, None),
    ]
    assert from_wire(to_wire(parse(changed("attainment = 95", LEVELS)))).services[0] == SERVICE


def test_each_is_measured_by_its_own_items():
    counted = {
        "respond_met": 190,
        "respond_missed": 20,
        "respond_met:P1": 79,
        "respond_missed:P1": 21 - 1,
        "respond_met:P1/telephone": 9,
        "respond_missed:P1/telephone": 1,
        "respond_time:P1/telephone": 400 * SECOND,
        "resolve_met": 4,
    }
    common, first, mean, resolve = attained(SERVICE, "2026-01", counted)
    assert (common.met, common.missed) == (190 - 79 - 9, 20 - 20 - 1)
    assert (first.percent, first.kept) == (Decimal("79.79"), False)
    assert (mean.mean, mean.limit, mean.percent, mean.kept) == (40 * SECOND, 30 * SECOND, Decimal(75), False)
    assert penalty_percent(Penalty(Decimal(2), (), Decimal(90)), mean) == 50  # 25 points
    assert (resolve.met, resolve.missed, resolve.kept) == (4, 0, True)
    assert attained(SERVICE, "2026-01", {**counted, "respond_time:P1/telephone": 300 * SECOND})[2].kept


def test_of_a_level_that_several_values_name_the_first_ones_may_do():
    sla = SlaClock(SERVICE)
    names = [
        sla.level({"priority": priority, "channel": channel})
        for priority, channel in (("P1", "telephone"), ("P1", "mail"), ("P2", None), ("P3", "telephone"))
    ]
    assert names == ["P1/telephone", "P1", "P2", None]


@pytest.mark.parametrize(
    ("old", "new", "code", "element"),
    [
        ("percent = 80", "percent = 0", "out-of-range", "levels.P1.respond.percent"),
        ("percent = 80", "percent = 101", "out-of-range", "levels.P1.respond.percent"),
        ("working_seconds = 20", "working_seconds = 0", "out-of-range", "levels.P1.respond.working_seconds"),
        ("working_seconds = 20,", "working_seconds = 20, working_hours = 1,", "bad-target", "levels.P1.respond"),
        ("average = true", "average = true, percent = 5", "bad-target", "levels.P1/telephone.respond"),
        ("P1/telephone", "P1/telephone/x", "bad-level", "levels.P1/telephone/x"),
    ],
)
def test_what_cannot_be_promised_is_refused_by_line_and_key(old, new, code, element):
    content = changed("attainment = 95", LEVELS.replace(old, new))
    with pytest.raises(TermsError) as caught:
        parse(content, "t.toml")
    problem = caught.value.problems[0]
    assert (problem.code, problem.source.element) == (code, f"service[1].sla.{element}")
    assert new.split()[0] in content.decode().splitlines()[problem.source.line - 1] or code == "bad-level"
