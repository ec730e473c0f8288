"""Types of decision tables: cells against their columns, outputs against what they must be."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.analysis import kinds
from alihdaya.notation.dmn.analysis.typed.infer import (
    Report,
    Scope,
    Type,
    apart,
    condition,
    infer,
    join,
    name_of,
    tested,
)
from alihdaya.notation.dmn.analysis.typed.ledger import Ledger, Site
from alihdaya.notation.dmn.analysis.writing import shortened
from alihdaya.notation.dmn.boxed import NOTHING
from alihdaya.notation.dmn.table import Table
from alihdaya.notation.feel import ir
from alihdaya.notation.feel.evaluator import walk
from alihdaya.notation.feel.ir import TypeName
from alihdaya.notation.feel.types import coerce

Reporter = Callable[[model.FeelText], Report]
_UNTOLD = frozenset({"", "Null", "list", "Any", "range"})


class _Desk(NamedTuple):
    logic: model.DecisionTable
    node: Table
    scope: Scope
    ledger: Ledger
    owner: Any
    report: Reporter


def table_type(  # noqa: PLR0917
    logic: model.DecisionTable, scope: Scope, ledger: Ledger, owner: Any, given: frozenset[str], report: Reporter
) -> Type:
    """Infer a decision table, and note where it stands."""
    node = ledger.trees.table(logic, frozenset(scope))
    if not isinstance(node, Table):
        return None
    desk = _Desk(logic, node, scope, ledger, owner, report)
    types = tuple(_column(desk, place) for place in range(len(logic.inputs)))
    outputs = tuple(_output(desk, place) for place in range(len(logic.outputs)))
    ledger.sites.append(Site(owner, logic, node, scope, types, outputs, given))
    return _result(logic, outputs)


def _column(desk: _Desk, place: int) -> Type:
    clause = desk.logic.inputs[place]
    found = infer(desk.node.columns[place], desk.scope, desk.report(clause.expression))
    desk.ledger.known(clause.type, clause.expression.source, desk.owner.id)
    wanted = found or desk.ledger.types.of(clause.type)
    seen: list[str] = []
    for rule, tests in zip(desk.logic.rules, desk.node.tests, strict=True):
        if place >= len(rule.tests):
            continue
        text, cell = rule.tests[place], tests[place]
        report, inner = desk.report(text), {**desk.scope, ir.INPUT: wanted}
        if isinstance(cell, ir.In):
            types = [one for test in cell.tests for one in tested(test, inner, report)]
            _cell(text, types, shortened(clause.expression.text), wanted, seen, report)
        else:
            condition(cell, inner, report)
    return wanted


def _cell(text: model.FeelText, types: list[Type], column: str, wanted: Type, seen: list[str], report: Report) -> None:  # noqa: PLR0917
    facts = {"rule": str(text.source.row), "column": column, "cell": shortened(text.text)}
    for found in types:
        kind = found.name if found is not None else ""
        if apart(wanted, found):
            report.tell(kinds.CELL_KIND, {**facts, "left": name_of(wanted), "right": name_of(found)})
        elif wanted is None and kind not in _UNTOLD and kind not in seen:
            if seen:
                report.tell(kinds.MIXED, {**facts, "left": seen[0], "right": kind})
            seen.append(kind)


def _cells(desk: _Desk, place: int) -> Iterator[tuple[model.FeelText, ir.Node]]:
    for rule, outputs in zip(desk.logic.rules, desk.node.outputs, strict=True):
        if place < len(rule.outputs):
            yield rule.outputs[place], outputs[place]
    default = desk.logic.outputs[place].default
    if default is not None:
        yield default, desk.node.defaults[place]


def _output(desk: _Desk, place: int) -> Type:
    clause = desk.logic.outputs[place]
    desk.ledger.known(clause.type, desk.logic.source, desk.owner.id)
    wanted = desk.ledger.types.of(clause.type)
    found: list[Type] = []
    for text, cell in _cells(desk, place):
        if text is not NOTHING:
            report = desk.report(text)
            found.append(infer(cell, desk.scope, report))
            label = repr(clause.name or desk.owner.name)
            facts = {"rule": str(text.source.row or "-"), "column": label, "cell": shortened(text.text)}
            _given(desk, clause, wanted, cell, found[-1], report, facts)
    return wanted or join(found)


def _given(  # noqa: PLR0917
    desk: _Desk,
    clause: model.OutputClause,
    wanted: Type,
    cell: ir.Node,
    found: Type,
    report: Report,
    facts: dict[str, str],
) -> None:
    if apart(wanted, found):
        report.tell(kinds.OUTPUT_KIND, {**facts, "left": name_of(wanted), "right": name_of(found)})
    elif isinstance(cell, ir.Literal) and not _allowed(desk, cell.value, clause, wanted):
        report.tell(kinds.OUTPUT_VALUE, facts)
    if desk.logic.aggregation == "+" and found is not None and found.name not in {"number", *_UNTOLD}:
        report.tell(kinds.AGGREGATED, {**facts, "right": name_of(found)})


def _allowed(desk: _Desk, value: Any, clause: model.OutputClause, wanted: Type) -> bool:
    if value is None:
        return True
    if clause.allowed is not None:
        tests = desk.ledger.trees.feel(clause.allowed, frozenset(), unary=True)
        return walk(tests, {ir.INPUT: value}, None) is True
    return wanted is None or wanted.check is None or coerce(value, wanted) is not None


def _result(logic: model.DecisionTable, outputs: tuple[Type, ...]) -> Type:
    one = outputs[0] if outputs else None
    if len(outputs) > 1:
        parts = tuple(found or TypeName("Any") for found in outputs)
        one = TypeName("context", parts, tuple(clause.name for clause in logic.outputs))
    if logic.aggregation == "#":
        return TypeName("number")
    if logic.hit in {"R", "O"} or (logic.hit == "C" and not logic.aggregation):
        return TypeName("list", (one,) if one else ())
    return one
