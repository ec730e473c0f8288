"""What a shard's writer is asked to do about other shards; asked twice, each does nothing the second time."""

from typing import Any, NamedTuple

from alihdaya.kernel.event import Entry
from alihdaya.work.outbox import SendKey


class Post(NamedTuple):
    """What another shard sent here, by its name there (see work.exchange.ShardPosted)."""

    name: SendKey
    kind: str
    message: str
    key: str
    payload: dict[str, Any]
    item: int
    until: int


class TakeIn(NamedTuple):
    """Take in what set out from `shard`, in the order of the names; with `lost`, pass it over, for it cannot be."""

    shard: int
    posts: tuple[Post, ...]
    lost: bool = False


class Acknowledge(NamedTuple):
    """All that set out for `shard` up to this name has come in there."""

    shard: int
    upto: SendKey


class Forward(NamedTuple):
    """(message, shard): messages that are kept here, and where somebody waits for each; 0: in no other shard."""

    found: tuple[tuple[SendKey, int], ...]


class Follow(NamedTuple):
    """Take over from the house's own log what every shard must know; `about`: of these people from its beginning on."""

    entries: tuple[Entry, ...]
    about: frozenset[str] = frozenset()


ShardCommand = TakeIn | Acknowledge | Forward | Follow
