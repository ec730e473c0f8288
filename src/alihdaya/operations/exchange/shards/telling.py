"""What shards came to know of people, written to the house's own log by the nodes that hold them."""

from collections.abc import Callable, Mapping, Sequence

from alihdaya.kernel.event import HOUSE, Entry
from alihdaya.store.codec import revive
from alihdaya.store.lease.crossings import Posted
from alihdaya.store.lease.own import append, own_log, writing
from alihdaya.store.resume import arrived
from alihdaya.work.exchange import ShardReached


class Teller:
    """A node's pen for the house's own log; for one thread. Close it at the end."""

    def __init__(self, url: str, clock: Callable[[], int]) -> None:
        self._own = own_log(url)
        self._clock = clock

    def take_in(self, posts: Mapping[int, Sequence[Posted]]) -> None:
        """Write down what came from these shards, each fact once, whoever else does. Raises StoreError.

        `posts`: shard -> what has set out from it, in order.
        """
        with writing(self._own):
            former = arrived(self._own)
            entries = [
                _entry(one)
                for origin, rows in sorted(posts.items())
                for one in rows
                if (one.seq, one.number) > former.get(origin, (0, 0))
            ]
            if entries:
                append(self._own, entries, self._clock())

    def close(self) -> None:
        """Give up all connections."""
        self._own.close()


def _entry(one: Posted) -> Entry:
    said = one.values()
    fact = revive([one.name, *said["fact"]])
    return Entry(0, one.until, HOUSE, said["by"], (ShardReached(one.origin, one.seq, one.number), fact))
