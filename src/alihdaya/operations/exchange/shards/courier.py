"""The courier of a node: brings what set out for its shards to their writers, and has the senders forget it.

It also writes what its shards know of people to the house's own log, and brings them what all of them must know of it.

It remembers nothing that counts: all it does is asked of writers, who do each thing once, and whatever it left undone
is found in the tables again by the next one.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, NamedTuple, Protocol

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.event import Entry
from alihdaya.operations.commands import Command
from alihdaya.operations.exchange.board import Board
from alihdaya.operations.exchange.shards.commands import Acknowledge, Follow, Forward, Post, TakeIn
from alihdaya.store import StoreError
from alihdaya.store.errors import StoreRefused
from alihdaya.store.lease.crossings import MOST, Posted
from alihdaya.store.lease.fence import HOUSE_LOG
from alihdaya.work.outbox import SendKey

_PATIENCE = 5.0
"""Seconds in which a writer should have answered; after that it is asked again."""


_TRIES = 3
"""So often a post that fails is tried alone, before it is passed over."""


class Reader(Protocol):
    """What the courier sees (see store.lease.crossings)."""

    def posts(self, mine: Any) -> dict[tuple[int, int], list[Posted]]:
        """Give what has set out for these shards."""

    def arrived(self, origins: Any) -> dict[tuple[int, int], SendKey]:
        """Give how far what set out from these shards has come in."""

    def waiters(self, origins: Any) -> dict[int, dict[SendKey, int]]:
        """Give where somebody waits for what is kept in these shards."""

    def house(self, after: int) -> list[Entry]:
        """Give the next entries of the house's own log."""


class Pen(Protocol):
    """What writes to the house's own log (see telling)."""

    def take_in(self, posts: Mapping[int, Sequence[Posted]]) -> None:
        """Write down what came from these shards, each fact once."""


class Room(Protocol):
    """A shard's writer, as the courier needs it."""

    def post(self, command: Command, at: int) -> "Future[Any]":
        """Queue a command."""


class Pace(NamedTuple):
    """Seconds between two looks at what set out, between two at what is kept, and between two at the house's own log.

    Neither of the first is done more than a twentieth of the time: with many shards or messages, both come more seldom.
    The last is one question, whatever the shards: a certificate that was withdrawn must not count for long.
    """

    look: float = 0.2
    search: float = 1.0
    house: float = 0.1


USUAL = Pace()


class _Standing(NamedTuple):
    """What a shard's last commit left: whether anything is under way from here, and whether messages are kept.

    `house`: the last entry of the house's own log that it took over.
    """

    posts: bool
    kept: bool
    house: int


