"""Rows that reach every cell of a table's grid: each cut point, both its sides, null, and what no cell speaks of."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import Any

from alihdaya.notation.dmn.table import Table
from alihdaya.notation.dmn.table.grid import below, between, constants
from alihdaya.notation.feel.values import NUMBERS, kind_of

_UNIT = Decimal("1E-33")


def probes(table: Table) -> list[list[Any]]:
    """Give for every column the values worth trying: cut points, their neighbours, null, true, false, a stranger."""
    found: list[list[Any]] = []
    for place in range(len(table.columns)):
        values: list[Any] = [None, True, False, -1, "\N{SNOWMAN}", []]
        for tests in table.tests:
            for point in constants(tests[place]) or ():
                values += [point, *_beside(point)]
        found.append([value for number, value in enumerate(values) if not _seen(value, values[:number])])
    return found


def _beside(point: Any) -> list[Any]:
    if point is None or type(point) is bool:
        return []
    near = [point - _UNIT, point + _UNIT] if type(point) in NUMBERS else []
    return [below(point), between(point, None), *near]


def _seen(value: Any, earlier: list[Any]) -> bool:
    return any(kind_of(value) == kind_of(other) and value == other for other in earlier)


def rows(table: Table, limit: int) -> Iterator[list[Any]]:
    """Give rows of column values, at most `limit` of them: all combinations where they fit, else evenly spread."""
    columns = probes(table)
    total = 1
    for column in columns:
        total *= len(column)
    step = max(1, total // limit)
    step += step > 1 and any(step % len(column) == 0 for column in columns)
    for number, row in enumerate(product(*columns)):
        if number % step == 0:
            yield list(row)
