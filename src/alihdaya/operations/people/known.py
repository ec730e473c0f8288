"""Who somebody is to a desk, whose an item is, and whether a conflict wall keeps somebody from it."""

from typing import Final

from alihdaya.engagement import terms as agreement
from alihdaya.operations.desk import Desk
from alihdaya.people.gate import OF_ITEM, walled
from alihdaya.people.person import Person
from alihdaya.people.walls import told
from alihdaya.store.views.items import items

_LAST: Final = 2**62


def known(desk: Desk, name: str) -> Person | None:
    """Give somebody of the roster, whether or not this desk holds the roster in its head; None for nobody."""
    from alihdaya.operations.opening import person_of  # which knows all commands, and they know this

    if name in desk.people or not name.isprintable():
        return desk.people.get(name)
    row = desk.store.person(name)
    return person_of(row) if row is not None else None


def kept_from(desk: Desk, person: Person, engagement: str, item: int = 0) -> str:
    """Give the client, engagement or item that a wall keeps somebody from, "" where none does; `item` 0: of none.

    What an item came from counts as the item itself does.
    """
    if not person.walls:
        return ""
    family = desk.family(item) if item else ()
    for number in (item, *(kin.item for kin in family)) if item else ():
        if (wall := OF_ITEM + desk.named(number)) in person.walls:
            return told(wall)
    signed = {one.id: one.terms for one in desk.store.engagements()}
    client = agreement.from_wire(signed[engagement]).client.name if engagement in signed else ""
    return walled(person.walls, client, engagement, *(kin.engagement for kin in family))


def whose(desk: Desk, item: int) -> tuple[str, str] | None:
    """Give engagement and service of an item, under way or not; None of one that is archived, or that never was."""
    if item in desk.items:
        return desk.items[item].service.engagement, desk.items[item].service.name
    row = next(iter(items(desk.store, after=item - 1, limit=1)), None) if 0 < item <= _LAST else None
    return (row.engagement, row.service) if row is not None and row.id == item else None
