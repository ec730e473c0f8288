"""The work: start, a decision table of six rules, a gateway, a script or a person's task, end."""

from typing import Any

KINDS = ("invoice", "refund", "query")
_RULES = (
    ('"invoice"', "<= 1000", "", '"auto"'),
    ('"invoice"', "> 1000", "<= 2", '"auto"'),
    ('"invoice"', "> 1000", "> 2", '"manual"'),
    ('"refund"', "<= 200", "", '"auto"'),
    ('"refund"', "> 200", "", '"manual"'),
    ("", "", "", '"manual"'),
)
_INPUTS = (("kind", "string"), ("amount", "number"), ("prio", "number"))


def item(number: int) -> dict[str, Any]:
    """Give the variables of an instance."""
    mixed = number * 2654435761 & 0xFFFFFFFF
    return {"kind": KINDS[mixed % 3], "amount": (mixed >> 4) % 2000, "prio": 1 + (mixed >> 16) % 5}


def auto(row: dict[str, Any]) -> bool:
    """Say in plain Python whether a row goes straight through, to check every engine."""
    if row["kind"] == "invoice":
        return bool(row["amount"] <= 1000 or row["prio"] <= 2)
    return bool(row["kind"] == "refund" and row["amount"] <= 200)


def dmn() -> str:
    """Give the decision as DMN; one that must not bind itself to a hit (FIRST), as all engines know it."""
    cells = "".join(_rule(number, rule) for number, rule in enumerate(_RULES))
    data = "".join(
        f'<inputData id="d_{name}" name="{name}"><variable id="v_{name}" name="{name}" typeRef="{kind}"/></inputData>'
        for name, kind in _INPUTS
    )
    needs = "".join(
        f'<informationRequirement id="n_{name}"><requiredInput href="#d_{name}"/></informationRequirement>'
        for name, _ in _INPUTS
    )
    columns = "".join(
        f'<input id="i_{name}" label="{name}"><inputExpression id="e_{name}" typeRef="{kind}"><text>{name}</text>'
        "</inputExpression></input>"
        for name, kind in _INPUTS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" '
        f'id="m" name="m" namespace="https://example.org/bench">{data}<decision id="route" name="route">'
        f'<variable id="v_route" name="route" typeRef="string"/>{needs}<decisionTable id="t" hitPolicy="FIRST">'
        f"{columns}"
        f'<output id="o" label="route" name="route" typeRef="string"/>{cells}</decisionTable></decision></definitions>'
    )


def _rule(number: int, cells: tuple[str, ...]) -> str:
    texts = [cell.replace("<", "&lt;").replace(">", "&gt;") for cell in cells]
    inputs = "".join(
        f'<inputEntry id="c{number}_{place}"><text>{text}</text></inputEntry>' for place, text in enumerate(texts[:3])
    )
    return f'<rule id="r{number}">{inputs}<outputEntry id="a{number}"><text>{texts[3]}</text></outputEntry></rule>'


def bpmn(rule: str, task: str, script: str, equals: str = "=") -> str:
    """Give the process; `rule`, `task` and `script` are what an engine wants inside those three elements."""
    flows = (
        ("f1", "s", "rule"),
        ("f2", "rule", "gw"),
        ("f4", "gw", "user"),
        ("f5", "script", "e"),
        ("f6", "user", "e"),
    )
    lines = "".join(f'<sequenceFlow id="{name}" sourceRef="{a}" targetRef="{b}"/>' for name, a, b in flows)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
        'xmlns:alihdaya="https://alihdaya.org/bpmn/1" id="d" targetNamespace="https://example.org/bench">'
        f'<process id="work" isExecutable="true"><startEvent id="s"/>{rule}<exclusiveGateway id="gw" default="f4"/>'
        f'{script}{task}<endEvent id="e"/>{lines}<sequenceFlow id="f3" sourceRef="gw" targetRef="script">'
        f'<conditionExpression>route {equals} "auto"</conditionExpression></sequenceFlow></process></definitions>'
    )
