"""A node, one process of many over one PostgreSQL: it holds shards, runs their writers, and sends what goes out."""

import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from alihdaya.kernel.event import Event
from alihdaya.operations.commands import Receive
from alihdaya.operations.desk import Desk, Service
from alihdaya.operations.exchange.board import Others
from alihdaya.operations.exchange.shards.courier import Courier
from alihdaya.operations.exchange.shards.following import catch_up_with_house, settle_terms
from alihdaya.operations.exchange.shards.talk import Talk
from alihdaya.operations.exchange.shards.telling import Teller
from alihdaya.operations.exchange.starts import channel_of
from alihdaya.operations.jobs.bell import Bell
from alihdaya.operations.jobs.book import Book
from alihdaya.operations.jobs.functions import function_of, post_to
from alihdaya.operations.jobs.processes import Processes
from alihdaya.operations.node.dispatch import ANY, Answer, Dispatcher, Letter, Patience, Target, Tenure
from alihdaya.operations.node.dispatch import USUAL as USUAL_PATIENCE
from alihdaya.operations.node.keeper import USUAL, Keeper, Pace
from alihdaya.operations.node.mailroom import Mailroom
from alihdaya.operations.node.visible.groups import Groups
from alihdaya.operations.node.visible.metrics import Watched
from alihdaya.operations.opening import open_desk
from alihdaya.operations.sign import settle
from alihdaya.store.lease.crossings import Crossings
from alihdaya.store.lease.directory import Directory
from alihdaya.store.lease.fence import Fence
from alihdaya.store.lease.own import lay_out_house
from alihdaya.store.store import open_shard
from alihdaya.work.outbox import Send
from alihdaya.work.place import place

if TYPE_CHECKING:
    from alihdaya.operations.node.visible.traces import Tracing


class Offer(NamedTuple):
    """A service that this node takes work in for, and the people who do it."""

    service: Service
    people: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """How things go out: by what, whereto by name ("*" for all others), and the seed of the pauses' jitter."""

    post: Callable[[Letter], Answer]
    endpoints: Mapping[str, str]
    seed: int = 0
    patience: Patience = USUAL_PATIENCE
    hands: int = 4
    """So many functions of packs run at the same time."""

    def find(self, desk: Desk, send: Send) -> Target | None:
        """Give the endpoint of a send that no function of its pack carries out; None where there is none."""
        url = self.endpoints.get(send.name) or self.endpoints.get(ANY)
        return None if url is None or function_of(desk, send) else Target(url)


class ShardRoom:
    """A shard in this node's hands: its mailroom, and its tenure in the dispatcher."""

    def __init__(self, node: "Node", fence: Fence, opened: Callable[[], None]) -> None:
        self._node = node
        self._fence = fence
        self._opened = opened
        self._tenure = Tenure(f"{node.installation}-{fence.shard}", self._mine, {})
        self.queues: Mapping[str, int] = {}
        """Name of the jobs that are free, as the last commit left them -> since when the oldest is."""
        watcher = None if node.tracing is None else node.tracing.shard(self._tenure.name)
        self.mailroom = Mailroom(self._open, clock=node.clock, told=self._told, groups=node.groups, watcher=watcher)

    def close(self) -> None:
        """End the writer, and forget what it had to send: the next holder sends it."""
        self._forget()
        self.mailroom.close()
        self._forget()

    def _forget(self) -> None:
        for dispatcher in self._node.dispatchers:
            dispatcher.forget(self._tenure)

    def _mine(self) -> Mailroom | None:
        return self.mailroom if self._node.keeper.room(self._fence.shard) is self else None

    def _open(self) -> Desk:
        return self._node.open_desk(self._fence)

    def _told(self, desk: Desk) -> None:
        settle_terms(desk)
        fresh, desk.unposted = desk.unposted, []
        for dispatcher in self._node.dispatchers:
            dispatcher.offer(self._tenure, desk, fresh)
        self._node.courier.told(self._fence.shard, desk.board)
        if desk.book is not None:
            self.queues = desk.book.queues(desk.outbox)
            if desk.book.fresh:
                desk.book.fresh = False
                self._node.bell.ring()
        if len(desk.queue) and self._node.bell.waiting:
            self._node.bell.ring()  # programs wait for people's tasks
        self._opened()


