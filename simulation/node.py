"""A simulated node: real desks on leased shards, working off letters as the mailroom's thread does."""

from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Refused
from alihdaya.operations.commands import Command
from alihdaya.operations.desk import Desk, Service
from alihdaya.operations.exchange.board import Others
from alihdaya.operations.exchange.shards.talk import Talk
from alihdaya.operations.node.letters import Letter, carry_out
from alihdaya.operations.opening import open_desk
from alihdaya.operations.sign import open_service
from alihdaya.packs import Pack
from alihdaya.store import StoreError
from simulation.between import Eyes, Round, Writer
from simulation.leases import Crash, LeasedStore, Tenure
from simulation.world import START, Network, World

BEAT = 30.0
"""Seconds between two beats of a node."""


class Offer(NamedTuple):
    """The pack that every desk serves, with its terms and people."""

    pack: Pack
    terms: Terms
    roster: bytes


class Answer(NamedTuple):
    """What a node says to a command: "done" with a value, "refused" with the Refused, or "failed"."""

    word: str
    value: Any = None


Make = Callable[[Service], Command]
Reply = Callable[[Answer], None]


class Open(NamedTuple):
    """A desk under one tenure."""

    tenure: Tenure
    desk: Desk
    service: Service


class Node:
    """One process. While down or stalled it hears nothing; what it had in its head is gone when it died."""

    def __init__(self, world: World, name: str, eyes: Eyes, files: dict[int, Path], offer: Offer) -> None:
        leases = eyes.leases
        self.world, self.name, self.leases, self.files, self.offer = world, name, leases, files, offer
        self.network = Network(world)
        self.round = Round(world, eyes, self.clock)
        self.skew = 0
        self.armed = ""
        """The mishap that waits for the next commit."""
        self._tenures: dict[int, Tenure] = {}
        self._open: dict[int, Open] = {}
        self._inbox: dict[int, list[tuple[Make, Reply]]] = defaultdict(list)
        self._out_until = 0
        self._dead = False
        world.after(world.chance.random() * BEAT, self._beat)
        world.after(world.chance.random() * Round.EVERY, self._go_round)

    @property
    def hears(self) -> bool:
        """Whether it runs now."""
        return self.world.now >= self._out_until

    def clock(self) -> int:
        """Give the time as this node's clock shows it, in microseconds."""
        return self.world.now + self.skew

    def post(self, shard: int, make: Make, reply: Reply) -> None:
        """Take a command for a shard; who does not hold it says so, who is down says nothing."""
        if not self.hears:
            return
        if shard not in self._tenures:
            self._answer(reply, Answer("failed"))
            return
        self._inbox[shard].append((make, partial(self._answer, reply)))
        self.world.after(self.world.chance.uniform(0.001, 0.02), lambda: self._work(shard))

    def die(self, seconds: float) -> None:
        """Lose everything that is not durable, and come back later."""
        self.world.tell(f"{self.name} died")
        for shard in list(self._open):
            self._drop(shard)
        self._tenures = {}
        self._inbox.clear()
        self.round.forget()
        self.armed = ""
        self.stall(seconds)

    def stall(self, seconds: float) -> None:
        """Stand still; what is in the head stays, however old it gets."""
        self._out_until = self.world.now + int(seconds * 1_000_000)

    def close(self) -> None:
        """Let every store go."""
        for shard in list(self._open):
            self._drop(shard)

    def _beat(self) -> None:
        self.world.after(BEAT, self._beat)
        if not self.hears:
            return
        self._tenures = {
            tenure.shard: tenure for tenure in self.leases.beat(self.name, self.world.now, len(self.files))
        }
        for shard, held in list(self._open.items()):
            if self._tenures.get(shard) != held.tenure:
                self._drop(shard)
        for shard in list(self._tenures):
            self._work(shard)

    def _go_round(self) -> None:
        self.world.after(Round.EVERY, self._go_round)
        if self.hears:
            self.round.go({shard: Writer(partial(self._errand, shard)) for shard in self._open})

    def _errand(self, shard: int, command: Any) -> Any:
        """Carry out at once what the courier brings. Raises StoreError where nobody can say whether it was done."""
        heard: list[Answer] = []
        if self.hears and shard in self._open:
            self._inbox[shard].append((lambda _: command, heard.append))
            self._work(shard)
        if not heard or heard[0].word == "failed":
            raise StoreError("nobody answered")
        if heard[0].word == "refused":
            raise heard[0].value
        return heard[0].value

    def _work(self, shard: int) -> None:
        """Carry out what is due and what waits, commit, answer: as the mailroom does between two looks at its queue."""
        if not self.hears or shard not in self._tenures:
            return
        group = self._inbox.pop(shard, [])
        held = self._open.get(shard)
        if held is not None and not group:
            timer = held.desk.next_timer()
            if timer is None or timer[0] > self.clock():
                return
        try:
            held = held or self._opened(shard)
            letters = [Letter(make(held.service), self.clock(), Future()) for make, _ in group]
            outcomes = carry_out(held.desk, letters, self.clock())
            held.desk.commit()
        except Crash as crash:
            self.world.fault(f"crash {crash} commit", self.name)
            self.die(self.world.chance.uniform(1, 600))
            return
        except StoreError as error:
            self.world.tell(f"{self.name} lost shard {shard}: {error.problems[0].code}")
            self._drop(shard)
            self._tenures.pop(shard, None)
            for _, reply in group:
                reply(Answer("failed"))
            return
        self.round.courier.told(shard, held.desk.board)
        for (_, reply), (value, refusal) in zip(group, outcomes, strict=True):
            reply(Answer("done", value) if refusal is None else Answer("refused", refusal))

    def _opened(self, shard: int) -> Open:
        tenure = self._tenures[shard]
        store = LeasedStore(self.files[shard], tenure, self.leases, self._mishap)
        try:
            desk = open_desk(store, recorded=self.clock, packs={self.offer.pack.digest: self.offer.pack})
            pack, terms, roster = self.offer
            service = open_service(desk, pack, terms, max(desk.at, START), roster=roster)
            caught = Talk({("claims", "claims"): service.plans.values()}).caught
            others = tuple(sorted(self.files.keys() - {shard}))
            desk.board.others = Others(shard, others, caught.__contains__, lambda _name: False)
            desk.board.fresh = list(desk.board.kept)
        except BaseException:
            store.close()
            raise
        self.world.tell(f"{self.name} opened shard {shard}, epoch {tenure.epoch}")
        self._open[shard] = Open(tenure, desk, service)
        self.round.courier.told(shard, desk.board)
        return self._open[shard]

    def _mishap(self) -> str:
        mishap, self.armed = self.armed, ""
        return mishap

    def _drop(self, shard: int) -> None:
        with suppress(StoreError, Refused):
            self._open.pop(shard).desk.close()

    def _answer(self, reply: Reply, answer: Answer) -> None:
        self.network.carry("answer", lambda: reply(answer))
