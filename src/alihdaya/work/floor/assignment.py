"""The best assignment of rows to columns: the Hungarian method with potentials, in whole numbers, without a library."""

from collections.abc import Mapping, Sequence
from typing import Final

_FORBIDDEN: Final = 1
"""Costs more than staying without a column, which costs nothing."""


def assign(gains: Sequence[Mapping[int, int]], columns: int) -> list[int | None]:
    """Give each row a column of its own or None, so that the sum of the gains is the greatest.

    `gains`: for each row, column from 0 -> gain above 0; what is missing is not allowed. The answer depends on nothing
    but the arguments. Takes O(rows² x (rows + columns)) at worst, and rows x columns where hardly anybody competes.
    """
    costs = [[-row.get(column, -_FORBIDDEN) for column in range(columns)] + [0] * len(gains) for row in gains]
    matching = _Matching(costs, columns + len(gains))
    for row in range(len(gains)):
        matching.augment(row)
    found: list[int | None] = [None] * len(gains)
    for column, row in enumerate(matching.holds[:columns]):
        if row >= 0 and column in gains[row]:
            found[row] = column
    return found


class _Matching:
    """The rows so far, each with a column. `holds`: column -> row, -1 none; the last column is where a new row stands.

    `rows` and `columns` are the potentials: no cost is below the sum of its two, and that of a pair is equal to it.
    """

    def __init__(self, costs: list[list[int]], size: int) -> None:
        self.costs = costs
        self.holds = [-1] * (size + 1)
        self.rows, self.columns = [0] * len(costs), [0] * (size + 1)

    def augment(self, new: int) -> None:
        """Let one more row have a column, moving others along the cheapest path."""
        holds, start = self.holds, len(self.holds) - 1
        holds[start] = new
        left, seen, at = list(range(start)), [start], start
        least: list[int | None] = [None] * start
        before = [start] * start
        while holds[at] >= 0:
            line, base, step, nearest = self.costs[holds[at]], self.rows[holds[at]], None, -1
            for column in left:
                cost = line[column] - base - self.columns[column]
                known = least[column]
                if known is None or cost < known:
                    known = least[column] = cost
                    before[column] = at
                if step is None or known < step:
                    step, nearest = known, column
            self._shift(step or 0, seen, left, least)
            at = nearest
            left.remove(at)
            seen.append(at)
        while at != start:
            holds[at] = holds[before[at]]
            at = before[at]

    def _shift(self, step: int, seen: list[int], left: list[int], least: list[int | None]) -> None:
        if step:
            for column in seen:
                self.rows[self.holds[column]] += step
                self.columns[column] -= step
            for column in left:
                known = least[column]
                if known is not None:
                    least[column] = known - step
