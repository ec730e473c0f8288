"""The floor read back from the store: a switchboard's as it was committed, but for who was spared what; a desk's."""

from collections.abc import Iterable, Mapping

from alihdaya.kernel.event import HOUSE
from alihdaya.operations.desk import Desk
from alihdaya.operations.floor.beside import ADVICE
from alihdaya.operations.floor.hall import Hall
from alihdaya.people.person import Person
from alihdaya.store import Store
from alihdaya.store.views.seats import Held, HoldRow, Present, asks, holds, last_before, pieces, present
from alihdaya.work.floor import Floor
from alihdaya.work.floor import events as facts
from alihdaya.work.floor.decide import FIRST, SPARE
from alihdaya.work.floor.seat import LATER, READY, WORKS, WRAPS, Hold
from alihdaya.work.item import Task, TaskKey


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


def bring_hall(desk: Desk) -> None:
    """Take the hall up again where somebody is present, or a piece is put off or was passed on."""
    here, held, passed = present(desk.store), holds(desk.store), pieces(desk.store)
    if not (here or held or passed):
        return
    hall = desk.hall = open_hall(desk, here, waiting=False)
    floor = hall.floor
    for asked in asks(desk.store):
        floor.apply(asked)
    advice = [one for one in passed if one.queued.token >= ADVICE]
    hall.passed = {one.queued[:2]: floor.piece(one.queued) for one in passed if one.queued.token < ADVICE}
    rows = {(one.item, one.token): one for one in held}
    for task in desk.queue:
        _bring_task(hall, task, rows.get(task.key))
    for key, hold in desk.held.items():
        row = rows.get(key)
        if row is not None and row.person in floor.seats:
            floor.enter(hall.piece(hold.task))
            floor.bring(Hold(hall.piece(hold.task), row.person, row.state, row.share, row.at, row.until))
    for row in held:
        if row.state == WRAPS and row.person in floor.seats:
            hall.wraps((row.item, row.token), row.person, row.share, row.at, row.until)
    for one in advice:  # after those who ask for it, who are not to be asked
        _bring(floor, one)
        _keep_away(hall, one)
        if one.state == WORKS:
            hall.advises(one.queued[:2], one.at)
    _bring_spared(desk, floor)


def _keep_away(hall: Hall, advice: Held) -> None:
    """Let walls as they are now keep people from giving advice."""
    item = hall.desk.items.get(advice.queued.of_item)
    if item is not None:
        hall.floor.keep_away(advice.queued[:2], hall.desk.kept_from(item))


def open_hall(desk: Desk, here: Iterable[Present] = (), *, waiting: bool = True) -> Hall:
    """Make a desk's floor with those who are present; `waiting`: and what waits. Everybody's silence begins anew."""
    floor = Floor(desk.people)
    now = desk.recorded()
    for one in here:
        floor.advance(min(one.since, desk.at))
        floor.apply(facts.LoggedIn(one.person, one.shares, one.lease))
        floor.seats[one.person].seen = max(now, desk.at)
        if one.state != READY:
            floor.apply(facts.StateSet(one.person, one.state))
    floor.advance(desk.at)
    hall = Hall(desk, floor)
    for task in desk.queue if waiting else ():
        hall.waits(task)
    return hall


def _bring_task(hall: Hall, task: Task, row: HoldRow | None) -> None:
    piece = hall.piece(task)
    if row is not None and row.state == LATER:
        hall.floor.put_aside(piece._replace(prefer=row.person, prefer_until=row.until + FIRST), row.until)
        return
    hall.floor.enter(piece)
    if row is not None and row.person in hall.floor.seats:
        hall.floor.bring(Hold(piece, row.person, row.state, row.share, row.at, row.until))


def _bring_spared(desk: Desk, floor: Floor) -> None:
    """Read from the end of the log whom a piece is spared, because they declined it or did not answer."""
    spared: dict[TaskKey, dict[str, int]] = {}
    for entry in desk.store.read_log(after=last_before(desk.store, desk.at - SPARE), item=HOUSE):
        for event in entry.events:
            if isinstance(event, facts.Declined | facts.TimedOut | facts.Passed):
                spared.setdefault((event.item, event.token), {})[event.person] = event.spared_until
            elif isinstance(event, facts.Finished | facts.Dropped):
                spared.pop((event.item, event.token), None)
    for key, people in spared.items():
        if floor.knows(key):
            floor.spare(key, people)
