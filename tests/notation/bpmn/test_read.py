import pytest
from bpmn_text import around, file_of, flow

from alihdaya.kernel.errors import NotationError
from alihdaya.notation.bpmn import (
    Error,
    Kind,
    Message,
    Rule,
    Script,
    Step,
    Terminate,
    Timer,
    UserWork,
    read,
)

SHARED = """<message id="m1" name="paid" alihdaya:key="invoice.number"/><error id="e1" errorCode="E-7"/>"""
WHOLE = file_of(
    """
    <startEvent id="s"><outgoing>f1</outgoing></startEvent>
    <businessRuleTask id="rule" name="Which cause?" alihdaya:decision="cause" alihdaya:result="cause"/>
    <exclusiveGateway id="gate" default="f4"/>
    <userTask id="judge" alihdaya:skill="ops" alihdaya:language="en" alihdaya:level="B2" alihdaya:certificate="iata"
              alihdaya:form="judge.form" alihdaya:priority="if amount &gt; 100 then 9 else 1"/>
    <boundaryEvent id="late" attachedToRef="judge" cancelActivity="false">
      <timerEventDefinition><timeCycle>R3/PT1H</timeCycle></timerEventDefinition></boundaryEvent>
    <boundaryEvent id="bad" attachedToRef="judge"><errorEventDefinition errorRef="e1"/></boundaryEvent>
    <scriptTask id="script" scriptFormat="text/x-feel" alihdaya:result="total"><script>1 + amount</script></scriptTask>
    <serviceTask id="step" alihdaya:step="round_up"/>
    <serviceTask id="job"/>
    <receiveTask id="wait" messageRef="t:m1"/>
    <intermediateCatchEvent id="later">
      <timerEventDefinition><timeDuration>pause</timeDuration></timerEventDefinition></intermediateCatchEvent>
    <parallelGateway id="fork"/>
    <task id="plain"/><manualTask id="hands"/>
    <endEvent id="e"><incoming>f9</incoming><terminateEventDefinition/></endEvent>
    <textAnnotation id="note"><text>drawn only</text></textAnnotation>
    """
    + flow("s", "rule", identity="f1")
    + flow("rule", "gate")
    + flow("gate", "judge", 'cause = null or cause = "weather"')
    + flow("gate", "script", identity="f4")
    + flow("script", "step")
    + flow("step", "job")
    + flow("job", "wait")
    + flow("wait", "later")
    + flow("later", "fork")
    + flow("fork", "plain")
    + flow("fork", "hands")
    + flow("plain", "e", identity="f9")
    + flow("hands", "e")
    + flow("judge", "e")
    + flow("late", "e")
    + flow("bad", "e"),
    SHARED,
)


def codes(data: bytes) -> list[str]:
    with pytest.raises(NotationError) as error:
        read(data, "x.bpmn")
    return [problem.code for problem in error.value.problems]


def test_every_supported_element_keeps_its_id_kind_and_detail():
    process = read(WHOLE, "whole.bpmn").process("p")
    detail = {node.id: node.detail for node in process.nodes}
    assert [node.index for node in process.nodes] == list(range(len(process.nodes)))
    assert detail["rule"] == Rule("cause", "cause")
    assert isinstance(detail["judge"], UserWork)
    assert (detail["judge"].skill, detail["judge"].level, detail["judge"].form) == ("ops", "B2", "judge.form")
    assert detail["judge"].priority is not None
    assert detail["late"] == Timer("cycle", "R3/PT1H")
    assert detail["bad"] == Error("E-7")
    assert isinstance(detail["script"], Script)
    assert detail["step"] == Step("round_up")
    assert detail["job"] is None
    assert isinstance(detail["wait"], Message)
    assert (detail["wait"].name, detail["wait"].key.text) == ("paid", "invoice.number")
    assert (detail["later"].kind, detail["later"].formula.text) == ("duration", "pause")
    assert isinstance(detail["e"], Terminate)
    assert process.node("hands").kind is Kind.MANUAL_TASK


def test_flows_are_wired_without_ids_and_without_lists():
    process = read(WHOLE, "whole.bpmn").process()
    gate = process.node("gate")
    assert [process.nodes[process.flows[f].target].id for f in gate.outgoing] == ["judge", "script"]
    assert process.flows[gate.default].id == "f4"
    assert process.node("late").attached == process.node("judge").index
    assert not process.node("late").interrupting
    assert len(process.node("e").incoming) == 5
    assert process.flows[gate.outgoing[0]].condition.source.line is not None


