"""The floor read back from the store: as it was committed, but for who was spared what."""

from collections.abc import Iterable

from alihdaya.people.person import Person
from alihdaya.store import Store
from alihdaya.store.views.seats import Held, asks, pieces, present
from alihdaya.work.floor import Floor
from alihdaya.work.floor import events as facts
from alihdaya.work.floor.decide import FIRST
from alihdaya.work.floor.seat import LATER, READY, Hold


def bring_floor(store: Store, people: Iterable[Person], *, at: int, by_skill: bool = False) -> Floor:
    """Make the floor of a store at `at` (microseconds); everybody's silence begins anew."""
    floor = Floor({one.id: one for one in people}, by_skill=by_skill)
    for one in present(store):
        floor.advance(min(one.since, at))
        floor.apply(facts.LoggedIn(one.person, one.shares, one.lease))
        if one.state != READY:
            floor.apply(facts.StateSet(one.person, one.state))
    floor.advance(at)
    for asked in asks(store):
        floor.apply(asked)
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
