"""The ten differences on logs whose answers are known: by hand, by an independent formula, and by repetition."""

from decimal import Decimal
from fractions import Fraction
from math import log2
from statistics import median

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alihdaya.engine.events import DecisionMade, InstanceStarted, JobClosed, TokenMoved
from alihdaya.kernel.event import Entry
from alihdaya.kernel.time import DAY, HOUR
from alihdaya.planning.sourcing.cost import Item, split
from alihdaya.planning.spectrum import (
    Answer,
    Case,
    Earned,
    Given,
    NodeFacts,
    Service,
    Step,
    auc,
    drift,
    foretold,
    margin_an_hour,
    overrides,
    read_case,
    spread,
)
from alihdaya.planning.spectrum import measures as m
from alihdaya.planning.spectrum.position import DIFFERENCES, Reading, interval, read_service
from alihdaya.work.beside import TimeSpent
from alihdaya.work.events import ItemDelivered, ItemReceived, TaskAssigned, TaskCancelled, TaskDone, TaskQueued

busy = settings(suppress_health_check=[HealthCheck.too_slow])
"""Slow because the machine has other work, not because of the strategies."""

NODES = {
    "judge": NodeFacts({"verdict": ("grant", "deny")}),
    "check": NodeFacts({"agreed": ("yes", "no")}, ("judge",), review=True),
    "look": NodeFacts(discretionary=True),
}


def ones(cases):
    return np.ones(len(cases))


def case(number, *steps, **more):
    return Case(number, "s", number * DAY, steps=tuple(steps), **more)


def hours(a, b):
    return (b - a) / HOUR


def task(token, node, start, end, person="ana", seconds=600, needs=("", "en", "B2", ""), **result):
    return [
        (start, TaskQueued(token, node, node, "s", needs, 0, None, None)),
        (start, TaskAssigned(token, person)),
        (end, TaskDone(token, person, seconds, result, simulated=True)),
    ]


def story(*happened):
    received = ItemReceived("e", "s", "file", "x", 1, 1, "t", "d", {})
    started = InstanceStarted("p", "start", -1, {"system": "web"})
    rows = [(0, received), (0, started), *happened]
    return [Entry(n, at, 1, "x", (event,)) for n, (at, event) in enumerate(rows, 1)]


def test_an_item_is_read_into_steps_as_the_log_has_it():
    found = read_case(
        story(
            (HOUR, DecisionMade("rule", "ruling", "grant", (1,), "verdict")),
            *task(1, "judge", HOUR, 3 * HOUR, verdict="deny", note="x"),
            *task(2, "check", 4 * HOUR, 6 * HOUR, "bo", 300, ("", "en", "C1", "cpa"), agreed="yes"),
            (6 * HOUR, TaskQueued(3, "late", "late", "s", ("", "", "", ""), 0, None, None)),
            (7 * HOUR, TaskCancelled(3, "a timer")),
            (7 * HOUR, JobClosed(4, "look", "completed")),
            (7 * HOUR, TokenMoved(5, "a", "b", 1)),
            (8 * HOUR, ItemDelivered("end", "unit", {}, touched=True)),
        ),
        NODES,
        hours,
        "system",
    )
    assert [(one.activity, one.kind) for one in found.steps] == [
        ("decide ruling", "planned"), ("judge", "planned"), ("check", "planned"), ("late", "skipped"),
        ("look", "discretionary"), ("b", "ad hoc"),
    ]  # fmt: skip
    assert [(one.decides, one.ruled, one.review) for one in found.steps[:3]] == [
        (True, False, False), (True, True, False), (True, False, True),
    ]  # fmt: skip
    assert (found.subject, found.unit, found.closed_at, found.level) == ("web", "unit", 8 * HOUR, (5.0,))
    (rule,) = overrides([found])
    assert (rule.decision, rule.answered, rule.overruled, rule.flagged) == ("ruling", 1, 1, True)


