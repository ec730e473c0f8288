"""Databases as places: SQLite files and PostgreSQL URLs, with one engine to write and one that can only read."""

import sqlite3
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.pool import NullPool

from alihdaya.store.errors import ConnectionLost, StoreError, StoreRefused, problem

T = TypeVar("T")
_BUSY_MS = 10_000
_KEPT = 200
"""So many answers a moment keeps: several times those of a page, and no more of a bill of all months than of one."""


class Session(NamedTuple):
    """How a node's PostgreSQL connections are known, and after how many seconds of silence either end gives them up.

    `readers` connections are kept open to read; up to four more come and go.
    """

    name: str
    patience: int
    readers: int = 1

    def options(self) -> str:
        """Give the server's side: whoever was cut off must not keep locks, in a transaction or within a COPY."""
        third = max(1, self.patience // 3)
        settings = {
            "idle_in_transaction_session_timeout": f"{self.patience}s",
            "tcp_keepalives_idle": third,
            "tcp_keepalives_interval": third,
            "tcp_keepalives_count": 2,
            "tcp_user_timeout": f"{self.patience}s",
        }
        return " ".join(f"-c{name}={value}" for name, value in settings.items())

    def connection(self) -> dict[str, str]:
        """Give our side, in libpq's words."""
        third = str(max(1, self.patience // 3))
        return {
            "application_name": self.name,
            "connect_timeout": str(max(2, self.patience)),
            "keepalives_idle": third,
            "keepalives_interval": third,
            "keepalives_count": "2",
            "tcp_user_timeout": str(self.patience * 1000),
        }

    def pool(self) -> dict[str, int]:
        """Give the bounds of the readers' connections, in SQLAlchemy's words."""
        return {"pool_size": self.readers, "max_overflow": 4, "pool_timeout": 5}


class Database:
    """Where a store lives. `schema` is PostgreSQL's; `durable` False gives up fsync, for what can be made again.

    `session` is given by a node among others, which must notice soon when it is cut off.
    """

    factor = 1
    """See WorkingSet.factor."""

    def __init__(
        self, url: str | Path, *, schema: str | None = None, durable: bool = True, session: Session | None = None
    ) -> None:
        self.url = _read_url(url)
        self.schema = schema
        self._durable = durable
        self._session = session
        self._held = threading.local()
        if schema is not None and self.is_sqlite:
            raise StoreError(problem("no-schemas", "SQLite has no schemas; name another file", self.place))

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a file."""
        return self.url.drivername == "sqlite"

    @property
    def path(self) -> Path:
        """The SQLite file."""
        return Path(self.url.database or "")

    @property
    def place(self) -> str:
        """The file's path, or the URL without its password."""
        return str(self.path) if self.is_sqlite else self.url.render_as_string(hide_password=True)

    @cached_property
    def writing(self) -> Engine:
        """The engine of the one writer; each connection is new."""
        return self._sqlite_engine(read_only=False) if self.is_sqlite else self._postgres_engine(read_only=False)

    @cached_property
    def reading(self) -> Engine:
        """The engine of readers: no statement of theirs can change anything, and a transaction sees one moment."""
        return self._sqlite_engine(read_only=True) if self.is_sqlite else self._postgres_engine(read_only=True)

    def connect(self) -> Connection:
        """Open a connection to write. Raises StoreError where the database cannot be opened or is none."""
        try:
            connection = self.writing.connect()
            if self.schema is not None:
                quoted = connection.dialect.identifier_preparer.quote(self.schema)
                connection.execute(text(f"create schema if not exists {quoted}"))
                connection.commit()
        except DBAPIError as error:
            raise StoreError(problem("cannot-open", f"the store cannot be opened: {error.orig}", self.place)) from error
        return connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that reads one moment, changes nothing and blocks nobody.

        Raises ConnectionLost where the database cannot be reached (any more), StoreError for its other failures.
        """
        held: Connection | None = getattr(self._held, "connection", None)
        try:
            if held is not None:
                yield held
                return
            with self.reading.connect() as connection, connection.begin():
                yield connection
        except (DBAPIError, NoneFree) as error:
            raise self.trouble(error, "the store cannot be read") from error

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Let all that this thread reads within be of one moment, by one connection. Raises as `read`."""
        if getattr(self._held, "connection", None) is not None:
            yield
            return
        with self.read() as connection:
            self._held.connection, self._held.known = connection, {}
            try:
                yield
            finally:
                self._held.connection = self._held.known = None

    def once(self, what: Hashable, read: Callable[[], T]) -> T:
        """Give what `read` gives; within a `moment`, where it cannot change, read but once for each `what`.

        Of very many questions, those that were asked last: whatever is asked for again after that is read again.
        """
        known: dict[Hashable, Any] | None = getattr(self._held, "known", None)
        if known is None:
            return read()
        found: T = known.pop(what) if what in known else read()
        known[what] = found  # as the last one
        if len(known) > _KEPT:
            del known[next(iter(known))]
        return found

    def trouble(self, error: BaseException, what: str) -> StoreError:
        """Say in our words what the database says: ConnectionLost where it is gone, StoreRefused, else StoreError."""
        cause = getattr(error, "orig", None) or error
        message = f"{what}: {next(iter(str(cause).splitlines()), type(cause).__name__)}"
        if is_lost(error):
            return ConnectionLost(problem("connection-lost", message, self.place))
        kind = type(cause).__name__
        code = "store-conflict" if kind in {"IntegrityError", "UniqueViolation"} else "store-failed"
        made = StoreRefused if _is_refusal(cause) else StoreError
        return made(problem(code, message, self.place))

    def close(self) -> None:
        """Close every pooled connection."""
        for name in ("writing", "reading"):
            engine = self.__dict__.pop(name, None)
            if engine is not None:
                engine.dispose()

    def _sqlite_engine(self, *, read_only: bool) -> Engine:
        engine = create_engine(self.url, poolclass=NullPool)
        pragmas = [f"busy_timeout={_BUSY_MS}", "cache_size=-65536"]
        if read_only:
            pragmas.append("query_only=ON")
        else:
            pragmas += ["page_size=8192", "journal_mode=WAL", f"synchronous={'FULL' if self._durable else 'OFF'}"]
            pragmas.append("wal_autocheckpoint=4000")  # 32 MB; at 1,000 pages every few groups wait for one

        def prepare(raw: sqlite3.Connection, _: Any) -> None:
            raw.isolation_level = None  # we say BEGIN ourselves, so that reads are transactions, too
            for pragma in pragmas:
                raw.execute(f"PRAGMA {pragma}")

        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

        event.listen(engine, "connect", prepare)
        event.listen(engine, "begin", begin)
        return engine

    def _postgres_engine(self, *, read_only: bool) -> Engine:
        options = [str(self.url.query.get("options", ""))]
        if self.schema is not None:
            options.append(f"-csearch_path={self.schema}")
        if read_only:
            options.append("-cdefault_transaction_read_only=on")
        elif not self._durable:
            options.append("-csynchronous_commit=off")
        query = {}
        if self._session is not None:
            options.append(self._session.options())
            query = self._session.connection()
        url = self.url.update_query_dict({**query, "options": " ".join(filter(None, options))})
        if read_only:
            small = {} if self._session is None else self._session.pool()
            return create_engine(url, isolation_level="REPEATABLE READ", pool_pre_ping=True, **small)
        return create_engine(url, poolclass=NullPool)


def is_lost(error: BaseException) -> bool:
    """Say whether an error means that the database is gone or was never there, and not that it refused something."""
    if isinstance(error, NoneFree) or getattr(error, "connection_invalidated", False):
        return True
    cause = getattr(error, "orig", None) or error
    state = getattr(cause, "sqlstate", "")
    if state is None:  # psycopg's own word: nothing came from the server
        return type(cause).__name__ in {"OperationalError", "InterfaceError"}
    return state.startswith(("08", "57P", "25P03"))


def _is_refusal(cause: BaseException) -> bool:
    """Say whether the database refuses what is written itself: bad data, a broken constraint, too large for an index.

    So it is with a table that readers keep for longer than the writer waits.
    """
    state = getattr(cause, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(("22", "23", "54", "55P03"))
    return any(kind.__name__ in {"DataError", "IntegrityError"} for kind in type(cause).__mro__)


def _read_url(url: str | Path) -> URL:
    """Read a path, sqlite:///… or postgresql://… Raises StoreError for anything else."""
    text_form = str(url)
    if isinstance(url, Path) or "://" not in text_form:
        return URL.create("sqlite", database=text_form)
    try:
        read = make_url(text_form)
    except ArgumentError as error:
        raise StoreError(problem("bad-url", f"this is no database URL: {error}", text_form)) from error
    kind = read.drivername.partition("+")[0]
    if kind in {"postgresql", "postgres"}:
        return read.set(drivername="postgresql+psycopg")
    if kind == "sqlite" and read.database not in {None, "", ":memory:"}:
        return read.set(drivername="sqlite")
    raise StoreError(problem("bad-url", "a store is a file, sqlite:///FILE or postgresql://…", read.drivername))
