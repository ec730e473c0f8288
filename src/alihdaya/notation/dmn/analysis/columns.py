"""From a table's columns to the dimensions of its space: types, allowed values, values that a decision can give."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.analysis.dimension import OPAQUE, Asked, dimension
from alihdaya.notation.dmn.analysis.space import Place, Space
from alihdaya.notation.dmn.analysis.survey import Site, Survey
from alihdaya.notation.dmn.analysis.tests import KNOWN, constants, names_in
from alihdaya.notation.dmn.analysis.writing import shortened
from alihdaya.notation.dmn.table import Table
from alihdaya.notation.feel.evaluator import walk
from alihdaya.notation.feel.ir import INPUT, Literal, Name, Node, Path
from alihdaya.notation.feel.types import belongs
from alihdaya.notation.feel.values import KINDS

_ALL_TYPES = frozenset({"number", "string", "boolean", "date", "days and time duration", "years and months duration"})


@dataclass(frozen=True)
class Room:
    """A table with its space, and for each dimension the path of names by which an example can set it, or None."""

    site: Site
    space: Space
    paths: tuple[tuple[str, ...] | None, ...]
    survey: Survey

    @property
    def table(self) -> model.DecisionTable:
        """The table as it was read."""
        return self.site.table

    @property
    def node(self) -> Table:
        """The table as it is evaluated."""
        return self.site.node

    def example(self, place: Place) -> dict[str, Any] | None:
        """Give variables that lie at a point; None where a column is computed, so that nothing can set it."""
        made: dict[str, Any] = {name: self._sample(name) for name in sorted(self.site.given)}
        for one, at, path in zip(self.space.dimensions, place, self.paths, strict=True):
            if path is None:
                return None
            inner = made
            for name in path[:-1]:
                inner[name] = dict(inner[name]) if isinstance(inner.get(name), dict) else {}
                inner = inner[name]
            inner[path[-1]] = one.value(at)
        return made

    def _sample(self, name: str) -> Any:
        return self.survey.values.sample(self.site.scope.get(name))

    def matching(self, variables: dict[str, Any]) -> tuple[int, ...] | None:
        """Give the numbers (from 0) of the rules that really match; None where names are read that have no value."""
        if not self.read <= variables.keys():
            return None
        values = [walk(column, variables, None) for column in self.node.columns]
        return tuple(
            number
            for number, tests in enumerate(self.node.tests)
            if all(
                walk(test, {**variables, INPUT: value}, None) is True for test, value in zip(tests, values, strict=True)
            )
        )

    @cached_property
    def read(self) -> frozenset[str]:
        """The names that the columns and the computed cells read."""
        return frozenset(name for node in (*self.node.columns, *self._cells()) for name in names_in(node))

    def _cells(self) -> Iterator[Node]:
        for row in self.node.tests:
            yield from (cell for cell in row if constants(cell) is None)


def room(site: Site, survey: Survey) -> Room | None:
    """Make the space of a table; None for a table that lacks cells."""
    width, node = len(site.table.inputs), site.node
    if any(len(row) != width for row in node.tests) or not node.tests:
        return None
    groups: dict[str, list[int]] = {}
    for place, column in enumerate(site.table.inputs):
        groups.setdefault(" ".join(column.expression.text.split()), []).append(place)
    dimensions, paths = [], []
    for label, places in groups.items():
        cells = [tuple(row[place] for place in places) for row in node.tests]
        dimensions.append(dimension(tuple(places), shortened(label), cells, _asked(site, survey, places)))
        paths.append(_path(node.columns[places[0]], site.given))
    firsts = [path[: len(other)] == other for path in paths if path for other in paths if other and other is not path]
    settable = tuple(None if any(firsts) else path for path in paths)
    return Room(site, Space(tuple(dimensions), len(node.tests)), settable, survey)


def _path(column: Node, given: frozenset[str]) -> tuple[str, ...] | None:
    parts: list[str] = []
    while isinstance(column, Path):
        parts.append(column.name)
        column = column.target
    if not isinstance(column, Name) or column.name not in given:
        return None
    return (column.name, *reversed(parts))


def _asked(site: Site, survey: Survey, places: list[int]) -> Asked:
    wanted = site.types[places[0]]
    allowed = [_allowed(site.table.inputs[place], survey) for place in places]
    tests = [test for test in allowed if test is not None]
    inherited = survey.values.tests_of(wanted)
    for place in places:
        inherited += survey.values.tests_of(survey.types.of(site.table.inputs[place].type))

    def fits(value: Any) -> bool:
        if wanted is not None and not belongs(value, wanted):
            return False
        return all(walk(test, {INPUT: value}, None) is True for test in (*tests, *inherited))

    extra = tuple(value for test in (*tests, *inherited) for value in constants(test) or ())
    produced = _produced(site, survey, site.node.columns[places[0]])
    kind = wanted.name if wanted is not None and wanted.name != "Any" else ""
    sample = next(
        (value for value in (survey.values.sample(wanted), *extra) if value is not None and fits(value)), None
    )
    return Asked(kind if kind in _ALL_TYPES or not kind else OPAQUE, extra, fits, produced, sample)


def _allowed(clause: model.InputClause, survey: Survey) -> Node | None:
    return None if clause.allowed is None else survey.trees.feel(clause.allowed, frozenset(), unary=True)


def _produced(site: Site, survey: Survey, column: Node) -> tuple[Any, ...] | None:
    """Give all values of a column that shows a required decision whose table gives constants; else None."""
    path = _path(column, site.given)
    if path is None or not isinstance(site.owner, model.DecisionElement) or len(path) > 2:
        return None
    for key in site.owner.decisions:
        found = survey.elements.get(key)
        if isinstance(found, model.DecisionElement) and found.name == path[0]:
            return _given_by(found, survey, path[1:])
    return None


def _given_by(decision: model.DecisionElement, survey: Survey, path: tuple[str, ...]) -> tuple[Any, ...] | None:
    logic = decision.logic.body if isinstance(decision.logic, model.Typed) else decision.logic
    site = next((one for one in survey.sites if one.table is logic), None)
    if site is None or site.node.hit not in "UAFP" or not site.node.literal:
        return None
    if len(path) != (len(site.node.names) > 1):
        return None
    place = site.node.names.index(path[0]) if path and path[0] in site.node.names else 0
    rows = [*site.node.outputs, *([site.node.defaults] if site.node.defaults else [])]
    cells = [row[place] for row in rows]
    values = [cell.value for cell in cells if isinstance(cell, Literal)]
    if any(KINDS.get(type(value)) not in KNOWN for value in values):
        return None
    return tuple({repr(value): value for value in values}.values())
