"""What sets out for other shards: noted in the commit of its cause, and remembered until it has come in there."""

from collections.abc import Iterable

from alihdaya.kernel.event import Event
from alihdaya.operations.desk import Desk
from alihdaya.operations.exchange.board import Kept
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
