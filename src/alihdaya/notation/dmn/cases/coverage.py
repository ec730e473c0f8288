"""Which rules and cells of a model's tables some cases reach."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.explain.shown import Decided, TableShown, tables

Place = tuple[str, int | None, str | None]


@dataclass(frozen=True, slots=True)
class CellAt:
    """A cell of a table: the rule's number from 1, the column's label, and the cell's text."""

    rule: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class TableCoverage:
    """What cases reach of one table: rules that fired, and cells (those that test anything) seen true and false.

    `owner` is the decision or knowledge model that the table belongs to.
    """

    owner: str
    rules: int
    idle: tuple[int, ...]
    cells: int
    never_true: tuple[CellAt, ...]
    never_false: tuple[CellAt, ...]

    @property
    def fired(self) -> int:
        """The number of rules that gave a value at least once."""
        return self.rules - len(self.idle)

    @property
    def seen(self) -> int:
        """The number of cells that were true at least once, and at least once not."""
        return self.cells - len({*self.never_true, *self.never_false})

    @property
    def whole(self) -> bool:
        """Tell whether every rule fired."""
        return not self.idle


def coverage(source: model.Model, explained: Iterable[Decided]) -> Iterator[TableCoverage]:
    """Give what explanations cover of each table of a model, those of its imports left out."""
    fired: set[tuple[Place, int]] = set()
    seen: set[tuple[Place, int, int, bool]] = set()
    for decided in explained:
        for shown in tables(decided):
            place = (shown.file, shown.line, shown.element)
            fired |= {(place, number) for number in shown.fired}
            seen |= set(_verdicts(place, shown))
    for owner, table in _tables(source):
        yield _covered(owner, table, fired, seen)


def _verdicts(place: Place, shown: TableShown) -> Iterator[tuple[Place, int, int, bool]]:
    for rule in shown.rules:
        for column, cell in enumerate(rule.cells):
            yield place, rule.number, column, cell.passed is True


def _covered(
    owner: str, table: model.DecisionTable, fired: set[tuple[Place, int]], seen: set[tuple[Place, int, int, bool]]
) -> TableCoverage:
    place = (table.source.file, table.source.line, table.source.element or "")
    cells = [
        (number, column, CellAt(number, clause.label or clause.expression.text.strip(), " ".join(test.text.split())))
        for number, rule in enumerate(table.rules, 1)
        for column, (clause, test) in enumerate(zip(table.inputs, rule.tests, strict=True))
        if test.text.strip() != "-"
    ]
    missing = {
        verdict: tuple(at for number, column, at in cells if (place, number, column, verdict) not in seen)
        for verdict in (True, False)
    }
    idle = tuple(number for number in range(1, len(table.rules) + 1) if (place, number) not in fired)
    return TableCoverage(owner, len(table.rules), idle, len(cells), missing[True], missing[False])


def _tables(source: model.Model) -> Iterator[tuple[str, model.DecisionTable]]:
    for element in source.elements:
        for table in _inside(getattr(element, "logic", None)):
            yield element.name, table


def _inside(logic: Any) -> Iterator[model.DecisionTable]:
    """Give every table in a boxed expression, in the order of the file."""
    if isinstance(logic, model.DecisionTable):
        yield logic
    elif isinstance(logic, tuple):
        for part in logic:
            yield from _inside(part)
    elif is_dataclass(logic):
        for field in fields(logic):
            yield from _inside(getattr(logic, field.name))
