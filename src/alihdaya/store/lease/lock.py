"""The lock of the one writer: it dies with the process that holds it, however that dies."""

import fcntl
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from alihdaya.kernel.errors import Problem
from alihdaya.store.database import Database
from alihdaya.store.errors import StoreLocked, problem
from alihdaya.store.lease.fence import Fence


class Lock(Protocol):
    """What keeps a second writer out until it is released."""

    def release(self) -> None:
        """Let another process write."""


_PAUSE = 0.02


def _waited(take: Callable[[], bool], patience: float) -> bool:
    """Try to take a lock until that succeeds, for so many seconds; who comes first is not said."""
    until = monotonic() + patience
    while not (taken := take()) and monotonic() < until:
        sleep(_PAUSE)
    return taken


class FileLock:
    """An exclusive flock on the file `<database>.lock`, which stays behind empty.

    Raises StoreLocked where another process holds it for all of `patience` seconds.
    """

    def __init__(self, path: Path, *, patience: float = 0) -> None:
        self._file = Path(f"{path}.lock").open("w")  # noqa: SIM115 - held until released
        if not _waited(self._take, patience):
            self._file.close()
            raise StoreLocked(_taken(str(path)))

    def _take(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Close the file, which ends the lock."""
        self._file.close()


class AdvisoryLock:
    """A PostgreSQL session lock on the writer's own connection: lost connection, lost lock, no more commits.

    It is of the connection's schema, and of what is named by `of`, such as its books. Raises StoreLocked where another
    holds it for all of `patience` seconds.
    """

    def __init__(self, connection: Connection, place: str, *, of: str = "", patience: float = 0) -> None:
        self._connection = connection
        schema = connection.execute(text("select current_schema()")).scalar()
        named = f"alihdaya {schema} {of}".strip()
        self._key = int.from_bytes(hashlib.sha256(named.encode()).digest()[:8], "big", signed=True)
        if not _waited(self._take, patience):
            raise StoreLocked(_taken(place))

    def _take(self) -> bool:
        taken = self._connection.execute(text("select pg_try_advisory_lock(:key)"), {"key": self._key}).scalar()
        self._connection.commit()
        return bool(taken)

    def release(self) -> None:
        """Unlock; without effect where the connection is gone."""
        if not self._connection.invalidated and not self._connection.closed:
            with suppress(DBAPIError):  # a lost connection has lost its lock as well
                self._connection.execute(text("select pg_advisory_unlock(:key)"), {"key": self._key})
                self._connection.commit()


class FencedLock:
    """A shard's lease as a lock: it is held by the node, not by this connection; each commit checks it again."""

    def __init__(self, connection: Connection, fence: Fence, place: str) -> None:
        with connection.begin():
            fence.check(connection, place)

    def release(self) -> None:
        """Do nothing: the keeper of the leases gives them back."""


@contextmanager
def archiving(database: Database) -> Iterator[None]:
    """Be the only one who writes the archive of a shard of PostgreSQL's. Raises StoreLocked where another does.

    Its writer is the node's; but two who write the same files would take them from each other.
    """
    with database.connect() as connection:
        try:
            lock = AdvisoryLock(connection, database.place, of="archive")
        except StoreLocked as error:
            message = "another process archives this shard; wait for its end"
            raise StoreLocked(problem("archive-locked", message, database.place)) from error
        try:
            yield
        finally:
            lock.release()


def _taken(place: str) -> Problem:
    return problem("store-locked", "another process writes to this store; stop it first, or read only", place)
