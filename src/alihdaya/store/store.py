"""The store: one log, one writer, and the tables that follow from the log in the same transaction."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from alihdaya.kernel.event import Entry
from alihdaya.store import log, migrations, working
from alihdaya.store.archive.partitions import SHORT_PATIENCE, Partitions
from alihdaya.store.commit import write
from alihdaya.store.database import Database, Session, is_lost
from alihdaya.store.errors import ConnectionLost, StoreError, problem
from alihdaya.store.lease.fence import Fence, folder_of_shard
from alihdaya.store.lease.lock import AdvisoryLock, FencedLock, FileLock, Lock
from alihdaya.store.project import Projection
from alihdaya.store.working import WorkingSet

T = TypeVar("T")
_NONE: Mapping[int, Any] = {}
_EVER = -(2**63)


class Store(WorkingSet):
    """An open store. Close it, or use it in a `with`."""

    def __init__(self, database: Database, *, read_only: bool, fence: Fence | None = None) -> None:
        self.database = database
        self.read_only = read_only
        self.fence = fence
        self._connection: Connection | None = None
        self._lock: Lock | None = None
        self._projection: Projection | None = None
        self._partitions = Partitions() if fence is None else Partitions(SHORT_PATIENCE)
        if fence is not None:
            self.archive_part = folder_of_shard(fence.shard)
        self._since: int | None = None  # when the last entry happened: the log's end is in that month, or later

    @property
    def place(self) -> str:
        """Where the store is: a file's path, or a URL without its password."""
        return self.database.place

    @property
    def factor(self) -> int:
        """What numbers count by: more than 1 where all shards are read as one."""
        return self.database.factor

    def archive_home(self) -> Path | None:
        """Give the folder beside a SQLite file."""
        return Path(f"{self.database.path}.archive") if self.database.is_sqlite else None

    def lock(self, *, patience: float = 0) -> None:
        """Become the one writer, until `unlock`, `close` or the end of this process, however it ends.

        Raises StoreLocked where another writes for all of `patience` seconds, StoreError for a store that was opened
        to read.
        """
        if self.read_only:
            raise StoreError(problem("read-only", "this store was opened to read only", self.place))
        if self._lock is not None:
            return
        if self.database.is_sqlite:
            self._lock = FileLock(self.database.path, patience=patience)
        else:
            self._connection = self._connection or self.database.connect()
            self._lock = self._lock_on(self._connection, patience)

    def _lock_on(self, connection: Connection, patience: float) -> Lock:
        try:
            if self.fence is not None:
                return FencedLock(connection, self.fence, self.place)
            return AdvisoryLock(connection, self.place, patience=patience)
        except BaseException as error:
            self._give_up(connection)
            if isinstance(error, DBAPIError):
                raise self.database.trouble(error, "the lock cannot be had") from error
            raise

    def unlock(self) -> None:
        """Let another process write."""
        self._projection, self._since = None, None
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def commit(self, entries: Sequence[Entry], *, recorded_at: int, instances: Mapping[int, Any] = _NONE) -> None:
        """Append entries to the log and bring all tables up to them, durably, in one transaction.

        `recorded_at`: now, in microseconds. `instances`: item -> its engine instance after the last of these entries,
        which saves folding. Takes the lock if it is not held. Raises GapError where the entries do not follow the
        log's last, StoreLocked (LeaseLost where another node took the shard over), and StoreError where the database
        refuses; nothing is changed then. ConnectionLost says whether that is known, too.
        """
        self._write(entries, instances, recorded_at)

    def project(self, entries: Sequence[Entry]) -> None:
        """Bring the tables up to entries of another store's log, which is not copied: what a replay does."""
        self._write(entries, _NONE, None)

    def _write(self, entries: Sequence[Entry], instances: Mapping[int, Any], recorded_at: int | None) -> None:
        self.lock()
        if self._connection is None:
            self._connection = self.database.connect()
        written = False
        try:
            with self._connection.begin():
                self._append(self._connection, entries, instances, recorded_at)
                written = True
        except BaseException as error:
            refused = (DBAPIError, self._connection.dialect.loaded_dbapi.Error)
            self._give_up(self._connection)
            if not isinstance(error, refused):
                raise
            if written and is_lost(error):
                message = "the connection was lost within the commit: whether it came to pass, the log will tell"
                raise ConnectionLost(problem("commit-unknown", message, self.place)) from error
            raise self.database.trouble(error, "nothing was committed") from error

    def _append(
        self, connection: Connection, entries: Sequence[Entry], instances: Mapping[int, Any], recorded_at: int | None
    ) -> None:
        last = self._allowed(connection)
        projection = self._projection or Projection(working.known(connection))
        made: list[log.Row] = []
        if recorded_at is not None:
            log.check_follows(entries, last, self.place)
            made = log.rows(entries, recorded_at)
        unknown = projection.unknown(entries)
        if unknown:
            projection.remember(working.standing(connection, unknown))
        for entry in entries:
            projection.take(entry, instances.get(entry.item))
        write(connection, made, projection.changes(), self._partitions)
        self._projection = projection
        if made and not self.database.is_sqlite:
            self._since = entries[-1].at

    def _allowed(self, connection: Connection) -> int:
        """Give the number of the log's last entry. Raises LeaseLost where a fence says that the shard is another's.

        A commit of one command is mostly round trips, so the two questions to PostgreSQL are sent together.
        """
        raw: Any = connection.connection.driver_connection
        if self.fence is None:
            end = raw.execute(log.LAST_OF_ALL) if self._since is None else raw.execute(log.LAST, [self._since])
            return int(end.fetchone()[0])
        with raw.pipeline(), raw.cursor() as lease, raw.cursor() as end:
            self.fence.ask(lease)
            end.execute(log.LAST, [_EVER if self._since is None else self._since])
            self.fence.judge(lease, self.place)
            return int(end.fetchone()[0])

    def _give_up(self, connection: Connection) -> None:
        """After a failure, forget what was projected; after a lost connection, the lock is lost as well."""
        self._projection, self._since = None, None
        self._partitions.forget()
        lost = connection.invalidated or bool(getattr(connection.connection.driver_connection, "closed", False))
        if lost:
            connection.invalidate()
            connection.close()
            self._connection = None
            if not self.database.is_sqlite:
                self._lock = None

    def number(self, seq: int) -> int:
        """Give the number under which this store's readers know the log's entry `seq`: here, the same."""
        return seq

    def last_seq(self) -> int:
        """Give the number of the log's last entry, 0 where it is empty."""
        with self.snapshot() as connection:
            return log.last_seq(connection)

    def reached(self) -> tuple[tuple[int, int], ...]:
        """Give (shard, number of its last entry) of every shard that this store is; none for a store by itself."""
        return ()

    def read_log(self, *, after: int = 0, item: int | None = None, limit: int | None = None) -> Iterator[Entry]:
        """Yield entries with seq > after in order, of one item or of all, at most `limit`; never in one piece."""
        return log.read(self.database.read, after=after, item=item, limit=limit)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection that reads one moment of the store, changes nothing and blocks nobody.

        Raises ConnectionLost where the database cannot be reached (any more), StoreError for its other failures.
        """
        with self.database.read() as connection:
            yield connection

    def moment(self) -> AbstractContextManager[None]:
        """Let all that this thread reads within be of one moment of the store. What it writes meanwhile is not seen."""
        return self.database.moment()

    def once(self, what: Hashable, read: Callable[[], T], /) -> T:
        """Give what `read` gives; within a `moment`, where it cannot change, read but once for each `what`."""
        return self.database.once(what, read)

    def close(self) -> None:
        """Give up the lock and every connection."""
        self.unlock()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()


def open_store(
    url: str | Path,
    *,
    read_only: bool = False,
    schema: str | None = None,
    durable: bool = True,
    archive: Path | None = None,
) -> Store:
    """Open a store: a file's path, sqlite:///FILE or postgresql://…; where it is to write, make or migrate its tables.

    `schema`: of PostgreSQL, made where it is missing. `durable` False: commits may be lost at a power cut (for
    stores that are rebuilt from a log). `archive`: where archived months were moved to, which migrations read, too.
    Raises StoreTooNew for one that a newer version made, else StoreError.
    """
    return _opened(Database(url, schema=schema, durable=durable), None, archive, read_only=read_only)


def open_shard(url: str, fence: Fence, *, patience: int, archive: Path | None = None) -> Store:
    """Open a shard of a database of many nodes to write, as the holder of its lease, and make or migrate its tables.

    `patience`: seconds of silence after which the database is given up; `archive` as of `open_store`, of all shards.
    Raises LeaseLost, else as `open_store`.
    """
    session = Session(f"alihdaya {fence.node}", patience)
    return _opened(Database(url, schema=fence.schema, session=session), fence, archive, read_only=False)


def _opened(database: Database, fence: Fence | None, archive: Path | None, *, read_only: bool) -> Store:
    store = Store(database, read_only=read_only, fence=fence)
    store.archive_folder = archive
    try:
        if read_only:
            _check_readable(database)
        else:
            _bring_up(store)
    except DBAPIError as error:
        database.close()
        raise database.trouble(error, "the store cannot be opened") from error
    except BaseException:
        database.close()
        raise
    return store


def _bring_up(store: Store) -> None:
    """Make or migrate the tables where they are not of this version; of a shard, only for who holds its lease."""
    database, fence = store.database, store.fence
    with database.connect() as connection:
        with connection.begin():
            if fence is not None:
                fence.check(connection, database.place)
            if migrations.check(connection, database.place):
                return
        with migrations.ONE_AT_A_TIME, connection.begin():
            if fence is not None:
                fence.check(connection, database.place)
            folder = store.archive_folder
            migrations.bring_up(connection, database.place, None if folder is None else folder / store.archive_part)


def _check_readable(database: Database) -> None:
    if database.is_sqlite and not database.path.exists():
        raise StoreError(problem("no-store", "there is no such file", database.place))
    with database.read() as connection:
        migrations.require(connection, database.place)
