"""What a column of a table can hold, cut where its cells cut it: points, and the bitmap of rules that each lets pass.

One point stands for each cut point and each interval between two; points that the same rules let pass are one class.
A column whose cells compute something lets those rules pass everywhere: they are its `computed` rules.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from alihdaya.notation.dmn.analysis.tests import GRIDDED, constants, equality_only
from alihdaya.notation.dmn.analysis.writing import feel_text
from alihdaya.notation.dmn.table.grid import below, between
from alihdaya.notation.feel.evaluator import walk
from alihdaya.notation.feel.far import FAR
from alihdaya.notation.feel.ir import INPUT, Node
from alihdaya.notation.feel.values import KINDS, NUMBERS

_START: dict[str, Any] = {"number": 0, "string": "?", "date": date(2026, 1, 1)}
OPAQUE = "opaque"
"""The kind of a column whose values the analysis does not know."""
WORD = "word"
"""The kind of strings in a column that asks for equality alone; the point at STRANGER is any that no cell names."""
STRANGER = -1


class Point(NamedTuple):
    """A value that stands for its elementary interval: place 2i is below cut i, place 2i + 1 is the cut itself."""

    kind: str
    place: int
    value: Any
    mask: int


@dataclass(frozen=True)
class Dimension:
    """All columns of a table that test the same expression, as one.

    `columns` are their numbers from 0, `label` is the expression's text; `cuts` has the cut points of each kind.
    `limited` says that only some values are allowed or produced at all.
    """

    columns: tuple[int, ...]
    label: str
    points: tuple[Point, ...]
    cuts: dict[str, tuple[Any, ...]]
    computed: int
    limited: bool

    @cached_property
    def classes(self) -> tuple[tuple[Point, ...], ...]:
        """The points in groups that the same rules let pass."""
        groups: dict[int, list[Point]] = {}
        for point in self.points:
            groups.setdefault(point.mask, []).append(point)
        return tuple(map(tuple, groups.values()))

    @cached_property
    def masks(self) -> tuple[int, ...]:
        """The bitmap of each class."""
        return tuple(group[0].mask for group in self.classes)

    def of_rule(self, rule: int) -> int:
        """Give the bitmap of the classes that let a rule pass."""
        return sum(1 << place for place, mask in enumerate(self.masks) if mask >> rule & 1)

    def value(self, place: int) -> Any:
        """Give the plainest value of a class."""
        return min((point.value for point in self.classes[place]), key=_fuss)

    def text(self, chosen: Iterable[int]) -> str:
        """Write a set of classes as FEEL's unary tests."""
        wanted = {(point.kind, point.place) for place in chosen for point in self.classes[place]}
        parts: list[str] = []
        for kind in dict.fromkeys(point.kind for point in self.points):
            own = [point for point in self.points if point.kind == kind]
            parts += _runs(own, wanted, self.cuts.get(kind, ()))
        return ", ".join(filter(None, parts))


def _fuss(value: Any) -> tuple[bool, int]:
    return (value is None, len(feel_text(value)))


def _runs(own: Sequence[Point], wanted: set[tuple[str, int]], cuts: tuple[Any, ...]) -> Iterator[str]:
    if own[0].kind in {"boolean", "null", OPAQUE}:
        yield from (feel_text(point.value) for point in own if (point.kind, point.place) in wanted)
        return
    if own[0].kind == WORD:
        yield _words_text(own, wanted)
        return
    start: Point | None = None
    for point, following in zip(own, (*own[1:], None), strict=True):
        if (point.kind, point.place) in wanted:
            start = start or point
            if following is None or (following.kind, following.place) not in wanted:
                yield _interval(start.place, point.place, cuts)
                start = None


def _words_text(own: Sequence[Point], wanted: set[tuple[str, int]]) -> str:
    chosen = [point for point in own if (point.kind, point.place) in wanted]
    if all(point.place != STRANGER for point in chosen):
        return ", ".join(feel_text(point.value) for point in chosen)
    others = [feel_text(point.value) for point in own if point not in chosen]
    return f"not({', '.join(others)})" if others else "-"


