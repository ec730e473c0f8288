"""What goes over to another version of a model, what is watched for anew, and what cannot go, with its reason."""

import pytest
from plans import Desk, boundary, flow, kinds, line, plan_of, script, timer

from alihdaya.engine import ENDED, CompleteCall, CompleteTask, DeliverMessage, FireTimer, Retry, Start, apply
from alihdaya.engine.migrate import make_route, migrate, unknown_names
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import HOUR

ENDS = '<startEvent id="s"/><endEvent id="e"/>'
MESSAGES = (
    '<message id="m" name="M" alihdaya:key="k"/><message id="n" name="N" alihdaya:key="k"/>'
    '<message id="o" name="M" alihdaya:key="k + 1"/>'
)


def user(name):
    return f'<userTask id="{name}"/>'


def message(name, which="m"):
    definition = f'<messageEventDefinition messageRef="{which}"/>'
    return f'<intermediateCatchEvent id="{name}">{definition}</intermediateCatchEvent>'


def begun(body, *commands, shared="", **variables):
    desk = Desk(plan_of(ENDS + body, shared))
    desk.send(Start(variables))
    for command in commands:
        desk.send(command)
    return desk


def move(desk, body, names=None, *, shared="", reset=False, values=None, **given):
    """Migrate the desk's instance; the desk goes on with the new plan."""
    after = plan_of(ENDS + body, shared, **given)
    events, state = migrate(make_route(desk.plan, after, names or {}, reset=reset), desk.state, desk.now, values)
    for event in events:
        desk.replayed = apply(desk.replayed, event)
    assert desk.replayed == state
    desk.plan, desk.state = after, state
    return events


def stopped(desk, body, names=None, **more):
    """Codes and elements of the reasons why it cannot go."""
    with pytest.raises(Refused) as refusal:
        move(desk, body, names, **more)
    return {(problem.code, problem.source.element) for problem in refusal.value.problems}


TASK = user("a") + line("s", "a", "e")


def test_a_waiting_task_goes_over_and_takes_the_new_way():
    desk = begun(TASK)
    events = move(desk, user("first") + user("b") + user("c") + line("s", "first", "b", "c", "e"), {"a": "b"})
    assert kinds(events) == ["Migrated"]
    assert desk.waiting() == ["b"]
    desk.send(CompleteTask(1, {}))
    assert desk.waiting() == ["c"]


def test_names_may_be_exchanged():
    desk = begun(user("a") + user("b") + line("s", "a", "b", "e"))
    move(desk, user("b") + user("a") + line("s", "b", "a", "e"), {"a": "b", "b": "a"})
    assert desk.waiting() == ["b"]
    desk.send(CompleteTask(1, {}))
    assert desk.waiting() == ["a"]


def test_a_place_without_counterpart_or_of_another_kind_is_refused():
    desk = begun(TASK)
    assert stopped(desk, user("b") + line("s", "b", "e")) == {("no-target", "a")}
    assert stopped(desk, message("b") + line("s", "b", "e"), {"a": "b"}, shared=MESSAGES) == {("other-wait", "a")}
    assert stopped(desk, '<serviceTask id="a"/>' + line("s", "a", "e")) == {("other-wait", "a")}
    inside = f'<subProcess id="sub"><startEvent id="x"/>{user("a")}{line("x", "a")}</subProcess>' + line(
        "s", "sub", "e"
    )
    assert stopped(desk, inside) == {("other-scope", "a")}
    many = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    assert stopped(desk, f'<userTask id="a">{many}</userTask>' + line("s", "a", "e")) == {("repeats-otherwise", "a")}


def test_a_mapping_must_name_what_there_is():
    desk = begun(TASK)
    assert stopped(desk, TASK, {"a": "nowhere"}) == {("unknown-target", "a")}
    assert [one.source.element for one in unknown_names({"a": "x", "zz": "a"}, [desk.plan])] == ["zz"]
    late = user("a") + boundary("t", "a", timer("PT1H")) + boundary("u", "a", timer("PT2H"))
    desk = begun(late + line("s", "a", "e") + line("t", "e") + line("u", "e"))
    one = user("a") + boundary("t", "a", timer("PT1H")) + line("s", "a", "e") + line("t", "e")
    assert stopped(desk, one, {"u": "t"}) == {("two-to-one", "t")}


