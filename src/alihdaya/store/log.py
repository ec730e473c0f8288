"""The log on disk: appended in the order of commit, read back entry by entry, never changed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import Connection, func, select

from alihdaya.kernel.event import Entry
from alihdaya.store.codec import decode_events, encode_events
from alihdaya.store.errors import GapError, problem
from alihdaya.store.schema import LOG

_PAGE = 2_000

LAST = "select coalesce(max(seq), 0) from log where at >= %s"
"""What `last_seq` asks, for a connection of psycopg."""

LAST_OF_ALL = "select coalesce(max(seq), 0) from log"
"""The same of the whole log, for a connection of either driver: a commit asks, past SQLAlchemy's cost."""

Row = tuple[int, int, int, int, str, bytes]


def rows(entries: Iterable[Entry], recorded_at: int) -> list[Row]:
    """Give the log's rows of entries; `recorded_at`: when they are committed (microseconds)."""
    return [(seq, at, recorded_at, item, by, encode_events(events)) for seq, at, item, by, events in entries]


def last_seq(connection: Connection, since: int | None = None) -> int:
    """Sequence number of the last entry, 0 where the log is empty; `since`: it is known not to be older than that."""
    query = select(func.max(LOG.c.seq))
    if since is not None:
        query = query.where(LOG.c.at >= since)
    return connection.execute(query).scalar() or 0


def check_follows(entries: Sequence[Entry], last: int, place: str) -> None:
    """Raise GapError unless the entries are numbered last + 1, last + 2, … without a gap."""
    for expected, entry in enumerate(entries, last + 1):
        if entry.seq != expected:
            message = f"entry {entry.seq} cannot follow {expected - 1}: another writer was here, or one is missing"
            raise GapError(problem("log-gap", message, place))


def entries(
    connection: Connection, *, after: int = 0, item: int | None = None, limit: int | None = None
) -> list[Entry]:
    """Read entries with seq > after in order, of one item or of all, at most `limit`."""
    query = select(LOG.c.seq, LOG.c.at, LOG.c.item, LOG.c.by, LOG.c.body).order_by(LOG.c.seq)
    query = query.where(LOG.c.seq > after).limit(limit)
    if item is not None:
        query = query.where(LOG.c.item == item)
    return [Entry(seq, at, about, by, decode_events(body)) for seq, at, about, by, body in connection.execute(query)]


def read(
    snapshot: Callable[[], AbstractContextManager[Connection]],
    *,
    after: int = 0,
    item: int | None = None,
    limit: int | None = None,
) -> Iterator[Entry]:
    """Yield entries with seq > after in order, of one item or of all, at most `limit`.

    Reads a page at a time, each in a short transaction of its own, so that a long read keeps no snapshot open.
    """
    left = limit
    while left is None or left > 0:
        size = _PAGE if left is None else min(_PAGE, left)
        with snapshot() as connection:
            page = entries(connection, after=after, item=item, limit=size)
        yield from page
        if len(page) < size:
            return
        after = page[-1].seq
        left = None if left is None else left - size
