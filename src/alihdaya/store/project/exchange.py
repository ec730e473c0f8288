"""What goes between items, as rows: what starts them, messages that are kept, signals under way."""

from collections.abc import Callable
from typing import Any

from alihdaya.kernel.event import Entry
from alihdaya.store.codec import encode
from alihdaya.store.project.changes import Pending
from alihdaya.store.schema import ARRIVED, LOST, MESSAGE, POST, REACHED, SIGNAL, START
from alihdaya.work.exchange import (
    MessageKept,
    MessageLost,
    MessageTaken,
    ShardAcknowledged,
    ShardPosted,
    ShardReached,
    SignalReached,
    SignalSent,
    StartDropped,
    StartSet,
)


def _set(pending: Pending, _: Entry, event: StartSet) -> None:
    pending.put(START, event[:5], event[5:])


def _dropped(pending: Pending, _: Entry, event: StartDropped) -> None:
    pending.drop(START, event)


def _kept(pending: Pending, entry: Entry, event: MessageKept) -> None:
    rest = (event.name, event.key, encode(event.payload), event.item, entry.at, event.until)
    pending.put(MESSAGE, (entry.seq, event.number), rest)


def _taken(pending: Pending, _: Entry, event: MessageTaken) -> None:
    pending.drop(MESSAGE, (event.seq, event.number))


def _lost(pending: Pending, entry: Entry, event: MessageLost) -> None:
    pending.put(LOST, (event.seq, event.number), (event.why, entry.at))


def _sent(pending: Pending, entry: Entry, event: SignalSent) -> None:
    rest = (event.name, encode(event.payload), event.item, entry.at, encode(event.audience))
    pending.put(SIGNAL, (entry.seq, event.number), rest)


def _reached(pending: Pending, _: Entry, event: SignalReached) -> None:
    if event.left:
        pending.put(REACHED, (event.seq, event.number), (event.done,))
        return
    for table in (SIGNAL, REACHED):
        pending.drop(table, (event.seq, event.number))


def _posted(pending: Pending, entry: Entry, event: ShardPosted) -> None:
    rest = (event.shard, event.kind, event.name, event.key, encode(event.payload), event.item, event.until)
    pending.put(POST, (entry.seq, event.number), rest)


def _arrived(pending: Pending, _: Entry, event: ShardReached) -> None:
    pending.put(ARRIVED, (event.shard,), (event.seq, event.number))


def _acknowledged(pending: Pending, _: Entry, event: ShardAcknowledged) -> None:
    for seq, number in event.names:
        pending.drop(POST, (seq, number))


EXCHANGE: dict[type, Callable[[Pending, Entry, Any], None]] = {
    StartSet: _set,
    StartDropped: _dropped,
    MessageKept: _kept,
    MessageTaken: _taken,
    MessageLost: _lost,
    SignalSent: _sent,
    SignalReached: _reached,
    ShardPosted: _posted,
    ShardReached: _arrived,
    ShardAcknowledged: _acknowledged,
}
"""Event -> what it changes in these tables."""