class Courier:
    """Runs one thread from `start` to `stop`. `rooms` gives the writers of the shards that this node holds now.

    `meter` counts seconds, for the pauses between two looks.
    """

    def __init__(
        self,
        reader: Reader,
        rooms: Callable[[], Mapping[int, Room]],
        clock: Callable[[], int],
        pace: Pace = USUAL,
        *,
        pen: Pen | None = None,
        meter: Callable[[], float] = monotonic,
    ) -> None:
        self._reader = reader
        self._rooms = rooms
        self._clock = clock
        self._pace = pace
        self._pen = pen
        self._meter = meter
        self._lock = Lock()
        self._standing: dict[int, _Standing] = {}
        self._fresh: dict[int, list[SendKey]] = {}
        self._taken: dict[tuple[int, int], SendKey] = {}
        self._following: dict[int, Future[Any]] = {}
        self._failed: dict[tuple[int, int], int] = {}
        self._search_at = 0.0
        self._wake = Event()
        self._over = False
        self._thread = Thread(target=self._run, name="alihdaya-courier", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._over = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def told(self, shard: int, board: Board) -> None:
        """Hear of a commit; for the thread of the shard's writer."""
        standing = _Standing(bool(board.posts), bool(board.kept), board.arrived.get(HOUSE_LOG, (0, 0))[0])
        fresh, board.fresh = [name for name in board.fresh if name in board.kept], []
        if not fresh and not standing.posts and standing == self._standing.get(shard):
            return
        with self._lock:
            self._standing[shard] = standing
            if fresh:
                self._fresh.setdefault(shard, []).extend(fresh)
        if fresh or standing.posts:
            self._wake.set()

    def _run(self) -> None:
        while not self._over:
            begun = self._meter()
            more = False
            with suppress(StoreError):  # a shard without tables, or no database: the next look may see it
                more = self.step()
            if not more:
                self._rest(max(self._pace.look, 20 * (self._meter() - begun)))

    def _rest(self, seconds: float) -> None:
        """Wait so long, or until there is something to do, but look at the house's own log meanwhile."""
        until = self._meter() + seconds
        while not self._wake.wait(min(self._pace.house, max(until - self._meter(), 0))) and self._meter() < until:
            with suppress(StoreError):
                self._follow(self._rooms())
        self._wake.clear()

    def step(self) -> bool:
        """Look once; says whether there is more of the same. Raises StoreError where nothing can be seen."""
        rooms = self._rooms()
        if not rooms:
            return False
        self._tell(rooms)
        self._follow(rooms)
        more = self._bring(rooms)
        self._have_forgotten(rooms)
        self._search(rooms)
        return more

    def _tell(self, rooms: Mapping[int, Room]) -> None:
        """Write to the house's own log what these shards know of people since; another node may be quicker."""
        with self._lock:
            senders = {shard for shard, standing in self._standing.items() if standing.posts and shard in rooms}
        if self._pen is None or not senders:
            return
        found = {}
        for (origin, _), rows in self._reader.posts([HOUSE_LOG]).items():
            former = self._taken.get((origin, HOUSE_LOG), (0, 0))
            if origin in senders and (rows[-1].seq, rows[-1].number) > former:
                found[origin] = rows
        with suppress(StoreError):  # somebody else writes: the next look brings it, or finds it written
            if found:
                self._pen.take_in(found)
                self._taken |= {(one, HOUSE_LOG): (rows[-1].seq, rows[-1].number) for one, rows in found.items()}

    def _follow(self, rooms: Mapping[int, Room]) -> None:
        """Bring these shards what is new in the house's own log; nobody waits for one that takes its time."""
        with self._lock:
            reached = {shard: self._standing[shard].house for shard in rooms if shard in self._standing}
        idle = [shard for shard in reached if shard not in self._following or self._following[shard].done()]
        entries = self._reader.house(min(reached[shard] for shard in idle)) if idle else []
        for shard in idle:
            fresh = tuple(one for one in entries if one.seq > reached[shard])
            if fresh:
                self._following[shard] = rooms[shard].post(Follow(fresh), self._clock())

    def _bring(self, rooms: Mapping[int, Room]) -> bool:
        asked = {}
        full = False
        for (origin, shard), rows in self._reader.posts(rooms).items():
            full = full or len(rows) >= MOST
            former = self._taken.get((origin, shard), (0, 0))
            fresh = tuple(_post(row) for row in rows if (row.seq, row.number) > former)
            if fresh and shard in rooms:
                command = self._taking(origin, shard, fresh)
                asked[origin, shard] = (command.posts[-1].name, rooms[shard].post(command, self._clock()))
        wait([answer for _, answer in asked.values()], _PATIENCE)
        for pair, (name, answer) in asked.items():
            self._answered(pair, name, answer)
        return full and bool(asked)

    def _taking(self, origin: int, shard: int, fresh: tuple[Post, ...]) -> TakeIn:
        """Ask for all of them; after a failure for the first alone, and for one that keeps failing to be passed over.

        What one post does in its shard must not keep back for ever all that comes after it.
        """
        failed = self._failed.get((origin, shard), 0)
        return TakeIn(origin, fresh[:1] if failed else fresh, lost=failed > _TRIES)

    def _answered(self, pair: tuple[int, int], name: SendKey, answer: "Future[Any]") -> None:
        if not answer.done():
            return
        error = answer.exception()
        if error is None:
            self._taken[pair] = name
            self._failed.pop(pair, None)
        elif not isinstance(error, Refused | StoreError) or isinstance(error, StoreRefused):
            self._failed[pair] = self._failed.get(pair, 0) + 1

    def _have_forgotten(self, rooms: Mapping[int, Room]) -> None:
        with self._lock:
            senders = [shard for shard, standing in self._standing.items() if standing.posts and shard in rooms]
        found = self._reader.arrived(senders) if senders else {}
        at = self._clock()
        wait([rooms[origin].post(Acknowledge(shard, name), at) for (origin, shard), name in found.items()], _PATIENCE)

    def _search(self, rooms: Mapping[int, Room]) -> None:
        """Find out for which of the kept messages somebody waits elsewhere; what is fresh is decided in any case."""
        begun = self._meter()
        with self._lock:
            keepers = [shard for shard, standing in self._standing.items() if standing.kept and shard in rooms]
            fresh = {shard: self._fresh.pop(shard, []) for shard in keepers}
        if not keepers or (begun < self._search_at and not any(fresh.values())):
            return
        try:
            found = self._reader.waiters(keepers)
        except StoreError:
            with self._lock:
                for shard, names in fresh.items():
                    self._fresh.setdefault(shard, []).extend(names)
            raise
        self._search_at = self._meter() + max(self._pace.search, 20 * (self._meter() - begun))
        for shard in keepers:
            where = {**dict.fromkeys(fresh[shard], 0), **found.get(shard, {})}
            places = list(where.items())
            for start in range(0, len(places), MOST):
                rooms[shard].post(Forward(tuple(places[start : start + MOST])), self._clock())


def _post(row: Posted) -> Post:
    return Post((row.seq, row.number), row.kind, row.name, row.key, row.values(), row.item, row.until)
