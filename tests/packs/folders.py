"""A tiny pack in a temporary folder, in parts that a test can spoil."""

MANIFEST = """\
name = "tiny"
kind = "BPO"
voice = false
contact = "text"
languages = ["en"]
skills = ["typing"]
certificates = ["keys"]
maturity = "draft"

[title]
en = "Tiny"

[summary]
en = "A pack for tests"

[process]
file = "tiny.bpmn"
id = "tiny"

[intake]
key = ["id"]

[[intake.columns]]
name = "id"
type = "text"

[[intake.columns]]
name = "amount"
type = "number"
required = false

[delivery]
result = ["size", "remark"]

[delivery.units]
done = "check"

[form.look.title]
en = "Look"

[[form.look.fields]]
name = "remark"
type = "text"
label = { en = "Remark" }
"""

PROCESS = """\
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:alihdaya="https://alihdaya.org/bpmn/1"
  id="d" targetNamespace="https://example.org/tiny">
  <process id="tiny" isExecutable="true">
    <startEvent id="start"/>
    <sequenceFlow id="a" sourceRef="start" targetRef="rule"/>
    <businessRuleTask id="rule" alihdaya:decision="size" alihdaya:result="size"/>
    <sequenceFlow id="b" sourceRef="rule" targetRef="step"/>
    <serviceTask id="step" alihdaya:step="double"/>
    <sequenceFlow id="c" sourceRef="step" targetRef="look"/>
    <userTask id="look" alihdaya:skill="typing" alihdaya:language="en" alihdaya:level="B1"
      alihdaya:certificate="keys" alihdaya:form="look"/>
    <sequenceFlow id="e" sourceRef="look" targetRef="done"/>
    <endEvent id="done"/>
  </process>
</definitions>
"""

DECISION = """\
<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m" namespace="https://example.org/m">
  <inputData id="amount" name="amount"><variable name="amount" typeRef="number"/></inputData>
  <decision id="size" name="size">
    <variable name="size" typeRef="string"/>
    <informationRequirement id="r"><requiredInput href="#amount"/></informationRequirement>
    <literalExpression><text>if amount &gt; 10 then "big" else "small"</text></literalExpression>
  </decision>
</definitions>
"""

STEPS = """\
from alihdaya.packs.kit import Decimal, Variables, rounded

def double(variables: Variables) -> Variables:
    return {"twice": rounded(variables["amount"] * 2, 2)}

def _helper() -> None: ...
"""

SAMPLES = """\
[{"name": "big", "input": {"id": "x", "amount": 10.5}, "expect": {"size": "big"}, "end": "done"}]
"""

PARTS = {
    "pack.toml": MANIFEST,
    "processes/tiny.bpmn": PROCESS,
    "decisions/size.dmn": DECISION,
    "steps.py": STEPS,
    "samples/size.json": SAMPLES,
}


def build(folder, changes=None):
    """Write the pack; `changes`: path -> new content (None: no such file) or (old, new) to replace within it."""
    for path, content in {**PARTS, **dict.fromkeys(set(changes or {}) - set(PARTS), "")}.items():
        change = (changes or {}).get(path, content)
        if change is None:
            continue
        if isinstance(change, tuple):
            assert change[0] in content, path
            change = content.replace(*change)
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(change if isinstance(change, bytes) else change.encode())
    return folder
