"""The desk of a house of many nodes: it reads all shards as one, and writes to the house's own log.

Books, terms and people are no shard's: a month is closed over all of them, by whoever has the database, while nodes
work or while none does. Items are the nodes'.
"""

from collections.abc import Callable, Iterator

from alihdaya.engagement.account.events import EngagementAmended, HolidayAdded
from alihdaya.engagement.events import EngagementSigned
from alihdaya.kernel.event import HOUSE, Entry, Event
from alihdaya.operations.books.account.agree import standings
from alihdaya.operations.desk import Desk
from alihdaya.operations.opening import person_of
from alihdaya.people.events import CertificateIssued, CertificateWithdrawn
from alihdaya.store.lease.fence import HOUSE_LOG
from alihdaya.store.lease.own import HouseStore
from alihdaya.work.exchange import ShardReached

_REPEATED = ShardReached(HOUSE_LOG, 0, 0)
"""Marks what was told before, by some shard."""


class HouseDesk(Desk):
    """A desk without items. What it writes gets its numbers with the commit: facts of people come in meanwhile."""

    __slots__ = ()
    store: HouseStore

    def commit(self) -> int:
        """Make all durable in the house's own log, behind what it takes for granted; gives how many entries."""
        events = [event for entry in self.pending for event in entry.events]
        self.pending[:0] = [Entry(0, at, HOUSE, "house", (_REPEATED, event)) for at, event in self._granted(events)]
        count = Desk.commit(self)
        self.seq = self.store.last_seq()
        return count

    def _granted(self, events: list[Event]) -> Iterator[tuple[int, Event]]:
        """Give (instant, fact) that only shards have: terms that are amended, or get a holiday; withdrawn certificates.

        So a shard that never knew them can follow, and the house's own tables say what became of them.
        """
        amended = {event.engagement for event in events if isinstance(event, EngagementAmended | HolidayAdded)}
        known = {(one.id, one.digest) for one in self.store.own.engagements()} if amended else set()
        for one in self.store.engagements() if amended else ():
            if one.id in amended and (one.id, one.digest) not in known:
                yield one.signed_at, EngagementSigned(one.id, one.digest, one.terms)
        withdrawn = {event[:2] for event in events if isinstance(event, CertificateWithdrawn)}
        for person in self.store.persons() if withdrawn else ():
            for held in person.certificates:
                if held.withdrawn_at is None and held.issued[:2] in withdrawn:
                    yield self.at, CertificateIssued(*held.issued)


def open_house_desk(url: str, *, recorded: Callable[[], int], patience: float, books: bool) -> HouseDesk:
    """Open the desk to work on the `books` and terms, alone, or else to tell what became known of people.

    Raises StoreLocked where another works on the books for all of `patience` seconds, StoreError where a shard has no
    tables of this version.
    """
    store = HouseStore(url)
    try:
        if books:
            store.lock(patience=patience)
        desk = HouseDesk(store, recorded)
        desk.seq, desk.at = store.last_seq(), store.last_at()
        if books:
            desk.standings = standings(store)
        else:
            desk.people = {one.facts.person: person_of(one) for one in store.persons()}
    except BaseException:
        store.close()
        raise
    return desk