def test_equal_files_read_equal_whatever_their_lines():
    assert read(WHOLE, "a").process() == read(WHOLE.replace(b"<userTask", b"\n\n<userTask"), "b").process()


@pytest.mark.parametrize(
    ("element", "named"),
    [
        ('<choreographyTask id="u"/>', "choreographyTask"),
        ('<userTask id="u"><choreographyTask/></userTask>', "choreographyTask"),
        ('<startEvent id="u"><errorEventDefinition/><cancelEventDefinition/></startEvent>', "cancelEventDefinition"),
        ('<endEvent id="u"><timerEventDefinition/></endEvent>', "timerEventDefinition"),
        ('<intermediateThrowEvent id="u"><errorEventDefinition/></intermediateThrowEvent>', "errorEventDefinition"),
    ],
)
def test_what_bpmn_does_not_have_there_is_refused_with_element_and_line(element, named):
    with pytest.raises(NotationError) as error:
        read(around(f'<task id="t"/>\n{element}', "t"), "x.bpmn")
    [problem] = error.value.problems
    assert problem.code == "unsupported-element"
    assert named in problem.message
    assert "u" in (problem.source.element or "") + problem.message
    assert problem.source.line == 5
    assert problem.source.file == "x.bpmn"


def test_one_unsupported_element_is_one_problem_and_not_one_for_each_flow_to_it():
    node = (
        '<callChoreography id="u"><incoming>f</incoming></callChoreography><task id="t"><outgoing>f</outgoing></task>'
    )
    edge = '<boundaryEvent id="b" attachedToRef="u"><errorEventDefinition/></boundaryEvent>'
    assert codes(around(node + edge + flow("t", "u", identity="f") + flow("u", "t"), "t")) == ["unsupported-element"]


INSIDE = """<subProcess id="u"><dataObject id="o" name="sum"/><startEvent id="is"/><userTask id="it" startQuantity="2"/>
<endEvent id="ie"/><sequenceFlow sourceRef="is" targetRef="it"/><sequenceFlow sourceRef="it" targetRef="ie"/>
<subProcess id="w" triggeredByEvent="true"><startEvent id="ws" isInterrupting="false"><escalationEventDefinition/>
</startEvent><endEvent id="we"/><sequenceFlow sourceRef="ws" targetRef="we"/></subProcess></subProcess>"""


def test_what_is_inside_a_sub_process_knows_its_parent():
    process = read(around(INSIDE, "u"), "x.bpmn").process()
    parents = {node.id: process.nodes[node.parent].id for node in process.nodes if node.parent is not None}
    assert parents == {"is": "u", "it": "u", "ie": "u", "w": "u", "ws": "w", "we": "w"}
    assert process.node("w").kind is Kind.EVENT_SUB_PROCESS
    assert not process.node("ws").interrupting
    assert process.node("u").locals == ("sum",)
    assert process.node("it").start_quantity == 2


def test_a_loop_over_a_data_object_finds_the_variables_behind_the_references():
    body = """<dataObject id="o1" name="claims"/><dataObjectReference id="r1" dataObjectRef="o1"/>
    <dataObject id="o2" name="answers"/><userTask id="t"><ioSpecification><dataInput id="in" name="all"/>
    <dataOutput id="out" name="each"/><inputSet/><outputSet/></ioSpecification>
    <dataInputAssociation id="a1"><sourceRef>r1</sourceRef><targetRef>in</targetRef></dataInputAssociation>
    <dataOutputAssociation id="a2"><sourceRef>out</sourceRef><targetRef>o2</targetRef></dataOutputAssociation>
    <multiInstanceLoopCharacteristics isSequential="true"><loopDataInputRef>in</loopDataInputRef>
    <loopDataOutputRef>out</loopDataOutputRef><inputDataItem id="i" name="claim"/><outputDataItem id="v" name="answer"/>
    </multiInstanceLoopCharacteristics></userTask>"""
    loop = read(around(body, "t"), "x.bpmn").process().node("t").loop
    assert (loop.collection, loop.item, loop.result, loop.results) == ("claims", "claim", "answer", "answers")
    assert loop.sequential


def test_a_global_task_is_a_process_of_one_task():
    shared = '<globalUserTask id="g" name="Ask" alihdaya:skill="x"/>'
    definitions = read(
        around('<callActivity id="t" calledElement="g"/>', "t").replace(b"\n<process", shared.encode() + b"<process"),
        "x",
    )
    process = definitions.process("g")
    assert [(node.kind, node.id) for node in process.nodes] == [
        (Kind.USER_TASK, "g"),
        (Kind.START, "g-start"),
        (Kind.END, "g-end"),
    ]
    assert process.nodes[0].detail == UserWork(skill="x")


