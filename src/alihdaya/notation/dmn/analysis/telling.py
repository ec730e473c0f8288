"""From points and boxes of a space to findings: the region in words, the example, and whether it really shows it."""

from collections.abc import Callable, Iterable
from typing import Any

from alihdaya.kernel.errors import Source
from alihdaya.notation.dmn.analysis import kinds
from alihdaya.notation.dmn.analysis.columns import Room
from alihdaya.notation.dmn.analysis.requirements import reached
from alihdaya.notation.dmn.analysis.space import Box, Place
from alihdaya.notation.finding import ANYTHING, Finding, Rule


def region_text(room: Room, box: Box) -> str:
    """Write a box: each dimension that it limits, as FEEL's unary tests."""
    parts = [
        f"{one.label}: {one.text(chosen)}"
        for one, chosen in zip(room.space.dimensions, box, strict=True)
        if len(chosen) < len(one.masks)
    ]
    return "; ".join(parts) or ANYTHING


def numbers(bits: int) -> list[int]:
    """Give the places, from 0, of the bits that are set."""
    return [place for place in range(bits.bit_length()) if bits >> place & 1]


def listed(rules: Iterable[int]) -> str:
    """Write the numbers of rules, as people count them."""
    shown = [str(rule + 1) for rule in rules]
    return ", ".join(shown[:12]) + (", …" if len(shown) > 12 else "")


def place_of(room: Room, rule: int | None = None) -> Source:
    """Give where a rule stands, or the table."""
    source = room.table.source
    if rule is None:
        return source
    texts = (*room.table.rules[rule].tests, *room.table.rules[rule].outputs)
    found = next((text.source for text in texts if text.source.line is not None), source)
    return Source(source.file, found.line, None, rule + 1, source.element or found.element)


def told(
    room: Room,
    rule: Rule,
    facts: dict[str, str],
    place: Place | None,
    shows: Callable[[tuple[int, ...]], bool],
    *,
    at: int | None = None,
    certain: bool = True,
) -> Finding:
    """Make a finding whose example is the point `place`.

    `shows` tells by the rules that really match whether the example shows it; where it does, the finding is sure even
    if the space was not. Where the table reads required decisions, the example is input data that makes them so.
    """
    example: dict[str, Any] | None = None if place is None else room.example(place)
    matching = None if example is None else room.matching(example)
    if matching is not None and not shows(matching):
        example, certain = None, False
    sure = certain if matching is None else shows(matching)
    if example is not None and sure:
        example = reached(room, example, shows)
    if place is not None and example is None:
        sure = False  # the point may be one that no input reaches
    return Finding(rule, place_of(room, at), room.site.owner.id, facts, example, sure)


def not_analysed(room: Room, what: str) -> Finding:
    """Say that a table was too large for a search."""
    return Finding(kinds.NOT_ANALYSED, place_of(room), room.site.owner.id, {"what": what})