def timed(text, name="t", interrupting=True):
    return user("a") + boundary(name, "a", timer(text), interrupting) + line("s", "a", "e") + line(name, "e")


@pytest.mark.parametrize(
    ("text", "reset", "hours"), [("PT2H", False, 2), ("PT5H", False, 2), ("PT2H", True, 2), ("PT5H", True, 6)]
)
def test_a_timer_runs_on_unless_changed_ones_are_to_be_set_anew(text, reset, hours):
    desk = begun(timed("PT2H"))
    due = desk.now + hours * HOUR
    desk.later(1)
    move(desk, timed(text, "late"), {"t": "late"}, reset=reset)
    assert [(one.node, one.due) for one in desk.state.timers.values()] == [("late", due)]
    desk.now = due
    desk.send(FireTimer(desk.timer("late")))
    assert desk.state.status == ENDED


def test_what_can_happen_is_not_lost_by_silence():
    desk = begun(timed("PT2H"))
    assert stopped(desk, TASK) == {("removed-event", "t")}
    events = move(desk, TASK, {"t": ""})
    assert kinds(events) == ["Migrated", "TimerCancelled"]
    assert not desk.state.timers


def test_an_event_that_is_new_is_watched_for_from_now_on_and_one_that_happened_is_not():
    desk = begun(TASK)
    desk.later(3)
    move(desk, timed("PT2H"))
    assert [(one.node, one.due) for one in desk.state.timers.values()] == [("t", desk.now + 2 * HOUR)]
    desk = begun(timed("PT2H", interrupting=False))
    desk.later(2)
    desk.send(FireTimer(1))
    move(desk, timed("PT2H", "again", interrupting=False), {"t": "again"})
    assert not desk.state.timers


def test_a_timer_that_cannot_be_computed_keeps_the_instance_where_it_is():
    desk = begun(TASK)
    with_key = user("a") + boundary("b", "a", '<messageEventDefinition messageRef="m"/>') + line("s", "a", "e")
    with_key += line("b", "e")
    assert {code for code, _ in stopped(desk, with_key, shared=MESSAGES)} == {"message-key"}
    move(desk, with_key, shared=MESSAGES, values={"k": 7})
    assert [(one.name, one.key) for one in desk.state.full.catches.values()] == [("M", "7")]


def test_a_message_is_waited_for_with_its_key_and_anew_where_its_definition_changed():
    body = message("a") + line("s", "a", "e")
    desk = begun(body, shared=MESSAGES, k=1)
    assert kinds(move(desk, message("b") + line("s", "b", "e"), {"a": "b"}, shared=MESSAGES)) == ["Migrated"]
    for which, name, key in (("n", "N", "1"), ("o", "M", "2")):
        desk = begun(body, shared=MESSAGES, k=1)
        events = move(desk, message("a", which) + line("s", "a", "e"), shared=MESSAGES)
        assert kinds(events) == ["Migrated", "MessageCancelled", "MessageAwaited"]
        desk.send(DeliverMessage(name, key, {}))
        assert desk.state.status == ENDED


FORK = '<parallelGateway id="f"/><parallelGateway id="j"/>' + user("a") + user("b") + line("s", "f") + line("j", "e")
BOTH = FORK + line("f", "a", "j") + line("f", "b", "j")


def test_a_token_parked_at_a_join_keeps_its_flow():
    desk = begun(BOTH, CompleteTask(2, {}))
    turned = FORK + line("f", "b", "j") + line("f", "a", "j")
    move(desk, turned)
    desk.send(CompleteTask(3, {}))
    assert desk.state.status == ENDED
    desk = begun(BOTH, CompleteTask(2, {}))
    other = FORK + user("c") + line("f", "a", "c", "j") + line("f", "b", "j")
    assert ("no-flow", "j") in stopped(desk, other)


