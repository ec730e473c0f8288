"""The judge: what the client was promised, what the outside service did, and what the logs say."""

from typing import Any, NamedTuple

from sqlalchemy import func, select

from alihdaya.operations.books.replay import prove
from alihdaya.store import open_store
from alihdaya.store.lease.fence import schema_of
from alihdaya.store.schema import ITEM, LOST, MESSAGE, OUTBOX, POST
from bench.chaos.client import Client
from bench.chaos.cluster import Cluster
from bench.chaos.outside import Outside
from bench.chaos.pack import SENDS

Places = dict[str, list[tuple[str, str]]]
"""Claim -> the names and states of all items that it became."""


class _Left(NamedTuple):
    """What a shard's tables still hold, and whether its replay gives them again."""

    unsent: int
    untaken: int
    equal: bool


def judge(base: Cluster, client: Client, outside: Outside, shards: int) -> dict[str, Any]:
    """Compare what the client was promised, what the outside service did, and what the logs say."""
    items: Places = {}
    left = [_shard(base, shard, items) for shard in range(1, shards + 1)]
    wanted = {claim: [(errand.name, "delivered")] for claim, errand in client.errands.items()}
    lost = sum(items.get(claim) != found for claim, found in wanted.items())
    missing = sum(not outside.effects.get((claim, name)) for claim in client.errands for name in SENDS)
    twice = sum(len(found) - 1 for found in items.values())
    return {
        "lost": lost + missing,
        "doubled": outside.doubled() + twice,
        "effects": len(outside.effects),
        "resends_same_key": outside.resends,
        "unsent": sum(one.unsent for one in left),
        "untaken": sum(one.untaken for one in left),
        "told_across_shards": _across(client),
        "unanswered": client.unanswered(),
        "requests": client.requests,
        "asked_again": client.repeats,
        "replay_equal": all(one.equal for one in left),
    }


def _shard(base: Cluster, shard: int, items: Places) -> _Left:
    with open_store(base.url(), schema=schema_of(shard)) as store:
        with store.snapshot() as connection:
            for item, claim, status in connection.execute(select(ITEM.c.id, ITEM.c.external_id, ITEM.c.status)):
                items.setdefault(claim, []).append((f"{shard}-{item}", status))
            counts = {
                table: connection.execute(select(func.count()).select_from(table)).scalar() or 0
                for table in (OUTBOX, MESSAGE, POST, LOST)
            }
        untaken = counts[MESSAGE] + counts[POST] + counts[LOST]
        return _Left(counts[OUTBOX], untaken, prove(store).equal)


def _across(client: Client) -> int:
    """Give how many takers were told by a giver of another shard."""
    ends: dict[str, list[str]] = {}
    for errand in client.errands.values():
        if errand.kind in {"giver", "taker"}:
            ends.setdefault(errand.pair, []).append(errand.name.partition("-")[0])
    return sum(len(set(both)) > 1 for both in ends.values())