def _interval(first: int, last: int, cuts: tuple[Any, ...]) -> str:
    if first == last and first % 2:
        return feel_text(cuts[first // 2])
    low = feel_text(cuts[(first - 1) // 2]) if first > 0 else ""
    high = feel_text(cuts[last // 2]) if last < 2 * len(cuts) else ""
    if not low or not high:
        low_sign, high_sign = (">=" if first % 2 else ">"), ("<=" if last % 2 else "<")
        return f"{low_sign} {low}" if low else f"{high_sign} {high}" if high else "-"
    return f"{'[' if first % 2 else '('}{low}..{high}{']' if last % 2 else ')'}"


class Asked(NamedTuple):
    """What is known of a column before it is cut.

    `kind` is the kind of its values, empty where unknown; `extra` are further cut points; `fits` tells whether a value
    is allowed; `produced` are all values that it can have, where that is known; `sample` is one of them.
    """

    kind: str
    extra: tuple[Any, ...]
    fits: Callable[[Any], bool]
    produced: tuple[Any, ...] | None
    sample: Any


def dimension(columns: tuple[int, ...], label: str, cells: list[tuple[Node, ...]], asked: Asked) -> Dimension:
    """Cut the columns that test one expression; `cells` has the cells of each rule."""
    asker = _Asker(cells)
    values = [*asker.values, *asked.extra]
    kinds = {KINDS[type(value)] for value in values}
    kinds = {asked.kind} | (kinds & {"null"}) if asked.kind else kinds
    cuts: dict[str, tuple[Any, ...]] = {}
    found: list[tuple[str, int, Any]] = []
    for kind in sorted(kinds & GRIDDED):
        own = tuple(sorted({value for value in values if KINDS[type(value)] == kind}))
        cuts[kind] = own
        found += _words(own) if kind == "string" and asker.enumerated else _ordered(kind, own, asked.sample)
    found += [("boolean", place, value) for place, value in enumerate((True, False)) if "boolean" in kinds]
    found += [("null", 0, None)] if "null" in kinds else []
    found += [(OPAQUE, 0, asked.sample)] if asked.kind == OPAQUE else []
    if asked.produced is not None:
        # null too: the decision may match nothing
        fitting = [one for one in found if one[2] is None or any(_same(one[2], value) for value in asked.produced)]
        fitting += [
            (OPAQUE, place, value)
            for place, value in enumerate(asked.produced)
            if not any(_same(value, one[2]) for one in fitting)
        ]
    else:
        fitting = [one for one in found if one[2] is None or asked.fits(one[2])]
    known = fitting or [(OPAQUE, 0, asked.sample)]
    points = tuple(Point(kind, place, value, asker.mask(value)) for kind, place, value in known)
    limited = asked.produced is not None or len(fitting) < len(found)
    return Dimension(columns, label, points, cuts, asker.computed, limited)


def _same(left: Any, right: Any) -> bool:
    return KINDS.get(type(left)) == KINDS.get(type(right)) and left == right


class _Asker:
    """The cells of some columns, each asked once however often it stands there."""

    def __init__(self, cells: list[tuple[Node, ...]]) -> None:
        self.tests: dict[str, tuple[Node, int]] = {}
        self.values: list[Any] = []
        self.enumerated = True
        self.computed = 0
        self.all = (1 << len(cells)) - 1
        self.columns: list[dict[str, list[Any]]] = []
        for place in range(len(cells[0]) if cells else 0):
            self._column([row[place] for row in cells])

    def _column(self, cells: list[Node]) -> None:
        groups: dict[str, list[Any]] = {}
        for rule, cell in enumerate(cells):
            groups.setdefault(repr(cell), [cell, 0])[1] |= 1 << rule
        for key, (cell, rules) in list(groups.items()):
            known = constants(cell)
            if known is None:
                self.computed |= rules
                del groups[key]
            else:
                self.values += known
                self.enumerated = self.enumerated and equality_only(cell)
        self.columns.append(groups)

    def mask(self, value: Any) -> int:
        """Give the bitmap of the rules whose cells let a value pass, those that compute included."""
        passed = self.all
        for groups in self.columns:
            for cell, rules in groups.values():
                if passed & rules and walk(cell, {INPUT: value}, None) is not True:
                    passed &= ~rules
        return passed


def _words(cuts: tuple[Any, ...]) -> Iterator[tuple[str, int, Any]]:
    for place, word in enumerate(cuts):
        yield WORD, 2 * place + 1, word
    yield WORD, STRANGER, next(word for word in ("?", "??", "???", "\N{SNOWMAN}", "?!?!") if word not in cuts)


def _ordered(kind: str, cuts: tuple[Any, ...], sample: Any) -> Iterator[tuple[str, int, Any]]:
    """Give the points of one kind; a day beyond the years 1 to 9999 is none: 9999-12-31 is written for "no end"."""
    if not cuts:
        yield kind, 0, _START.get(kind, sample) if sample is None else sample
        return
    first = below(cuts[0])
    if type(first) not in FAR and first < cuts[0]:
        yield kind, 0, first
    for place, point in enumerate(cuts):
        yield kind, 2 * place + 1, point
        following = cuts[place + 1] if place + 1 < len(cuts) else None
        inside = _inside(point, following)
        if type(inside) not in FAR and point < inside and (following is None or inside < following):
            yield kind, 2 * place + 2, inside


def _inside(point: Any, following: Any) -> Any:
    """Give a plain value between two cut points: a whole number where there is one, a readable word."""
    candidates: list[Any] = []
    if type(point) in NUMBERS:
        step = int(Decimal(point)) + 1
        middle = between(point, following)
        candidates = [int(middle), step, middle] if abs(middle) < 10**30 else [middle]
    elif type(point) is str:
        candidates = [point + tail for tail in (" ", "a", "0")]
    elif type(point) is timedelta and point < timedelta.max - timedelta(days=1):
        candidates = [point + timedelta(days=1), point + timedelta(hours=1), point + timedelta(seconds=1)]
    for value in candidates:
        if point < value and (following is None or value < following):
            return value
    return between(point, following)
