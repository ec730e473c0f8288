"""Compiled segments against the interpreter: the same events, the same state, whatever the model and the data."""

import sys
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plans import NOON, Table, flow, line, plan_of, script
from test_generated import BLOCKS, Drawing

from alihdaya.engine import CompleteTask, Start, apply, complete, decide, from_wire, happened, start, to_wire
from alihdaya.engine.compile import make_plan
from alihdaya.kernel.errors import Refused
from alihdaya.notation import dmn
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
    """What `decide` gives, which must be what `start` and `complete` give, unread before the end."""
    told = decided(plan, command, results)
    assert packed(plan, command, results) == told
    return told


def packed(plan, command, results):
    states, refused = [], []
    try:
        states.append(start(plan, command.variables, NOON, command.node))
        for result in reversed(results):
            tasks = [token for token, wait in states[-1].waits.items() if wait.kind == "task"]
            if not tasks:
                break
            states.append(complete(plan, states[-1], tasks[0], result, NOON))
    except Refused as refusal:
        refused = [str(refusal)]
    told = []
    for state in reversed(states):  # the last first: what was read before must not matter
        text = repr(state)
        assert happened(state) == happened(state)
        told = [repr(happened(state)), text, *told]
        assert repr(from_wire(to_wire(state))) == text
        copied = state.copy()
        copied.variables["n"] = copied.waits["x"] = copied.tokens["x"] = 0
        assert repr(state) == text
        if state.shape is not None:
            state.unpack()
            assert repr(state) == text
    return [*told, *refused]


def decided(plan, command, results=()):
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


INPUTS = {"kind": "string", "n": "number", "urgent": "boolean"}
RULES = (
    ('"a"', "<= 10", "-", '"auto"'),
    ('"a"', "> 10", "true", '"auto"'),
    ('"b", "c"', "[3..20)", "-", '"manual"'),
    ("-", "-", "false", "null"),
)


def decided_by(name, needs, logic, inputs=()):
    required = "".join(f'<informationRequirement><{tag} href="#{one}"/></informationRequirement>' for tag, one in needs)
    columns = "".join(f"<input><inputExpression><text>{one}</text></inputExpression></input>" for one in inputs)
    rows = "".join(
        "<rule>" + "".join(f"<inputEntry><text>{cell.replace('<', '&lt;')}</text></inputEntry>" for cell in cells)
        + f"<outputEntry><text>{output}</text></outputEntry></rule>"
        for *cells, output in logic
    )  # fmt: skip
    table = f'<decisionTable hitPolicy="FIRST">{columns}<output name="{name}"/>{rows}</decisionTable>'
    return f'<decision id="{name}" name="{name}"><variable name="{name}"/>{required}{table}</decision>'


def real_decisions():
    given_ = [("requiredInput", name) for name in INPUTS]
    data = "".join(f'<inputData id="{a}" name="{a}"><variable typeRef="{b}"/></inputData>' for a, b in INPUTS.items())
    risk = decided_by("risk", given_[1:2], [("> 15", "2"), ("-", "1")], ["n"])
    both_ = [*given_, ("requiredDecision", "risk")]
    route = decided_by("route", both_, [(*cells[:-1], "-", cells[-1]) for cells in RULES], [*INPUTS, "risk"])
    again = decided_by("again", [*given_[1:2], ("requiredDecision", "risk")], [("1", "n + 1"), ("-", '"x"')], ["risk"])
    head = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="urn:m">'
    return dmn.compile_model(dmn.read(f"{head}{data}{risk}{route}{again}</definitions>".encode(), "m.dmn"))


ROUTED = (
    '<businessRuleTask id="t" alihdaya:decision="route" alihdaya:result="route"/><userTask id="u"/>'
    '<businessRuleTask id="t2" alihdaya:decision="again" alihdaya:result="n"/><exclusiveGateway id="g" default="way"/>'
    + script("k", "n * 0.5", "half")
    + line("s", "t", "g")
    + flow("g", "k", 'route = "auto"')
    + flow("g", "u", identity="way")
    + line("k", "t2", "e")
    + line("u", "e")
)
REAL = real_decisions()
KINDS = st.one_of(st.sampled_from(["a", "b", "c", "d"]), VALUES)
NUMBERS = st.one_of(st.integers(0, 25), st.sampled_from([Decimal("10.5"), Decimal("NaN"), 10**40]), VALUES)
NAMED = {"kind": KINDS, "n": NUMBERS, "urgent": st.one_of(st.booleans(), VALUES)}
ROWS = st.fixed_dictionaries({}, optional=NAMED | {"risk": VALUES, "other": VALUES, "route": VALUES})


@settings(max_examples=400, deadline=None)
@given(ROWS)
def test_a_decision_within_a_segment_is_the_same_decision(variables):
    swift, one, other = both(ROUTED, Start(variables), [{}], decisions=REAL)
    assert swift.segment is not None
    assert one == other


def test_ordinary_data_is_not_decided_by_a_call(monkeypatch):
    def slowly(*_):
        raise AssertionError

    monkeypatch.setattr(dmn.Decision, "slowly", slowly)
    monkeypatch.setattr(sys.modules["alihdaya.engine.decide"], "Run", None)
    plan = plan_of(ROUTED, decisions=real_decisions())
    for kind, n, route in (("a", 3, "auto"), ("a", Decimal(11), "auto"), ("b", 3, "manual"), ("d", 1, None)):
        row = {"n": n, "urgent": n != 1, "kind": kind, "more": [1]}
        assert start(plan, row).variables["route"] == route


class Name(StrEnum):
    N = "n"


def test_names_of_an_enumeration_are_text():
    body = script("a", "n + 1", "n") + line("s", "a", "e")
    _, one, other = both(body, Start({Name.N: 1}))
    assert one == other
    _, one, other = both(ROUTED, Start({Name.N: 1, "kind": "a", "urgent": True}), decisions=REAL)
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


def test_an_instance_that_changes_afterwards_changes_nothing_that_followed_from_it():
    plan = plan_of('<userTask id="u"/>' + line("s", "u", "e"))
    before = start(plan, {"n": 1})
    ended = complete(plan, before, 1, {"m": 2})
    again = complete(plan, before, 1, {"m": 3})
    for event in happened(ended):
        apply(before, event)
    before.variables["n"] = 9
    assert ended.variables == {"n": 1, "m": 2}
    assert again.variables == {"n": 1, "m": 3}
    assert (before.status, before.waits) == ("ended", {})
    with pytest.raises(Refused):
        complete(plan, before, 1, {})


def test_a_task_of_another_process_is_not_finished_here():
    plan = plan_of('<userTask id="u"/>' + line("s", "u", "e"))
    state = start(plan, {})
    state.process = "another"
    with pytest.raises(Refused, match="another"):
        complete(plan, state, 1, {})


def test_a_task_that_comes_again_and_again_keeps_no_chain_of_states():
    body = '<userTask id="u"/><exclusiveGateway id="g" default="on"/>' + line("s", "u", "g")
    plan = plan_of(body + flow("g", "u", "again") + flow("g", "e", identity="on"))
    state = start(plan, {"again": True})
    for turn in range(3_000):
        state = complete(plan, state, 1, {"turn": turn, "again": turn < 2_999})
    assert state.status == "ended"
    assert state.variables == {"turn": 2_999, "again": False}


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
