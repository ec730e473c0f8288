"""The same decisions in each engine's own form: DMN, JDM (zen-engine), DMN with Python cells (SpiffWorkflow)."""

from collections.abc import Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from bench.deciding.cases import RISKS, Rule, rules_of

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
INPUTS = {"category": "string", "amount": "number", "express": "boolean", "years": "number"}
Cells = list[list[str]]


def _feel(rule: Rule) -> list[str]:
    express = "-" if rule.express is None else str(rule.express).lower()
    if rule.low is not None and rule.high is not None:
        return [f'"{rule.category}"', f"[{rule.low}..{rule.high})", express, rule.rate]
    amount = f">= {rule.low}" if rule.high is None else f"< {rule.high}"
    return [f'"{rule.category}"', amount, express, rule.rate]


def _python(rule: Rule) -> list[str]:
    cells = _feel(rule)
    if rule.low is not None and rule.high is not None:
        cells[1] = f"{rule.low} <= ? < {rule.high}"
    return [cells[0], cells[1], "" if rule.express is None else str(rule.express), cells[3]]


def _table(name: str, inputs: Sequence[str], kind: str, rules: Cells, hit: str, *, needs: str = "") -> str:
    columns = "".join(
        f'<input id="{name}_{one}" label="{one}"><inputExpression id="{name}_{one}_x" typeRef="{INPUTS[one]}">'
        f"<text>{one}</text></inputExpression></input>"
        for one in inputs
    )
    lines = ""
    for number, rule in enumerate(rules):
        parts = [("outputEntry" if place == len(inputs) else "inputEntry", cell) for place, cell in enumerate(rule)]
        cells = (
            f'<{tag} id="{name}_{number}_{place}"><text>{escape(cell)}</text></{tag}>'
            for place, (tag, cell) in enumerate(parts)
        )
        lines += f'<rule id="{name}_{number}">{"".join(cells)}</rule>'
    return (
        f'<decision id="{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/>{needs}'
        f'<decisionTable id="{name}_table" hitPolicy="{hit}">{columns}'
        f'<output id="{name}_out" name="{name}" typeRef="{kind}"/>{lines}</decisionTable></decision>'
    )


def _needs(owner: str, **names: Sequence[str]) -> str:
    return "".join(
        f'<informationRequirement id="{owner}_needs_{name}"><required{kind} href="#{name}"/></informationRequirement>'
        for kind, group in names.items()
        for name in group
    )


def _file(parts: Sequence[str]) -> bytes:
    return f'<definitions xmlns="{NAMESPACE}" id="m" name="m" namespace="urn:m">{"".join(parts)}</definitions>'.encode()


def dmn(case: str) -> bytes:
    """Give a case as a DMN file."""
    names = list(INPUTS)[: 4 if case == "drg" else 3]
    parts = [
        f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{INPUTS[name]}"/></inputData>'
        for name in names
    ]
    rules = [_feel(rule) for rule in rules_of(case)]
    parts.append(_table("rate", names[:3], "number", rules, "UNIQUE", needs=_needs("rate", Input=names[:3])))
    if case == "drg":
        risks = [[cell or "-" for cell in (years, amount)] + [f'"{risk}"'] for years, amount, risk in RISKS]
        needs = _needs("risk", Input=["years", "amount"])
        parts.append(_table("risk", ["years", "amount"], "string", risks, "FIRST", needs=needs))
        parts.append(
            '<decision id="fee" name="fee"><variable name="fee" typeRef="number"/>'
            + _needs("fee", Input=["amount"], Decision=["rate", "risk"])
            + "<literalExpression><text>if risk = &quot;high&quot; then amount * rate * 1.5 else amount * rate</text>"
            "</literalExpression></decision>"
        )
    return _file(parts)


def spiff(case: str) -> list[bytes]:
    """Give the tables of a case as DMN files whose cells are Python, as SpiffWorkflow reads them: one table a file."""
    rates = [_python(rule) for rule in rules_of(case)]
    files = [_file([_table("rate", list(INPUTS)[:3], "number", rates, "UNIQUE")])]
    if case == "drg":
        risks = [[years, amount, f'"{risk}"'] for years, amount, risk in RISKS]
        files.append(_file([_table("risk", ["years", "amount"], "string", risks, "FIRST")]))
    return files


def jdm(case: str) -> dict[str, Any]:
    """Give a case as zen-engine's JDM; it has no UNIQUE, so its tables are FIRST, which asks less of it."""

    def node(key: str, kind: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
        made = {"id": key, "type": f"{kind}Node", "name": key, "position": {"x": 0, "y": 0}}
        return made if content is None else {**made, "content": content}

    rules = [[cell.replace('"', "'") for cell in _feel(rule)] for rule in rules_of(case)]
    passing = case == "drg"
    nodes = [node("in", "input"), node("rate", "decisionTable", _jdm_table(list(INPUTS)[:3], "rate", rules, passing))]
    nodes.append(node("out", "output"))
    links = [("in", "rate"), ("rate", "out")]
    if case == "drg":
        risks = [[years, amount, f"'{risk}'"] for years, amount, risk in RISKS]
        nodes.append(node("risk", "decisionTable", _jdm_table(["years", "amount"], "risk", risks, passing)))
        fee = "risk == 'high' ? amount * rate * 1.5 : amount * rate"
        nodes.append(node("fee", "expression", {"expressions": [{"id": "x", "key": "fee", "value": fee}]}))
        links = [("in", "rate"), ("in", "risk"), ("rate", "fee"), ("risk", "fee"), ("fee", "out")]
    edges = [{"id": f"{a}-{b}", "sourceId": a, "targetId": b} for a, b in links]
    return {"nodes": nodes, "edges": edges}


def _jdm_table(inputs: Sequence[str], output: str, rules: Cells, passing: bool) -> dict[str, Any]:  # noqa: FBT001
    blank: Callable[[str], str] = lambda cell: "" if cell == "-" else cell  # noqa: E731
    return {
        "hitPolicy": "first",
        "passThrough": passing,
        "inputs": [{"id": f"i{n}", "name": name, "field": name} for n, name in enumerate(inputs)],
        "outputs": [{"id": "o", "name": output, "field": output}],
        "rules": [
            {"_id": f"r{n}", **{f"i{place}": blank(cell) for place, cell in enumerate(rule[:-1])}, "o": rule[-1]}
            for n, rule in enumerate(rules)
        ],
    }
