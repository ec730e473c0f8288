"""A store that is being brought up, as far as its archive can be read."""

from collections.abc import Container, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from alihdaya.engagement.events import EngagementSigned
from alihdaya.engagement.rates.outcome import Outcome, outcomes_in
from alihdaya.kernel.event import HOUSE, Entry, tag_of
from alihdaya.store.archive.reading import archived_entries
from alihdaya.store.codec import decode_events
from alihdaya.store.migrations import ARCHIVE
from alihdaya.store.working import WorkingSet
from alihdaya.work.events import ItemDelivered


class Before(WorkingSet):
    """What is to be known of a store in order to read its archive, while it has an older version's tables."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.archive_folder = connection.info.get(ARCHIVE)

    @property
    def factor(self) -> int:
        """A shard's own numbers."""
        return 1

    def archive_home(self) -> Path | None:
        """Give the folder beside a SQLite file."""
        url: Any = self._connection.engine.url
        return Path(f"{url.database}.archive") if self._connection.dialect.name == "sqlite" else None

    def snapshot(self) -> AbstractContextManager[Connection]:
        """Give the migration's own connection."""
        return nullcontext(self._connection)


_HOUSE = "select seq, at, by, body from log where item = 0 order by seq"
_LATE = "select seq, at, item, by, body from log where item > 0 and item <= :last order by seq"


def signings(connection: Connection) -> Iterator[tuple[Entry, EngagementSigned]]:
    """Yield every signing of terms with its entry, archived or not, in the order of the log."""
    tag = tag_of(EngagementSigned)
    if connection.execute(text("select 1 from archive limit 1")).first() is not None:
        for entry in archived_entries(Before(connection), item=HOUSE, tags=(tag,)):
            yield from ((entry, one) for one in entry.events if isinstance(one, EngagementSigned))
    for row in connection.execute(text(_HOUSE)):
        if tag.encode() in row.body:
            entry = Entry(row.seq, row.at, HOUSE, row.by, decode_events(row.body))
            yield from ((entry, one) for one in entry.events if isinstance(one, EngagementSigned))


Outcomes = dict[tuple[str, str], dict[str, tuple[Outcome, int]]]
"""(engagement, service) -> outcome -> what it is, and the entry since when it is known."""


def outcomes_known(connection: Connection) -> Outcomes:
    """Give the outcomes that any terms bill."""
    found: Outcomes = {}
    for entry, event in signings(connection):
        for service, one in outcomes_in(event.terms):
            found.setdefault((event.engagement, service), {}).setdefault(one.key, (one, entry.seq))
    return found


def outcomes_met(entry: Entry, known: Mapping[str, tuple[Outcome, int]]) -> Iterator[str]:
    """Yield of what known outcomes an entry with a delivery is."""
    for event in entry.events:
        if isinstance(event, ItemDelivered):
            yield from (key for key, (one, since) in known.items() if entry.seq > since and one.met(event.result))


def entries_of_archived(connection: Connection, items: Container[int], last: int, tag: str) -> Iterator[Entry]:
    """Yield the entries with an event of this tag about archived items, the greatest of which is `last`.

    The end of one may still be in the log.
    """
    here = (
        Entry(row.seq, row.at, row.item, row.by, decode_events(row.body))
        for row in connection.execute(text(_LATE), {"last": last})
        if tag.encode() in row.body
    )
    found = chain(archived_entries(Before(connection), tags=(tag,)), here)
    return (entry for entry in found if entry.item in items)
