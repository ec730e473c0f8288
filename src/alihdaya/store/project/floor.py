"""The floor as rows: who is present, what waits, and who has what."""

from collections.abc import Callable
from typing import Any

from alihdaya.kernel.event import Entry
from alihdaya.store.codec import encode
from alihdaya.store.project.changes import Pending
from alihdaya.store.project.noted import note
from alihdaya.store.schema import ABSENCE, ASK, HOLD, PIECE, PRESENCE
from alihdaya.work.floor import events as facts
from alihdaya.work.floor.seat import LATER, READY, RINGS, WORKS, WRAPS


def _came(pending: Pending, entry: Entry, event: facts.LoggedIn) -> None:
    pending.put(PRESENCE, (event.person,), (entry.at, event.lease, encode(event.shares)))
    note(pending, entry, event)


def _left(pending: Pending, entry: Entry, event: facts.LoggedOut) -> None:
    for table in (PRESENCE, ABSENCE):
        pending.drop(table, (event.person,))
    note(pending, entry, event)


def _state(pending: Pending, entry: Entry, event: facts.StateSet) -> None:
    if event.state == READY:
        pending.drop(ABSENCE, (event.person,))
    else:
        pending.put(ABSENCE, (event.person,), (event.state, entry.at))
    note(pending, entry, event)


def _asked(pending: Pending, _: Entry, event: facts.Asked) -> None:
    pending.put(ASK, (event.number,), (encode(event.ask),))


def _queued(pending: Pending, _: Entry, event: facts.Queued) -> None:
    pending.put(PIECE, event[:2], event[2:])


def _reserved(pending: Pending, entry: Entry, event: facts.Reserved) -> None:
    pending.put(HOLD, (event.item, event.token), (event.person, RINGS, event.share, entry.at, event.until))


def _assigned(pending: Pending, entry: Entry, event: facts.Assigned) -> None:
    pending.put(HOLD, (event.item, event.token), (event.person, WORKS, event.share, entry.at, 0))


def _free(pending: Pending, _: Entry, event: Any) -> None:
    pending.drop(HOLD, (event.item, event.token))


def _gone(pending: Pending, _: Entry, event: facts.Wrapped | facts.Dropped | facts.Finished) -> None:
    for table in (PIECE, HOLD):
        pending.drop(table, (event.item, event.token))


def _put_off(pending: Pending, entry: Entry, event: facts.PutOff) -> None:
    pending.put(HOLD, (event.item, event.token), (event.prefer, LATER, 0, entry.at, event.until))


def _finished(pending: Pending, entry: Entry, event: facts.Finished) -> None:
    if event.until > entry.at:
        rest = (event.person, WRAPS, event.share, entry.at, event.until)
        pending.put(HOLD, (event.item, event.token), rest)
    else:
        _gone(pending, entry, event)


FLOOR: dict[type, Callable[[Pending, Entry, Any], None]] = {
    facts.LoggedIn: _came,
    facts.LoggedOut: _left,
    facts.StateSet: _state,
    facts.Asked: _asked,
    facts.Queued: _queued,
    facts.Reserved: _reserved,
    facts.Assigned: _assigned,
    facts.Declined: _free,
    facts.TimedOut: _free,
    facts.Recalled: _free,
    facts.Returned: _free,
    facts.Finished: _finished,
    facts.Wrapped: _gone,
    facts.Dropped: _gone,
    facts.Passed: _free,
    facts.PutOff: _put_off,
}
"""Event -> what it changes in these tables."""
