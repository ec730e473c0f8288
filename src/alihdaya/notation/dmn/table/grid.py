"""A decision table's columns cut into the elementary intervals and values of their cells.

Every constant cell is true or not all through an interval between two neighbouring cut points, so one value of each
interval, put to the reference evaluator, tells which rules a whole interval lets pass: a bitmap, rule n in bit n.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal
from itertools import pairwise
from typing import Any

from alihdaya.notation.feel.evaluator import walk
from alihdaya.notation.feel.far import FAR, moved
from alihdaya.notation.feel.ir import INPUT, Against, In, Interval, Literal, Name, Node
from alihdaya.notation.feel.values import KINDS, NUMBERS, YearsMonths

_WIDE = Context(prec=200)
_LARGE = Decimal("1E+30")
_GRIDDED = frozenset({"number", "string", "date", "days and time duration", "years and months duration"})
_CONSTANT_KINDS = _GRIDDED | {"boolean", "null"}
SAMPLES: dict[str, Any] = {
    "null": None,
    "number": 0,
    "string": "",
    "date": date(2000, 1, 1),
    "days and time duration": timedelta(),
    "years and months duration": YearsMonths(0),
}
"""A value of each kind whose values are alike to cells that do not speak of the kind."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One kind of value in a column. `masks[2i]` holds below cut i, `masks[2i + 1]` at it; the last one above all."""

    kind: str
    cuts: tuple[Any, ...]
    masks: tuple[int, ...]
    enumerated: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A column's constant cells: an axis for each kind they speak of, a bitmap for each of `true` and `false`.

    `other` gives the bitmap for values of any other kind. Cells that are computed let everything pass here; they
    are listed in `computed`.
    """

    axes: tuple[Axis, ...]
    true: int
    false: int
    other: Callable[[Any], int]
    computed: tuple[int, ...]
    trivial: bool


def constants(cell: Node) -> list[Any] | None:
    """Give the constants that a cell compares its value with; None where the cell computes anything."""
    if isinstance(cell, Literal):
        return []
    if not isinstance(cell, In) or not isinstance(cell.value, Name) or cell.value.name != INPUT:
        return None
    parts = [part for test in cell.tests for part in _operands(test)]
    values = [part.value for part in parts if isinstance(part, Literal)]
    fit = all(KINDS[type(value)] in _CONSTANT_KINDS and type(value) not in FAR for value in values)
    known = len(values) == len(parts) and fit
    return values if known else None


def _operands(test: Node) -> tuple[Node, ...]:
    if isinstance(test, Against):
        return (test.operand,)
    return (test.low, test.high) if isinstance(test, Interval) else (test,)


def _equality_only(cell: Node) -> bool:
    tests = cell.tests if isinstance(cell, In) else ()
    return all(
        not isinstance(test, Interval) and not (isinstance(test, Against) and test.op not in {"=", "!="})
        for test in tests
    )


def cut(cells: tuple[Node, ...]) -> Column:
    """Cut one column, given the cell of each rule."""
    found = [constants(cell) for cell in cells]
    computed = tuple(rule for rule, values in enumerate(found) if values is None)
    static = [(rule, cell) for rule, (cell, values) in enumerate(zip(cells, found, strict=True)) if values is not None]
    free = sum(1 << rule for rule in computed)

    def mask(value: Any) -> int:
        passed = (1 << rule for rule, cell in static if walk(cell, {INPUT: value}, None) is True)
        return free + sum(passed)

    values = [value for group in found for value in group or ()]
    enumerated = all(_equality_only(cell) for _, cell in static)
    axes = tuple(
        _axis(kind, values, mask, enumerated=enumerated) for kind in sorted({KINDS[type(v)] for v in values} & _GRIDDED)
    )
    trivial = all(isinstance(cell, Literal) and cell.value is True for _, cell in static)
    return Column(axes, mask(True), mask(False), _others(mask, {axis.kind for axis in axes}), computed, trivial)


def _others(mask: Callable[[Any], int], kinds: set[str]) -> Callable[[Any], int]:
    """Answer for the kinds that no cell speaks of: the same for all values of a simple kind, so asked once."""
    known = {python: mask(SAMPLES[kind]) for python, kind in KINDS.items() if kind in SAMPLES and kind not in kinds}

    def other(value: Any) -> int:
        found = known.get(type(value))
        return mask(value) if found is None else found

    return other


def _axis(kind: str, values: Iterable[Any], mask: Callable[[Any], int], *, enumerated: bool) -> Axis:
    cuts = sorted({value for value in values if KINDS[type(value)] == kind})
    gaps = [below(cuts[0]), *(between(point, after) for point, after in pairwise([*cuts, None]))]
    if enumerated:  # all values besides the cuts are alike, also where a gap is empty
        gaps = [next(value for value in gaps if value not in cuts)] * len(gaps)
    masks = [mask(gaps[0])]
    for point, gap in zip(cuts, gaps[1:], strict=True):
        masks += [mask(point), mask(gap)]
    return Axis(kind, tuple(cuts), tuple(masks), enumerated)


def below(point: Any) -> Any:
    """Give a value before a cut point; where none exists (the empty string), the point itself.

    Before the first day of Python's calendar stands a far date.
    """
    if type(point) in NUMBERS:
        return _WIDE.subtract(Decimal(point), _reach(point))
    if type(point) is str:
        return ""
    return _stepped(point, -1)


def between(point: Any, following: Any) -> Any:
    """Give a value right after a cut point and before the following one; the point's successor where none lies there.

    For kinds with a smallest step nothing may lie between two neighbours; no value can then ask for that interval.
    After the last day of Python's calendar stands a far date, after the longest duration nothing: the point itself.
    """
    if type(point) in NUMBERS:
        if following is None:
            return _WIDE.add(Decimal(point), _reach(point))
        return _WIDE.divide(_WIDE.add(Decimal(point), Decimal(following)), Decimal(2))
    return point + "\0" if type(point) is str else _stepped(point, 1)


def _reach(point: int | Decimal) -> Decimal:
    """Give a step that takes a number to another one however large it is: 1, or the number's own size."""
    size = _WIDE.abs(Decimal(point))
    return size if size > _LARGE else Decimal(1)


def _stepped(point: Any, step: int) -> Any:
    if type(point) is YearsMonths:
        return YearsMonths(point.months + step)
    if type(point) is date:
        return moved(point, timedelta(days=step))
    try:
        return point + timedelta(microseconds=step)
    except OverflowError:
        return point
