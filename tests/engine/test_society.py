"""Many instances: calls, messages and signals between them."""

import pytest
from plans import HEAD, NOON, line

from alihdaya.engine import CANCELLED, ENDED, Cancel, CompleteTask, make_plan
from alihdaya.engine.society import DEEPEST_CALL, Society
from alihdaya.kernel.time import HOUR
from alihdaya.notation.bpmn import read

SHARED = (
    '<error id="err" errorCode="E"/><signal id="sig" name="S"/><message id="msg" name="M"/>'
    '<escalation id="esc" escalationCode="X"/>'
)
MESSAGE = '<messageEventDefinition messageRef="msg"/>'
SIGNAL = '<signalEventDefinition signalRef="sig"/>'


def process(name, body, start=""):
    ends = f'<startEvent id="{name}-s">{start}</startEvent><endEvent id="{name}-e"/>'
    return f'<process id="{name}" isExecutable="true">{ends}{body}</process>'


def society_of(*processes):
    made = Society()
    for one in read(f"{HEAD}{SHARED}{''.join(processes)}</definitions>".encode(), "x.bpmn").processes:
        made.deploy(make_plan(one, decisions={}, steps={}), NOON)
    return made


def waiting(society):
    return sorted(wait.node for member in society.running() for wait in member.state.waits.values())


CALLER = process(
    "p",
    """<callActivity id="call" calledElement="c"><ioSpecification><dataInput id="in" name="ask"/><dataOutput id="out"
    name="answer"/><inputSet/><outputSet/></ioSpecification><dataInputAssociation><sourceRef>question</sourceRef>
    <targetRef>in</targetRef></dataInputAssociation><dataOutputAssociation><sourceRef>out</sourceRef><targetRef>result
    </targetRef></dataOutputAssociation></callActivity>
    <boundaryEvent id="bad" attachedToRef="call"><errorEventDefinition errorRef="err"/></boundaryEvent>
    <boundaryEvent id="note" attachedToRef="call" cancelActivity="false"><escalationEventDefinition
    escalationRef="esc"/></boundaryEvent><userTask id="failed"/><userTask id="noted"/>"""
    + line("p-s", "call", "p-e")
    + line("bad", "failed", "p-e")
    + line("note", "noted", "p-e"),
)


def test_a_call_hands_over_only_what_its_associations_say():
    society = society_of(CALLER, process("c", '<userTask id="t"/>' + line("c-s", "t", "c-e")))
    caller = society.start("p", {"question": 7, "secret": 1}, NOON)
    [called] = [member for member in society.running() if member.caller]
    assert called.state.variables == {"ask": 7}
    society.send(called.number, CompleteTask(1, {"answer": 42, "noise": 0}), NOON)
    state = society.members[caller].state
    assert (state.status, state.variables) == (ENDED, {"question": 7, "secret": 1, "result": 42})


def test_errors_and_escalations_of_a_called_instance_come_back_to_the_call():
    ends = '<endEvent id="x"><errorEventDefinition errorRef="err"/></endEvent>'
    thrown = '<intermediateThrowEvent id="n"><escalationEventDefinition escalationRef="esc"/></intermediateThrowEvent>'
    body = ends + thrown + '<userTask id="t"/><exclusiveGateway id="g"/>' + line("c-s", "n", "t", "x")
    society = society_of(CALLER, process("c", body.replace('<exclusiveGateway id="g"/>', "") + line("t", "c-e")))
    society.start("p", {"question": 1}, NOON)
    assert waiting(society) == ["call", "noted", "t"]
    [called] = [member for member in society.running() if member.caller]
    society.send(called.number, CompleteTask(min(called.state.waits), {}), NOON)
    assert waiting(society) == ["failed", "noted"]
    assert called.state.status == "failed"


def test_a_called_instance_ends_with_its_caller():
    society = society_of(CALLER, process("c", '<userTask id="t"/>' + line("c-s", "t", "c-e")))
    caller = society.start("p", {}, NOON)
    society.send(caller, Cancel("no longer wanted"), NOON)
    assert [member.state.status for member in society.members.values()] == [CANCELLED, CANCELLED]


