"""Scopes, repetition and thrown events: what a wrong reading of the standard would get wrong."""

from plans import Desk, boundary, kinds, line, plan_of, script, timer

from alihdaya.engine import (
    CANCELLED,
    ENDED,
    Cancel,
    CompleteTask,
    DeliverMessage,
    DeliverSignal,
    FireTimer,
    GoOn,
    Retry,
    SetVariables,
    Start,
)

SHARED = (
    '<error id="err" errorCode="E"/><signal id="sig" name="S"/><message id="msg" name="M" alihdaya:key="k"/>'
    '<escalation id="esc" escalationCode="X"/>'
)
ENDS = '<startEvent id="s"/><endEvent id="e"/>'
SIGNAL = '<signalEventDefinition signalRef="sig"/>'
MESSAGE = '<messageEventDefinition messageRef="msg"/>'


def desk_of(body, **given):
    return Desk(plan_of(ENDS + body, SHARED, **given))


def sub(name, body, tag="subProcess", more=""):
    return f'<{tag} id="{name}"{more}><startEvent id="{name}-s"/><endEvent id="{name}-e"/>{body}</{tag}>'


def tokens_at(desk):
    nodes = desk.plan.process.nodes
    return sorted(nodes[desk.plan.node_at(place)].id for place in desk.state.tokens.values())


def test_a_condition_is_met_before_the_token_that_made_it_true_goes_on():
    inside = script("set", "true", "hot") + '<userTask id="after"/>' + line("u-s", "set", "after", "u-e")
    condition = "<conditionalEventDefinition><condition>hot</condition></conditionalEventDefinition>"
    desk = desk_of(sub("u", inside) + boundary("b", "u", condition) + line("s", "u", "e") + line("b", "e"))
    events = desk.send(Start({"hot": False}))
    assert desk.state.status == ENDED
    assert "TaskOffered" not in kinds(events)


def test_a_condition_beside_the_work_happens_once_for_each_time_that_it_becomes_true():
    condition = "<conditionalEventDefinition><condition>n > 1</condition></conditionalEventDefinition>"
    body = '<userTask id="t"/>' + boundary("b", "t", condition, interrupting=False) + '<userTask id="h"/>'
    desk = desk_of(body + line("s", "t", "e") + line("b", "h", "e"))
    desk.send(Start({"n": 0}))
    for n, tasks in ((2, 2), (3, 2), (1, 2), (5, 3)):
        desk.send(SetVariables({"n": n}))
        assert len(desk.waiting()) == tasks


def test_variables_of_a_sub_process_hide_those_outside_and_go_with_it():
    inside = '<dataObject id="o" name="x"/>' + script("set", "7", "x") + '<userTask id="t"/>'
    desk = desk_of(sub("u", inside + line("u-s", "set", "t", "u-e")) + line("s", "u", "e"))
    desk.send(Start({"x": 1}))
    assert list(desk.state.full.locals.values()) == [{"x": 7}]
    desk.send(CompleteTask(desk.token("t"), {"x": 8, "y": 9}))
    assert desk.state.variables == {"x": 1, "y": 9}


def test_outputs_of_instances_are_gathered_in_their_order_whatever_order_they_end_in():
    loop = (
        "<multiInstanceLoopCharacteristics><loopDataInputRef>all</loopDataInputRef>"
        '<loopDataOutputRef>answers</loopDataOutputRef><inputDataItem id="one"/><outputDataItem id="answer"/>'
        "</multiInstanceLoopCharacteristics>"
    )
    data = (
        '<ioSpecification><dataInput id="all"/><dataOutput id="answer0" name="answer"/><inputSet/><outputSet/>'
        "</ioSpecification><dataOutputAssociation><targetRef>last</targetRef><transformation>answer</transformation>"
        "</dataOutputAssociation>"
    )
    desk = desk_of(f'<userTask id="t">{data}{loop}</userTask>' + line("s", "t", "e"))
    desk.send(Start({"all": ["a", "b", "c"]}))
    tokens = sorted(desk.state.waits)
    assert [desk.state.full.locals[desk.state.full.homes[token]]["one"] for token in tokens] == ["a", "b", "c"]
    for token, answer in zip(reversed(tokens), (3, 2, 1), strict=True):
        desk.send(CompleteTask(token, {"answer": answer}))
    assert desk.state.variables["answers"] == [1, 2, 3]
    assert desk.state.variables["last"] == 1
    assert "answer" not in desk.state.variables


def test_an_interrupted_scope_takes_tasks_timers_and_catches_with_it_depth_first():
    deep = '<userTask id="t"/>' + boundary("late", "t", timer("PT1H")) + line("v-s", "t", "v-e") + line("late", "v-e")
    inside = sub("v", deep) + boundary("told", "v", MESSAGE) + line("u-s", "v", "u-e") + line("told", "u-e")
    desk = desk_of(sub("u", inside) + boundary("b", "u", SIGNAL) + line("s", "u", "e") + line("b", "e"))
    desk.send(Start({"k": "1"}))
    events = desk.send(DeliverSignal("S", {}))
    closing = [kind for kind in kinds(events) if kind in ("TaskClosed", "ScopeClosed", "BoundaryTaken")]
    assert closing == ["TaskClosed", "ScopeClosed", "ScopeClosed", "BoundaryTaken"]
    assert desk.state.status == ENDED
    assert desk.refuse(DeliverMessage("M", "1", {})) == "not-running"


