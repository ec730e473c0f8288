"""Which jobs may be fetched, the oldest first, and which leases end when: an index of the outbox, never the truth.

What an index holds may be over; whoever takes something out of it looks into the outbox.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush

from alihdaya.work.outbox import Send, SendKey


@dataclass(slots=True)
class Book:
    """The index of one desk's jobs. `put` a job whenever it came to be free, or is to be free later."""

    ready: dict[str, list[SendKey]] = field(default_factory=dict)
    """Name of a job -> heap of those that are free."""
    later: list[tuple[int, SendKey]] = field(default_factory=list)
    """Heap of (when, job) of those whose pause is not over."""
    leases: list[tuple[int, SendKey]] = field(default_factory=list)
    """Heap of (until, job)."""
    fresh: bool = False
    """Whether a job came to be free since somebody last asked."""

    def put(self, key: SendKey, send: Send) -> None:
        """Take up a job as it is now; a message, or a dead letter, is passed over."""
        if not send.token or send.dead:
            return
        if send.lock:
            heappush(self.leases, (send.until, key))
        elif send.next_at:
            heappush(self.later, (send.next_at, key))
        else:
            self._free(key, send)

    def _free(self, key: SendKey, send: Send) -> None:
        heappush(self.ready.setdefault(send.name, []), key)
        self.fresh = True

    def free_due(self, outbox: Mapping[SendKey, Send], now: int) -> None:
        """Free the jobs whose pause is over."""
        while self.later and self.later[0][0] <= now:
            when, key = heappop(self.later)
            send = outbox.get(key)
            if send is not None and not send.lock and send.next_at == when:
                self._free(key, send)

    def over(self, outbox: Mapping[SendKey, Send], now: int) -> list[SendKey]:
        """Give the jobs whose lease is over; the caller ends it."""
        over = []
        while self.leases and self.leases[0][0] <= now:
            until, key = heappop(self.leases)
            send = outbox.get(key)
            if send is not None and send.lock and send.until == until:
                over.append(key)
        return over

    def next_due(self) -> int | None:
        """Say when `free_due` or `over` has something to do next; None where it has not."""
        return min((heap[0][0] for heap in (self.later, self.leases) if heap), default=None)

    def oldest(self, outbox: Mapping[SendKey, Send], names: Iterable[str]) -> SendKey | None:
        """Take the oldest free job of any of these names out of the index; None where there is none."""
        first: tuple[SendKey, str] | None = None
        for name in names:
            key = self._head(outbox, name)
            if key is not None and (first is None or key < first[0]):
                first = key, name
        if first is None:
            return None
        return heappop(self.ready[first[1]])

    def queues(self, outbox: Mapping[SendKey, Send]) -> dict[str, int]:
        """Give the names of which jobs are free, with the instant since when the oldest is."""
        heads = {name: self._head(outbox, name) for name in list(self.ready)}
        return {name: outbox[key].queued_at for name, key in heads.items() if key is not None}

    def _head(self, outbox: Mapping[SendKey, Send], name: str) -> SendKey | None:
        """Give the oldest free job of a name, where there is one; names without any are forgotten."""
        heap = self.ready.get(name, [])
        while heap and not _is_free(outbox.get(heap[0])):
            heappop(heap)
        if heap:
            return heap[0]
        self.ready.pop(name, None)
        return None


def _is_free(send: Send | None) -> bool:
    return send is not None and not send.lock and not send.dead
