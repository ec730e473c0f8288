"""Changes into tables, set at a time: a statement a table, by executemany on SQLite, COPY and unnest on PostgreSQL."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from itertools import chain
from typing import Any, Protocol

from sqlalchemy import ARRAY, Column, Connection, Table, bindparam, cast, delete, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from alihdaya.store.archive.partitions import Partitions, let_go
from alihdaya.store.columns import array_type, copy_type
from alihdaya.store.project import Changes
from alihdaya.store.schema import ADDITIVE, FINISHED, ITEM, LOG, RESULTED

Rows = Sequence[tuple[Any, ...]]

_SQLITE = sqlite.dialect(paramstyle="qmark")
_POSTGRESQL = PGDialect_psycopg()  # type: ignore[no-untyped-call]


class Writer(Protocol):
    """One database's way to write rows; all within the transaction of its connection."""

    def together(self, *, few: bool) -> AbstractContextManager[None]:
        """Send what is written within in one go, where the database can and few rows make it worth while."""

    def insert(self, table: Table, rows: Rows) -> None:
        """Add rows with new keys."""

    def put(self, table: Table, rows: Rows) -> None:
        """Add rows, or replace those with the same key; in views, add the amounts to those there."""

    def delete(self, table: Table, keys: Rows) -> None:
        """Remove the rows with these keys; those that are not there do not matter."""


TOGETHER = (64, 16, 4)
"""Rows of one statement on SQLite: with each statement the lock of the interpreter is given away, and waited for."""

FEW = 64
"""Up to so many new rows a table, all statements of a commit go out together; more go faster by COPY, one by one."""


def write(connection: Connection, log: Rows, changes: Changes, partitions: Partitions) -> None:
    """Carry out a batch: the log's new rows, then the projection's changes, then what goes for good."""
    writer = writer_for(connection)
    if connection.dialect.name != "sqlite":
        for table, rows in ((LOG, log), *((one, changes.inserts.get(one, ())) for one in (ITEM, FINISHED, RESULTED))):
            partitions.make(connection, table, _instants(table, rows))
    largest = max(len(log), *map(len, changes.inserts.values()), 0)
    with writer.together(few=largest <= FEW):
        if log:
            writer.insert(LOG, log)
        _change(writer, changes)
    for month in changes.retired:
        let_go(connection, month, partitions.patience)
        partitions.forget()


def _instants(table: Table, rows: Rows) -> list[int]:
    """Give the instants by which these rows are parted."""
    place = table.c.keys().index(table.info["month"])
    return [row[place] for row in rows]


def _change(writer: Writer, changes: Changes) -> None:
    for table, keys in changes.deletes.items():
        writer.delete(table, keys)
    for table, rows in changes.inserts.items():
        writer.insert(table, rows)
    for made in (changes.puts, changes.adds):
        for table, rows in made.items():
            writer.put(table, rows)


def writer_for(connection: Connection) -> Writer:
    """Give the writer of the connection's database."""
    return SqliteWriter(connection) if connection.dialect.name == "sqlite" else PostgresWriter(connection)


class SqliteWriter:
    """Rows past SQLAlchemy, in statements of many where there are as many."""

    def __init__(self, connection: Connection) -> None:
        self._raw: Any = connection.connection.driver_connection

    def together(self, *, few: bool) -> AbstractContextManager[None]:  # noqa: ARG002 (nothing is sent anywhere)
        """Do nothing."""
        return nullcontext()

    def insert(self, table: Table, rows: Rows) -> None:
        """Add rows with new keys."""
        self._run(_insert_one(table), rows)

    def put(self, table: Table, rows: Rows) -> None:
        """Add or replace rows; add amounts in views."""
        self._run(_put_one(table), rows)

    def delete(self, table: Table, keys: Rows) -> None:
        """Remove the rows with these keys."""
        self._raw.executemany(_delete_one(table), keys)

    def _run(self, statement: str, rows: Rows) -> None:
        done, count = 0, len(rows)
        for size in TOGETHER:
            while count - done >= size:
                several = _several(statement, size)
                self._raw.execute(several, [*chain.from_iterable(rows[done : done + size])])
                done += size
        if done < count:
            self._raw.executemany(statement, rows[done:] if done else rows)


