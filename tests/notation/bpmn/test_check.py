import pytest
from bpmn_text import around, file_of, flow

from alihdaya.notation.bpmn import check, read


def found(data: bytes, severity: str = "error") -> list[str]:
    return [p.code for p in check(read(data, "x.bpmn")) if p.severity == severity]


def test_a_sound_process_has_no_findings():
    body = '<exclusiveGateway id="g" default="d"/><exclusiveGateway id="m"/>' + flow("g", "m", "x > 1")
    assert check(read(around(body + flow("g", "m", identity="d"), "g", "m"), "x.bpmn")) == []


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ('<task id="t"/><endEvent id="e"/>' + flow("t", "e"), ["no-start"]),
        ('<startEvent id="s"/><endEvent id="e"/>', ["no-outgoing", "unreachable"]),
        (
            '<startEvent id="s"/><endEvent id="e"/>' + flow("s", "e") + flow("e", "s"),
            ["flow-into-event", "flow-out-of-end"],
        ),
    ],
)
def test_starts_and_ends(body, codes):
    assert found(file_of(body)) == codes


@pytest.mark.parametrize(
    ("middle", "codes"),
    [
        ('<task id="t"/><task id="island"/>' + flow("island", "e"), ["unreachable"]),
        ('<exclusiveGateway id="t"/>' + flow("t", "e", "x"), ["gateway-condition"]),
        ('<parallelGateway id="t"/><exclusiveGateway id="stop"/>' + flow("t", "stop"), ["no-outgoing"]),
        (
            '<task id="t"/><boundaryEvent id="b" cancelActivity="false" attachedToRef="t"><errorEventDefinition/>'
            "</boundaryEvent>" + flow("b", "e"),
            ["error-not-interrupting"],
        ),
        (
            '<task id="t"/><boundaryEvent id="b" attachedToRef="t"><errorEventDefinition/></boundaryEvent>'
            '<boundaryEvent id="c" attachedToRef="t"><errorEventDefinition/></boundaryEvent>'
            + flow("b", "e")
            + flow("c", "e"),
            ["same-error-twice"],
        ),
        (
            '<task id="t"/><boundaryEvent id="b" attachedToRef="t"><errorEventDefinition/></boundaryEvent>',
            ["no-outgoing"],
        ),
    ],
)
def test_structural_errors(middle, codes):
    assert found(around(middle, "t")) == codes


def test_warnings_do_not_stop_a_plan_but_are_said():
    loop = '<task id="t"/><task id="a"/><task id="b"/>' + flow("t", "a") + flow("a", "b") + flow("b", "a")
    assert found(around(loop, "t"), "warning") == ["no-way-out", "no-way-out"]
    assert found(around('<task id="t"/><task id="a"/>' + flow("t", "a"), "t"), "warning") == ["implicit-end"]
    gate = '<exclusiveGateway id="g"/><task id="t"/>' + flow("g", "t", "x") + flow("g", "e", "y")
    assert found(around(gate, "g", "t"), "warning") == ["no-default"]


def test_what_the_standard_does_not_have_but_can_be_run_is_only_said():
    assert found(around('<parallelGateway id="t"/>' + flow("t", "e", "x"), "t"), "warning") == ["condition-not-allowed"]
    open_ended = file_of('<startEvent id="s"/><task id="t"/>' + flow("s", "t"))
    assert found(open_ended) == []
    assert found(open_ended, "warning") == ["no-end", "implicit-end"]


def test_scopes_begin_by_themselves_and_are_reached_through_their_sub_process():
    inside = '<startEvent id="is"/><task id="it"/><endEvent id="ie"/>' + flow("is", "it") + flow("it", "ie")
    event = '<subProcess id="w" triggeredByEvent="true"><startEvent id="ws"><timerEventDefinition><timeDuration>PT1H'
    event += (
        '</timeDuration></timerEventDefinition></startEvent><endEvent id="we"/>' + flow("ws", "we") + "</subProcess>"
    )
    assert found(around(f'<subProcess id="u">{inside}{event}</subProcess>', "u")) == []
    island = '<task id="far"/>' + flow("far", "far")
    assert found(around(f'<subProcess id="u">{inside}{island}</subProcess>', "u")) == ["unreachable"]


def test_a_compensation_handler_stands_alone():
    handled = (
        '<userTask id="t"/><boundaryEvent id="b" attachedToRef="t"><compensateEventDefinition/></boundaryEvent>'
        '<userTask id="undo" isForCompensation="true"/><association id="a" sourceRef="b" targetRef="undo"/>'
    )
    assert check(read(around(handled, "t"), "x.bpmn")) == []
    assert found(around(handled + flow("undo", "e"), "t")) == ["flow-of-handler"]


def test_what_a_boundary_event_leads_to_is_reachable():
    middle = (
        '<userTask id="t"/><boundaryEvent id="b" attachedToRef="t"><errorEventDefinition/></boundaryEvent>'
        '<task id="after"/>' + flow("b", "after") + flow("after", "e")
    )
    assert check(read(around(middle, "t"), "x.bpmn")) == []
