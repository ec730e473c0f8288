"""Recordings whose time is over are deleted by whoever serves: at once, and then every hour."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Self

import click

from alihdaya.cli.settings import Settings, now, told
from alihdaya.kernel.errors import AlihdayaError

if TYPE_CHECKING:
    from alihdaya.operations.node.mailroom import Mailroom
    from alihdaya.operations.node.node import Node
    from alihdaya.operations.people.commands import Forget
    from alihdaya.operations.people.keeping import Kept
    from alihdaya.store.lease.reader import Shards

HOUR = 3600.0

AGAIN = 60.0
"""Seconds after which a node tries again what it could not look through."""

_BEAT = 1.0
_PATIENCE = 60.0
"""Seconds in which a writer should have noted a deletion."""


class _Thread(ABC):
    """A thread that works while the block does, again and again. What it cannot do it says."""

    def __init__(self) -> None:
        self._end = Event()
        self._thread = Thread(target=self._work, name="sweeper", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, after the recording that is at hand."""
        self._end.set()
        self._thread.join(30)

    def _work(self) -> None:
        pause = 0.0
        while not self._end.wait(pause):
            pause = self._step()

    @abstractmethod
    def _step(self) -> float:
        """Do what is to be done now; gives the seconds until the next time."""

    def _tell(self, error: Exception) -> None:
        said = "; ".join(map(told, error.problems)) if isinstance(error, AlihdayaError) else str(error)
        click.echo(f"alihdaya: {said}", err=True)

    def _go(self, due: "Iterable[Kept]", note: "Callable[[Forget], object]") -> bool:
        """Delete one after the other; gives whether all that was to be done here is."""
        from alihdaya.operations.people.commands import Forget
        from alihdaya.operations.people.keeping import delete

        well = True
        for one in due:
            if self._end.is_set():
                return False
            try:
                delete(one, Forget(one.item, one.recording, "term", "", "alihdaya"), note)
            except (OSError, AlihdayaError, TimeoutError) as error:
                self._tell(error)
                well = False
        return well


class Sweeper(_Thread):
    """Sweeps for the one writer of a store. What it cannot delete it tries again a `pause` later (seconds)."""

    def __init__(self, settings: Settings, writer: "Mailroom", pause: float = HOUR) -> None:
        super().__init__()
        self._settings = settings
        self._writer = writer
        self._pause = pause

    def _step(self) -> float:
        from alihdaya.operations.people.keeping import kept

        try:
            with self._settings.read() as store:
                due = [one for one in kept(store) if one.due(now())]
        except (OSError, AlihdayaError, TimeoutError) as error:
            self._tell(error)
        else:
            self._go(due, lambda wish: self._writer.post(wish, now()).result(_PATIENCE))
        return self._pause


class NodeSweeper(_Thread):
    """Sweeps for the shards that a node holds: each when it comes into its hands, and then every `pause` seconds.

    The folder is one for all nodes. Only the holder of an item's shard begins, and the log's entry is fenced as every
    commit is: where the lease is lost in between, the file stays aside, heard by nobody, and the next holder goes on.
    """

    def __init__(self, node: "Node", shards: "Shards", pause: float = HOUR, beat: float = _BEAT) -> None:
        super().__init__()
        self._node = node
        self._shards = shards
        self._pause = pause
        self._beat = beat
        self._next: dict[int, float] = {}

    def _step(self) -> float:
        from alihdaya.packs.recordings import folder_of_recordings

        at, held = monotonic(), self._node.keeper.shards
        self._next = {shard: self._next.get(shard, at) for shard in held}
        fresh = {shard for shard, due in self._next.items() if due <= at}
        if fresh and folder_of_recordings() is not None:
            well = self._sweep(fresh)
            self._next |= dict.fromkeys(fresh, at + (self._pause if well else min(AGAIN, self._pause)))
        return self._beat

    def _sweep(self, fresh: Collection[int]) -> bool:
        from alihdaya.operations.people.keeping import kept_in_shards, noting
        from alihdaya.store.lease.house import FACTOR

        # an item of another shard may name the same file, so all are looked at
        every = {shard: self._shards.shard(shard) for shard in range(1, self._shards.shards + 1)}
        try:
            due = [one for one in kept_in_shards(every) if one.due(self._node.clock())]
        except (OSError, AlihdayaError, TimeoutError) as error:
            self._tell(error)
            return False
        mine = (one for one in due if self._holds({item % FACTOR for item in one.items} & set(fresh)))
        return self._go(mine, noting(self._node.room, self._node.clock, _PATIENCE))

    def _holds(self, shards: Collection[int]) -> bool:
        return any(self._node.room(shard) is not None for shard in shards)
