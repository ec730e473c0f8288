"""The house's own log in a database that nodes share: its books, its terms, and what is known of its people.

It has the schema of a shard, but no items and no lease. Whoever has something to write takes its lock for one commit;
whoever works on the books keeps the lock of the books meanwhile, so that no two close a month. All shards read it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, func, select, text

from alihdaya.kernel.event import Entry
from alihdaya.store import log
from alihdaya.store.database import Database
from alihdaya.store.errors import StoreLocked, problem
from alihdaya.store.lease.fence import HOUSE_LOG, SCHEMA, schema_of
from alihdaya.store.lease.house import FACTOR, parts_of, read_as_one
from alihdaya.store.lease.lock import AdvisoryLock
from alihdaya.store.resume import last_at
from alihdaya.store.schema import LEDGER
from alihdaya.store.store import Store, open_store

_PATIENCE = 10.0
"""Seconds in which whoever writes to the log should be done: they write one commit."""

_NONE: Mapping[int, Any] = {}


def lay_out_house(url: str) -> None:
    """Make the house's own log, or bring it up to this version. Raises StoreError."""
    database = Database(url, schema=SCHEMA)
    try:
        with database.connect() as connection, connection.begin():
            connection.execute(text("select pg_advisory_xact_lock(hashtext('alihdaya house'))"))
            open_store(url, schema=schema_of(HOUSE_LOG)).close()
    finally:
        database.close()


def own_log(url: str) -> Store:
    """Open the house's own log to write; it must have been laid out. Raises StoreError."""
    return open_store(url, schema=schema_of(HOUSE_LOG))


def entries_after(connection: Connection, seq: int, most: int) -> list[Entry]:
    """Read at most so many entries of the house's own log that come after one, by a connection to its database."""
    connection.execute(text(f"set local search_path to {schema_of(HOUSE_LOG)}"))
    return log.entries(connection, after=seq, limit=most)


@contextmanager
def writing(own: Store) -> Iterator[None]:
    """Be the one who writes to the house's own log, for one commit. Raises StoreLocked where another takes too long."""
    own.lock(patience=_PATIENCE)
    try:
        yield
    finally:
        own.unlock()


def append(own: Store, entries: Sequence[Entry], recorded_at: int) -> None:
    """Put entries at the end of the log, whatever their numbers; each happens later than the one before."""
    last, at = own.last_seq(), last_at(own)
    named = []
    for seq, one in enumerate(entries, last + 1):
        at = max(one.at, at + 1)
        named.append(one._replace(seq=seq, at=at))
    own.commit(named, recorded_at=recorded_at)


class HouseStore(Store):
    """All shards to read as one; what is written goes to the house's own log.

    `lock` is that of the books: nobody else closes, corrects, amends or pays meanwhile, but facts of people come in.
    """

    def __init__(self, url: str) -> None:
        lay_out_house(url)
        super().__init__(read_as_one(url), read_only=False)
        self._parts = parts_of(url)
        self.own = own_log(url)
        self._books: tuple[Connection, AdvisoryLock] | None = None
        self._read = 0

    def lock(self, *, patience: float = 0) -> None:
        """Take the books, until `close`. Raises StoreLocked where another has them for all of `patience` seconds."""
        if self._books is None:
            connection = self.own.database.connect()
            try:
                self._books = connection, AdvisoryLock(connection, self.place, of="books", patience=patience)
            except BaseException:
                connection.close()
                raise
            self._read = self._last_fact()

    def unlock(self) -> None:
        """Let another have the books."""
        if self._books is not None:
            connection, lock = self._books
            lock.release()
            connection.close()
            self._books = None

    def commit(self, entries: Sequence[Entry], *, recorded_at: int, instances: Mapping[int, Any] = _NONE) -> None:
        """Append entries about no item to the house's own log; they get the numbers that follow its last one.

        Raises StoreLocked where the books went to another meanwhile: their lock is lost with its connection, which is
        not the one that writes.
        """
        assert not instances  # noqa: S101 (items are in shards)
        with writing(self.own):
            if self._books is not None and self._last_fact() != self._read:
                message = "the books were lost to another, who changed them: nothing was written; try again"
                raise StoreLocked(problem("books-lost", message, self.place))
            append(self.own, entries, recorded_at)
            self._read = self._last_fact()

    def _last_fact(self) -> int:
        """Give the number of the last entry about the books in the house's own log."""
        with self.own.snapshot() as connection:
            return connection.execute(select(func.max(LEDGER.c.seq))).scalar() or 0

    def number(self, seq: int) -> int:
        """Give the number under which an entry of the house's own log is read."""
        return seq * FACTOR + HOUSE_LOG

    def last_seq(self) -> int:
        """Give the number of the last entry of the house's own log."""
        return self.own.last_seq()

    def reached(self) -> tuple[tuple[int, int], ...]:
        """Give (shard, number of its last entry) of every shard."""
        last = "select {0} as shard, (select seq from {1}.log order by seq desc limit 1) as seq"
        every = " union all ".join(last.format(part, schema_of(part)) for part in self._parts if part != HOUSE_LOG)
        with self.own.snapshot() as connection:
            return tuple((row.shard, row.seq or 0) for row in connection.execute(text(f"{every} order by shard")))

    def last_at(self) -> int:
        """When the last entry of any shard happened."""
        last = "(select at from {}.log order by seq desc limit 1)"
        every = " union all ".join(last.format(schema_of(part)) for part in self._parts)
        with self.own.snapshot() as connection:
            return connection.execute(text(f"select max(at) from ({every}) as one")).scalar() or 0  # noqa: S608

    def close(self) -> None:
        """Give up the books and every connection."""
        super().close()
        self.own.close()