def test_a_misspelt_attribute_of_ours_is_refused_and_a_foreign_one_noted():
    assert codes(around('<userTask id="t" alihdaya:skil="x"/>', "t")) == ["unknown-attribute"]
    definitions = read(around('<userTask id="t" other:assignee="x"/>', "t"), "x.bpmn")
    assert [note.code for note in definitions.notes] == ["foreign-attribute"]


@pytest.mark.parametrize(
    ("middle", "code"),
    [
        ('<task id="t"/><task id="t"/>', "duplicate-id"),
        ('<task id="t"/>' + flow("t", "nowhere"), "dangling-flow"),
        (
            '<task id="t"/><boundaryEvent id="b" attachedToRef="x"><errorEventDefinition/></boundaryEvent>',
            "boundary-unattached",
        ),
        (
            '<task id="t"/><boundaryEvent id="b" attachedToRef="s"><errorEventDefinition/></boundaryEvent>',
            "boundary-unattached",
        ),
        ('<task id="t"/><boundaryEvent id="b" attachedToRef="t"/>', "no-event-definition"),
        ('<task id="t" default="nope"/>', "default-flow"),
        ('<task id="t"><incoming>nope</incoming></task>', "false-list"),
        ('<businessRuleTask id="t"/>', "no-decision"),
        ('<scriptTask id="t" scriptFormat="javascript"><script>1</script></scriptTask>', "script-format"),
        ('<scriptTask id="t" scriptFormat="text/x-feel"/>', "no-script"),
        ('<scriptTask id="t" scriptFormat="text/x-feel"><script> </script></scriptTask>', "empty-expression"),
        ('<sendTask id="t" messageRef="m9"/>', "unknown-message"),
        ('<serviceTask id="t" startQuantity="0"/>', "bad-quantity"),
        ('<serviceTask id="t" completionQuantity="two"/>', "bad-quantity"),
        ('<task id="t"><standardLoopCharacteristics loopMaximum="-1"/></task>', "loop-maximum"),
        ('<task id="t"><standardLoopCharacteristics/></task>', "loop-for-ever"),
        ('<task id="t"><multiInstanceLoopCharacteristics/></task>', "no-cardinality"),
        ('<callActivity id="t"/>', "no-called-element"),
        ('<subProcess id="t"><task id="i"/></subProcess>' + flow("i", "e"), "flow-across-scopes"),
        ('<intermediateThrowEvent id="t"><linkEventDefinition name="x"/></intermediateThrowEvent>', "link-target"),
        ('<intermediateCatchEvent id="t"><linkEventDefinition/></intermediateCatchEvent>', "link-without-name"),
        ('<intermediateThrowEvent id="t"><signalEventDefinition/></intermediateThrowEvent>', "unknown-signal"),
        (
            '<intermediateCatchEvent id="t"><eventDefinitionRef>x</eventDefinitionRef></intermediateCatchEvent>',
            "unknown-definition",
        ),
        (
            '<task id="t"/><boundaryEvent id="b" attachedToRef="t"><compensateEventDefinition/></boundaryEvent>',
            "no-handler",
        ),
        ('<receiveTask id="t" messageRef="m9"/>', "unknown-message"),
        ('<task id="t"/><endEvent id="e2"><errorEventDefinition/></endEvent>', "error-without-code"),
        ('<intermediateCatchEvent id="t"><timerEventDefinition/></intermediateCatchEvent>', "timer-definition"),
    ],
)
def test_a_broken_model_is_named(middle, code):
    assert codes(around(middle, "t")) == [code]


def test_all_problems_come_at_once_and_bad_feel_is_placed():
    data = around('<task id="t"/><choreographyTask id="c"/>\n' + flow("t", "e", "1 +"), "t")
    with pytest.raises(NotationError) as error:
        read(data, "x.bpmn")
    assert len(error.value.problems) == 2
    assert {problem.source.line for problem in error.value.problems} == {4, 5}


def test_files_that_are_something_else():
    assert codes(b"<definitions/>") == ["not-bpmn"]
    assert codes(b"<definitions") == ["xml-syntax"]
    drawn = file_of('<startEvent id="s"/>', process='<process id="p" isExecutable="false">')
    assert codes(drawn) == ["no-process"]
    assert "expression-language" in codes(file_of("", more=' expressionLanguage="http://www.w3.org/1999/XPath"'))
