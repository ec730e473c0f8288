"""Rows that reach every cell of a table's grid: each cut point, both its sides, null, and what no cell speaks of.

The values are found without the grid's own samples, so that a wrong sample is found by comparing with the reference.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise, product
from typing import Any

from alihdaya.notation.dmn.table import Table
from alihdaya.notation.dmn.table.grid import constants
from alihdaya.notation.feel.far import FarDate, days_between, moved
from alihdaya.notation.feel.values import CONTEXT, NUMBERS, YearsMonths, kind_of

_ALWAYS: tuple[Any, ...] = (None, True, False, -1, 0, 1, "\N{SNOWMAN}", "", [])
_FAR: dict[str, tuple[Any, ...]] = {
    "number": (Decimal("-1E+6000"), Decimal("-1E-6000"), Decimal("1E-6000"), Decimal("1E+6000")),
    "date": (FarDate(date(2000, 2, 29), -6), date.min, date(2024, 2, 29), date.max, FarDate(date(2000, 1, 1), 20)),
    "days and time duration": (timedelta.min, timedelta(), timedelta.max),
    "years and months duration": (YearsMonths(-(10**12)), YearsMonths(0), YearsMonths(10**12)),
}


def probes(table: Table) -> list[list[Any]]:
    """Give for every column the values worth trying: cut points, both their sides, the middles between, far ones."""
    found: list[list[Any]] = []
    for place in range(len(table.columns)):
        points = [point for tests in table.tests for point in constants(tests[place]) or ()]
        values = [*_ALWAYS, *(value for point in points for value in (point, *_beside(point)))]
        for kind, far in _FAR.items():
            own = sorted({point for point in points if kind_of(point) == kind})
            if own:
                values += [*far, *(_middle(*pair) for pair in pairwise(own))]
        found.append([value for number, value in enumerate(values) if not _seen(value, values[:number])])
    return found


def _beside(point: Any) -> list[Any]:
    if point is None or type(point) is bool:
        return []
    if type(point) in NUMBERS:
        number = Decimal(point)
        near = [CONTEXT.next_minus(number), CONTEXT.next_plus(number)]
        return [value for value in (*near, CONTEXT.subtract(number, 1), CONTEXT.add(number, 1)) if value.is_finite()]
    if type(point) is str:
        return [point[:-1], point + "\0"]
    if type(point) is date:
        return [moved(point, timedelta(days=-1)), moved(point, timedelta(days=1))]
    if type(point) is YearsMonths:
        return [YearsMonths(point.months - 1), YearsMonths(point.months + 1)]
    return [point + timedelta(microseconds=step) for step in (-1, 1) if timedelta.min < point < timedelta.max]


def _middle(low: Any, high: Any) -> Any:
    if type(low) in NUMBERS:
        return CONTEXT.add(CONTEXT.divide(low, 2), CONTEXT.divide(high, 2))
    if type(low) is date:
        return moved(low, timedelta(days=days_between(high, low) // 2))
    return YearsMonths((low.months + high.months) // 2) if type(low) is YearsMonths else low // 2 + high // 2


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
