"""What waits for nobody in sight: why, and who comes nearest."""

from collections import Counter
from collections.abc import Iterable
from heapq import nsmallest
from typing import Final, NamedTuple

from alihdaya.people.capability import Capability, capability
from alihdaya.people.gate import gate
from alihdaya.people.person import Person
from alihdaya.work.floor.ask import Ask
from alihdaya.work.floor.floor import Floor
from alihdaya.work.floor.groups import Group
from alihdaya.work.floor.kinds import Kind

NEAREST: Final = 3


class Near(NamedTuple):
    """Somebody who comes near: what they lack, as codes of people.gate; nothing: only that they are not there."""

    person: str
    lacks: tuple[str, ...]


class Waits(NamedTuple):
    """What waits of one kind. `able`: present people whom the gate lets do it and who serve its channel.

    `reason`, where nobody is: nobody-can (of all who are known), nobody-present, no-channel (those who are present do
    not serve it); else "". `days`: business day -> how many count for it, where a cut-off says so.
    """

    ask: Ask
    pieces: int
    oldest: int
    able: int
    reason: str
    nearest: tuple[Near, ...]
    days: tuple[tuple[str, int], ...] = ()


def queue(floor: Floor) -> list[Waits]:
    """Give all that waits for anybody, by kind, the oldest first."""
    found = []
    known: list[Person] = []
    there = Counter((seat.group, seat.shares) for seat in floor.seats.values())
    for kind in floor.kinds.values():
        if kind.count:
            known = known or _samples(floor)
            found.append(_waits(floor, kind, known, there))
    return sorted(found, key=lambda one: (one.oldest, one.ask))


def unroutable(floor: Floor) -> list[Waits]:
    """Give what waits although nobody who is present may and can do it."""
    return [one for one in queue(floor) if one.reason]


def _samples(floor: Floor) -> list[Person]:
    """Give one of each capability among all who are known, by id."""
    found: dict[Capability, Person] = {}
    for who in sorted(floor.people):
        found.setdefault(capability(floor.people[who], floor.at), floor.people[who])
    return list(found.values())


def _waits(floor: Floor, kind: Kind, known: list[Person], there: Counter[tuple[Group, tuple[int, ...]]]) -> Waits:
    lines = kind.lines.values()
    pieces = [floor.waiting.at(head) for line in lines if (head := floor.waiting.head(line)) is not None]
    may = [(shares, many) for (group, shares), many in there.items() if kind.admits(group)]
    able = sum(many for shares, many in may if shares[kind.channel])
    oldest = min(piece.queued_at for piece in pieces)
    if able:
        return Waits(kind.ask, kind.count, oldest, able, "", ())
    nearest = tuple(_nearest(kind.ask, known, floor.at))
    reason = "no-channel" if may else "nobody-can" if nearest and nearest[0].lacks else "nobody-present"
    return Waits(kind.ask, kind.count, oldest, able, reason if nearest else "nobody-can", nearest)


def _nearest(ask: Ask, known: Iterable[Person], now: int) -> list[Near]:
    """Find who lacks nothing, else who lacks least; each reason counts the same, then the order is by id."""
    near = (Near(person.id, gate(person, ask.needs, now, test=ask.test)) for person in known)
    found = nsmallest(NEAREST, near, key=lambda one: (len(one.lacks), one.person))
    return [one for one in found if not one.lacks] or found
