"""Rules that could be fewer: several that differ in one column only, and one that lies within another."""

from collections.abc import Iterator

from alihdaya.notation.dmn.analysis import kinds
from alihdaya.notation.dmn.analysis.columns import Room
from alihdaya.notation.dmn.analysis.telling import listed, numbers, place_of
from alihdaya.notation.dmn.analysis.writing import shortened
from alihdaya.notation.finding import Finding

Sides = tuple[tuple[str, ...], ...]


def mergeable(room: Room) -> Iterator[Finding]:
    """Give groups of rules of one output that differ in one column only; with FIRST they must be neighbours."""
    if room.node.hit not in "UAF" or len(room.space.dimensions) == 0:
        return
    sides = [_sides(room, rule) for rule in range(room.space.rules)]
    used: set[int] = set()
    for number in range(len(room.space.dimensions)):
        groups: dict[tuple[object, ...], list[int]] = {}
        for rule in range(room.space.rules):
            if rule not in used and all(room.space.region(rule)) and not room.space.computed >> rule & 1:
                groups.setdefault((sides[rule][:number], sides[rule][number + 1 :], _given(room, rule)), []).append(
                    rule
                )
        for group in groups.values():
            for run in _runs(group) if room.node.hit == "F" else [group]:
                if len(run) > 1 and (found := _one(room, number, run)) is not None:
                    used |= {*run}
                    yield found


def _runs(group: list[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for rule in group:
        if runs and runs[-1][-1] == rule - 1:
            runs[-1].append(rule)
        else:
            runs.append([rule])
    return runs


def _sides(room: Room, rule: int) -> tuple[int, ...]:
    return tuple(one.of_rule(rule) for one in room.space.dimensions)


def _given(room: Room, rule: int) -> tuple[str, ...]:
    return tuple(" ".join(text.text.split()) for text in room.table.rules[rule].outputs)


def _one(room: Room, number: int, group: list[int]) -> Finding | None:
    one = room.space.dimensions[number]
    classes = [one.of_rule(rule) for rule in group]
    alone = all(left & right == 0 for place, left in enumerate(classes) for right in classes[:place])
    if room.node.hit == "U" and not alone:
        return None
    chosen = frozenset(place for bits in classes for place in numbers(bits))
    cell = one.text(chosen) if len(chosen) < len(one.masks) or one.limited else "-"
    facts = {"rules": listed(group), "column": one.label, "cell": shortened(cell)}
    return Finding(kinds.MERGEABLE, place_of(room, group[1]), room.site.owner.id, facts)


def contained(room: Room) -> Iterator[Finding]:
    """Give the rules that another one of the same output holds whole (ANY), or whose work a later one does (FIRST)."""
    if room.node.hit not in "AF":
        return
    space = room.space
    for rule in range(space.rules):
        box = space.region(rule)
        if not all(box) or space.computed >> rule & 1:
            continue
        for other in numbers(space.touching(box) & ~(1 << rule) & ~space.computed):
            wider = all(part <= whole for part, whole in zip(box, space.region(other), strict=True))
            if wider and _given(room, rule) == _given(room, other) and _redundant(room, rule, other):
                facts = {"rule": str(rule + 1), "other": str(other + 1)}
                yield Finding(kinds.CONTAINED, place_of(room, rule), room.site.owner.id, facts)
                break


def _redundant(room: Room, rule: int, other: int) -> bool:
    """Tell whether the answers stay the same without `rule`, which lies within `other` and gives the same."""
    box, twin = room.space.region(rule), room.space.region(other)
    if room.node.hit == "A":
        return rule > other or box != twin
    if other < rule:
        return False  # it is shadowed, and that is told
    between = room.space.touching(box) >> rule + 1 & ((1 << other - rule - 1) - 1)
    return all(_given(room, rule) == _given(room, rule + 1 + place) for place in numbers(between))
