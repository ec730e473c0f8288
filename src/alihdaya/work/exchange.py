"""What happens between items: events that start them, messages that wait, signals that spread, calls."""

from typing import Any, NamedTuple

from alihdaya.kernel.event import event


@event("start.set")
class StartSet(NamedTuple):
    """The start event `node` of a service's process begins items from now on; `part`: which of its definitions.

    `kind`: timer, message or signal; `name` is the message's or signal's. `definition` and `terms` are the digests
    that such items are bound to. Of a timer, `due` (microseconds) is when it goes off next, None where its last time
    has been; `left`, `months` and `micros` are as in the engine's TimerSet.
    """

    engagement: str
    service: str
    process: str
    node: str
    part: int
    definition: str
    terms: str
    kind: str
    name: str
    due: int | None
    left: int
    months: int
    micros: int


@event("start.dropped")
class StartDropped(NamedTuple):
    """A start event that the service's new definition no longer has."""

    engagement: str
    service: str
    process: str
    node: str
    part: int


@event("start.failed")
class StartFailed(NamedTuple):
    """A start event happened, and no item could begin: `code` and `message` say why."""

    engagement: str
    service: str
    process: str
    node: str
    external_id: str
    code: str
    message: str


@event("message.kept")
class MessageKept(NamedTuple):
    """Nobody waited for a message; it is kept until `until` (microseconds). Its name for ever is (seq, number).

    `number` counts from 0 within the entry; `item` threw it (0: from outside; below 0: an item of the shard of that
    number).
    """

    number: int
    name: str
    key: str
    payload: dict[str, Any]
    item: int
    until: int


@event("message.taken")
class MessageTaken(NamedTuple):
    """A message that was kept is kept no longer: somebody has it now, or it has set out for where somebody waits."""

    seq: int
    number: int


@event("message.lost")
class MessageLost(NamedTuple):
    """A message that was kept will reach nobody; `why`: expired, or the code of what speaks against it."""

    seq: int
    number: int
    why: str


@event("signal.sent")
class SignalSent(NamedTuple):
    """A signal goes out to more than one commit should hold; `item` threw it (0: from outside).

    `audience`: (item, its newest catch) of all who waited, oldest first; who waits from now on is not meant.
    """

    number: int
    name: str
    payload: dict[str, Any]
    item: int
    audience: list[tuple[int, int]]


@event("signal.reached")
class SignalReached(NamedTuple):
    """The first `done` of a signal's audience have had it; `left` are still to come."""

    seq: int
    number: int
    done: int
    left: int


@event("item.called")
class ItemCalled(NamedTuple):
    """A call activity of another item (`caller`, its `token`) began this one; it is a part of that item's story.

    `external_id` is the caller's, followed by the node that called.
    """

    engagement: str
    service: str
    external_id: str
    terms: str
    definition: str
    process: str
    caller: int
    token: int


@event("item.returned")
class ItemReturned(NamedTuple):
    """A called item is over: `outcome` is its end event's id, "" where it failed or was cancelled."""

    outcome: str
    touched: bool


@event("shard.posted")
class ShardPosted(NamedTuple):
    """A message or signal (`kind`) sets out for another shard, under the name (seq, number) for ever.

    `item` threw it (0: from outside; below 0: an item of the shard of that number). A message is kept until `until`
    (microseconds) where nobody there waits any more.
    """

    number: int
    shard: int
    kind: str
    name: str
    key: str
    payload: dict[str, Any]
    item: int
    until: int


@event("shard.reached")
class ShardReached(NamedTuple):
    """All that shard `shard` has sent here up to (seq, number) has come in; it is not taken in again."""

    shard: int
    seq: int
    number: int


@event("shard.acknowledged")
class ShardAcknowledged(NamedTuple):
    """What set out for shard `shard` under these names (seq, number) has come in there."""

    shard: int
    names: list[tuple[int, int]]
