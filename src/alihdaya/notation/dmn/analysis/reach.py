"""Rules that never decide: true for no value, shadowed by earlier rules (FIRST), outranked (PRIORITY), or contained."""

from collections.abc import Iterator
from typing import Any

from alihdaya.notation.dmn.analysis import kinds
from alihdaya.notation.dmn.analysis.columns import Room
from alihdaya.notation.dmn.analysis.space import Box, Budget, TooLargeError
from alihdaya.notation.dmn.analysis.telling import listed, not_analysed, numbers, place_of, told
from alihdaya.notation.dmn.analysis.writing import shortened
from alihdaya.notation.feel import ops
from alihdaya.notation.feel.ir import Literal
from alihdaya.notation.finding import Finding


def never(room: Room) -> Iterator[Finding]:
    """Give the rules with a cell that no value of its column passes."""
    for rule in range(room.space.rules):
        for one, chosen in zip(room.space.dimensions, room.space.region(rule), strict=True):
            if not chosen:
                cells = " / ".join(shortened(room.table.rules[rule].tests[place].text) for place in one.columns)
                facts = {"rule": str(rule + 1), "cell": cells, "column": one.label}
                yield Finding(kinds.NEVER, place_of(room, rule), room.site.owner.id, facts)
                break


def shadowed(room: Room) -> Iterator[Finding]:
    """Give the rules that others always beat: earlier ones with FIRST, more important ones with PRIORITY."""
    if room.node.hit not in "FP":
        return
    budget = Budget()
    try:
        for rule in range(room.space.rules):
            box = room.space.region(rule)
            stronger = _stronger(room, rule) & ~room.space.computed
            if all(box) and stronger and room.space.missed(box, stronger, budget) is None:
                yield _told(room, rule, box, stronger)
    except TooLargeError:
        yield not_analysed(room, kinds.SHADOWS)


def _told(room: Room, rule: int, box: Box, stronger: int) -> Finding:
    place = tuple(min(chosen) for chosen in box)
    winners = room.space.touching(box) & stronger
    facts = {"rule": str(rule + 1), "others": listed(numbers(winners))}
    kind = kinds.SHADOWED if room.node.hit == "F" else kinds.OUTRANKED
    found = told(room, kind, facts, place, lambda matching: rule in matching and matching != (rule,), at=rule)
    return found if found.sure else Finding(found.rule, found.source, found.element, facts)


def _stronger(room: Room, rule: int) -> int:
    """Give the rules that win against one whenever both match."""
    earlier = (1 << rule) - 1
    if room.node.hit == "F":
        return earlier
    own = _rank(room, rule)
    ranks = [_rank(room, other) for other in range(room.space.rules)]
    if own is None:
        return 0
    return sum(
        1 << other
        for other, rank in enumerate(ranks)
        if rank is not None and (rank < own or (rank == own and other < rule))
    )


def _rank(room: Room, rule: int) -> tuple[int, ...] | None:
    cells = room.node.outputs[rule]
    if not all(isinstance(cell, Literal) for cell in cells):
        return None
    return tuple(
        next((place for place, one in enumerate(listed) if ops.equal(one, _value(cell)) is True), len(listed))
        for cell, listed in zip(cells, room.node.priorities, strict=True)
    )


def _value(cell: Any) -> Any:
    return cell.value
