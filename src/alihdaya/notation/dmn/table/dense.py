"""Generated Python for small tables: the place of each input on its axis, then the answer looked up in nested tuples.

Only for swift code (see `Emitter.swift`): a value of a kind that no cell speaks of and that has no sample raises.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import prod
from typing import Any

from alihdaya.notation.dmn.table.grid import SAMPLES, Axis, Column
from alihdaya.notation.feel.emitter import NOTHING, NUMERIC, TYPED, Emitter
from alihdaya.notation.feel.values import KINDS

CELL_LIMIT = 10_000
"""Most cells of a table whose answers are laid out one by one."""

INLINE = 7
"""Most borders on an axis that are compared one after the other; more are bisected."""


@dataclass(frozen=True, slots=True)
class Border:
    """A border on an axis: values below `cut` lie to its left, and `cut` itself where `closed`."""

    cut: Any
    closed: bool


class Place:
    """A column in the making: the local that holds its value, and a code for each different bitmap."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.value = "None"
        self.codes: dict[int, int] = {}
        masks = [mask for axis in column.axes for mask in axis.masks]
        for mask in (*masks, column.true, column.false, *(column.other(sample) for sample in SAMPLES.values())):
            self.codes.setdefault(mask, len(self.codes))

    def code(self, mask: int) -> int:
        """Give the code of a bitmap. Raises TypeError for one that was not foreseen."""
        try:
            return self.codes[mask]
        except KeyError:
            raise TypeError(mask) from None

    def enter(self, cells: tuple[Any, ...], out: Emitter) -> str:
        """Write the expression for the cells, an item a code, that the value leads to."""
        axis = self._axis("string")
        if axis is not None and axis.enumerated and out.among(self.value, TYPED["string"]):
            null = self.code(self.column.other(None))
            known = {word: cells[code] for word, code in {None: null, **self._known(axis)}.items()}
            words, other = out.constant(known), out.constant(cells[self.code(axis.masks[-1])])
            return f"({words}[{self.value}] if {self.value} in {words} else {other})"
        return f"{out.constant(cells)}[{self.write(out)}]"

    def write(self, out: Emitter) -> str:
        """Write the expression for the code of the value."""
        value, column = self.value, self.column
        null = str(self.code(column.other(None)))
        kinds = out.facts.get(value)
        if kinds is not None and kinds <= TYPED["boolean"]:
            return self._truth(null)
        if kinds is not None and kinds <= TYPED["string"]:
            return self._words(null, out)
        if kinds is not None and kinds <= NUMERIC:
            return self._number(null, out) if int in kinds or Decimal in kinds else null
        kind = out.assign(f"type({value})")
        parts = [self._look(axis, kind, out) for axis in column.axes]
        parts.append(f"{null} if {value} is None else {self._truth(f'{out.constant(self.other)}({value})')}")
        return " else ".join(parts)

    def other(self, value: Any) -> int:
        """Give the code of a value that is on no axis, by the reference where it must be."""
        return self.code(self.column.other(value))

    def _truth(self, otherwise: str) -> str:
        true, false = self.code(self.column.true), self.code(self.column.false)
        return f"({true} if {self.value} is True else {false} if {self.value} is False else {otherwise})"

    def _axis(self, kind: str) -> Axis | None:
        return next((axis for axis in self.column.axes if axis.kind == kind), None)

    def _words(self, null: str, out: Emitter) -> str:
        axis, value = self._axis("string"), self.value
        if axis is None or not axis.enumerated:
            text = str(self.code(self.column.other(""))) if axis is None else self._borders(axis, value, out)
            return f"({text} if {value} is not None else {null})"
        known: dict[Any, int] = {None: int(null), **self._known(axis)}
        words = out.constant(known)
        return f"({words}[{value}] if {value} in {words} else {self.code(axis.masks[-1])})"

    def _known(self, axis: Axis) -> dict[Any, int]:
        return {cut: self.code(mask) for cut, mask in zip(axis.cuts, axis.masks[1::2], strict=True)}

    def _number(self, null: str, out: Emitter) -> str:
        axis, value, kinds = self._axis("number"), self.value, out.facts[self.value]
        if axis is None:
            return f"({self.code(self.column.other(0))} if {value} is not None else {null})"
        found = self._borders(axis, value, out, Decimal)
        if int in kinds:
            kind = out.kinds.get(value, f"type({value})")
            whole = self._borders(axis, value, out, int)
            if NOTHING in kinds:
                whole = f"({null} if {value} is None else {whole})"
            return f"({found} if {kind} is Decimal else {whole})" if Decimal in kinds else whole
        return f"({null} if {value} is None else {found})" if NOTHING in kinds else found

    def _look(self, axis: Axis, kind: str, out: Emitter) -> str:
        if axis.enumerated and axis.kind != "number":
            looked = f"{out.constant(self._known(axis).get)}({self.value}, {self.code(axis.masks[-1])})"
        elif axis.kind == "number":
            looked = self._borders(axis, self.value, out, Decimal)
            looked = f"({looked} if {kind} is Decimal else {self._borders(axis, self.value, out, int)})"
        else:
            looked = self._borders(axis, self.value, out)
        if axis.kind == "number":
            return f"{looked} if {kind} in NUMBERS"
        python = next(python for python, named in KINDS.items() if named == axis.kind)
        return f"{looked} if {kind} is {out.constant(python)}"

    def _borders(self, axis: Axis, value: str, out: Emitter, number: type | None = None) -> str:
        """Write the search of a value among the borders of an axis; `number` is the type of a number."""
        borders, codes = borders_of(axis, self.code)
        if axis.enumerated and len(borders) > INLINE:
            return f"{out.constant(self._known(axis).get)}({value}, {self.code(axis.masks[-1])})"
        fit = _whole if number is int else _decimal if number is Decimal else _as_it_is
        cuts = [fit(border) for border in borders]
        if len(borders) <= INLINE:
            return _tree(borders, cuts, codes, value, out)
        masks = out.constant(tuple(codes))
        low = tuple(cut for border, cut in zip(borders, cuts, strict=True) if border.closed)
        high = tuple(cut for border, cut in zip(borders, cuts, strict=True) if not border.closed)
        left = f"{out.constant(bisect_left)}({out.constant(low)}, {value})" if low else ""
        right = f"{out.constant(bisect_right)}({out.constant(high)}, {value})" if high else ""
        return f"{masks}[{' + '.join(part for part in (left, right) if part)}]"


