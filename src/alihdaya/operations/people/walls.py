"""Conflict walls on the desk: raised and taken down by hand, and whom one keeps from a single item.

A wall of a roster only ever adds to what stands; what somebody raised or took down by hand goes before any roster.
"""

from collections.abc import Iterator

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.desk import Desk, OpenItem
from alihdaya.operations.people.commands import SetWall
from alihdaya.people.events import WallLowered, WallRaised
from alihdaya.people.gate import OF_ENGAGEMENT, OF_ITEM
from alihdaya.people.person import Person
from alihdaya.people.walls import ITEM_NAME, told, wall_of
from alihdaya.store.views.items import items
from alihdaya.work.item import Task, TaskKey
from alihdaya.work.keepable import unkeepable


def about(client: str = "", engagement: str = "", item: str = "") -> str:
    """Give how a wall is written that is about one of these. Raises Refused where not just one of them is said."""
    if len([one for one in (client, engagement, item) if one]) != 1:
        raise Refused(Problem("bad-wall", "a wall is about one client, one engagement or one item: name one of them"))
    if item and not ITEM_NAME.fullmatch(item):
        raise Refused(Problem("no-such-item", f"{item[:40]!r} is not the name of an item, such as 12 or 3-12"))
    return wall_of(client, engagement, item)


def set_wall(desk: Desk, wish: SetWall) -> WallRaised | WallLowered:
    """Give the fact of a wall that is raised or taken down by hand. Raises Refused for one that cannot be."""
    person = desk.people.get(wish.person)
    problems = unkeepable({"what": wish.what, "reason": wish.reason, "by": wish.by})
    if person is None:
        problems.append(Problem("no-such-person", f"nobody on the roster is called {wish.person!r}"))
    elif wish.stand:
        problems += _against_raising(desk, person, wish.what)
    elif wish.what not in person.walls:
        message = f"no wall keeps {person.id} from {told(wish.what)}"
        problems.append(Problem("no-such-wall", message))
    if problems:
        raise Refused(problems)
    return (WallRaised if wish.stand else WallLowered)(wish.person, wish.what, wish.reason, wish.by)


def _against_raising(desk: Desk, person: Person, what: str) -> Iterator[Problem]:
    if what in person.walls:
        yield Problem("stands-already", f"a wall keeps {person.id} from {told(what)} already")
        return
    if what.startswith(OF_ITEM):
        if not _under_way(desk, what.removeprefix(OF_ITEM)):
            yield Problem("not-open", f"{told(what)} is not under way: delivered or cancelled, or never received")
        return
    signed = desk.store.engagements()
    engagement = what.startswith(OF_ENGAGEMENT)
    known = {one.id if engagement else str(one.terms.get("client", {}).get("name", "")) for one in signed}
    if what.removeprefix(OF_ENGAGEMENT) not in known:
        kind = "engagement" if engagement else "client"
        yield Problem(
            "no-such-" + kind, f"no terms name the {kind} {told(what)!r}; there are: {', '.join(sorted(known))}"
        )


def _under_way(desk: Desk, name: str) -> bool:
    """Say whether an item is under way, here or, where all shards are read as one, in any of them."""
    shard, dash, number = name.rpartition("-")
    if desk.shard or not dash:
        found = desk.items.get(int(number))
        return found is not None and desk.named(found.item) == name
    if desk.store.factor == 1:
        return False
    among = int(number) * desk.store.factor + int(shard)
    row = next((one for one in items(desk.store, after=among - 1, limit=1) if one.id == among), None)
    return row is not None and row.closed_at is None


def take_up_walls(desk: Desk) -> None:
    """Remember whom walls keep from single items, by what is known of everybody."""
    desk.walled = {}
    for person in desk.people.values():
        for wall in person.walls:
            if wall.startswith(OF_ITEM):
                desk.walled.setdefault(wall.removeprefix(OF_ITEM), set()).add(person.id)


def follow_walls(desk: Desk, before: Person | None, after: Person) -> None:
    """Let single items know of somebody's walls as they are now; what waits is offered to whom it may be."""
    former, now = (frozenset(one.walls) if one else frozenset() for one in (before, after))
    for wall in sorted(former ^ now):
        if wall.startswith(OF_ITEM):
            name = wall.removeprefix(OF_ITEM)
            people = desk.walled.setdefault(name, set())
            (people.add if wall in now else people.discard)(after.id)
            if not people:
                del desk.walled[name]
            for item in list(_concerned(desk, name)):
                _offer_anew(desk, item)


def _concerned(desk: Desk, name: str) -> Iterator[OpenItem]:
    for item in desk.items.values():
        if name in desk.names(item):
            yield item


def _offer_anew(desk: Desk, item: OpenItem) -> None:
    walled = desk.kept_from(item)
    for token in list(item.instance.waits) if item.instance is not None else ():
        key = item.item, token
        if item.aside is not None and token in item.aside:
            item.aside[token] = _keeping(item.aside[token], walled)
        elif key in desk.held:
            desk.held[key] = desk.held[key]._replace(task=_keeping(desk.held[key].task, walled))
        elif key in desk.queue:
            desk.queue.push(_keeping(desk.queue.remove(*key), walled))
        else:
            continue
        _on_floor(desk, key, walled)


def _on_floor(desk: Desk, key: TaskKey, walled: tuple[str, ...]) -> None:
    if desk.hall is not None and desk.hall.floor.knows(key):
        desk.hall.floor.keep_away(key, walled)


def _keeping(task: Task, walled: tuple[str, ...]) -> Task:
    return task._replace(needs=task.needs._replace(walled=walled))
