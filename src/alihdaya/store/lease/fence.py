"""The fence around a shard: each commit proves, inside its own transaction, that its writer still holds the lease."""

from typing import NamedTuple

from sqlalchemy import Connection, text

from alihdaya.store.errors import LeaseLost, problem

SCHEMA = "alihdaya"
"""The schema of the directory; see directory."""

_CHECK = text(
    f"select 1 from {SCHEMA}.lease where shard = :shard and node = :node and epoch = :epoch for share"  # noqa: S608
)


class Fence(NamedTuple):
    """One tenure of a shard: whoever takes the shard over makes the epoch one higher, which ends this tenure."""

    shard: int
    node: str
    epoch: int

    def check(self, connection: Connection, place: str) -> None:
        """Raise LeaseLost where another took the shard over; else nobody can before this transaction ends.

        The row is locked FOR SHARE, so that a takeover waits for a commit under way, and a commit that comes after
        the takeover finds another epoch.
        """
        if connection.execute(_CHECK, self._asdict()).scalar() is None:
            message = f"shard {self.shard} is no longer held by {self.node}: nothing was committed"
            raise LeaseLost(problem("lease-lost", message, place))

    @property
    def schema(self) -> str:
        """The PostgreSQL schema that holds this shard's log and tables."""
        return schema_of(self.shard)


def schema_of(shard: int) -> str:
    """Give the name of a shard's schema."""
    return f"{SCHEMA}_shard_{shard:04}"
