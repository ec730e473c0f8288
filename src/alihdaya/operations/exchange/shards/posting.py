"""What sets out for other shards: noted in the commit of its cause, and remembered until it has come in there."""

from collections.abc import Iterable

from alihdaya.kernel.event import Event, tag_of
from alihdaya.operations.desk import Desk
from alihdaya.operations.exchange.board import Kept, Told
from alihdaya.store.lease.fence import HOUSE_LOG
from alihdaya.work.exchange import ShardPosted


def post(desk: Desk, shards: Iterable[int], kind: str, what: Kept, at: int, *more: Event) -> None:
    """Let a message or signal (`kind`) set out for these shards, in one entry that begins with `more`."""
    events = [
        ShardPosted(number, shard, kind, what.name, what.key, what.payload, what.item, what.until)
        for number, shard in enumerate(shards)
    ]
    desk.note(at, kind, *more, *events)
    for event in events:
        desk.board.posts[desk.seq, event.number] = event.shard


def tell(desk: Desk, fact: Event, at: int, by: str) -> None:
    """Let what this shard came to know of somebody set out for the house's own log, and so for all shards."""
    if desk.board.others is None:
        return
    post(desk, (HOUSE_LOG,), "fact", Kept(tag_of(type(fact)), fact[0], {"by": by, "fact": list(fact)}, at, 0), at)
    desk.board.told[desk.seq, 0] = Told(by, fact)
