"""The one writer: works in memory, a transaction for a group, and a fresh start from the tables after any failure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from alihdaya.embedded.fellowship import Fellowship
from alihdaya.embedded.ledger import Ledger, started_under
from alihdaya.embedded.tables import bring_up
from alihdaya.embedded.works import Act, Begin, Message, Outcome, Signal, Work
from alihdaya.engine import Plan
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import SECOND
from alihdaya.store.database import Database
from alihdaya.store.lease.lock import AdvisoryLock, FileLock, Lock

_DONE = Outcome(None)

_FIRINGS = 1_000
"""Timers that go off between two commits at the most."""


class Writing:
    """Owns the connection that writes, the lock that keeps others out, and the fellowship."""

    def __init__(self, database: Database, plans: Sequence[Plan], clock: Callable[[], int], keep: int) -> None:
        self._database, self._plans, self._clock, self._keep = database, plans, clock, keep
        self._connection: Connection | None = None
        self._lock: Lock | None = None
        self._ledger: Ledger | None = None
        self._keys: dict[tuple[str, str], int] = {}
        self._at = 0

    def open(self) -> None:
        """Connect, lock, bring up the tables and take in what runs. Raises StoreError."""
        if self._lock is None and self._database.is_sqlite:
            self._lock = FileLock(self._database.path)
        try:
            self._connection = self._database.connect()
            if not self._database.is_sqlite:
                self._lock = AdvisoryLock(self._connection, self._database.place)
            bring_up(self._connection, self._database.place)
            ledger = Ledger(Fellowship(self._keep))
            with self._connection.begin():
                ledger.load(self._connection, self._plans, self._present(), self._database.place)
                ledger.write(self._connection, ())
            if not self._database.is_sqlite:
                _raw(self._connection).autocommit = True  # a group is one statement, and needs no other round trip
        except BaseException as error:
            self.close()
            if isinstance(error, DBAPIError):
                raise self._database.trouble(error, "the embedded engine cannot be opened") from error
            raise
        self._ledger = ledger

    def pause(self) -> int | None:
        """Give the microseconds until a timer is due; None where none runs."""
        if self._ledger is None:
            return SECOND
        due = self._ledger.fellowship.next_due()
        return None if due is None else max(0, due - self._clock())

    def carry_out(self, letters: Sequence[Sequence[Work]]) -> list[list[Outcome]]:
        """Fire what is due, carry out a group, commit. Any error but a refusal undoes it all."""
        if self._ledger is None:
            self.open()
        ledger, connection = self._ledger, self._connection
        assert ledger is not None and connection is not None  # noqa: S101, PT018 (`open` made them)
        try:
            fellowship, now = ledger.fellowship, self._present()
            for _ in range(_FIRINGS):
                if not self._fired(fellowship, now):
                    break
            self._keys = {}
            keys = _keys(letters)
            with connection.begin() if keys else self._bare(connection):
                known = started_under(connection, keys)
                outcomes = [self._outcomes(fellowship, works, known, now) for works in letters]
                ledger.write(connection, [(*key, number) for key, number in self._keys.items()])
            fellowship.forget()
        except BaseException as error:
            self._ledger = None
            if isinstance(error, (DBAPIError, connection.dialect.loaded_dbapi.Error)):
                self.close()
                raise self._database.trouble(error, "nothing was committed") from error
            self.close()
            raise
        return outcomes

    def close(self) -> None:
        """Let the lock and the connection go."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _bare(self, connection: Connection) -> Iterator[None]:
        """Begin and end a transaction past SQLAlchemy."""
        raw = _raw(connection)
        if not self._database.is_sqlite:
            yield
            return
        raw.execute("BEGIN IMMEDIATE")
        try:
            yield
            raw.commit()
        except BaseException:
            raw.rollback()
            raise

    def _present(self) -> int:
        self._at = max(self._at, self._clock())
        return self._at

    def _fired(self, fellowship: Fellowship, now: int) -> bool:
        try:
            return fellowship.fire_due(now)
        except Refused:  # it was refused and is gone from the heap; the next opening finds it again
            return True

    def _outcomes(
        self, fellowship: Fellowship, works: Sequence[Work], known: dict[tuple[str, str], int], now: int
    ) -> list[Outcome]:
        outcomes = []
        for work in works:
            try:
                if type(work) is Act:
                    fellowship.send(work.instance, work.command, now)
                    outcomes.append(_DONE)
                elif type(work) is Begin:
                    begun = self._begun(fellowship, work, known, now) if work.key else _start(fellowship, work, now)
                    outcomes.append(Outcome(begun))
                elif type(work) is Message:
                    outcomes.append(Outcome(fellowship.message(work.name, work.key, work.payload, now)))
                elif type(work) is Signal:
                    fellowship.signal(work.name, work.payload, now)
                    outcomes.append(_DONE)
            except Refused as refusal:
                outcomes.append(Outcome(None, refusal))
        return outcomes

    def _begun(self, fellowship: Fellowship, work: Begin, known: dict[tuple[str, str], int], now: int) -> int:
        key = work.process, work.key
        if key not in known:
            known[key] = self._keys[key] = _start(fellowship, work, now)
        return known[key]


def _start(fellowship: Fellowship, work: Begin, now: int) -> int:
    return fellowship.start(work.process, work.variables, now, work.node)


def _raw(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _keys(letters: Iterable[Iterable[Work]]) -> dict[str, list[str]]:
    asked: dict[str, list[str]] = {}
    for works in letters:
        for work in works:
            if type(work) is Begin and work.key:
                asked.setdefault(work.process, []).append(work.key)
    return asked
