"""All shards of a database as one store to read: what the views ask of a table, they ask of every shard's.

Each connection gets temporary views of the tables' own names. An item of shard 3 with the number 17 is 17003 in them,
an entry's number likewise; what every shard knows of the same person, terms or model is there once.
"""

from dataclasses import replace
from functools import cached_property
from typing import Any

from sqlalchemy import Engine, Table, event, text

from alihdaya.store.database import Database
from alihdaya.store.errors import StoreError
from alihdaya.store.lease.fence import HOUSE_LOG, SCHEMA, folder_of_shard, schema_of
from alihdaya.store.schema import (
    ABSENCE,
    ARCHIVE,
    ASK,
    CERTIFICATE,
    DEFINITION,
    ENGAGEMENT,
    ITEM,
    LEDGER,
    METADATA,
    PERSON,
    PRESENCE,
    SOURCE,
    START,
    TEST,
    VERSION,
    WALL,
)
from alihdaya.store.store import Store, open_store

FACTOR = 1000
"""An item's number among all shards is its number in its own times this, and the shard."""

_SHARED = frozenset({ABSENCE, CERTIFICATE, DEFINITION, ENGAGEMENT, PERSON, PRESENCE, START, TEST, VERSION, WALL})
"""Tables in which shards say the same of the same thing: one row of those with the same key is enough."""

_NUMBERED = frozenset({"seq", "item", "caller", "giver", "of_item", "source", "ask"})
"""Columns that count within a shard; so do the keys of ITEM, SOURCE and ASK, and what an archived month reaches to."""

_KEYS = frozenset({ITEM.c.id, SOURCE.c.id, ASK.c.number, ARCHIVE.c.first, ARCHIVE.c.last, ARCHIVE.c.last_item})


def number_of(name: str) -> int:
    """Give the number among all shards of an item as nodes name it ("3-17"). Raises ValueError."""
    shard, _, item = name.partition("-")
    if not (shard.isascii() and shard.isdigit() and item.isascii() and item.isdigit()):
        raise ValueError(f"{name!r} is not the name of an item, such as 3-17")
    return int(item) * FACTOR + int(shard)


def name_of(number: int) -> str:
    """Give the name by which nodes know an item of all shards."""
    return f"{number % FACTOR}-{number // FACTOR}"


def shards_of(url: str) -> int:
    """Count the shards of a database that nodes share; 0 for any other database, and for a file.

    Raises StoreError where it cannot be reached.
    """
    database = Database(url)
    if database.is_sqlite:
        return 0
    try:
        with database.read() as connection:
            if connection.execute(text(f"select to_regclass('{SCHEMA}.layout')")).scalar() is None:
                return 0
            return int(connection.execute(text(f"select shards from {SCHEMA}.layout")).scalar() or 0)  # noqa: S608
    finally:
        database.close()


def open_house(url: str) -> Store:
    """Open all shards of a database that nodes share, to read only.

    Raises StoreError where one has no tables of this version: its node has not come to that yet.
    """
    return Store(read_as_one(url), read_only=True)


def read_as_one(url: str) -> Database:
    """Give a place to read from: all shards as one, and the house's own log. Raises as `open_house`."""
    parts = parts_of(url)
    for part in parts:
        shard_store(url, part).close()
    return _House(url, parts)


def parts_of(url: str) -> tuple[int, ...]:
    """Give all logs of a database that nodes share: HOUSE_LOG, where that was begun, and the shards."""
    shards = tuple(range(1, shards_of(url) + 1))
    database = Database(url)
    try:
        with database.read() as connection:
            place = f"{schema_of(HOUSE_LOG)}.alembic_version"
            begun = connection.execute(text("select to_regclass(:place)"), {"place": place}).scalar() is not None
    finally:
        database.close()
    return (HOUSE_LOG, *shards) if begun else shards


def shard_store(url: str, shard: int) -> Store:
    """Open one shard of such a database to read only. Raises StoreError, which names the shard."""
    try:
        found = open_store(url, schema=schema_of(shard), read_only=True)
    except StoreError as error:
        name = f"shard {shard}" if shard != HOUSE_LOG else "the house's own log"
        named = [replace(one, message=f"{name}: {one.message}") for one in error.problems]
        raise type(error)(named) from error
    found.archive_part = folder_of_shard(shard)
    return found


class _House(Database):
    factor = FACTOR

    def __init__(self, url: str, parts: tuple[int, ...]) -> None:
        super().__init__(url)
        self._views = _statements(parts)

    @cached_property
    def reading(self) -> Engine:
        """The engine of readers, each connection with its views."""
        engine = self._postgres_engine(read_only=True)
        event.listen(engine, "connect", self._prepare)
        return engine

    def _prepare(self, raw: Any, _: Any) -> None:
        raw.autocommit = True
        raw.execute(f"begin read write; {self._views} commit")
        raw.autocommit = False


def _statements(parts: tuple[int, ...]) -> str:
    return " ".join(f"create temporary view {table.name} as {_view(table, parts)};" for table in METADATA.sorted_tables)


def _view(table: Table, logs: tuple[int, ...]) -> str:
    columns = ", ".join(_column(column) for column in table.c)
    if table is LEDGER and HOUSE_LOG in logs:
        logs = (HOUSE_LOG,)  # shards only repeat what of it they must know
    parts = (
        f"select {columns.replace('{shard}', str(shard))}, {shard} as of_shard from {schema_of(shard)}.{table.name}"  # noqa: S608
        for shard in logs
    )
    every, names = " union all ".join(parts), ", ".join(f'"{column.name}"' for column in table.c)
    if table not in _SHARED:
        return f"select {names} from ({every}) as one"  # noqa: S608 (our own words)
    key = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    order = f"{key}, withdrawn_at nulls last" if table is CERTIFICATE else key
    if table is WALL:
        order = f"{key}, at desc, stands desc"  # what was said last, whoever has heard of it
    if table is PERSON:
        order = f"{key}, of_shard = {HOUSE_LOG}"  # shards have put together what all of them told
    return f"select distinct on ({key}) {names} from ({every}) as one order by {order}, of_shard"  # noqa: S608


def _column(column: Any) -> str:
    name = f'"{column.name}"'
    if column.name in _NUMBERED or column in _KEYS:
        return f"case when {name} > 0 then {name} * {FACTOR} + {{shard}} else {name} end as {name}"
    return name