def test_a_join_that_would_wait_for_ever_is_found():
    desk = begun(BOTH)
    third = FORK + user("c") + line("f", "a", "j") + line("f", "b", "j") + line("f", "c", "j")
    assert stopped(desk, third) == {("join-starved", "j")}
    early = begun(user("z") + BOTH.replace(line("s", "f"), line("s", "z", "f")))
    move(early, user("z") + third.replace(line("s", "f"), line("s", "z", "f")))


def sub(inner, more=""):
    return f'<subProcess id="sub"><startEvent id="x"/><endEvent id="y"/>{inner}{more}</subProcess>' + line(
        "s", "sub", "e"
    )


def bell(name, text):
    inside = f'<startEvent id="{name}-s" isInterrupting="false">{timer(text)}</startEvent><endEvent id="{name}-e"/>'
    return (
        f'<subProcess id="{name}" triggeredByEvent="true">{inside}{user("rung")}'
        + line(f"{name}-s", "rung", f"{name}-e").replace("</subProcess>", "")
        + "</subProcess>"
    )


def test_an_event_sub_process_that_is_new_is_armed_in_the_scope_that_runs():
    desk = begun(sub(user("a") + line("x", "a", "y")))
    move(desk, sub(user("a") + line("x", "a", "y"), bell("bell", "PT1H")))
    desk.later(1)
    desk.send(FireTimer(1))
    assert desk.waiting() == ["a", "rung"]
    move(desk, sub(user("a") + line("x", "a", "y"), bell("alarm", "PT1H")), {"bell": "alarm", "bell-s": "alarm-s"})
    desk.send(CompleteTask(desk.token("rung"), {}))
    desk.send(CompleteTask(desk.token("a"), {}))
    assert desk.state.status == ENDED


def test_runs_of_a_repeating_activity_go_over_together():
    def repeating(name, sequential="false", result=""):
        loop = f'<multiInstanceLoopCharacteristics isSequential="{sequential}"><loopCardinality>2</loopCardinality>'
        return f'<userTask id="{name}">{loop}</multiInstanceLoopCharacteristics></userTask>' + line("s", name, "e")

    desk = begun(repeating("a"), CompleteTask(2, {}))
    assert stopped(desk, repeating("a", "true")) == {("repeats-otherwise", "a")}
    late = boundary("t", "b", timer("PT1H")) + line("t", "e")
    move(desk, repeating("b") + late, {"a": "b"})
    assert [(one.node, one.token) for one in desk.state.timers.values()] == [("t", 1)]
    desk.send(CompleteTask(3, {}))
    assert desk.state.status == ENDED


def test_what_can_be_compensated_must_stay_so():
    handler = script("undo", "n + 1", "n").replace("<scriptTask", '<scriptTask isForCompensation="true"')
    edge = boundary("c", "a", "<compensateEventDefinition/>")
    link = '<association id="l" sourceRef="c" targetRef="undo"/>'
    thrown = '<intermediateThrowEvent id="t"><compensateEventDefinition/></intermediateThrowEvent>'
    way = user("a") + user("b") + thrown + line("s", "a", "b", "t", "e")
    desk = begun(way + handler + edge + link, CompleteTask(1, {}), n=0)
    assert stopped(desk, way) == {("no-handler", "a")}
    renamed = (way + handler + edge + link).replace('"a"', '"z"')
    move(desk, renamed, {"a": "z"})
    desk.send(CompleteTask(1, {}))
    assert (desk.state.status, desk.state.variables["n"]) == (ENDED, 1)


def test_what_stopped_at_a_fault_of_the_model_goes_over_to_the_mended_one():
    broken = '<exclusiveGateway id="g"/>' + flow("g", "e", "1 = 2") + line("s", "g")
    desk = begun(broken)
    assert [one.node for one in desk.state.incidents.values()] == ["g"]
    mended = user("look") + line("s", "look", "e")
    move(desk, mended, {"g": "look"})
    desk.send(Retry(1))
    assert desk.waiting() == ["look"]


