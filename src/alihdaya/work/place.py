"""Where an item belongs among many shards, for ever the same; and how many shards each node should hold."""

from collections.abc import Sequence
from hashlib import blake2b


def place(channel: str, external_id: str, shards: int) -> int:
    """Give the shard, 1 to `shards`, of the item with this external id.

    Whoever offers the same external id again finds the same shard, which knows it. Raises ValueError below 1 shard.
    """
    if shards < 1:
        raise ValueError(f"{shards} shards")
    text = f"{len(channel)}:{channel}{external_id}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big") % shards + 1


def fair_share(shards: int, nodes: Sequence[str], node: str) -> int:
    """Give how many of the shards a node should hold: all the same number, the first ones by name one more.

    The shares of all nodes add up to the shards. Raises ValueError for a node that is not among the nodes.
    """
    base, more = divmod(shards, len(nodes))
    return base + (sorted(nodes).index(node) < more)
