"""Gaps: inputs for which no rule matches and no default stands in (DMN 8.2.11), as few and as large boxes as can be."""

from collections.abc import Iterator

from alihdaya.notation.dmn.analysis import kinds
from alihdaya.notation.dmn.analysis.columns import Room
from alihdaya.notation.dmn.analysis.dimension import STRANGER, WORD, Dimension
from alihdaya.notation.dmn.analysis.space import Box, Budget, Place, TooLargeError
from alihdaya.notation.dmn.analysis.telling import not_analysed, region_text, told
from alihdaya.notation.feel.values import NUMBERS
from alihdaya.notation.finding import Finding, Rule

MOST = 8
"""Gaps that are listed; a table with more of them says so."""
MOST_UNSURE = 3


def gaps(room: Room) -> Iterator[Finding]:
    """Give the gaps of a table whose policy gives null where nothing matches."""
    if room.node.hit not in "UAFP" or room.node.defaults:
        return
    try:
        found = list(_boxes(room, room.space.all, MOST + 1, []))
        for place, box in found[:MOST]:
            yield _told(room, place, box, certain=True)
        if len(found) > MOST:
            yield Finding(kinds.MORE_GAPS, room.table.source, room.site.owner.id, {"count": str(MOST)})
        elif room.space.computed:
            plain = room.space.all & ~room.space.computed
            for place, box in _boxes(room, plain, MOST_UNSURE, [box for _, box in found]):
                yield _told(room, place, box, certain=False)
    except TooLargeError:
        yield not_analysed(room, kinds.GAPS)


def _boxes(room: Room, against: int, most: int, known: list[Box]) -> Iterator[tuple[Place, Box]]:
    space, taken = room.space, list(known)
    budget = Budget()
    for _ in range(most):
        place = space.missed(space.whole(), against, budget, taken)
        if place is None:
            return
        taken.append(space.widened(place, against))
        yield place, taken[-1]


def _told(room: Room, place: Place, box: Box, *, certain: bool) -> Finding:
    rule, column = _kind(room, box)
    place = tuple(at if at in chosen else min(chosen) for at, chosen in zip(place, box, strict=True))
    facts = {"region": region_text(room, box), "column": column}
    return told(room, rule, facts, place, lambda matching: not matching, certain=certain)


def _kind(room: Room, box: Box) -> tuple[Rule, str]:
    for one, chosen in zip(room.space.dimensions, box, strict=True):
        if len(chosen) < len(one.masks):
            if _fractions(one, chosen):
                return kinds.GAP_OF_FRACTIONS, one.label
            if _strangers(one, chosen):
                return kinds.GAP_OF_STRANGERS, one.label
    return kinds.GAP, ""


def _strangers(one: Dimension, chosen: frozenset[int]) -> bool:
    points = [point for place in chosen for point in one.classes[place]]
    return all(point.kind == WORD and point.place == STRANGER for point in points)


def _fractions(one: Dimension, chosen: frozenset[int]) -> bool:
    """Tell whether only open intervals between two neighbouring whole numbers are chosen."""
    for place in chosen:
        for point in one.classes[place]:
            cuts = one.cuts.get(point.kind, ())
            low, high = point.place // 2 - 1, point.place // 2
            if point.kind != "number" or point.place % 2 or not 0 <= low < high < len(cuts):
                return False
            if type(cuts[low]) not in NUMBERS or cuts[low] % 1 or cuts[high] - cuts[low] != 1:
                return False
    return True