def test_an_event_sub_process_of_the_process_starts_by_its_timer_and_again():
    event = (
        f'<startEvent id="ws" isInterrupting="false">{timer("R2/PT1H", "timeCycle")}</startEvent><endEvent id="we"/>'
    )
    event = f'<subProcess id="w" triggeredByEvent="true">{event}<userTask id="h"/>{line("ws", "h", "we")}</subProcess>'
    desk = desk_of('<userTask id="t"/>' + event + line("s", "t", "e"))
    desk.send(Start({}))
    for tasks in (2, 3):
        desk.later()
        desk.send(FireTimer(desk.timer("ws")))
        assert len(desk.waiting()) == tasks
    assert desk.state.timers == {}
    desk.send(CompleteTask(desk.token("t"), {}))
    assert desk.state.status != ENDED
    for token in sorted(desk.state.waits):
        desk.send(CompleteTask(token, {}))
    assert desk.state.status == ENDED


def test_an_interrupting_event_sub_process_ends_what_the_process_did_and_its_other_events():
    def event(name, definition):
        inner = f'<startEvent id="{name}s">{definition}</startEvent><endEvent id="{name}e"/><userTask id="{name}t"/>'
        flows = line(f"{name}s", f"{name}t", f"{name}e")
        return f'<subProcess id="{name}" triggeredByEvent="true">{inner}{flows}</subProcess>'

    desk = desk_of('<userTask id="t"/>' + event("a", SIGNAL) + event("b", timer("PT1H")) + line("s", "t", "e"))
    desk.send(Start({}))
    desk.send(DeliverSignal("S", {"why": "stop"}))
    assert (desk.waiting(), desk.state.timers, desk.state.full.catches) == (["at"], {}, {})
    desk.send(CompleteTask(desk.token("at"), {}))
    assert (desk.state.status, desk.state.variables) == (ENDED, {"why": "stop"})


def test_compensation_undoes_the_last_first_and_waits_for_each_handler():
    def done(name):
        undo = f'<userTask id="undo-{name}" isForCompensation="true"/>'
        edge = boundary(f"c-{name}", name, "<compensateEventDefinition/>")
        link = f'<association id="l-{name}" sourceRef="c-{name}" targetRef="undo-{name}"/>'
        return f'<userTask id="{name}"/>' + edge + undo + link

    throw = '<intermediateThrowEvent id="throw"><compensateEventDefinition/></intermediateThrowEvent>'
    desk = desk_of(done("a") + done("b") + throw + line("s", "a", "b", "throw", "e"))
    desk.send(Start({}))
    for name in ("a", "b", "undo-b", "undo-a"):
        assert desk.waiting() == [name]
        desk.send(CompleteTask(desk.token(name), {}))
    assert desk.state.status == ENDED


def test_what_did_not_complete_is_not_compensated():
    edge = boundary("c", "a", "<compensateEventDefinition/>")
    undo = '<userTask id="undo" isForCompensation="true"/><association id="l" sourceRef="c" targetRef="undo"/>'
    throw = '<intermediateThrowEvent id="throw"><compensateEventDefinition/></intermediateThrowEvent>'
    late = boundary("late", "a", timer("PT1H"))
    desk = desk_of('<userTask id="a"/>' + edge + undo + throw + late + line("s", "a", "e") + line("late", "throw", "e"))
    desk.send(Start({}))
    desk.later()
    desk.send(FireTimer(desk.timer("late")))
    assert desk.state.status == ENDED


def test_a_cancelled_transaction_undoes_what_completed_and_drops_what_did_not():
    inside = (
        '<userTask id="a"/><userTask id="idle"/><parallelGateway id="g"/>'
        '<endEvent id="cancel"><cancelEventDefinition/></endEvent>'
        + boundary("c", "a", "<compensateEventDefinition/>")
        + '<userTask id="undo" isForCompensation="true"/><association id="l" sourceRef="c" targetRef="undo"/>'
        + line("u-s", "g", "a", "cancel")
        + line("g", "idle", "u-e")
    )
    edge = boundary("b", "u", "<cancelEventDefinition/>") + '<userTask id="after"/>'
    desk = desk_of(sub("u", inside, "transaction") + edge + line("s", "u", "e") + line("b", "after", "e"))
    desk.send(Start({}))
    desk.send(CompleteTask(desk.token("a"), {}))
    assert desk.waiting() == ["undo"]
    desk.send(CompleteTask(desk.token("undo"), {}))
    assert desk.waiting() == ["after"]


