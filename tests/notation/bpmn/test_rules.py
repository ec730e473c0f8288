"""Rules of the standard: a model that keeps all of them, and what each change of it breaks."""

import pytest

from alihdaya.notation.bpmn.rules import CHECKS, check_rules
from alihdaya.notation.bpmn.rules.schema import kinds, references
from alihdaya.notation.bpmn.write import open_bpmn

GOOD = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:t" xmlns:t="urn:t"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:v="urn:v">
<import namespace="urn:o" location="other.bpmn" importType="http://www.omg.org/spec/BPMN/20100524/MODEL"/>
<itemDefinition id="item" structureRef="v:a"/><itemDefinition id="many" structureRef="v:a" isCollection="true"/>
<itemDefinition id="else" structureRef="v:b"/>
<message id="m" itemRef="item"/><error id="err" errorCode="E"/>
<interface id="i" name="I"><operation id="op" name="o"><inMessageRef>t:m</inMessageRef></operation></interface>
<collaboration id="c"><participant id="us" processRef="p"/><participant id="them"/>
  <messageFlow id="mf" sourceRef="them" targetRef="wait"/></collaboration>
<process id="p" isExecutable="true">
  <startEvent id="s"><outgoing>f1</outgoing></startEvent>
  <sequenceFlow id="f1" sourceRef="s" targetRef="x"/>
  <exclusiveGateway id="x" gatewayDirection="Diverging" default="f3"/>
  <sequenceFlow id="f2" sourceRef="x" targetRef="call">
    <conditionExpression xsi:type="tFormalExpression">a &gt; 1</conditionExpression></sequenceFlow>
  <sequenceFlow id="f3" sourceRef="x" targetRef="g"/>
  <serviceTask id="call" operationRef="op"><ioSpecification>
    <dataInput id="in" itemSubjectRef="item"/><inputSet><dataInputRefs>in</dataInputRefs></inputSet><outputSet/>
    </ioSpecification></serviceTask>
  <boundaryEvent id="b" attachedToRef="call"><errorEventDefinition errorRef="err"/></boundaryEvent>
  <boundaryEvent id="undo" attachedToRef="call"><compensateEventDefinition/></boundaryEvent>
  <task id="back" isForCompensation="true"/>
  <sequenceFlow id="f4" sourceRef="b" targetRef="e"/><sequenceFlow id="f5" sourceRef="call" targetRef="e"/>
  <eventBasedGateway id="g"/>
  <sequenceFlow id="f6" sourceRef="g" targetRef="wait"/><sequenceFlow id="f7" sourceRef="g" targetRef="clock"/>
  <intermediateCatchEvent id="wait"><messageEventDefinition messageRef="m"><operationRef>op</operationRef>
    </messageEventDefinition></intermediateCatchEvent>
  <intermediateCatchEvent id="clock"><timerEventDefinition>
    <timeDuration xsi:type="tFormalExpression">PT1H</timeDuration></timerEventDefinition></intermediateCatchEvent>
  <sequenceFlow id="f8" sourceRef="wait" targetRef="sub"/><sequenceFlow id="f9" sourceRef="clock" targetRef="go"/>
  <subProcess id="sub"><adHocSubProcess id="free"><userTask id="u"/></adHocSubProcess></subProcess>
  <subProcess id="handle" triggeredByEvent="true"><startEvent id="hs">
    <errorEventDefinition errorRef="err"/></startEvent>
    <sequenceFlow id="hf" sourceRef="hs" targetRef="he"/><endEvent id="he"/></subProcess>
  <sequenceFlow id="f10" sourceRef="sub" targetRef="e"/>
  <intermediateThrowEvent id="go"><linkEventDefinition id="l1" name="L"/></intermediateThrowEvent>
  <intermediateCatchEvent id="land"><linkEventDefinition id="l2" name="L"/></intermediateCatchEvent>
  <sequenceFlow id="f11" sourceRef="land" targetRef="e"/>
  <endEvent id="e"/>
  <dataObject id="d" itemSubjectRef="many" isCollection="true"/>
  <association id="a" sourceRef="undo" targetRef="back"/>
