from plans import Desk, flow, kinds, line, plan_of, timer

from alihdaya.engine import ENDED, CompleteTask, Start
from alihdaya.engine.events import TokenEnded, TokensJoined, TokensSplit

FORK = '<parallelGateway id="f"/><parallelGateway id="j"/><userTask id="a"/><userTask id="b"/>'


def test_a_join_waits_for_every_branch_and_goes_on_once():
    desk = Desk(plan_of(FORK + line("s", "f", "a", "j", "e") + line("f", "b", "j")))
    assert TokensSplit(1, 2, (1, 4)) in desk.send(Start({}))
    assert desk.waiting() == ["a", "b"]
    desk.send(CompleteTask(desk.token("b"), {"x": 1}))
    assert desk.state.ended_at is None
    events = desk.send(CompleteTask(desk.token("a"), {"y": 2}))
    assert TokensJoined(2, (3,)) in events
    assert desk.state.variables == {"x": 1, "y": 2}
    assert kinds(desk.events).count("InstanceEnded") == 1


def test_branches_that_meet_no_task_join_within_one_command():
    body = '<parallelGateway id="f"/><parallelGateway id="j"/><task id="a"/>'
    desk = Desk(plan_of(body + line("s", "f", "a", "j", "e") + line("f", "j")))
    desk.send(Start({}))
    assert desk.state.ended_at == "e"


def test_surplus_tokens_stay_at_the_join_for_the_next_round():
    """Three tokens come over one flow, later one over the other: the join fires once and two wait on."""
    body = (
        '<parallelGateway id="f"/><exclusiveGateway id="m"/><userTask id="b"/><userTask id="c"/>'
        '<parallelGateway id="j"/><userTask id="after"/>'
        + line("s", "f", "m", "j", "after", "e")
        + line("f", "m")
        + line("f", "m")
        + line("f", "b", "j")
        + line("f", "c", "e")
    )
    desk = Desk(plan_of(body))
    desk.send(Start({}))
    assert desk.waiting() == ["b", "c"]
    assert len(desk.state.tokens) == 5
    desk.send(CompleteTask(desk.token("b"), {}))
    assert desk.waiting() == ["after", "c"]
    assert len(desk.state.tokens) == 4
    desk.send(CompleteTask(desk.token("after"), {}))
    desk.send(CompleteTask(desk.token("c"), {}))
    assert [incident.code for incident in desk.state.incidents.values()] == ["join-starved"]


def test_a_join_that_can_never_complete_is_an_incident():
    body = '<exclusiveGateway id="g"/><parallelGateway id="j"/>' + line("s", "g") + line("j", "e")
    desk = Desk(plan_of(body + flow("g", "j", "true") + flow("g", "j", "false")))
    desk.send(Start({}))
    assert desk.state.incidents[1].code == "join-starved"


def test_ends_before_the_last_consume_only_their_token():
    desk = Desk(
        plan_of(
            FORK.replace('<parallelGateway id="j"/>', '<endEvent id="e2"/>')
            + line("s", "f", "a", "e")
            + line("f", "b", "e2")
        )
    )
    desk.send(Start({}))
    assert TokenEnded(2, "e") in desk.send(CompleteTask(desk.token("a"), {}))
    desk.send(CompleteTask(desk.token("b"), {}))
    assert desk.state.ended_at == "e2"


def test_a_terminate_end_closes_every_open_wait():
    catch = f'<intermediateCatchEvent id="t">{timer("PT1H")}</intermediateCatchEvent>'
    kill = '<endEvent id="kill"><terminateEventDefinition/></endEvent>'
    kill += '<parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>'
    desk = Desk(plan_of(kill + catch + line("s", "f", "a", "e") + line("f", "t", "e") + line("f", "b", "kill")))
    desk.send(Start({}))
    events = desk.send(CompleteTask(desk.token("b"), {}))
    assert kinds(events) == ["TaskClosed", "Moved", "TaskClosed", "TimerCancelled", "InstanceEnded"]
    assert (desk.state.status, desk.state.ended_at) == (ENDED, "kill")
    assert (desk.state.tokens, desk.state.waits, desk.state.timers) == ({}, {}, {})


def test_terminate_stops_branches_that_have_not_moved_yet():
    body = '<endEvent id="kill"><terminateEventDefinition/></endEvent><parallelGateway id="f"/><userTask id="a"/>'
    desk = Desk(plan_of(body + line("s", "f", "kill") + line("f", "a", "e")))
    assert "TaskOffered" not in kinds(desk.send(Start({})))
    assert desk.state.ended_at == "kill"


def test_an_activity_takes_all_its_true_conditional_flows_and_else_the_default():
    body = (
        '<task id="t" default="d"/><userTask id="a"/><userTask id="b"/><userTask id="c"/>'
        + line("s", "t")
        + flow("t", "a", "x > 1")
        + flow("t", "b", "x > 2")
        + flow("t", "c", identity="d")
        + line("a", "e")
        + line("b", "e")
        + line("c", "e")
    )
    plan = plan_of(body)
    for x, waiting in ((3, ["a", "b"]), (2, ["a"]), (0, ["c"])):
        desk = Desk(plan)
        desk.send(Start({"x": x}))
        assert desk.waiting() == waiting
