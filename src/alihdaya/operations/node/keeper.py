"""The keeper of the leases: holds a fair share of the shards for as long as the database hears from this node."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from threading import Event, Lock, Thread
from time import monotonic
from typing import NamedTuple, Protocol

from alihdaya.kernel.time import SECOND
from alihdaya.store import StoreError
from alihdaya.store.lease.directory import Directory, Tenure
from alihdaya.store.lease.fence import Fence
from alihdaya.work.place import fair_share

_HANDS = 4


class Pace(NamedTuple):
    """Seconds between two heartbeats, and seconds after the last one that a node is taken for dead."""

    beat: float = 1.0
    ttl: float = 4.0


USUAL = Pace()


class Room(Protocol):
    """What runs a shard's writer while its lease is held."""

    def close(self) -> None:
        """Work off what is queued, then end the writer; may take as long as a lost connection."""


class Held:
    """A shard in this node's hands."""

    def __init__(self, fence: Fence) -> None:
        self.fence = fence
        self.room: Room | None = None
        self.opened = Event()
        self.told = False


OpenRoom = Callable[[Fence, Callable[[], None]], Room]
"""Start a shard's writer; the second argument is to be called, from any thread, once it answers."""


class Keeper:
    """Beats, takes what nobody living holds, gives back what is too much. `step` is one beat; `start` runs a thread.

    A node that the database did not hear for the time to live answers for no shard, by its own clock, before another
    node can take the shards by the database's: the clock starts when a beat is sent, not when it is answered.
    """

    def __init__(self, directory: Directory, address: str, open_room: OpenRoom, pace: Pace = USUAL) -> None:
        self.directory = directory
        self.address = address
        self.pace = pace
        self.tenures: tuple[Tenure, ...] = ()
        self.nodes: tuple[str, ...] = ()
        self._open = open_room
        self._until = 0.0
        self._held: dict[int, Held] = {}
        self._closing: dict[int, Future[None]] = {}
        self._giving: dict[int, Fence] = {}
        self._missed = False
        self._lock = Lock()
        self._hands = ThreadPoolExecutor(_HANDS, "alihdaya-shard")
        self._wake = Event()
        self._over = False
        self._thread = Thread(target=self._run, name="alihdaya-keeper", daemon=True)

    def start(self) -> None:
        """Beat in a thread of its own until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is queued, give every shard back and leave."""
        self._over = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        else:
            self._leave()

    def room(self, shard: int) -> Room | None:
        """Give the writer of a shard that this node holds now, else None."""
        if monotonic() >= self._until:
            return None
        with self._lock:
            held = self._held.get(shard)
        return None if held is None else held.room

    def holder(self, shard: int) -> str | None:
        """Give the address of the living node that holds a shard, as the last beat saw it; None where none does."""
        for tenure in self.tenures:
            if tenure.shard == shard:
                return tenure.address if tenure.lives else None
        return None

    @property
    def shards(self) -> tuple[int, ...]:
        """The shards that this node holds now."""
        with self._lock:
            return tuple(sorted(self._held)) if monotonic() < self._until else ()

    def step(self) -> None:
        """Beat once. Raises StoreError where the database cannot be asked; what is held is dropped when time is up."""
        sent = monotonic()
        try:
            view = self.directory.beat(self.address, int(self.pace.ttl * SECOND))
        except StoreError:
            self._missed = True
            if monotonic() >= self._until:
                for shard in self.shards_in_hand():
                    self._let_go(shard)
            raise
        self._until = sent + self.pace.ttl
        self.tenures, self.nodes = view.tenures, view.nodes
        node = self.directory.node
        mine = {one.shard: Fence(one.shard, node, one.epoch) for one in view.tenures if one.node == node}
        self._finish_giving(mine)
        self._hold_only(mine)
        self._fetch_share(len(view.tenures), sorted(mine))
        self._tell_ready()

    def _fetch_share(self, shards: int, mine: list[int]) -> None:
        """Take what is missing to a fair share, or begin to give back what is too much.

        After a beat that failed the others may only seem dead, for want of the same database: they get one beat.
        """
        share = fair_share(shards, self.nodes, self.directory.node)
        for shard in mine[share:]:
            if shard in self._held:
                self._giving[shard] = self._held[shard].fence
                self._let_go(shard, self._wake.set)
        if len(mine) < share and not self._missed:
            for fence in self.directory.take(share - len(mine)):
                self._take_up(fence)
        self._missed = False

    def shards_in_hand(self) -> list[int]:
        """Give the shards whose writers run, whether or not their leases still hold."""
        with self._lock:
            return sorted(self._held)

    def _hold_only(self, mine: dict[int, Fence]) -> None:
        """Drop what the directory says is not ours (in this tenure), and take up what it says is."""
        for shard in self.shards_in_hand():
            if self._held[shard].fence != mine.get(shard):
                self._let_go(shard)
        for shard, fence in mine.items():
            if shard not in self._held:
                self._take_up(fence)

    def _take_up(self, fence: Fence) -> None:
        closing = self._closing.get(fence.shard)
        if closing is not None and not closing.done():
            return  # two writers of one tenure would have the same fence; the next beat takes it up
        self._closing.pop(fence.shard, None)
        held = Held(fence)

        def opened() -> None:
            held.opened.set()
            self._wake.set()

        held.room = self._open(fence, opened)
        with self._lock:
            self._held[fence.shard] = held

    def _let_go(self, shard: int, then: Callable[[], None] = lambda: None) -> None:
        """Answer for the shard no more, and close its writer in the background."""
        with self._lock:
            room = self._held.pop(shard).room

        def close() -> None:
            if room is not None:
                room.close()
            then()

        self._closing[shard] = self._hands.submit(close)

    def _finish_giving(self, mine: dict[int, Fence]) -> None:
        """Release the shards that were too many and whose writers are done; they are ours no more either way."""
        for shard, fence in list(self._giving.items()):
            mine.pop(shard, None)
            if self._closing[shard].done():
                self.directory.release(fence)
                del self._giving[shard]

    def _tell_ready(self) -> None:
        for held in list(self._held.values()):
            if held.opened.is_set() and not held.told:
                self.directory.ready(held.fence)
                held.told = True

    def _run(self) -> None:
        while not self._over:
            with suppress(StoreError):  # the next beat tries again
                self.step()
            self._wake.wait(self.pace.beat)
            self._wake.clear()
        self._leave()

    def _leave(self) -> None:
        fences = [self._held[shard].fence for shard in self.shards_in_hand()]
        for fence in fences:
            self._let_go(fence.shard)
        self._hands.shutdown(wait=True)
        with suppress(StoreError):  # unheard, this node is dead soon enough
            for fence in (*fences, *self._giving.values()):
                self.directory.release(fence)
            self.directory.leave()
        self.directory.close()
