"""What every shard takes over from the house's own log: the terms that hold, and what is known of people.

All shards read the same facts in the same order, so they come to know the same. What a shard has told the house, and
not read there yet, it knows on top of what it reads: it will stand behind that.
"""

from collections.abc import Callable
from typing import Final

from alihdaya.engagement.account.events import EngagementAmended, EngagementTerminated, HolidayAdded
from alihdaya.engagement.events import EngagementSigned
from alihdaya.kernel.event import Entry, Event
from alihdaya.operations.books.account.agree import standings
from alihdaya.operations.books.account.holiday import follow_holidays
from alihdaya.operations.desk import Desk
from alihdaya.operations.exchange.shards.commands import Follow
from alihdaya.operations.people.learning import is_new, know
from alihdaya.people.events import ABOUT_PEOPLE, PersonJoined
from alihdaya.store import Store
from alihdaya.store.lease.fence import HOUSE_LOG
from alihdaya.store.lease.own import entries_after
from alihdaya.work.exchange import ShardReached

FOLLOWED: Final = "house"
"""By whom entries are that repeat what stands in the house's own log."""

_PAGE: Final = 500
_TERMS: Final = (EngagementSigned, EngagementAmended, EngagementTerminated, HolidayAdded)


def follow_house(desk: Desk, command: Follow, at: int) -> None:
    """Take over what is new of these entries, at this shard's own time; what was taken over before is passed over."""
    board = desk.board
    before = board.arrived.get(HOUSE_LOG, (0, 0))[0]
    noted = before
    for entry in command.entries:
        if entry.seq > before:
            board.arrived[HOUSE_LOG] = (entry.seq, 0)
            if _take_over(desk, entry, lambda _: True, at) + _take_over_terms(desk, entry, at):
                noted = entry.seq
        elif command.about:
            _take_over(desk, entry, lambda fact: fact[0] in command.about, max(at, desk.at))
    last = board.arrived.get(HOUSE_LOG, (0, 0))
    if last[0] > noted:
        desk.note(max(at, desk.at), FOLLOWED, ShardReached(HOUSE_LOG, *last))


def _take_over(desk: Desk, entry: Entry, wanted: Callable[[Event], bool], at: int) -> int:
    """Know an entry's facts about people, then again what of this shard is still to come there; gives how many."""
    facts = [fact for fact in entry.events if isinstance(fact, ABOUT_PEOPLE) and wanted(fact)]
    own = desk.board.told
    came = entry.events[0] if entry.events else None
    others = desk.board.others
    if isinstance(came, ShardReached) and others is not None and came.shard == others.shard:
        own.pop((came.seq, came.number), None)
    about = {fact[0] for fact in facts}
    facts += [one.fact for one in own.values() if isinstance(one.fact, ABOUT_PEOPLE) and one.fact[0] in about]
    return sum(_learned(desk, fact, max(at, desk.at)) for fact in facts)


def _learned(desk: Desk, fact: Event, at: int) -> bool:
    """Know a fact, where it is new; a wall of any roster stays, whoever records another one."""
    known = desk.people.get(fact[0])
    if isinstance(fact, PersonJoined) and known is not None:
        fact = fact._replace(walls=tuple(sorted({*fact.walls, *known.walls})))
    new = is_new(desk, fact, at)
    if new:
        desk.note(at, FOLLOWED, ShardReached(HOUSE_LOG, *desk.board.arrived[HOUSE_LOG]), fact)
        know(desk, fact, at, FOLLOWED)
    return new


def _take_over_terms(desk: Desk, entry: Entry, at: int) -> int:
    facts = [fact for fact in entry.events if isinstance(fact, _TERMS)]
    if any(isinstance(fact, EngagementSigned) for fact in facts):
        known = {(one.id, one.digest) for one in desk.store.engagements()}
        facts = [one for one in facts if not isinstance(one, EngagementSigned) or one[:2] not in known]
    if facts:
        # a microsecond later than all before: of two terms the last one signed stands last; the hall's clock goes along
        at = max(at, desk.at + 1)
        at = at if desk.hall is None else desk.hall.begin(at)
        desk.note(at, FOLLOWED, ShardReached(HOUSE_LOG, *desk.board.arrived[HOUSE_LOG]), *facts)
        desk.board.amended = True
        follow_holidays(desk, [fact for fact in facts if isinstance(fact, HolidayAdded)], at, FOLLOWED)
    return len(facts)


def settle_terms(desk: Desk) -> None:
    """Let terms that came in hold for what comes in from now on; they must be durable."""
    if desk.board.amended:
        desk.standings = standings(desk.store)
        desk.board.amended = False


def catch_up_with_house(desk: Desk, at: int, about: frozenset[str] = frozenset()) -> None:
    """Take over all that stands in the house's own log; durable when it returns. `about`: who is new here.

    A person may have been known elsewhere, and have lost a certificate there, before this shard's roster names them.
    """
    at = at if desk.hall is None else desk.hall.begin(at)
    after = 0 if about else desk.board.arrived.get(HOUSE_LOG, (0, 0))[0]
    while entries := house_entries(desk.store, after):
        follow_house(desk, Follow(tuple(entries), about), max(at, desk.at))
        desk.commit()
        after = entries[-1].seq
    settle_terms(desk)


def house_entries(store: Store, after: int) -> list[Entry]:
    """Read the next entries of the house's own log, by the store of one of its shards."""
    with store.snapshot() as connection:
        return entries_after(connection, after, _PAGE)