class Node:
    """The server's inside. Make it, `start` it, `stop` it; `url` is of PostgreSQL, `address` where others reach it.

    The number of shards is the database's for ever. `tracing` follows commands on their way; `archive`: where archived
    months were moved to. Raises StoreError where the database has another number, or cannot be reached.
    """

    def __init__(
        self,
        url: str,
        address: str,
        shards: int,
        offers: Sequence[Offer],
        post: Post,
        *,
        clock: Callable[[], int],
        pace: Pace = USUAL,
        tracing: "Tracing | None" = None,
        archive: Path | None = None,
    ) -> None:
        self.url = url
        self._archive = archive
        self.shards = shards
        self.clock = clock
        self.groups = Groups()
        self.tracing = tracing
        self.offers = {(one.service.engagement, one.service.name): one for one in offers}
        self.talk = Talk({key: one.service.plans.values() for key, one in self.offers.items()})
        self.endpoints = post.endpoints
        self._patience = max(2, int(pace.ttl))
        self.name = f"{socket.gethostname()[:20]}-{uuid4().hex[:12]}"
        directory = Directory(url, self.name, patience=self._patience)
        self.installation = directory.lay_out(shards, uuid4().hex[:12])
        lay_out_house(url)
        chance = Random(post.seed)  # noqa: S311 (jitter)
        self.bell = Bell()
        self._processes = Processes()
        self._finds = (function_of, post.find)
        call = post_to(self._processes)
        out = post.post if tracing is None else tracing.posting(post.post)
        self.dispatchers = (
            Dispatcher(out, post.find, clock, chance, patience=post.patience),
            Dispatcher(call, function_of, clock, chance, patience=post.patience, hands=post.hands),
        )
        self._crossings = Crossings(url, self.name, shards, patience=self._patience)
        self._teller = Teller(url, clock)
        self.courier = Courier(self._crossings, self._mailrooms, clock, pen=self._teller)
        self.keeper = Keeper(directory, address, lambda *given: ShardRoom(self, *given), pace)

    def start(self) -> None:
        """Begin to beat, and to hold shards."""
        self.keeper.start()
        self.courier.start()

    def stop(self) -> None:
        """Finish what is queued, hand all shards over and leave."""
        self.courier.stop()
        self._crossings.close()
        self._teller.close()
        self.keeper.stop()
        for dispatcher in self.dispatchers:
            dispatcher.close()
        self._processes.close()

    def started(self, name: str, key: str) -> int | None:
        """Give the shard of the item that a message from outside begins, None where none of the offers has a start."""
        for service in sorted(self.offers):
            if name in self.talk.starts.get(service, ()):
                return place(channel_of(*service, "message"), key or str(self.clock()), self.shards)
        return None

    def posts(self, name: str) -> bool:
        """Say whether a message of that name that nobody waits for goes out."""
        return name in self.endpoints or ANY in self.endpoints

    def posts_at_once(self, name: str) -> bool:
        """Say whether a message of that name goes out of a shard where nobody waits, without asking the others."""
        return self.posts(name) and (self.shards == 1 or not self.talk.concerns(name))

    def _mailrooms(self) -> dict[int, Mailroom]:
        rooms = {shard: self.room(shard) for shard in self.keeper.shards}
        return {shard: room for shard, room in rooms.items() if room is not None}

    def room(self, shard: int) -> Mailroom | None:
        """Give the mailroom of a shard that this node holds now, else None."""
        found = self.keeper.room(shard)
        return found.mailroom if isinstance(found, ShardRoom) else None

    def queues(self, names: Iterable[str]) -> list[int]:
        """Give the shards in this node's hands where a job of any of these names is free, the longest waiting first."""
        found = []
        for shard in self.keeper.shards:
            room = self.keeper.room(shard)
            queues = room.queues if isinstance(room, ShardRoom) else {}
            since = min((queues[name] for name in names if name in queues), default=None)
            if since is not None:
                found.append((since, shard))
        return [shard for _, shard in sorted(found)]

    def watched(self) -> Watched:
        """Give what a monitor is shown of this node."""
        rooms = {shard: self.room(shard) for shard in self.keeper.shards}
        waiting = {shard: room.waiting for shard, room in rooms.items() if room is not None}
        return Watched(waiting, self.keeper.tenures, self.groups, self.clock())

    def placed(self, engagement: str, service: str, external_id: str, data: dict[str, Any]) -> tuple[int, Receive]:
        """Give the shard of an item that comes in by the API, and the command that takes it in. Raises KeyError."""
        bound = self.offers[engagement, service].service
        channel = f"{engagement}/{service}/api"
        return place(channel, external_id, self.shards), Receive(bound, channel, external_id, 0, 0, data)

    def open_desk(self, fence: Fence) -> Desk:
        """Open a shard's desk with all that this node offers. Raises LeaseLost where it is another's by now."""
        store = open_shard(self.url, fence, patience=self._patience, archive=self._archive)
        try:
            packs = {one.service.pack.digest: one.service.pack for one in self.offers.values()}
            desk = open_desk(store, recorded=self.clock, packs=packs, shard=fence.shard)
            desk.posts_messages = self.posts_at_once
            desk.does = lambda send: any(find(desk, send) for find in self._finds)
            desk.book = Book()
            for key in desk.outbox:
                desk.index(key)
            if self.shards > 1:
                others = tuple(n for n in range(1, self.shards + 1) if n != fence.shard)
                desk.board.others = Others(fence.shard, others, self.talk.caught.__contains__, self.posts)
                desk.board.fresh = list(desk.board.kept)
            desk.board.mine = lambda channel, name: place(channel, name, self.shards) == fence.shard
            self._settle(desk)
        except BaseException:
            store.close()
            raise
        return desk

    def _settle(self, desk: Desk) -> None:
        """Sign, deploy and employ what is offered, and take over what the house knows since."""
        known = set(desk.people)
        for one in self.offers.values():
            settle(desk, one.service, self.clock(), one.people)
        catch_up_with_house(desk, self.clock(), frozenset(desk.people.keys() - known))