def test_an_event_behind_an_event_based_gateway_keeps_its_race():
    def race(late, told, more=""):
        caught = f'<intermediateCatchEvent id="{late}">{timer("PT1H")}</intermediateCatchEvent>' + message(told)
        return f'<eventBasedGateway id="g"/>{caught}{more}' + line("s", "g", late, "e") + line("g", told, "e")

    desk = begun(race("l", "t"), shared=MESSAGES, k=1)
    extra = message("third", "n") + line("g", "third", "e")
    move(desk, race("late", "told", extra), {"l": "late", "t": "told"}, shared=MESSAGES)
    assert sorted(one.node for one in desk.state.full.catches.values()) == ["third", "told"]
    desk.send(DeliverMessage("N", "1", {}))
    assert desk.state.status == ENDED
    desk = begun(race("l", "t"), shared=MESSAGES, k=1)
    apart = race("l", "u") + message("t") + line("u", "t")
    assert ("other-wait", "t") in stopped(desk, apart.replace(line("u", "e"), ""), shared=MESSAGES)


def test_an_instance_that_is_over_does_not_go():
    desk = begun(TASK, CompleteTask(1, {}))
    assert stopped(desk, TASK) == {("not-running", None)}


def test_the_pause_before_a_retry_goes_over_where_the_new_node_has_retries():
    def job(name, more=""):
        return f'<serviceTask id="{name}" alihdaya:step="s"{more}/>' + line("s", name, "e")

    def broken(_):
        raise ValueError("no")

    for more, kept in ((' alihdaya:retry="PT1H"', True), ("", False)):
        desk = Desk(plan_of(ENDS + job("a", ' alihdaya:retry="PT5M"'), steps={"s": broken}))
        desk.send(Start({}))
        assert [one.node for one in desk.state.timers.values()] == ["a"]
        move(desk, job("b", more), {"a": "b"}, steps={"s": lambda _: {}})
        assert [one.node for one in desk.state.timers.values()] == ["b"] * kept
        desk.later(1)
        desk.send(FireTimer(1) if kept else Retry(1))
        assert desk.state.status == ENDED


def called(name, element):
    return f'<callActivity id="{name}" calledElement="{element}"/>' + line("s", name, "e")


def test_a_call_goes_over_to_a_call_of_the_same_process():
    desk = begun(called("a", "q"))
    assert stopped(desk, called("b", "r"), {"a": "b"}) == {("other-call", "a")}
    move(desk, called("b", "q"), {"a": "b"})
    desk.send(CompleteCall(1, {}))
    assert desk.state.status == ENDED


def test_tokens_at_inclusive_and_complex_gateways_go_over():
    def joined(kind, gate, more=""):
        gates = f'<inclusiveGateway id="f"/><{kind}Gateway id="{gate}"{more}/>' + user("a") + user("b")
        ways = line("s", "f") + flow("f", "a", "true") + flow("f", "b", "true")
        return gates + ways + line("a", gate, "e") + line("b", gate)

    for kind in ("inclusive", "complex"):
        desk = begun(joined(kind, "j"), CompleteTask(2, {}))
        move(desk, joined(kind, "k"), {"j": "k"})
        desk.send(CompleteTask(3, {}))
        assert desk.state.status == ENDED
    desk = begun(joined("inclusive", "j"), CompleteTask(2, {}))
    assert stopped(desk, joined("parallel", "j")) == {("other-wait", "j")}


def test_activities_in_order_go_over_in_the_same_order():
    def ad_hoc(*names, ordering="Sequential"):
        inside = "".join(map(user, names))
        return f'<adHocSubProcess id="h" ordering="{ordering}">{inside}</adHocSubProcess>' + line("s", "h", "e")

    desk = begun(ad_hoc("a", "b"))
    assert stopped(desk, ad_hoc("b", "a")) == {("repeats-otherwise", "h")}
    move(desk, ad_hoc("x", "b"), {"a": "x"})
    desk.send(CompleteTask(desk.token("x"), {}))
    assert desk.waiting() == ["b"]
    desk.send(CompleteTask(desk.token("b"), {}))
    assert desk.state.status == ENDED