def test_an_inclusive_join_waits_for_a_token_that_can_still_come_and_not_for_one_that_no_longer_can():
    body = (
        '<parallelGateway id="g"/><inclusiveGateway id="j"/><userTask id="a"/><userTask id="b"/><userTask id="after"/>'
        + boundary("late", "b", timer("PT1H"))
        + line("s", "g", "a", "j", "after", "e")
        + line("g", "b", "j")
        + line("late", "e")
    )
    for interrupted in (False, True):
        desk = desk_of(body)
        desk.send(Start({}))
        desk.send(CompleteTask(desk.token("a"), {}))
        assert desk.waiting() == ["b"]
        if interrupted:
            desk.later()
            desk.send(FireTimer(desk.timer("late")))
        else:
            desk.send(CompleteTask(desk.token("b"), {}))
        assert desk.waiting() == ["after"]


def test_a_complex_gateway_passes_the_first_and_swallows_the_rest():
    body = (
        '<parallelGateway id="g"/><complexGateway id="j"><activationCondition>activationCount >= 1'
        '</activationCondition></complexGateway><userTask id="a"/><userTask id="b"/><userTask id="after"/>'
        + line("s", "g", "a", "j", "after", "e")
        + line("g", "b", "j")
    )
    desk = desk_of(body)
    desk.send(Start({}))
    desk.send(CompleteTask(desk.token("b"), {}))
    assert desk.waiting() == ["a", "after"]
    desk.send(CompleteTask(desk.token("a"), {}))
    assert desk.waiting() == ["after"]
    assert tokens_at(desk) == ["after"]


def test_only_one_of_the_events_behind_an_event_based_gateway_wins():
    body = (
        '<eventBasedGateway id="g"/><intermediateCatchEvent id="told">'
        + MESSAGE
        + f'</intermediateCatchEvent><intermediateCatchEvent id="late">{timer("PT1H")}</intermediateCatchEvent>'
        + '<userTask id="a"/><userTask id="b"/>'
        + line("s", "g", "told", "a", "e")
        + line("g", "late", "b", "e")
    )
    desk = desk_of(body)
    desk.send(Start({"k": 5}))
    race = FireTimer(desk.timer("late"))
    assert desk.refuse(DeliverMessage("M", "6", {})) == "not-awaited"
    desk.send(DeliverMessage("M", "5", {"answer": 1}))
    desk.later()
    assert desk.refuse(race) == "no-such-timer"
    assert (desk.waiting(), desk.state.variables["answer"]) == (["a"], 1)


def test_a_loop_without_an_end_stops_at_the_step_budget_and_can_be_cancelled():
    loop = "<standardLoopCharacteristics><loopCondition>true</loopCondition></standardLoopCharacteristics>"
    desk = desk_of(f'<task id="t">{loop}</task>' + line("s", "t", "e"), step_budget=200)
    desk.send(Start({}))
    assert [incident.code for incident in desk.state.incidents.values()] == ["step-budget"]
    desk.send(Cancel("endless"))
    assert desk.state.status == CANCELLED


def test_more_instances_than_a_command_may_make_are_an_incident_at_once():
    size = "<multiInstanceLoopCharacteristics><loopCardinality>n</loopCardinality></multiInstanceLoopCharacteristics>"
    desk = desk_of(f'<userTask id="t">{size}</userTask>' + line("s", "t", "e"))
    events = desk.send(Start({"n": 10**12}))
    assert len(events) < 5
    assert [incident.code for incident in desk.state.incidents.values()] == ["cardinality"]


def test_a_run_of_a_repeating_activity_is_tried_again_by_itself():
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    work = script("t", "if loopCounter = 2 and bad then bad else {}").replace("</scriptTask>", loop + "</scriptTask>")
    desk = desk_of(work + line("s", "t", "e"))
    desk.send(Start({"bad": True}))
    [(token, incident)] = desk.state.incidents.items()
    assert incident.code == "no-result-name"
    desk.send(SetVariables({"bad": False}))
    desk.send(Retry(token))
    assert desk.state.status == ENDED


def test_an_error_goes_to_its_own_catcher_before_one_that_catches_all_and_uncaught_is_an_incident():
    inside = '<endEvent id="x"><errorEventDefinition errorRef="err"/></endEvent>' + line("u-s", "x")
    catchers = boundary("any", "u", "<errorEventDefinition/>") + boundary(
        "own", "u", '<errorEventDefinition errorRef="err"/>'
    )
    tasks = '<userTask id="a"/><userTask id="o"/>' + line("any", "a", "e") + line("own", "o", "e")
    desk = desk_of(sub("u", inside + line("u-s", "u-e")) + catchers + tasks + line("s", "u", "e"))
    desk.send(Start({}))
    assert desk.waiting() == ["o"]
    desk = desk_of(sub("u", inside + line("u-s", "u-e")) + line("s", "u", "e"))
    desk.send(Start({}))
    assert [(one.node, one.code) for one in desk.state.incidents.values()] == [("x", "E")]


def test_a_catch_event_can_be_told_to_go_on_by_hand():
    body = f'<intermediateCatchEvent id="c">{SIGNAL}</intermediateCatchEvent>' + line("s", "c", "e")
    desk = desk_of(body)
    desk.send(Start({}))
    desk.send(GoOn(1, {"by": "hand"}))
    assert (desk.state.status, desk.state.variables) == (ENDED, {"by": "hand"})