@pytest.mark.parametrize("value", ["person", "undecidable", 7, ["grant"], {"grant": True}])
def test_a_rule_that_leaves_it_to_a_person_has_answered_nothing_and_is_not_overruled(value):
    left = (HOUR, DecisionMade("rule", "ruling", value, (1,), "verdict"))
    found = read_case(story(left, *task(1, "judge", HOUR, 2 * HOUR, verdict="deny")), NODES, hours)
    assert overrides([found]) == []
    assert [(one.decides, one.ruled) for one in found.steps] == [(True, False), (True, False)]
    assert m.judgment([found])(np.ones(1)) == 1


@pytest.mark.parametrize(("overruled", "flagged"), [(5, False), (6, True)])
def test_a_rule_that_people_overrule_more_than_five_times_in_a_hundred_is_flagged(overruled, flagged):
    cases = [Case(n, "s", 0, ruled={"r": 1}, overruled={"r": int(n < overruled)}) for n in range(100)]
    assert overrides(cases)[0].flagged is flagged


def test_judgment_by_hand():
    decided = Step("a", decides=True, minutes=30.0)
    cases = [case(1, decided, Step("work", minutes=99.0)), case(2, Step("b", decides=True, ruled=True, minutes=10.0))]
    assert m.judgment(cases)(ones(cases)) == pytest.approx(30 / 40)
    assert m.judgment([case(1, Step("decide r", decides=True))])(np.ones(1)) == 0
    assert m.judgment([case(1, Step("work", minutes=1.0))]) is None


def test_complexity_of_a_coin_in_the_middle_is_one_bit_and_of_a_fixed_way_none():
    cases = [case(n, Step("a"), Step("b" if n % 2 else "c"), Step("d")) for n in range(10)]
    assert m.complexity(cases)(ones(cases)) == pytest.approx(1)
    assert m.complexity([case(n, Step("a"), Step("b")) for n in range(4)])(np.ones(4)) == pytest.approx(0)
    assert m.complexity([case(1)]) is None


@busy
@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=6), min_size=1, max_size=12))
def test_complexity_is_entropy_rate_times_length_by_another_formula(ways):
    cases = [case(n, *map(Step, way)) for n, way in enumerate(ways)]
    pairs = [pair for way in ways for pair in zip(["^", *way], [*way, "$"], strict=True)]
    total = len(pairs)
    rate = -sum(
        pairs.count(one) / total * log2(pairs.count(one) / sum(pair[0] == one[0] for pair in pairs))
        for one in set(pairs)
    )
    assert m.complexity(cases)(ones(cases)) == pytest.approx(rate * total / len(cases), abs=1e-9)


@pytest.mark.parametrize(("process", "subject", "expected"), [(-0.5, 0.0, 0.0), (0.0, -0.5, 1.0)])
def test_what_practice_explains_is_told_apart_exactly_where_there_is_no_noise(process, subject, expected):
    chance, seen, about, cases = np.random.default_rng(3), {}, {}, []
    for n in range(300):
        who, what = f"p{n % 3}", f"s{chance.integers(6)}"
        seen[who] = seen.get(who, 0) + 1
        about[who, what] = about.get((who, what), 0) + 1
        minutes = (n % 3 + 5) * seen[who] ** process * about[who, what] ** subject
        cases.append(case(n, Step("t", minutes=minutes, person=who, at=n), subject=what))
    assert m.knowledge(cases)(ones(cases)) == pytest.approx(expected, abs=1e-9)
    assert m.knowledge([case(1, Step("t", minutes=1.0, person="a"))]) is None


