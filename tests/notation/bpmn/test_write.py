import pytest

from alihdaya.kernel.errors import NotationError
from alihdaya.notation.bpmn.write import change_id, change_ids, element_of, open_bpmn, rename

TEXT = """<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:t" xmlns:t="urn:t"
  xmlns:u="urn:u" xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:v="urn:vendor">
  <b:message id="m"/>
  <b:process id="p" name="m">
    <b:sendTask id="s" name="m" messageRef="t:m"><b:extensionElements><v:x id="m">m</v:x></b:extensionElements>
      <b:outgoing> f </b:outgoing></b:sendTask>
    <b:callActivity id="c" calledElement="u:m"/>
    <b:sequenceFlow id="f" sourceRef="s" targetRef="c"/>
  </b:process>
  <di:BPMNDiagram><di:BPMNPlane bpmnElement="p"><di:BPMNEdge bpmnElement="f"/></di:BPMNPlane></di:BPMNDiagram>
</b:definitions>"""


def opened():
    return open_bpmn(TEXT.encode(), "m.bpmn")


def test_all_references_follow_an_id_and_nothing_else_does():
    one = opened()
    assert change_id(one, "m", "order") == 1
    expected = TEXT.replace('<b:message id="m"', '<b:message id="order"').replace('"t:m"', '"t:order"')
    assert one.write() == expected.encode()


def test_references_in_text_and_in_diagrams_follow():
    one = opened()
    assert change_id(one, "f", "flow") == 2
    assert one.write().decode() == TEXT.replace(" f <", "flow<").replace('id="f"', 'id="flow"').replace(
        'bpmnElement="f"', 'bpmnElement="flow"'
    )


def test_ids_may_be_exchanged():
    one = opened()
    assert change_ids(one, {"s": "c", "c": "s"}) == 2
    assert element_of(one, "f").get("sourceRef") == "c"
    assert element_of(one, "c").local == "sendTask"


@pytest.mark.parametrize("changes", [{"nobody": "x"}, {"s": "c"}, {"s": "x", "c": "x"}, {"s": "1"}, {"s": "a:b"}])
def test_a_bad_change_is_refused_and_changes_nothing(changes):
    one = opened()
    with pytest.raises(NotationError, match=r"m\.bpmn"):
        change_ids(one, changes)
    assert one.write() == TEXT.encode()


def test_renaming():
    one = opened()
    rename(one, "s", "Say & do")
    assert b'<b:sendTask id="s" name="Say &amp; do"' in one.write()
    with pytest.raises(NotationError, match="no element"):
        rename(one, "x", "y")


def test_other_files_are_refused():
    with pytest.raises(NotationError, match="not a BPMN"):
        open_bpmn(b"<definitions/>", "m.bpmn")
