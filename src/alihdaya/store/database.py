"""Databases as places: SQLite files and PostgreSQL URLs, with one engine to write and one that can only read."""

import sqlite3
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from alihdaya.store.errors import StoreError, problem

_BUSY_MS = 10_000


class Database:
    """Where a store lives. `schema` is PostgreSQL's; `durable` False gives up fsync, for what can be made again."""

    def __init__(self, url: str | Path, *, schema: str | None = None, durable: bool = True) -> None:
        self.url = _read_url(url)
        self.schema = schema
        self._durable = durable
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
        url = self.url.update_query_dict({"options": " ".join(filter(None, options))})
        if read_only:
            return create_engine(url, isolation_level="REPEATABLE READ", pool_pre_ping=True)
        return create_engine(url, poolclass=NullPool)


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
