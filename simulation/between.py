"""What goes between the simulated shards: the real courier of each node, over the real tables of all files."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import Any, NamedTuple

from sqlalchemy import select

from alihdaya.kernel.event import Entry
from alihdaya.operations.exchange.shards.courier import Courier, Room
from alihdaya.store import Store, StoreError
from alihdaya.store.lease.crossings import Posted
from alihdaya.store.schema import ARRIVED, ITEM, LOST, MESSAGE, POST, SUBSCRIPTION
from alihdaya.work.outbox import SendKey
from simulation.leases import Leases
from simulation.world import World

UNSEEN = 0.02
"""How often a look at the other shards sees nothing, as if the database were away."""


_AWAITED = select(SUBSCRIPTION.c.name, SUBSCRIPTION.c.key).join(ITEM, ITEM.c.id == SUBSCRIPTION.c.item)
_QUESTIONS = (
    *((table, select(table)) for table in (POST, ARRIVED, MESSAGE, LOST)),
    (SUBSCRIPTION, _AWAITED.where(ITEM.c.status != "suspended")),
)


class Eyes:
    """What all nodes see of all shards: what PostgreSQL tells a node in one question, from each file in turn.

    A table is read again once something became durable in its shard.
    """

    def __init__(self, world: World, stores: Mapping[int, Store], leases: Leases) -> None:
        self.leases = leases
        self._world, self._stores = world, stores
        self._read: dict[int, tuple[int, dict[str, list[tuple[Any, ...]]]]] = {}

    def posts(self, mine: Iterable[int]) -> dict[tuple[int, int], list[Posted]]:
        """Give what has set out for these shards. Raises StoreError now and then."""
        self._look()
        wanted = set(mine)
        found: dict[tuple[int, int], list[Posted]] = defaultdict(list)
        for origin in self._stores:
            for row in sorted(self._rows(origin, POST)):
                if row[2] in wanted:
                    found[origin, row[2]].append(Posted(origin, *row))
        return dict(found)

    def arrived(self, origins: Iterable[int]) -> dict[tuple[int, int], SendKey]:
        """Give how far what set out from these shards has come in. Raises StoreError now and then."""
        self._look()
        wanted = set(origins)
        rows = ((shard, row) for shard in self._stores for row in self._rows(shard, ARRIVED))
        return {(row[0], shard): (row[1], row[2]) for shard, row in rows if row[0] in wanted}

    def waiters(self, origins: Iterable[int]) -> dict[int, dict[SendKey, int]]:
        """Give where somebody waits for what is kept in these shards. Raises StoreError now and then."""
        self._look()
        waits = {shard: self._awaited(shard) for shard in sorted(self._stores)}
        found: dict[int, dict[SendKey, int]] = defaultdict(dict)
        for origin in origins:
            lost = {row[:2] for row in self._rows(origin, LOST)}
            for seq, number, name, key, *_ in self._rows(origin, MESSAGE):
                where = next((shard for shard, some in waits.items() if shard != origin and (name, key) in some), 0)
                if where and (seq, number) not in lost:
                    found[origin][seq, number] = where
        return dict(found)

    def house(self, _after: int) -> list[Entry]:
        """Nothing: errands tell nothing of people, and nobody works on books."""
        return []

    def _look(self) -> None:
        if self._world.happens(UNSEEN):
            self._world.fault("shards unseen")
            raise StoreError("the other shards cannot be seen")

    def _rows(self, shard: int, table: Any) -> list[tuple[Any, ...]]:
        commits = self.leases.commits[shard]
        if shard not in self._read or self._read[shard][0] != commits:
            with self._stores[shard].snapshot() as connection:
                tables = {one.name: [tuple(row) for row in connection.execute(ask)] for one, ask in _QUESTIONS}
            self._read[shard] = commits, tables
        return self._read[shard][1][table.name]

    def _awaited(self, shard: int) -> set[tuple[Any, ...]]:
        return {row[:2] for row in self._rows(shard, SUBSCRIPTION)}


class Writer(NamedTuple):
    """A shard's writer in a node: `do` carries a command out and commits, at once. Raises StoreError."""

    do: Callable[[Any], Any]

    def post(self, command: Any, _at: int) -> "Future[Any]":
        """Have it done."""
        answer: Future[Any] = Future()
        try:
            answer.set_result(self.do(command))
        except Exception as error:  # noqa: BLE001 (the courier hears of all of them, as from a writer's thread)
            answer.set_exception(error)
        return answer


class Round:
    """A node's courier on its rounds: it looks where something became durable since it looked last."""

    EVERY = 10.0

    def __init__(self, world: World, eyes: Eyes, clock: Callable[[], int]) -> None:
        self._world, self._eyes, self._leases, self._clock = world, eyes, eyes.leases, clock
        self.forget()

    def forget(self) -> None:
        """Lose what is in its head: its node died."""
        self._rooms: Mapping[int, Room] = {}
        self._seen: dict[int, int] = {}
        self.courier = Courier(self._eyes, lambda: self._rooms, self._clock, meter=lambda: self._world.now / 1_000_000)

    def go(self, rooms: Mapping[int, Room]) -> None:
        """Go round, unless nothing has changed."""
        if self._seen == self._leases.commits and rooms.keys() == self._rooms.keys():
            return
        seen, self._rooms = dict(self._leases.commits), rooms
        try:
            more = self.courier.step()
        except StoreError:
            more = True
        self._seen = {} if more else seen
