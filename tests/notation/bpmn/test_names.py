"""Unknown names in the FEEL of a process: found wherever FEEL stands, and never where something may supply them."""

from itertools import pairwise

import pytest

from alihdaya.notation.bpmn import read
from alihdaya.notation.bpmn.findings import Known, check_file, check_processes

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:alihdaya="https://alihdaya.org/bpmn/1" '
    'targetNamespace="urn:t" id="d">'
)
KNOWN = Known(frozenset({"amount", "client"}), {"look": frozenset({"remark"})})
LINE = '<startEvent id="s"/>{middle}<endEvent id="e"/>'


def model(*middle, ids=("m",), roots="", more=""):
    ways = ("s", *ids, "e")
    flows = "".join(
        f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(pairwise(ways))
    )
    text = f'{HEAD}{roots}<process id="p" isExecutable="true">{LINE.format(middle="".join(middle))}{flows}{more}'
    return (text + "</process></definitions>").encode()


def found(data, known=KNOWN):
    return [(one.code, one.element, dict(one.facts)) for one in check_processes(read(data, "m.bpmn").processes, known)]


def script(name, text, result="x"):
    return (
        f'<scriptTask id="{name}" scriptFormat="text/x-feel" alihdaya:result="{result}"><script>{text}</script>'
        "</scriptTask>"
    )


TIMER = "<timerEventDefinition><timeDuration>{0}</timeDuration></timerEventDefinition>"
PLACES = {
    "the script": script("m", "amuont + 1"),
    "the timer": f'<intermediateCatchEvent id="m">{TIMER.format("duration(amuont)")}</intermediateCatchEvent>',
    "the priority": '<userTask id="m" alihdaya:form="look" alihdaya:priority="amuont"/>',
    "the condition of the event": '<intermediateCatchEvent id="m"><conditionalEventDefinition><condition>amuont = 1'
    "</condition></conditionalEventDefinition></intermediateCatchEvent>",
    "the loop": '<userTask id="m" alihdaya:form="look"><multiInstanceLoopCharacteristics><loopCardinality>amuont'
    "</loopCardinality></multiInstanceLoopCharacteristics></userTask>",
    "the completion condition": '<userTask id="m" alihdaya:form="look"><multiInstanceLoopCharacteristics>'
    "<loopCardinality>2</loopCardinality><completionCondition>numberOfCompletedInstances = amuont"
    "</completionCondition></multiInstanceLoopCharacteristics></userTask>",
    "a data input": '<userTask id="m" alihdaya:form="look"><dataInputAssociation><assignment><from>amuont</from>'
    "<to>given</to></assignment></dataInputAssociation></userTask>",
    "a data output": '<userTask id="m" alihdaya:form="look"><dataOutputAssociation><assignment><from>amuont</from>'
    "<to>taken</to></assignment></dataOutputAssociation></userTask>",
    "the correlation key": '<receiveTask id="m" messageRef="msg"/>',
}


@pytest.mark.parametrize("what", PLACES)
def test_a_name_that_nothing_supplies_is_found_wherever_feel_stands(what):
    message = '<message id="msg" name="paid" alihdaya:key="{0}"/>'
    told = found(model(PLACES[what], roots=message.format("amuont")))
    assert told == [("BPMN961", "m", {"what": what, "name": "amuont", "near": "amount"})]
    right = {name: text.replace("amuont", "amount") for name, text in PLACES.items()}
    assert found(model(right[what], roots=message.format("amount"))) == []


def test_the_condition_of_a_flow_sees_what_its_own_task_writes():
    condition = "<conditionExpression>{0} = 1</conditionExpression>"
    way = f'<sequenceFlow id="c" sourceRef="m" targetRef="e">{condition}</sequenceFlow>'
    assert found(model(script("m", "1", "size"), more=way.format("size"))) == []
    assert [one[0] for one in found(model(script("m", "1", "size"), more=way.format("seize")))] == ["BPMN961"]


def test_what_comes_later_is_not_there_yet_and_what_runs_beside_may_be():
    line = (script("m", "later"), script("n", "1", "later"))
    assert [one[:2] for one in found(model(*line, ids=("m", "n")))] == [("BPMN961", "m")]
    fork = '<parallelGateway id="g"/>'
    ways = "".join(f'<sequenceFlow sourceRef="{a}" targetRef="{b}"/>' for a, b in ("gm", "gn", "me", "ne"))
    assert found(model(fork, *line, ids=("g",), more=ways)) == []


def test_behind_a_message_any_name_may_be_and_a_note_says_so():
    middle = '<receiveTask id="m" messageRef="msg"/>' + script("n", "unheard")
    told = found(model(middle, ids=("m", "n"), roots='<message id="msg" name="paid"/>'))
    assert told == [("BPMN962", "m", {"names": "unheard"})]


def test_by_itself_a_file_only_tells_what_has_to_come_from_outside():
    told = [(one.code, one.level, dict(one.facts)) for one in check_file(model(script("m", "amount")), "m.bpmn")]
    assert told == [("BPMN963", "note", {"names": "amount"})]


def test_data_of_the_process_and_names_of_a_run_are_known():
    middle = (
        '<dataObject id="o" name="order"/><userTask id="m" alihdaya:form="look"><multiInstanceLoopCharacteristics>'
        "<loopDataInputRef>o</loopDataInputRef><inputDataItem id='i' name='one'/><completionCondition>"
        "numberOfActiveInstances = 0 and one = 1</completionCondition></multiInstanceLoopCharacteristics></userTask>"
    )
    assert found(model(middle)) == []


def test_a_called_process_may_be_given_anything():
    second = (
        '<process id="q" isExecutable="true"><startEvent id="a"/><endEvent id="z"/>'
        f'{script("y", "unheard")}<sequenceFlow sourceRef="a" targetRef="y"/><sequenceFlow sourceRef="y" '
        'targetRef="z"/></process>'
    )
    data = model(script("m", "1"), roots=second)
    known = Known(frozenset({"amount"}), process="p")
    assert found(data, known) == [("BPMN963", "q", {"names": "unheard"})]


def test_a_file_that_cannot_be_executed_says_why_in_a_note():
    broken = model('<scriptTask id="m" scriptFormat="text/x-feel"><script>1 +</script></scriptTask>')
    told = [(one.code, one.level) for one in check_file(broken, "m.bpmn")]
    assert told == [("BPMN960", "note")]
