from decimal import Decimal

import pytest
from plans import Desk, Table, flow, kinds, line, plan_of, script

from alihdaya.engine import ENDED, BpmnError, Start
from alihdaya.engine.events import DecisionMade, InstanceEnded, InstanceStarted, Moved, VariablesSet
from alihdaya.kernel.errors import NotationError

RULE = '<businessRuleTask id="rule" alihdaya:decision="cause" alihdaya:result="cause"/>'
GATE = '<exclusiveGateway id="gate" default="other"/>'
BODY = (
    RULE
    + GATE
    + script("sum", "amount + 0.5", "total")
    + '<endEvent id="e2"/>'
    + line("s", "rule", "gate")
    + flow("gate", "sum", 'cause = "weather"')
    + flow("gate", "e2", identity="other")
    + line("sum", "e")
)
CAUSE = {"cause": Table(lambda v: ("weather", (2,)) if v["amount"] > 1 else (None, ()))}


def test_a_straight_run_is_six_small_events():
    desk = Desk(plan_of(BODY, decisions=CAUSE))
    amounts = {"amount": 2}
    assert desk.send(Start(amounts)) == [
        InstanceStarted("p", "s", -1, {"amount": 2}),
        DecisionMade("rule", "cause", "weather", (2,), "cause"),
        VariablesSet("sum", {"total": Decimal("2.5")}),
        Moved(1, (0, 1, 2, 4)),
        InstanceEnded("e"),
    ]
    assert desk.state.variables == {"amount": 2, "cause": "weather", "total": Decimal("2.5")}
    assert (desk.state.status, desk.state.ended_at, desk.state.tokens) == (ENDED, "e", {})
    assert amounts == {"amount": 2}


def test_the_default_flow_is_taken_when_no_condition_is_true():
    desk = Desk(plan_of(BODY, decisions=CAUSE))
    desk.send(Start({"amount": 1}))
    assert desk.state.ended_at == "e2"


def test_null_and_text_are_no_truth():
    body = GATE + '<endEvent id="e2"/>' + line("s", "gate") + flow("gate", "e2", identity="other")
    for condition in ("missing > 1", "missing", '"true"', "1"):
        desk = Desk(plan_of(body + flow("gate", "e", condition)))
        desk.send(Start({}))
        assert desk.state.ended_at == "e2"


def test_the_first_true_condition_in_the_order_of_the_file_wins():
    body = '<exclusiveGateway id="g"/><endEvent id="e1"/><endEvent id="e2"/>' + line("s", "g")
    desk = Desk(plan_of(body + flow("g", "e", "x > 5") + flow("g", "e2", "x > 1") + flow("g", "e1", "x > 0")))
    desk.send(Start({"x": 3}))
    assert desk.state.ended_at == "e2"


def test_a_decision_or_script_without_a_result_name_merges_its_context():
    body = '<businessRuleTask id="r" alihdaya:decision="d"/>' + script("c", "{a: b + 1}") + line("s", "r", "c", "e")
    desk = Desk(plan_of(body, decisions={"d": Table(lambda v: ({"b": 1}, (1,)))}))
    desk.send(Start({}))
    assert desk.state.variables == {"b": 1, "a": 2}


def test_a_step_gets_the_variables_read_only_and_its_mapping_is_merged():
    def step(variables):
        with pytest.raises(TypeError):
            variables["x"] = 0
        return {"y": variables["x"] + 1}

    desk = Desk(plan_of('<serviceTask id="t" alihdaya:step="add"/>' + line("s", "t", "e"), steps={"add": step}))
    desk.send(Start({"x": 1}))
    assert desk.state.variables == {"x": 1, "y": 2}


def test_plain_and_manual_tasks_are_passed():
    desk = Desk(plan_of('<task id="a"/><manualTask id="b"/>' + line("s", "a", "b", "e")))
    assert kinds(desk.send(Start({}))) == ["InstanceStarted", "Moved", "InstanceEnded"]


def test_variables_that_feel_does_not_have_are_refused():
    desk = Desk(plan_of(line("s", "e")))
    assert desk.refuse(Start({"x": 1.5})) == "bad-variables"
    assert desk.refuse(Start({"x": [{"y": 1.5}]})) == "bad-variables"
    assert desk.refuse(Start({1: "x"})) == "bad-variables"


def test_missing_decisions_and_steps_and_bad_structure_are_named_together():
    body = RULE + '<serviceTask id="t" alihdaya:step="add"/><task id="island"/>' + line("s", "rule", "t", "e")
    with pytest.raises(NotationError) as error:
        plan_of(body + line("island", "e"))
    assert {p.code for p in error.value.problems} == {"unreachable", "unknown-decision", "unknown-step"}


def test_the_digest_follows_the_graph_and_not_the_lines():
    assert plan_of(line("s", "e")).digest == plan_of("\n\n" + line("s", "e")).digest
    assert plan_of(line("s", "e")).digest != plan_of('<task id="a"/>' + line("s", "a", "e")).digest


def test_several_starts_have_to_be_chosen_from():
    body = '<startEvent id="s1"/><startEvent id="s2"/><endEvent id="e1"/><endEvent id="e2"/>' + line("s1", "e1")
    desk = Desk(plan_of(body + line("s2", "e2")))
    assert desk.refuse(Start({})) == "no-such-start"
    assert desk.refuse(Start({}, "nope")) == "no-such-start"
    desk.send(Start({}, "s2"))
    assert desk.state.ended_at == "e2"
    assert desk.refuse(Start({})) == "not-running"


def test_the_error_of_a_step_carries_its_code():
    assert (BpmnError("E", "why").code, str(BpmnError("E"))) == ("E", "E")
