"""What a node can read: sub-processes hand in what came before them, and hand out what is made inside."""

from alihdaya.notation.bpmn import read
from alihdaya.notation.bpmn.findings.supply import COUNTER, Known, supplied

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:alihdaya="https://alihdaya.org/bpmn/1">'
    '<process id="p" isExecutable="true">'
)
MODEL = """<startEvent id="s"/><endEvent id="e"/>
<subProcess id="u">{loop}<dataObject id="own"/><startEvent id="is"/><endEvent id="ie"/>
<scriptTask id="it" scriptFormat="text/x-feel" alihdaya:result="made"><script>1</script></scriptTask>
<sequenceFlow sourceRef="is" targetRef="it"/><sequenceFlow sourceRef="it" targetRef="ie"/></subProcess>
<boundaryEvent id="b" attachedToRef="u"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>
</boundaryEvent><sequenceFlow sourceRef="b" targetRef="e"/>
<sequenceFlow sourceRef="s" targetRef="u"/><sequenceFlow sourceRef="u" targetRef="e"/></process></definitions>"""


def names(loop=""):
    process = read((HEAD + MODEL.format(loop=loop)).encode(), "x.bpmn").process()
    sets = supplied(process, Known(frozenset({"given"})), {"given", "own", "made", COUNTER, "never"})
    return {node.id: found for node, found in zip(process.nodes, sets, strict=True)}


def test_names_go_into_a_sub_process_and_what_is_made_comes_out():
    found = names()
    assert found["it"] == {"given", "own"}
    assert found["e"] >= {"given", "made"}
    assert "made" in found["b"]


def test_inside_of_what_repeats_the_last_run_may_have_written():
    found = names('<standardLoopCharacteristics loopMaximum="2"/>')
    assert found["it"] == {"given", "own", "made", COUNTER}
