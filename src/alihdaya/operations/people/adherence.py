"""Adherence out of the log: everybody's shifts, and the states that they were in."""

from collections import defaultdict
from typing import Any, Final, NamedTuple

from alihdaya.kernel.event import tag_of
from alihdaya.kernel.time import DAY, HOUR, SECOND, moment
from alihdaya.operations.opening import person_of
from alihdaya.people.adherence import Day, days, stays
from alihdaya.people.shift import Shifts
from alihdaya.store.views.facts import house_facts
from alihdaya.store.views.seats import last_before, present
from alihdaya.store.views.work import handled
from alihdaya.store.working import WorkingSet
from alihdaya.work.floor.events import LoggedIn, LoggedOut, StateSet
from alihdaya.work.floor.seat import READY

_FACTS: Final = (LoggedIn, LoggedOut, StateSet)


class Kept(NamedTuple):
    """A person's day; `handled`: microseconds of handling time, wrapping up and advising that ended on it."""

    day: Day
    handled: int

    @property
    def present(self) -> int:
        """Give how long they were there for work, in microseconds."""
        return self.day.there + self.day.outside

    @property
    def occupancy(self) -> int | None:
        """Give the part of their presence in which they handled work, in whole percent; None without presence."""
        return 100 * self.handled // self.present if self.present else None


def adherence(
    store: WorkingSet, within: tuple[int, int], now: int, *, person: str = "", allowed: int = 0
) -> list[Kept]:
    """Give the days within [start, end) of everybody, or of one person, by person and day; `now` ends them all.

    `allowed`: so many microseconds of the breaks of a shift count as kept. Without shifts, nobody adheres to anything.
    """
    within = within[0], min(within[1], now)
    changes = _changes(store, person, within[0] - 2 * DAY)
    rows: list[Kept] = []
    worked = handled(store, (within[0], min(within[1] + DAY, now)))
    for one in map(person_of, store.persons()):
        if one.program or person not in ("", one.id):
            continue
        shifts = Shifts(one.time_zone, one.shifts)
        spent: dict[str, int] = defaultdict(int)
        for at, seconds in worked.get(one.id, ()):
            spent[moment(at, shifts.zone).date().isoformat()] += seconds * SECOND
        found = days(one.id, shifts, stays(changes.get(one.id, ()), now), within, allowed, now=now)
        rows += [Kept(day, spent[day.day]) for day in found]
    return rows


def spent_as(store: WorkingSet, state: str, now: int) -> dict[str, int]:
    """Give person -> microseconds that they were in a state on the floor, such as "meeting", up to `now`."""
    found: dict[str, int] = {}
    for who, changed in _changes(store).items():
        spans = sum(end - start for start, end, name in stays(changed, now) if name == state)
        if spans:
            found[who] = spans
    return found


def _changes(store: WorkingSet, person: str = "", since: int = 0) -> dict[str, list[tuple[int, str]]]:
    """Give person -> (instant, state from then on), of everybody or of one; from the last before `since` on."""
    changes: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for at, fact in house_facts(store, map(tag_of, _FACTS), who=(person,) if person else None, since=since):
        if isinstance(fact, _FACTS):
            changes[fact.person].append((at, _state(fact)))
    return changes


def _state(fact: LoggedIn | LoggedOut | StateSet) -> str:
    if isinstance(fact, StateSet):
        return fact.state
    return READY if isinstance(fact, LoggedIn) else ""


class Lately(NamedTuple):
    """Somebody of the roster: the last day of theirs that began within 24 hours, and whether their shift is on."""

    name: str
    day: Day | None
    on: bool


def lately(store: WorkingSet, now: int) -> dict[str, Lately]:
    """Give person -> how they kept to their last shift; an hour of breaks is part of it.

    Of the log only the past two days are read: who came before that counts as having been as they are now.
    """
    since = now - 2 * DAY
    changes: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for at, fact in house_facts(store, map(tag_of, _FACTS), after=last_before(store, since)):
        if isinstance(fact, _FACTS):
            if fact.person not in changes and not isinstance(fact, LoggedIn):
                changes[fact.person].append((since, READY))
            changes[fact.person].append((at, _state(fact)))
    for seat in present(store):
        if seat.person not in changes:
            changes[seat.person].append((seat.since, seat.state))
    found = {}
    for one in map(person_of, store.persons()):
        if not one.program:
            shifts = Shifts(one.time_zone, one.shifts)
            rows = days(one.id, shifts, stays(changes[one.id], now), (now - DAY, now), HOUR)
            found[one.id] = Lately(one.name, rows[-1] if rows else None, shifts.at_work(now))
    return found


def total(person: str, rows: list[Kept]) -> Kept:
    """Give the sum of a person's days, without a date; late and early are sums, and nothing is shifted."""
    names = ("planned", "there", "kept", "paused", "late", "early", "outside")
    sums = [sum(getattr(row.day, name) or 0 for row in rows) for name in names]
    return Kept(Day(person, "", *sums), sum(row.handled for row in rows))


def plain_kept(one: Kept) -> dict[str, Any]:
    """Give a person's day as JSON has it; spans in seconds, percent as whole numbers."""
    day = one.day
    spans = {name: getattr(day, name) for name in ("planned", "there", "kept", "paused", "late", "early", "outside")}
    spans["handled"] = one.handled
    told = {name: value if value is None else value // SECOND for name, value in spans.items()}
    percent = {"adherence": day.percent, "occupancy": one.occupancy}
    return {"person": day.person, "day": day.day, **told, **percent, "shifted_hours": day.shifted}
