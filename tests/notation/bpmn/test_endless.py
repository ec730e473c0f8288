"""What never ends and can be seen to: calls in a circle, loops that always go on, circles without a way out."""

from alihdaya.notation.bpmn import read
from alihdaya.notation.bpmn.findings import check_file, check_processes

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:t" id="d">'


def process(name, inside, ways):
    flows = "".join(f'<sequenceFlow sourceRef="{name}{a}" targetRef="{name}{b}"/>' for a, b in ways)
    return f'<process id="{name}" isExecutable="true">{inside.replace("#", name)}{flows}</process>'


def calls(name, called, extra=""):
    inside = f'<startEvent id="#s"/><callActivity id="#c" calledElement="{called}"/>{extra}<endEvent id="#e"/>'
    return process(name, inside, ("sc", "ce"))


def told(*processes):
    data = (HEAD + "".join(processes) + "</definitions>").encode()
    return [(one.code, one.element, one.facts.get("path")) for one in check_processes(read(data, "m.bpmn").processes)]


def test_a_process_that_calls_itself_is_an_error_with_the_way_back():
    assert told(calls("p", "p")) == [("BPMN971", "pc", "p → pc → p")]


def test_processes_that_call_each_other_are_all_named():
    assert told(calls("p", "q"), calls("q", "r"), calls("r", "p")) == [
        ("BPMN971", "pc", "p → pc → q → qc → r → rc → p"),
        ("BPMN971", "qc", "q → qc → r → rc → p → pc → q"),
        ("BPMN971", "rc", "r → rc → p → pc → q → qc → r"),
    ]


def test_a_way_past_the_call_makes_it_a_warning_for_all_in_the_circle():
    gate = (
        '<startEvent id="#s"/><exclusiveGateway id="#x"/><callActivity id="#c" calledElement="p"/><endEvent id="#e"/>'
    )
    past = process("q", gate, ("sx", "xc", "xe", "ce"))
    flows = [one for one in told(calls("p", "q"), past) if one[0].startswith("BPMN97")]
    assert [one[:2] for one in flows] == [("BPMN972", "pc"), ("BPMN972", "qc")]


def test_an_event_at_the_call_is_a_way_past_it():
    timer = (
        '<boundaryEvent id="#b" attachedToRef="#c"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
        '</timerEventDefinition></boundaryEvent><sequenceFlow sourceRef="#b" targetRef="#e"/>'
    )
    assert [one[0] for one in told(calls("p", "p", timer))] == ["BPMN972"]


def test_calls_that_lead_on_are_no_circle():
    assert told(calls("p", "q"), calls("q", "elsewhere")) == []


def test_a_loop_whose_condition_is_true_is_told_and_a_bounded_one_is_not():
    loop = "<standardLoopCharacteristics{0}><loopCondition>true</loopCondition></standardLoopCharacteristics>"
    task = '<startEvent id="#s"/><task id="#t">{0}</task><endEvent id="#e"/>'
    ways = ("st", "te")
    assert [one[:2] for one in told(process("p", task.format(loop.format("")), ways))] == [("BPMN973", "pt")]
    assert told(process("p", task.format(loop.format(' loopMaximum="3"')), ways)) == []


def test_a_circle_without_a_way_out_is_told_with_the_path_into_it():
    inside = '<startEvent id="#s"/><exclusiveGateway id="#x"/><task id="#t"/><endEvent id="#e"/>'
    data = (HEAD + process("p", inside, ("sx", "xt", "tx")) + "</definitions>").encode()
    endless = [one for one in check_file(data, "m.bpmn") if one.code == "BPMN955"]
    assert len(endless) == 1
    assert "ps" in endless[0].facts["path"]
