"""The floor read back from the store: as it was committed, but for who was spared what."""

from collections.abc import Iterable, Mapping

from alihdaya.people.person import Person
from alihdaya.store import Store
from alihdaya.store.views.seats import Held, asks, pieces, present
from alihdaya.work.floor import Floor
from alihdaya.work.floor import events as facts
from alihdaya.work.floor.decide import FIRST
from alihdaya.work.floor.seat import LATER, READY, Hold


def bring_floor(
    store: Store, people: Iterable[Person] | Mapping[str, Person], *, at: int, by_skill: bool = False, window: int = 0
) -> Floor:
    """Make the floor of a store at `at` (microseconds); everybody's silence begins anew."""
    known = people if isinstance(people, Mapping) else {one.id: one for one in people}
    floor = Floor(known, by_skill=by_skill, window=window)
    for asked in asks(store):  # before anybody comes, so that each capability is compared once
        floor.apply(asked)
    for one in present(store):
        floor.advance(min(one.since, at))
        floor.apply(facts.LoggedIn(one.person, one.shares, one.lease))
        if one.state != READY:
            floor.apply(facts.StateSet(one.person, one.state))
    floor.advance(at)
    for held in pieces(store):
        _bring(floor, held)
    return floor


def _bring(floor: Floor, held: Held) -> None:
    piece = floor.piece(held.queued)
    if held.state == LATER:
        floor.put_aside(piece._replace(prefer=held.person, prefer_until=held.until + FIRST), held.until)
        return
    floor.apply(held.queued)
    if held.state:
        floor.bring(Hold(piece, held.person, held.state, held.share, held.at, held.until))
