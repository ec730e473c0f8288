"""What comes in from other shards, and what is kept here for who waits there.

No transaction is about two shards. What sets out stands in the sender's log; the receiver notes in the same commit
what it does with it and how far it has come; after that the sender forgets it. Whichever of them dies in between, the
next holder of the shard finds in the tables what is left to do.
"""

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.event import HOUSE
from alihdaya.operations.commands import Deliver
from alihdaya.operations.desk import Desk
from alihdaya.operations.exchange.between import settle
from alihdaya.operations.exchange.board import Kept
from alihdaya.operations.exchange.commands import Broadcast
from alihdaya.operations.exchange.messages import find, keep, lose
from alihdaya.operations.exchange.shards.commands import Acknowledge, Forward, Post, TakeIn
from alihdaya.operations.exchange.shards.posting import post
from alihdaya.operations.exchange.spreading import hear
from alihdaya.operations.exchange.starts import channel_of
from alihdaya.operations.outbox import ask
from alihdaya.work.exchange import MessageLost, MessageTaken, ShardAcknowledged, ShardReached
from alihdaya.work.outbox import SendKey
from alihdaya.work.place import place


def take_in(desk: Desk, command: TakeIn, at: int) -> None:
    """Bring what another shard sent to whom it is for; what came in before is passed over."""
    board = desk.board
    fresh = [one for one in command.posts if one.name > board.arrived.get(command.shard, (0, 0))]
    if not fresh:
        return
    board.arrived[command.shard] = fresh[-1].name
    desk.note(at, "shard", ShardReached(command.shard, *fresh[-1].name))
    for one in fresh:
        if command.lost:
            lose(desk, Deliver(one.message, one.key, one.payload), at, -command.shard, "cannot-be-taken-in")
        elif one.kind == "signal":
            hear(desk, Broadcast(one.message, one.payload), at, HOUSE)
        else:
            _bring(desk, one, -command.shard if one.item else HOUSE, at)
        settle(desk, at)


def _bring(desk: Desk, one: Post, item: int, at: int) -> None:
    message = Deliver(one.message, one.key, one.payload, one.until - at)
    try:
        found = find(desk, message, at, thrown=True)
    except Refused as refusal:
        lose(desk, message, at, item, refusal.problems[0].code)
        return
    if found is None and message.keep > 0:
        keep(desk, message, at, item)
    elif found is None:
        lose(desk, message, at, item, "expired")


def acknowledge(desk: Desk, command: Acknowledge, at: int) -> None:
    """Forget what has come in where it was for."""
    names = [name for name, shard in desk.board.posts.items() if shard == command.shard and name <= command.upto]
    for name in names:
        del desk.board.posts[name]
    if names:
        desk.note(at, "shard", ShardAcknowledged(command.shard, names))


def forward(desk: Desk, command: Forward, at: int) -> None:
    """Let kept messages set out for where somebody waits; where nobody does, to what they start, or out."""
    for message, shard in command.found:
        kept = desk.board.kept.get(message)
        if kept is None or kept.until <= at:
            continue
        target = shard or _home(desk, kept)
        others = desk.board.others
        if others is not None and target in others.shards:
            desk.board.forget(message)
            post(desk, (target,), "message", kept, at, MessageTaken(*message))
        else:
            _end_here(desk, message, kept, at)
        settle(desk, at)


def _home(desk: Desk, kept: Kept) -> int:
    """Give the shard that takes this key of a message that starts items, 0 where it starts none."""
    others, starts = desk.board.others, desk.board.named_starts("message", kept.name)
    if others is None or not starts or not kept.key:
        return 0
    return place(channel_of(*starts[0][:2], "message"), kept.key, len(others.shards) + 1)


def _end_here(desk: Desk, message: SendKey, kept: Kept, at: int) -> None:
    """Let a message that nobody anywhere waits for start what it starts here, else go out if it may, else be kept."""
    others = desk.board.others
    try:
        found = find(desk, Deliver(*kept[:3]), at)
    except Refused as refusal:
        desk.board.forget(message)
        desk.note(at, "message", MessageLost(*message, refusal.problems[0].code))
        return
    if found is not None:
        desk.board.forget(message)
        desk.note(at, "message", MessageTaken(*message))
    elif kept.item != HOUSE and others is not None and others.posts(kept.name):
        desk.board.forget(message)
        out = ask(desk, HOUSE, at, token=0, node="", name=kept.name, key=kept.key, payload=kept.payload)
        desk.note(at, "message", MessageTaken(*message), out)