def test_a_process_that_calls_itself_for_ever_ends_in_an_incident_and_others_go_on():
    call = '<callActivity id="again" calledElement="p"/>' + line("p-s", "again", "p-e")
    society = society_of(process("p", call), process("q", line("q-s", "q-e")))
    society.start("p", {}, NOON)
    incidents = [one.code for member in society.members.values() for one in member.state.incidents.values()]
    assert incidents == ["endless-calls"]
    assert len(society.members) == DEEPEST_CALL + 1
    assert society.members[society.start("q", {}, NOON)].state.status == ENDED


def test_a_call_of_what_is_not_there_is_an_incident():
    society = society_of(CALLER)
    number = society.start("p", {}, NOON)
    assert [one.code for one in society.members[number].state.incidents.values()] == ["no-process"]


def test_a_message_that_nobody_waits_for_is_kept_for_its_time():
    waits = process("w", f'<intermediateCatchEvent id="c">{MESSAGE}</intermediateCatchEvent>' + line("w-s", "c", "w-e"))
    for late, status in ((0, ENDED), (HOUR, "running")):
        society = society_of(waits)
        assert society.message("M", "", {"x": 1}, NOON) is None
        number = society.start("w", {}, NOON + late)
        assert society.members[number].state.status == status


def test_a_message_goes_to_one_and_a_signal_to_all():
    for definition, done in ((MESSAGE, 1), (SIGNAL, 3)):
        catch = f'<intermediateCatchEvent id="c">{definition}</intermediateCatchEvent>' + line("w-s", "c", "w-e")
        throw = f'<intermediateThrowEvent id="t">{definition}</intermediateThrowEvent>' + line("p-s", "t", "p-e")
        society = society_of(process("w", catch), process("p", throw))
        numbers = [society.start("w", {}, NOON) for _ in range(3)]
        society.start("p", {}, NOON)
        assert sum(society.members[number].state.status == ENDED for number in numbers) == done


def test_correlation_properties_bring_a_message_to_the_instance_whose_data_fit():
    shared = """<correlationProperty id="cp"><correlationPropertyRetrievalExpression messageRef="msg">
    <messagePath>order.number</messagePath></correlationPropertyRetrievalExpression></correlationProperty>
    <correlationProperty id="cq"><correlationPropertyRetrievalExpression messageRef="msg">
    <messagePath>order.part</messagePath></correlationPropertyRetrievalExpression></correlationProperty>"""
    subscribed = """<correlationSubscription id="cs">
    <correlationPropertyBinding correlationPropertyRef="cp"><dataPath>mine
    </dataPath></correlationPropertyBinding><correlationPropertyBinding correlationPropertyRef="cq"><dataPath>part
    </dataPath></correlationPropertyBinding></correlationSubscription>"""
    catch = f'<intermediateCatchEvent id="c">{MESSAGE}</intermediateCatchEvent>' + line("w-s", "c", "w-e")
    throw = f'<intermediateThrowEvent id="t">{MESSAGE}</intermediateThrowEvent>' + line("p-s", "t", "p-e")
    society = society_of(shared, process("w", subscribed + catch), process("p", throw))
    numbers = [society.start("w", {"mine": mine, "part": "a"}, NOON) for mine in (1, 2, 3)]
    society.start("p", {"order": {"number": 2, "part": "a"}}, NOON)
    ended = [society.members[number].state.status == ENDED for number in numbers]
    assert ended == [False, True, False]


@pytest.mark.parametrize("definition", [MESSAGE, SIGNAL])
def test_an_event_starts_a_process(definition):
    throw = f'<endEvent id="t">{definition}</endEvent>' + line("p-s", "t")
    society = society_of(process("p", throw + line("p-s", "p-e")), process("q", line("q-s", "q-e"), definition))
    society.start("p", {}, NOON)
    assert [member.plan.process.id for member in society.members.values()] == ["p", "q"]


def test_a_timer_starts_a_process_again_and_again():
    timer = "<timerEventDefinition><timeCycle>R3/PT1H</timeCycle></timerEventDefinition>"
    society = society_of(process("q", line("q-s", "q-e"), timer))
    for _ in range(5):
        due = society.next_due()
        if due is not None:
            society.fire_due(due)
    assert len(society.members) == 3
