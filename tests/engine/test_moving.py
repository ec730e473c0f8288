"""Moving tokens by hand: what is withdrawn, what is entered, and what is refused."""

import pytest
from plans import Desk, boundary, flow, kinds, line, plan_of, script, timer

from alihdaya.engine import CompleteTask, Move, SetVariables, Start

TWO = '<userTask id="a"/><userTask id="b"/>' + line("s", "a", "b", "e")


def started(body, variables=None, **given):
    desk = Desk(plan_of(body, **given))
    desk.send(Start(variables or {}))
    return desk


@pytest.mark.parametrize("compiled", [True, False])
def test_a_token_leaves_its_task_and_enters_another_one(compiled):
    desk = started(TWO, compiled=compiled)
    assert kinds(desk.send(Move(1, "b"))) == ["TaskClosed", "TokenMoved", "TaskOffered"]
    assert desk.refuse(CompleteTask(2, {})) == "not-waiting"
    desk.send(CompleteTask(1, {}))
    assert desk.state.status == "ended"


def test_back_and_again_to_the_same_task():
    desk = started(TWO)
    desk.send(CompleteTask(1, {}))
    desk.send(Move(1, "a"))
    desk.send(Move(1, "a"))
    assert desk.waiting() == ["a"]
    desk.send(CompleteTask(1, {}))
    desk.send(CompleteTask(1, {}))
    assert desk.state.status == "ended"


def test_timers_of_the_place_that_was_left_run_no_more():
    body = TWO + boundary("late", "a", timer("PT1H")) + flow("late", "b")
    desk = started(body)
    desk.send(Move(1, "b"))
    assert not desk.state.timers
    desk.send(Move(1, "a"))
    assert desk.timer("late")


def test_a_token_with_an_incident_is_moved_away_from_it():
    desk = started(script("sum", "1 + 1") + '<userTask id="b"/>' + line("s", "sum", "b", "e"))
    assert desk.state.incidents
    desk.send(Move(1, "b"))
    assert not desk.state.incidents
    assert desk.waiting() == ["b"]


INSIDE = (
    '<startEvent id="s"/><endEvent id="e"/>'
    '<subProcess id="sub"><startEvent id="s2"/><userTask id="in1"/><userTask id="in2"/><endEvent id="e2"/>'
    + line("s2", "in1", "in2", "e2")
    + '</subProcess><userTask id="out"/>'
    + line("s", "sub", "out", "e")
)


def test_inside_a_sub_process_and_out_of_it_with_the_token_that_carries_it():
    desk = started(INSIDE)
    inner = desk.token("in1")
    assert desk.refuse(Move(inner, "out")) == "other-scope"
    assert desk.refuse(Move(1, "in2")) == "other-scope"
    desk.send(Move(inner, "in2"))
    assert desk.waiting() == ["in2"]
    desk.send(Move(1, "out"))
    assert desk.waiting() == ["out"]
    assert not desk.state.full.scopes
    desk.send(CompleteTask(1, {}))
    assert desk.state.status == "ended"


SEVERAL = (
    '<userTask id="each"><multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality>'
    '</multiInstanceLoopCharacteristics></userTask><userTask id="out"/>' + line("s", "each", "out", "e")
)


def test_a_repeating_activity_is_left_and_begun_anew_as_a_whole():
    desk = started(SEVERAL)
    assert desk.refuse(Move(desk.state.full and min(desk.state.waits), "out")) == "other-scope"
    desk.send(Move(1, "each"))
    assert desk.waiting() == ["each"] * 3
    desk.send(Move(1, "out"))
    assert desk.waiting() == ["out"]
    assert not desk.state.full.loops
    desk.send(CompleteTask(1, {}))
    assert desk.state.status == "ended"


def test_a_token_that_waits_at_a_join_goes_on_elsewhere():
    body = (
        '<parallelGateway id="f"/><userTask id="a"/><userTask id="b"/><parallelGateway id="j"/><userTask id="c"/>'
        + line("s", "f", "a", "j", "c", "e")
        + line("f", "b", "j")
    )
    desk = started(body)
    first = desk.token("a")
    desk.send(CompleteTask(first, {}))
    desk.send(Move(first, "a"))
    assert desk.waiting() == ["a", "b"]
    desk.send(CompleteTask(desk.token("b"), {}))
    desk.send(CompleteTask(first, {}))
    assert desk.waiting() == ["c"]


@pytest.mark.parametrize(
    ("token", "node", "code"),
    [(9, "b", "no-such-token"), (1, "z", "no-such-node"), (1, "s", "not-enterable"), (1, "f", "not-enterable")],
)
def test_what_cannot_be_is_refused(token, node, code):
    body = (
        TWO.replace('<userTask id="b"/>', '<userTask id="b"/><parallelGateway id="f"/>')
        + flow("b", "f")
        + flow("f", "e")
    )
    assert started(body).refuse(Move(token, node)) == code


def test_moving_to_an_end_ends_the_token():
    desk = started(TWO)
    desk.send(Move(1, "e"))
    assert desk.state.status == "ended"


def test_variables_stay_as_they_are():
    desk = started(TWO, {"n": 1})
    desk.send(SetVariables({"m": 2}))
    desk.send(Move(1, "b"))
    assert desk.state.variables == {"n": 1, "m": 2}
