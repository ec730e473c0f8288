"""Overlaps: two rules that match the same input where UNIQUE allows one, or where ANY wants them to agree."""

from collections.abc import Iterator

from alihdaya.notation.dmn.analysis import kinds
from alihdaya.notation.dmn.analysis.columns import Room
from alihdaya.notation.dmn.analysis.space import Box, Place
from alihdaya.notation.dmn.analysis.telling import listed, numbers, region_text, told
from alihdaya.notation.feel import ops
from alihdaya.notation.feel.evaluator import walk
from alihdaya.notation.feel.ir import Literal
from alihdaya.notation.finding import Finding

MOST = 12
"""Pairs that are listed; the rest is counted."""
MOST_UNSURE = 4
_TRIED = 100


def overlaps(room: Room) -> Iterator[Finding]:
    """Give the pairs of rules that overlap and may not, those with differing outputs first."""
    if room.node.hit not in "UA":
        return
    pairs = list(_pairs(room))
    findings = [finding for pair in pairs[:_TRIED] if (finding := _told(room, *pair)) is not None]
    sure = [finding for finding in findings if finding.sure]
    sure.sort(key=lambda finding: finding.level != "error")
    unsure = [finding for finding in findings if not finding.sure]
    yield from sure[:MOST]
    yield from unsure[: MOST_UNSURE if len(sure) < MOST else 0]
    left = len(sure) - MOST + len(pairs[_TRIED:])
    if left > 0 and len(sure) > MOST:
        rules = sorted(
            {int(rule) - 1 for finding in sure[MOST:] for rule in (finding.facts["first"], finding.facts["second"])}
        )
        facts = {"count": str(left), "rules": listed(rules)}
        yield Finding(kinds.MORE_OVERLAPS, room.table.source, room.site.owner.id, facts)


def _pairs(room: Room) -> Iterator[tuple[int, int]]:
    for rule in range(room.space.rules):
        box = room.space.region(rule)
        if all(box):
            later = room.space.touching(box) >> rule + 1
            yield from ((rule, rule + 1 + other) for other in numbers(later))


def _common(room: Room, first: int, second: int) -> Box:
    pair = zip(room.space.region(first), room.space.region(second), strict=True)
    return tuple(one & other for one, other in pair)


def _told(room: Room, first: int, second: int) -> Finding | None:
    same = _alike(room, first, second)
    if room.node.hit == "A" and same:
        return None
    box = _common(room, first, second)
    if not all(box):
        return None
    place = _clearest(room, box)
    facts = {"first": str(first + 1), "second": str(second + 1), "region": region_text(room, box)}
    certain = not (room.space.computed >> first & 1 or room.space.computed >> second & 1)

    def shows(matching: tuple[int, ...]) -> bool:
        return {first, second} <= {*matching}

    if room.node.hit == "U":
        rule = kinds.SAME_OVERLAP if same else kinds.OVERLAP
        return told(room, rule, facts, place, shows, at=second, certain=certain)
    found = told(room, kinds.CONFLICT, facts, place, shows, at=second, certain=certain)
    return found if same is False else _differing(room, first, second, found)


def _alike(room: Room, first: int, second: int) -> bool | None:
    """Tell whether two rules give the same; None where outputs are computed."""
    one, other = room.node.outputs[first], room.node.outputs[second]
    texts = ([" ".join(text.text.split()) for text in room.table.rules[rule].outputs] for rule in (first, second))
    if one == other and next(texts) == next(texts):
        return True
    verdicts = [
        ops.equal(left.value, right.value) is True if isinstance(left, Literal) and isinstance(right, Literal) else None
        for left, right in zip(one, other, strict=True)
    ]
    return False if False in verdicts else None if None in verdicts else True


def _differing(room: Room, first: int, second: int, found: Finding) -> Finding:
    """Compute the outputs of a conflict where its example allows it."""
    if found.example is not None:
        rows = ([walk(cell, found.example, None) for cell in room.node.outputs[rule]] for rule in (first, second))
        if all(ops.equal(left, right) is True for left, right in zip(*rows, strict=True)):
            return Finding(found.rule, found.source, found.element, found.facts, None, sure=False)
    return found


def _clearest(room: Room, box: Box) -> Place:
    """Give the point of a box whose values are the plainest."""
    return tuple(
        min(chosen, key=lambda at, one=one: (one.value(at) is None, len(repr(one.value(at)))))  # type: ignore[misc]
        for one, chosen in zip(room.space.dimensions, box, strict=True)
    )
