"""Reading any shard from anywhere: the tables of all shards stand in one database, whoever holds the leases."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from alihdaya.store.database import Database, Session
from alihdaya.store.lease.directory import View, look
from alihdaya.store.lease.fence import SCHEMA, folder_of_shard, schema_of
from alihdaya.store.schema import SUBSCRIPTION
from alihdaya.store.working import WorkingSet

_READERS = 8
"""An API's requests read at the same time; a connection made for each costs more than the question."""


class ShardView(WorkingSet):
    """One shard's tables, to read only: for the functions of `store.views`."""

    def __init__(self, database: Database, shard: int) -> None:
        self._database = database
        self._schema = schema_of(shard)
        self.archive_part = folder_of_shard(shard)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection that reads one moment of the shard. Raises StoreError where it has no tables yet."""
        with self._database.read() as connection:
            connection.execute(text(f"set local search_path to {self._schema}"))
            yield connection


class Shards:
    """A reader of the whole database. Close it at the end."""

    def __init__(self, url: str, name: str, shards: int, *, patience: int = 4) -> None:
        self._database = Database(url, schema=SCHEMA, session=Session(f"alihdaya {name} reader", patience, _READERS))
        self.shards = shards
        self._awaiting = text(" union all ".join(map(_awaited_in, range(1, shards + 1))))

    def shard(self, number: int) -> ShardView:
        """Give one shard's tables."""
        return ShardView(self._database, number)

    def directory(self) -> View:
        """See which nodes live, and who holds what."""
        return look(self._database)

    def awaiting(self, name: str, key: str) -> list[int]:
        """Give the shards where somebody waits for this message. Raises StoreError while a shard has no tables yet."""
        with self._database.read() as connection:
            return sorted(connection.execute(self._awaiting, {"name": name, "key": key}).scalars())

    def close(self) -> None:
        """Give up all connections."""
        self._database.close()


def _awaited_in(shard: int) -> str:
    """Write the question whether somebody waits for :name and :key in a shard; composed once, for it is asked often."""
    waits = f"select from {schema_of(shard)}.{SUBSCRIPTION.name} where name = :name and key = :key"
    return f"select {shard} where exists ({waits})"