class PostgresWriter:
    """New rows by binary COPY, others by one statement over arrays; few rows all by statements in one pipeline."""

    def __init__(self, connection: Connection) -> None:
        self._raw: Any = connection.connection.driver_connection
        self._few = False

    @contextmanager
    def together(self, *, few: bool) -> Iterator[None]:
        """Open a pipeline for few rows; COPY, which is for many, cannot be in one."""
        self._few = few
        with self._raw.pipeline() if few else nullcontext():
            yield

    def insert(self, table: Table, rows: Rows) -> None:
        """Add rows with new keys."""
        if self._few:
            self._run(_insert_set(table), table.c.keys(), rows)
            return
        command, types = _copy(table)
        with self._raw.cursor() as cursor, cursor.copy(command) as copy:
            copy.set_types(types)
            write_row = copy.write_row
            for row in rows:
                write_row(row)

    def put(self, table: Table, rows: Rows) -> None:
        """Add or replace rows; add amounts in views."""
        self._run(_put_set(table), table.c.keys(), rows)

    def delete(self, table: Table, keys: Rows) -> None:
        """Remove the rows with these keys."""
        self._run(_delete_set(table), table.primary_key.columns.keys(), keys)

    def _run(self, statement: str, names: Sequence[str], rows: Rows) -> None:
        columns = zip(*rows, strict=True)
        with self._raw.cursor() as cursor:
            cursor.execute(statement, {name: list(column) for name, column in zip(names, columns, strict=True)})


def _upsert(insert: Any, table: Table, key: Sequence[Column[Any]]) -> Any:
    """Add what to do with keys that exist: replace the row, or add to its amounts."""
    keyed = {column.name for column in key}
    names = [column.name for column in table.c if column.name not in keyed]
    new = insert.excluded
    if table in ADDITIVE:
        change = {name: table.c[name] + new[name] for name in names}
    else:
        change = {name: new[name] for name in names}
    return insert.on_conflict_do_update(index_elements=key, set_=change) if names else insert.on_conflict_do_nothing()


@cache
def _insert_one(table: Table) -> str:
    return str(sqlite.insert(table).compile(dialect=_SQLITE))


@cache
def _several(statement: str, size: int) -> str:
    """Give the statement of so many rows for that of one."""
    start, values, rest = statement.partition(" VALUES ")
    row, conflict, change = rest.partition(" ON CONFLICT")
    return f"{start}{values}{', '.join([row] * size)}{conflict}{change}"


@cache
def _put_one(table: Table) -> str:
    return str(_upsert(sqlite.insert(table), table, list(table.primary_key.columns)).compile(dialect=_SQLITE))


@cache
def _delete_one(table: Table) -> str:
    statement = delete(table).where(*[column == bindparam(column.name) for column in table.primary_key.columns])
    return str(statement.compile(dialect=_SQLITE))


@cache
def _copy(table: Table) -> tuple[str, list[str]]:
    quote = _POSTGRESQL.identifier_preparer.quote
    columns = ", ".join(quote(column.name) for column in table.c)
    return f"COPY {quote(table.name)} ({columns}) FROM STDIN (FORMAT BINARY)", [copy_type(one) for one in table.c]


def _arrays(table: Table, names: Sequence[str]) -> Any:
    """Give the table of the arrays that are bound under these columns' names."""
    arrays = [cast(bindparam(name), ARRAY(array_type(table.c[name]))) for name in names]
    return func.unnest(*arrays).table_valued(*names).render_derived()


def _from_arrays(table: Table) -> Any:
    names = table.c.keys()
    rows = _arrays(table, names)
    return postgresql.insert(table).from_select(names, select(*[rows.c[name] for name in names]))


@cache
def _insert_set(table: Table) -> str:
    return str(_from_arrays(table).compile(dialect=_POSTGRESQL))


@cache
def _put_set(table: Table) -> str:
    key = list(table.primary_key.columns)
    if "month" in table.info:  # a parted table's key ends with what it is parted by
        key.append(table.c[table.info["month"]])
    return str(_upsert(_from_arrays(table), table, key).compile(dialect=_POSTGRESQL))


@cache
def _delete_set(table: Table) -> str:
    key = list(table.primary_key.columns)
    rows = _arrays(table, [column.name for column in key])
    wanted = select(*[rows.c[column.name] for column in key])
    return str(delete(table).where(tuple_(*key).in_(wanted)).compile(dialect=_POSTGRESQL))
