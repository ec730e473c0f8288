"""The fence around a shard: each commit proves, inside its own transaction, that its writer still holds the lease."""

from typing import Any, NamedTuple

from sqlalchemy import Connection

from alihdaya.store.errors import LeaseLost, problem

SCHEMA = "alihdaya"
"""The schema of the directory; see directory."""

HOUSE_LOG = 0
"""In the place of a shard: the house's own log, which holds no items and no lease (see own)."""

_CHECK = f"select 1 from {SCHEMA}.lease where shard = %(shard)s and node = %(node)s and epoch = %(epoch)s for share"  # noqa: S608


class Fence(NamedTuple):
    """One tenure of a shard: whoever takes the shard over makes the epoch one higher, which ends this tenure."""

    shard: int
    node: str
    epoch: int

    def ask(self, cursor: Any) -> None:
        """Ask by psycopg's cursor whether another took the shard over; where not, nobody can before this commit.

        The row is locked FOR SHARE, so that a takeover waits for a commit under way, and a commit that comes after
        the takeover finds another epoch.
        """
        cursor.execute(_CHECK, self._asdict())

    def check(self, connection: Connection, place: str) -> None:
        """Ask, and raise LeaseLost where another took the shard over."""
        raw: Any = connection.connection.driver_connection
        with raw.cursor() as cursor:
            self.ask(cursor)
            self.judge(cursor, place)

    def judge(self, cursor: Any, place: str) -> None:
        """Raise LeaseLost where the answer to `ask` is that the lease is another's."""
        if cursor.fetchone() is None:
            message = f"shard {self.shard} is no longer held by {self.node}: nothing was committed"
            raise LeaseLost(problem("lease-lost", message, place))

    @property
    def schema(self) -> str:
        """The PostgreSQL schema that holds this shard's log and tables."""
        return schema_of(self.shard)


def schema_of(shard: int) -> str:
    """Give the name of a shard's schema."""
    return f"{SCHEMA}_shard_{shard:04}"


def folder_of_shard(shard: int) -> str:
    """Give the name of a shard's folder within an archive."""
    return f"shard-{shard:04}"