def test_revenue_that_follows_the_items_is_volume_and_revenue_of_its_own_is_insight():
    def billed(units):
        return [case(n, closed_at=week * 7 * DAY, unit=unit) for n, (week, unit) in enumerate(units)]

    steady = billed([(week, "a") for week in range(10) for _ in range(week + 1)])
    assert m.insight(steady, {"a": 3.0}, lambda at: at // (7 * DAY))(ones(steady)) == pytest.approx(0, abs=1e-9)
    mixed = billed([(week, "b" if week % 2 else "a") for week in range(10) for _ in range(week // 2 + 1)])
    prices = {"a": 1.0, "b": 9.0}
    items, revenue = [week // 2 + 1 for week in range(10)], [(week // 2 + 1) * (1, 9)[week % 2] for week in range(10)]
    mean, money = sum(items) / 10, sum(revenue) / 10
    slope = sum((x - mean) * (y - money) for x, y in zip(items, revenue, strict=True)) / sum(
        (x - mean) ** 2 for x in items
    )
    left = sum((y - money - slope * (x - mean)) ** 2 for x, y in zip(items, revenue, strict=True))
    expected = left / sum((y - money) ** 2 for y in revenue)
    assert m.insight(mixed, prices, lambda at: at // (7 * DAY))(ones(mixed)) == pytest.approx(expected)
    assert m.insight(steady[:20], {"a": 3.0}, lambda at: at // (7 * DAY)) is None


def test_coordination_talent_and_applied_by_hand():
    cases = [
        case(1, Step("a", minutes=30.0, language="en"), Step("r", minutes=10.0, review=True, certificate="cpa")),
        case(2, Step("b", minutes=20.0, certificate="desk", language="en"), Step("c", "skipped"), Step("d", "ad hoc")),
    ]
    assert m.coordination(cases)(ones(cases)) == pytest.approx(10 / 60)
    assert m.talent(cases, frozenset({"cpa"}))(ones(cases)) == pytest.approx(10 / 40)
    assert m.applied(cases)(ones(cases)) == pytest.approx(2 / 5)
    assert m.coordination([case(1)]) is None
    assert m.talent(cases[1:], frozenset({"cpa"})) is None


def test_time_with_others_is_coordination_and_wrapping_up_is_work():
    told = [
        (HOUR, TimeSpent(1, "ana", 600, kind))
        for kind in ("advice", "review", "hand-over", "comment", "meeting", "wrap-up")
    ]
    found = read_case(story(*task(1, "work", 0, HOUR, seconds=2400), *told), NODES, hours)
    assert m.coordination([found])(np.ones(1)) == pytest.approx(50 / 100)
    assert found.minutes == 100


def test_meetings_that_only_the_floor_knows_are_shared_out_by_the_minutes_of_work():
    from alihdaya.cli.checks.spectrum.gather import _Work

    stories = [
        story(*task(1, "work", 0, HOUR, "ana", 3600)),
        story(*task(1, "work", 0, HOUR, "ana", 1200), (HOUR, TimeSpent(0, "ana", 600, "meeting"))),
        story(*task(1, "work", 0, HOUR, "bo", 600)),
    ]
    work = _Work()
    for entries in stories:
        work.add(entries)
    share = work.meetings({"ana": HOUR, "bo": 0, "cy": HOUR})
    assert share == {"ana": pytest.approx(3000 / 5400)}, "ten minutes of the hour were noted with an item"
    cases = spread([read_case(entries, NODES, hours) for entries in stories], share)
    met = [sum(one.minutes for one in case.beside if one.kind == "meeting") for case in cases]
    assert sum(met) == pytest.approx(60), "no minute is lost or counted twice"
    assert met[0] == pytest.approx(60 * 3000 / 5400)
    assert met[2] == 0


@busy
@given(st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_the_level_is_the_median(values):
    cases = [case(n, level=(float(value),)) for n, value in enumerate(values)]
    assert m.level(cases)(ones(cases)) == median(values)
    assert m.level([case(1)]) is None


_MONEY = st.fractions(0, 1000, max_denominator=100)
_MINUTES = st.fractions("0.01", 500, max_denominator=100)


@busy
@given(st.tuples(_MONEY, _MONEY, _MONEY, _MONEY), st.tuples(_MONEY, _MONEY, _MONEY, _MONEY), _MINUTES, _MINUTES)
def test_the_arbitrage_of_a_log_is_the_studio_s_split_without_a_residual(home, away, here, there):
    parts = split(Item(*home), here, Item(*away), there)
    assert isinstance(parts.saving, Fraction)
    assert parts.cost + parts.knowledge + parts.errors == sum(home) - sum(away)
    cases = [case(1, Step("a", minutes=float(there)))]
    found = m.arbitrage(cases, Item(*map(float, home)), float(here), Item(*map(float, away)))(np.ones(1))
    gained = max(parts.knowledge + parts.errors + max(-parts.saving, 0), Fraction(0))
    cost = max(parts.cost, Fraction(0))
    if cost + gained > 1:
        assert found == pytest.approx(float(gained / (cost + gained)), abs=1e-6)


def decided(chance, count, share):
    """Cases with one decision each, of ten minutes to an hour; a rule had answered in `1 - share` of them."""
    return [
        case(n, Step("a", decides=True, ruled=bool(chance.random() > share), minutes=float(chance.uniform(10, 60))))
        for n in range(count)
    ]


def test_the_intervals_hold_the_truth_about_as_often_as_they_say():
    chance = np.random.default_rng(11)
    held = levels = 0
    rounds = 150
    for seed in range(rounds):
        found = interval("judgment", m.judgment(decided(chance, 150, 0.3)), 150, seed=seed, draws=200)
        held += found.low <= 0.3 <= found.high
        waits = [case(n, level=(float(chance.exponential(8) / np.log(2)),)) for n in range(150)]
        found = interval("level", m.level(waits), 150, seed=seed, draws=200)
        levels += found.low <= 0.5 <= found.high  # the median of these waits is 8 hours: halfway
    assert 0.89 <= held / rounds <= 0.99
    assert 0.89 <= levels / rounds <= 0.99


def test_the_same_seed_gives_the_same_interval_and_another_one_not():
    cases = decided(np.random.default_rng(5), 120, 0.4)
    first, again, other = (read_service("s", "BPO", cases, Given(), seed=seed, draws=60) for seed in (1, 1, 2))
    assert first == again
    assert first.readings[0].low != other.readings[0].low
    assert [one.difference for one in first.readings] == list(DIFFERENCES)


def test_too_few_cases_and_missing_facts_are_never_a_number():
    few = read_service("s", "KPO", decided(np.random.default_rng(5), 99, 0.4), Given(), draws=50)
    for reading in few.readings[:-1]:
        assert reading.state in {"too few", "no facts"}
        assert (reading.position, reading.low, reading.high, reading.value) == (None,) * 4
    states = {one.difference: one.state for one in few.readings}
    assert (states["judgment"], states["talent"], states["arbitrage"], states["list"]) == (
        "too few", "no facts", "no facts", "measured",
    )  # fmt: skip


def test_a_drift_is_seen_by_month_and_a_month_with_few_cases_is_left_out():
    chance = np.random.default_rng(7)
    months = [(0, 120, 0.9), (40, 120, 0.2), (70, 20, 0.2)]
    cases = [
        Case(n, "s", (start + n % 20) * DAY, steps=one.steps)
        for start, count, share in months
        for n, one in enumerate(decided(chance, count, share))
    ]
    first, second = drift(cases, Given(), draws=100)["judgment"]
    assert (first.month, second.month, first.cases) == ("1970-01", "1970-02", 120)
    assert first.position > 0.7 > 0.4 > second.position
    assert first.low <= first.position <= first.high
    assert (first.left, second.left) == ("", "fell")


def test_a_month_seldom_leaves_one_that_is_like_it():
    chance, left = np.random.default_rng(9), 0
    for seed in range(40):
        months = [Case(n, "s", (n % 2) * 31 * DAY, steps=one.steps) for n, one in enumerate(decided(chance, 240, 0.4))]
        left += bool(drift(months, Given(), seed=seed, draws=100)["judgment"][1].left)
    assert left <= 3


def test_a_month_in_which_all_are_at_one_end_has_not_left_one_where_a_few_are_not():
    def month(at, skipped):
        kinds = ["skipped" if n < skipped else "planned" for n in range(120)]
        return [Case(n, "s", at, steps=(Step("a"), Step("b", kind))) for n, kind in enumerate(kinds)]

    assert drift(month(0, 0) + month(31 * DAY, 3), Given(), draws=100)["applied"][1].left == ""
    assert drift(month(0, 0) + month(31 * DAY, 60), Given(), draws=100)["applied"][1].left == "rose"


def test_a_margin_an_hour_is_what_the_books_say_and_its_interval_holds_the_truth():
    rows = [Earned("2026-01", 1, 30.0, 2.0), Earned("2026-02", 1, 10.0, 0.5), Earned("2026-02", 0, 5.0, 0.0)]
    found = margin_an_hour(rows, "EUR")
    assert (found.left, found.hours, found.items, found.low, found.rate) == (45.0, 2.5, 1, None, 18.0)
    assert [(one.month, one.rate) for one in found.months] == [("2026-01", 15.0), ("2026-02", 30.0)]
    assert margin_an_hour([Earned("2026-01", 1, 30.0, 0.0)], "EUR") is None
    chance, held = np.random.default_rng(2), 0
    for seed in range(100):
        spent = chance.uniform(0.5, 2, 150)
        drawn = [Earned("m", n + 1, float(12 * one + chance.normal(0, 10)), float(one)) for n, one in enumerate(spent)]
        made = margin_an_hour(drawn, "EUR", seed=seed, draws=150)
        held += made.low <= 12 <= made.high
    assert 88 <= held <= 99


def test_how_well_a_difference_tells_the_lists_apart():
    def placed(kind, at):
        return Service(f"{kind}{at}", kind, 100, (Reading("judgment", "measured", at),))

    services = [placed("BPO", 0.1), placed("BPO", 0.5), placed("KPO", 0.5), placed("KPO", 0.9)]
    assert auc(services, lambda one: one.readings[0].position) == pytest.approx(3.5 / 4)
    assert auc(services[:2], lambda one: one.readings[0].position) is None


def test_a_store_without_items_says_so(tmp_path):
    from click.testing import CliRunner

    from alihdaya.cli import cli
    from alihdaya.store import open_store

    open_store(tmp_path / "empty.db").close()
    told = CliRunner().invoke(cli, ["--store", str(tmp_path / "empty.db"), "spectrum", "--json"])
    assert told.exit_code == 1
    assert "no items" in told.output


def answered(number, value, **known):
    return case(number, answers=(Answer("judge.verdict", value, known),))


def test_answers_that_follow_from_the_intake_are_foretold_and_drawn_ones_are_not():
    chance = np.random.default_rng(3)
    amounts = [Decimal(int(one)) for one in chance.integers(0, 1000, 400)]
    words = [("late", "lost", "broken")[n] for n in chance.integers(0, 3, 400)]
    rule = ["pay" if amount > 600 or word == "lost" else "deny" for amount, word in zip(amounts, words, strict=True)]
    drawn = list(chance.permutation(rule))

    def told(values):
        cases = [
            answered(n, value, amount=amounts[n], reason=words[n], name=f"r-{n}") for n, value in enumerate(values)
        ]
        (found,) = foretold(cases, seed=5, draws=100)
        return found

    followed, lot = told(rule), told(drawn)
    assert followed.ratio < 0.25
    assert followed.low <= followed.ratio <= followed.high
    assert set(followed.by) == {"amount", "reason"}, "a name of the case foretells nothing"
    assert lot.ratio == pytest.approx(1, abs=0.03), (
        "what is drawn by lot is not foretold, whatever a tree learns by heart"
    )
    assert told(rule) == followed, "the same seed, the same figures"
    noisy = [value if chance.random() < 0.8 else "deny" for value in rule]
    assert followed.ratio < told(noisy).ratio < lot.ratio


def test_few_answers_and_one_sided_ones_say_nothing():
    assert foretold([answered(n, "pay" if n % 2 else "deny", amount=n) for n in range(99)]) == []
    assert foretold([answered(n, "pay", amount=n) for n in range(200)]) == []
    (bare,) = foretold([answered(n, "pay" if n % 2 else "deny") for n in range(200)])
    assert (bare.ratio, bare.by) == (1.0, ())


def test_an_answer_is_kept_with_what_was_known_before_it():
    found = read_case(
        story(
            (HOUR, DecisionMade("rule", "ruling", "grant", (1,), "verdict")),
            *task(1, "judge", HOUR, 2 * HOUR, verdict="deny", note="x"),
            (3 * HOUR, DecisionMade("rule", "second", "later", (1,), "other")),
        ),
        NODES,
        hours,
    )
    assert found.answers == (Answer("judge.verdict", "deny", {"system": "web", "verdict": "grant"}),)
