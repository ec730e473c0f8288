"""What may be asked of all items together."""

from typing import Any, NamedTuple


class Broadcast(NamedTuple):
    """A signal for all who wait for it, and for all that begin by it."""

    name: str
    payload: dict[str, Any]
    within: bool = False
    """Whether only this shard is meant, and not the others of its database."""
