"""Leases and stores of the simulated world: who holds a shard, and a store whose every commit proves it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from alihdaya.kernel.event import Entry
from alihdaya.kernel.time import SECOND
from alihdaya.store.database import Database
from alihdaya.store.errors import LeaseLost, problem
from alihdaya.store.store import Store

TTL = 120 * SECOND
"""How long a lease holds after a beat, in the world's microseconds."""


class Tenure(NamedTuple):
    """One node's time with one shard; a takeover makes the epoch one higher."""

    shard: int
    node: str
    epoch: int


class Leases:
    """A stand-in for the directory in PostgreSQL, with the same promises: epochs, time to live, fenced commits."""

    def __init__(self, shards: int) -> None:
        self._held = {shard: (Tenure(shard, "", 0), 0) for shard in range(1, shards + 1)}
        self.commits = dict.fromkeys(self._held, 0)
        """Shard -> how often something became durable in it."""

    def beat(self, node: str, now: int, want: int) -> list[Tenure]:
        """Prolong a node's leases, let it take what nobody holds up to `want` in all, and give what it holds."""
        mine = [tenure for tenure, until in self._held.values() if tenure.node == node and until > now]
        for shard, (tenure, until) in self._held.items():
            if until <= now and len(mine) < want:
                mine.append(Tenure(shard, node, tenure.epoch + 1))
        for tenure in mine:
            self._held[tenure.shard] = tenure, now + TTL
        return mine

    def revoke(self, shard: int) -> None:
        """Take a shard from its holder, who is not told."""
        tenure, _ = self._held[shard]
        self._held[shard] = Tenure(shard, "", tenure.epoch), 0

    def release(self, node: str) -> None:
        """Give all of a node's leases back."""
        for shard, (tenure, _) in self._held.items():
            if tenure.node == node:
                self.revoke(shard)

    def holder(self, shard: int) -> str:
        """Name the node that holds a shard, or did last."""
        return self._held[shard][0].node

    def holds(self, tenure: Tenure) -> bool:
        """Say whether a tenure is the shard's latest."""
        return self._held[tenure.shard][0] == tenure


class Crash(Exception):
    """The process died here."""


class LeasedStore(Store):
    """A real store in a real SQLite file, fenced by the simulated leases instead of PostgreSQL's.

    `mishap` is asked at each commit: "before" or "after" kills the process on that side of it, "" lets it be.
    """

    def __init__(self, path: Path, tenure: Tenure, leases: Leases, mishap: Callable[[], str]) -> None:
        super().__init__(Database(path, durable=False), read_only=False)
        self._tenure = tenure
        self._leases = leases
        self._mishap = mishap

    def lock(self, *, patience: float = 0) -> None:  # noqa: ARG002 (a lease is held, or it is not)
        """Prove the tenure. Raises LeaseLost."""
        if not self._leases.holds(self._tenure):
            raise LeaseLost(problem("lease-lost", f"{self._tenure} is over", self.place))

    def commit(self, entries: Sequence[Entry], *, recorded_at: int, instances: Mapping[int, Any] | None = None) -> None:
        """Commit, unless the process dies before; it may die right after."""
        mishap = self._mishap()
        if mishap == "before":
            raise Crash(mishap)
        super().commit(entries, recorded_at=recorded_at, instances=instances or {})
        self._leases.commits[self._tenure.shard] += 1
        if mishap == "after":
            raise Crash(mishap)

    def _append(self, connection: Connection, *rest: Any) -> None:
        self.lock()
        super()._append(connection, *rest)