</process></definitions>"""
LISTS = {"s": "f1", "x": "+f1 f2 f3", "call": "+f2 f5", "b": "f4", "g": "+f3 f6 f7"}
LISTS |= {"wait": "+f6 f8", "clock": "+f7 f9", "sub": "+f8 f10", "go": "+f9", "land": "f11", "e": "+f4 +f5 +f10 +f11"}
PLAIN = GOOD.replace("<outgoing>f1</outgoing>", "")


def codes(text, **options):
    return [one.code for one in check_rules(open_bpmn(text.encode(), "m.bpmn"), **options)]


def test_a_model_that_keeps_all_rules_has_no_finding():
    assert codes(PLAIN, portable=True) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('<participant id="them"/>', '<participant id="them"><wish/></participant>', "BPMN101"),
        ('<task id="back"', '<task colour="red" id="back"', "BPMN102"),
        ('<collaboration id="c"', '<collaboration id="c" isClosed="yes"', "BPMN104"),
        (' itemRef="item"/>', ' itemRef="item"/><correlationProperty id="k"/>', "BPMN105"),
        ('<serviceTask id="call" operationRef="op">', ('<serviceTask id="call" operationRef="op"><ioSpecification>'
         "<inputSet/><outputSet/></ioSpecification>"), "BPMN106"),
        ("<outputSet/>", '<outputSet/><dataOutput id="late"/>', "BPMN107"),
        ('id="them"', 'id="us"', "BPMN108"),
        ('"tFormalExpression">PT1H', '"tSpell">PT1H', "BPMN109"),
        ('targetRef="go"/>', 'targetRef="gone"/>', "BPMN121"),
        ('attachedToRef="call"><error', 'attachedToRef="x"><error', "BPMN122"),
        ('messageRef="m"', 'messageRef="lost"', "BPMN125"),
        ('sourceRef="them"', 'sourceRef="clock"', "BPMN152"),
        ('targetRef="wait"/></coll', 'targetRef="clock"/></coll', "BPMN155"),
        ('"s" targetRef="x"/>', '"s" targetRef="handle"/>', "BPMN201"),
        ('"s"></startEvent>', '"s"><outgoing>f1</outgoing></startEvent>', "BPMN202"),
        ('"go"><link', '"go"><incoming>f1</incoming><link', "BPMN203"),
        ('"sub" targetRef="e"', '"u" targetRef="e"', "BPMN204"),
        ('sourceRef="call" targetRef="e"/>', ('sourceRef="call" targetRef="e"><conditionExpression '
         'xsi:type="tFormalExpression">a</conditionExpression></sequenceFlow>'), "BPMN205"),
        ('default="f3"', 'default="f9"', "BPMN207"),
        ('<startEvent id="s"></startEvent>', '<task id="s"/>', "BPMN208"),
        ('<endEvent id="he"/>', '<task id="he"/>', "BPMN209"),
        ('<task id="back" isForCompensation="true"/>', '<task id="back"/>', "BPMN210"),
        ('sourceRef="land" targetRef="e"', 'sourceRef="land" targetRef="back"', "BPMN509"),
        ('"Diverging"', '"Mixed"', "BPMN302"),
        ('sourceRef="x" targetRef="g"', 'sourceRef="x" targetRef="clock"', "BPMN308"),
        ('<eventBasedGateway id="g"/>', '<eventBasedGateway id="g" instantiate="true"/>', "BPMN309"),
        ('id="f11" sourceRef="land" targetRef="e"', 'id="f11" sourceRef="land" targetRef="s"', "BPMN401"),
        ('<endEvent id="e"/>', '<endEvent id="e"><cancelEventDefinition/></endEvent>', "BPMN411"),
        ('<endEvent id="e"/>', '<endEvent id="e"><linkEventDefinition name="q"/></endEvent>', "BPMN410"),
        ('"hs">\n    <errorEventDefinition errorRef="err"/>', '"hs">', "BPMN405"),
        ('<linkEventDefinition id="l1" name="L"/>', '<linkEventDefinition id="l1" name="M"/>', "BPMN417"),
        ('<linkEventDefinition id="l1" name="L"/>', "<terminateEventDefinition/>", "BPMN415"),
        ('<boundaryEvent id="b"', '<boundaryEvent cancelActivity="false" id="b"', "BPMN502"),
        ('<errorEventDefinition errorRef="err"/></boundary', "<cancelEventDefinition/></boundary", "BPMN503"),
        ('<association id="a" sourceRef="undo"', '<association id="a" sourceRef="b"', "BPMN507"),
        (' isForCompensation="true"', "", "BPMN508"),
        ('<userTask id="u"/>', "", "BPMN603"),
        ('<task id="back"', '<task startQuantity="0" id="back"', "BPMN601"),
        (' isCollection="true"/>\n  <assoc', "/>\n  <assoc", "BPMN701"),
        ("<dataInputRefs>in</dataInputRefs>", "", "BPMN702"),
        ("<dataInputRefs>in</dataInputRefs>", ("<dataInputRefs>in</dataInputRefs><outputSetRefs>o</outputSetRefs>"
         '</inputSet><outputSet id="o"/><inputSet>'), "BPMN704"),
        ('<dataInput id="in" itemSubjectRef="item"/>', '<dataInput id="in" itemSubjectRef="else"/>', "BPMN803"),
        (' xsi:type="tFormalExpression">PT1H', ">PT1H", "BPMN901"),
        ("PT1H", "", "BPMN902"),
        ("<operationRef>op</operationRef>", "", "BPMN906"),
    ],
)  # fmt: skip
def test_each_change_breaks_its_rule(old, new, code):
    assert PLAIN.count(old) == 1
    found = codes(PLAIN.replace(old, new), portable=True)
    assert code in found


def test_lists_of_flows_are_complete_where_there_are_any():
    listed = PLAIN
    for node, flows in LISTS.items():
        tags = [("incoming", one[1:]) if one[0] == "+" else ("outgoing", one) for one in flows.split()]
        inside = "".join(f"<{tag}>{flow}</{tag}>" for tag, flow in tags)
        head, _, rest = listed.partition(f' id="{node}"')
        attributes, end, rest = rest.partition(">")
        kind = head.rpartition("<")[2].split()[0]
        closed = attributes.endswith("/")
        listed = f'{head} id="{node}"{attributes.removesuffix("/")}{end}{inside}{f"</{kind}>" if closed else ""}{rest}'
    assert codes(listed, portable=True) == []


def test_what_only_other_engines_need_is_a_warning_unless_asked_for():
    text = PLAIN.replace("<operationRef>op</operationRef>", "")
    (mild,) = check_rules(open_bpmn(text.encode(), "m.bpmn"))
    (strict,) = check_rules(open_bpmn(text.encode(), "m.bpmn"), portable=True)
    assert (mild.code, mild.level, strict.level) == ("BPMN906", "warning", "error")
    assert (mild.source.line, mild.element, mild.message("id")) == (26, "wait", "peristiwa pesan memerlukan operasi")


def test_imported_files_are_looked_into():
    other = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:o">'
        '<message id="sent"/><process id="q"/></definitions>'
    )
    text = PLAIN.replace('messageRef="m"', 'xmlns:o="urn:o" messageRef="o:{}"')
    found = [codes(text.format(name), load=lambda _: other.encode()) for name in ("sent", "none", "q")]
    assert found == [[], ["BPMN125"], ["BPMN122"]]
    assert codes(PLAIN, load=lambda _: None) == ["BPMN123"]
    assert codes(text.format("none")) == []


def test_the_table_names_only_what_it_has():
    for kind in kinds().values():
        targets = {one.target for one in (*kind.attributes.values(), *kind.children)} - {"", "any"}
        assert targets <= kinds().keys()
        assert {one.kind for one in kind.children if not one.target} <= kinds().keys()
    assert not references() & kinds().keys()


def test_codes_are_stable_names_of_one_rule_each():
    found = [check.rule.code for check in CHECKS]
    assert len(found) == len(set(found))
    assert all(check.run.__doc__ and check.run.__doc__[0].isdigit() for check in CHECKS)
