"""What a node can read: sub-processes hand in what came before them, and hand out what is made inside."""

from types import SimpleNamespace

from alihdaya.notation.bpmn import read
from alihdaya.packs.supply import ANYTHING, supplied

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:alihdaya="https://alihdaya.org/bpmn/1">'
    '<process id="p" isExecutable="true">'
)
MODEL = """<startEvent id="s"/><endEvent id="e"/>
<subProcess id="u">{loop}<dataObject id="own"/><startEvent id="is"/><endEvent id="ie"/>
<scriptTask id="it" scriptFormat="text/x-feel" alihdaya:result="made"><script>1</script></scriptTask>
<sequenceFlow sourceRef="is" targetRef="it"/><sequenceFlow sourceRef="it" targetRef="ie"/></subProcess>
<sequenceFlow sourceRef="s" targetRef="u"/><sequenceFlow sourceRef="u" targetRef="e"/></process></definitions>"""


def names(loop=""):
    process = read((HEAD + MODEL.format(loop=loop)).encode(), "x.bpmn").process()
    pack = SimpleNamespace(intake=SimpleNamespace(variables=("given",)), forms={})
    return {node.id: found for node, found in zip(process.nodes, supplied(pack, process), strict=True)}


def test_names_go_into_a_sub_process_and_what_is_made_comes_out():
    found = names()
    assert found["it"] == {"given", "own"}
    assert "made" in found["e"]


def test_inside_of_what_repeats_any_name_may_be():
    assert ANYTHING in names('<standardLoopCharacteristics loopMaximum="2"/>')["it"]
