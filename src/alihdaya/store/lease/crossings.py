"""What is under way between the shards of a database, read from the tables of all of them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import text

from alihdaya.kernel.event import Entry
from alihdaya.store.codec import decode
from alihdaya.store.database import Database, Session
from alihdaya.store.lease.fence import HOUSE_LOG, SCHEMA, schema_of
from alihdaya.store.lease.own import entries_after
from alihdaya.work.outbox import SendKey

MOST = 500
"""So many posts from one shard to another are read at once."""

_POSTS = (
    "select {shard} as origin, p.* from unnest(cast(:mine as bigint[])) as t(shard) cross join lateral "
    "(select seq, number, shard, kind, name, key, payload, item, until from {schema}.post "
    "where post.shard = t.shard order by seq, number limit {most}) p"
)
_ARRIVED = "select {shard} as shard, shard as origin, seq, number from {schema}.arrived where shard = any(:mine)"
_KEPT = (
    "select {shard} as origin, m.seq, m.number, m.name, m.key from {schema}.message m where not exists "
    "(select from {schema}.lost l where l.seq = m.seq and l.number = m.number)"
)
_WAITS = (
    "select {shard} as shard, s.name, s.key from {schema}.subscription s "
    "join {schema}.item i on i.id = s.item where i.status <> 'suspended'"
)


class Posted(NamedTuple):
    """A row that set out from shard `origin`; the rest as in work.exchange.ShardPosted, the payload as it is kept."""

    origin: int
    seq: int
    number: int
    shard: int
    kind: str
    name: str
    key: str
    payload: bytes
    item: int
    until: int

    def values(self) -> Any:
        """Give the payload."""
        return decode(self.payload)


class Crossings:
    """A node's eyes for what is between shards; for one thread. Close it at the end.

    Each question raises StoreError while a shard has no tables of this version yet.
    """

    def __init__(self, url: str, name: str, shards: int, *, patience: int = 4) -> None:
        self._database = Database(url, schema=SCHEMA, session=Session(f"alihdaya {name} crossings", patience))
        self._all = range(1, shards + 1)
        self._posts = text(_union(_POSTS, self._all))
        self._arrived = text(_union(_ARRIVED, (HOUSE_LOG, *self._all)))

    def posts(self, mine: Iterable[int]) -> dict[tuple[int, int], list[Posted]]:
        """Give what has set out for these shards as (origin, shard) -> posts in their order, MOST of each."""
        found: dict[tuple[int, int], list[Posted]] = defaultdict(list)
        with self._database.read() as connection:
            rows = connection.execute(self._posts, {"mine": sorted(mine)}).all()
        for one in sorted(Posted(*row) for row in rows):
            found[one.origin, one.shard].append(one)
        return dict(found)

    def arrived(self, origins: Iterable[int]) -> dict[tuple[int, int], SendKey]:
        """Give how far what set out from these shards has come in, as (origin, shard) -> name of the last."""
        with self._database.read() as connection:
            rows = connection.execute(self._arrived, {"mine": sorted(origins)}).all()
        return {(row.origin, row.shard): (row.seq, row.number) for row in rows}

    def house(self, after: int) -> list[Entry]:
        """Give the entries of the house's own log that come after one, MOST at once."""
        with self._database.read() as connection:
            return entries_after(connection, after, MOST)

    def waiters(self, origins: Iterable[int]) -> dict[int, dict[SendKey, int]]:
        """Give, for messages that are kept in these shards, the first other shard where somebody waits for each."""
        kept, waits = _union(_KEPT, origins), _union(_WAITS, self._all)
        query = (
            f"select k.origin, k.seq, k.number, min(w.shard) from ({kept}) k join ({waits}) w "  # noqa: S608 (our words)
            "on w.key = k.key and w.name = k.name and w.shard <> k.origin group by 1, 2, 3"
        )
        found: dict[int, dict[SendKey, int]] = defaultdict(dict)
        with self._database.read() as connection:
            for origin, seq, number, shard in connection.execute(text(query)):
                found[origin][seq, number] = shard
        return dict(found)

    def close(self) -> None:
        """Give up all connections."""
        self._database.close()


def _union(question: str, shards: Iterable[int]) -> str:
    return " union all ".join(question.format(shard=n, schema=schema_of(n), most=MOST) for n in shards)
