"""Compiled segments against the interpreter: the same events, the same state, whatever the model and the data."""

import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plans import NOON, Table, flow, line, plan_of, script
from test_generated import BLOCKS, Drawing

from alihdaya.engine import CompleteTask, Start, apply, decide
from alihdaya.engine.compile import make_plan
from alihdaya.kernel.errors import Refused
from alihdaya.notation.bpmn.errors import BpmnError

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 6),
    st.sampled_from(
        [Decimal("0.1"), Decimal("1E+30"), Decimal("NaN"), Decimal("Infinity"), "x", "", [1, None], {"a": 1}]
    ),
    st.sampled_from([1.5, object, [2.5], {"a": {3: 1}}]),
)

DATA = st.dictionaries(st.sampled_from(["n", "other", "m"]), VALUES, max_size=3)


def outcome(plan, command, results=()):
    """Start, then finish the first task that waits, with one result after another; all events and states as text."""
    told, state, folded, left = [], None, None, list(results)
    while True:
        before = repr(state)
        try:
            events, after = decide(plan, state, command, NOON)
        except Refused as refusal:
            return [*told, str(refusal)]
        assert repr(state) == before
        state = after
        for event in events:
            folded = apply(folded, event)
        assert repr(folded) == repr(state)
        told += [repr(events), repr(state)]
        tasks = [token for token, wait in state.waits.items() if wait.kind == "task"]
        if not tasks or not left:
            return told
        command = CompleteTask(tasks[0], left.pop())


def both(body, command, results=(), **given_):
    swift = plan_of(body, **given_)
    plain = make_plan(swift.process, **({"decisions": {}, "steps": {}} | given_), compiled=False)
    assert plain.segment is None
    return swift, outcome(swift, command, results), outcome(plain, command, results)


@settings(max_examples=150, deadline=None)
@given(BLOCKS, DATA, st.lists(DATA, max_size=6))
def test_random_models_with_any_data_go_the_same_way(block, variables, results):
    drawing = Drawing()
    first, last = drawing.draw(block)
    body = "\n".join(drawing.parts) + line("s", first) + line(last, "e")
    _, swift, plain = both(body, Start(variables), results)
    assert swift == plain


DECIDING = (
    '<businessRuleTask id="t" alihdaya:decision="d" alihdaya:result="{result}"/><exclusiveGateway id="g"{default}/>'
    '<serviceTask id="w" alihdaya:step="step"/><endEvent id="e2"/>'
    '<userTask id="u" alihdaya:priority="n + 1"/><userTask id="u2"/>'
    + script("k", "n * 2 + rate", "{total}")
    + line("s", "t", "g")
    + flow("g", "k", "rate > 1")
    + flow("g", "w", "rate = 1 and n != 3", "way")
    + line("k", "u", "u2", "e")
    + line("w", "e2")
)
RESULTS = st.sampled_from([None, 0, 1, 2, Decimal("1.5"), "x", True, {"rate": 2}, {"rate": 2, "n": "y"}, [1], 1.5])
GIVEN = st.sampled_from(
    [None, {}, {"n": 9}, {"n": 1.5}, {"n": Decimal("NaN")}, ValueError("odd"), BpmnError("code", "")]
)


@settings(max_examples=250, deadline=None)
@given(RESULTS, GIVEN, VALUES, st.sampled_from(["rate", ""]), st.sampled_from(["total", ""]), st.booleans(), DATA)
def test_decisions_scripts_steps_and_choices_go_the_same_way(value, given_, n, result, total, default, done):
    def step(_variables):
        if isinstance(given_, Exception):
            raise given_
        return given_

    body = DECIDING.format(result=result, total=total, default=' default="way"' if default else "")
    decisions = {"d": Table(lambda _: (value, (1,)))}
    swift, one, other = both(body, Start({"n": n}), [done, done], decisions=decisions, steps={"step": step})
    assert swift.segment is not None
    assert one == other


def test_a_straight_item_never_meets_the_interpreter(monkeypatch):
    plan = plan_of(script("a", "n + 1", "n") + line("s", "a", "e"))
    monkeypatch.setattr(sys.modules["alihdaya.engine.decide"], "Run", None)
    events, state = decide(plan, None, Start({"n": 1}), NOON)
    assert [type(event).__name__ for event in events] == ["InstanceStarted", "VariablesSet", "Moved", "InstanceEnded"]
    assert state.variables == {"n": 2}
    assert state.status == "ended"


def test_what_was_given_is_never_changed_nor_kept():
    plan = plan_of(script("a", "n + 1", "n") + line("s", "a", "e"))
    given_ = {"n": 1}
    events, state = decide(plan, None, Start(given_), NOON)
    given_["n"] = 7
    assert events[0].variables == {"n": 1}
    state.variables["n"] = 8
    assert events[0].variables == {"n": 1}


@pytest.mark.parametrize("start", ["", "s", "nowhere"])
def test_the_start_that_is_named_is_the_one_taken(start):
    _, one, other = both(line("s", "e"), Start({}, start))
    assert one == other


def test_many_choices_after_each_other_stay_within_limits():
    """Each choice doubles the ways: beyond the limit the interpreter goes on."""
    parts = []
    for place in range(60):
        parts += [f'<exclusiveGateway id="x{place}" default="d{place}"/><exclusiveGateway id="m{place}"/>']
        parts += [script(f"y{place}", "n + 1", "n"), flow(f"x{place}", f"y{place}", f"odd(n + {place})")]
        parts += [flow(f"x{place}", f"m{place}", identity=f"d{place}"), line(f"y{place}", f"m{place}")]
        parts += [line(f"m{place}", f"x{place + 1}" if place < 59 else "e")]
    _, one, other = both("".join(parts) + line("s", "x0"), Start({"n": 0}))
    assert one == other