def borders_of(axis: Axis, code: Callable[[int], int]) -> tuple[list[Border], list[int]]:
    """Give the borders at which the bitmaps of an axis change, and the code of each stretch between them."""
    borders: list[Border] = []
    codes = [code(axis.masks[0])]
    for number, mask in enumerate(axis.masks[1:]):
        if code(mask) != codes[-1]:
            borders.append(Border(axis.cuts[number // 2], number % 2 == 1))
            codes.append(code(mask))
    return borders, codes


def _tree(borders: Sequence[Border], cuts: Sequence[Any], codes: Sequence[int], value: str, out: Emitter) -> str:
    if not borders:
        return str(codes[0])
    middle = len(borders) // 2
    sign = "<=" if borders[middle].closed else "<"
    below = _tree(borders[:middle], cuts[:middle], codes[: middle + 1], value, out)
    above = _tree(borders[middle + 1 :], cuts[middle + 1 :], codes[middle + 1 :], value, out)
    return f"({below} if {value} {sign} {out.constant(cuts[middle])} else {above})"


def _as_it_is(border: Border) -> Any:
    return border.cut


def _decimal(border: Border) -> Decimal:
    return Decimal(border.cut)


def _whole(border: Border) -> Any:
    """Give the integer that parts the integers as the cut does: integers are compared with integers fast."""
    cut = Decimal(border.cut)
    if cut.adjusted() > 40:
        return border.cut
    return int(cut.to_integral_value(ROUND_FLOOR if border.closed else ROUND_CEILING))


def laid_out(table_rules: int, places: Sequence[Place], answer: Callable[[int], Any]) -> Any:
    """Lay out the answers of all cells in nested tuples, one level a column."""
    kept: dict[int, Any] = {}

    def level(rules: int, rest: Sequence[Place]) -> Any:
        if rest:
            return tuple(level(rules & mask, rest[1:]) for mask in rest[0].codes)
        if rules not in kept:
            kept[rules] = answer(rules)
        return kept[rules]

    return level(table_rules, places)


def fits(places: Sequence[Place]) -> bool:
    """Tell whether a table is small enough to be laid out."""
    return prod(len(place.codes) for place in places) <= CELL_LIMIT
