"""Who uses the simulated nodes: a client with claims and confirmations, people who work, and misfortune."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from alihdaya.kernel.time import MINUTE
from alihdaya.operations.commands import Assign, Complete, Deliver, Receive
from alihdaya.store import Store
from alihdaya.store.working import OpenTask
from alihdaya.work.place import place
from simulation.leases import Leases
from simulation.node import Answer, Make, Node
from simulation.world import Network, World

CHANNEL = "claims/claims/api"
KINDS = ("plain", "plain", "odd", "odd", "big", "open", "early")
PAIR = ("giver", "taker")
"""Of every six claims the last two: one tells the other, which waits for it, in whatever shards they are."""
PEOPLE = ("ana", "budi", "eko", "citra")
_PATIENCE = 20.0


class Place(NamedTuple):
    """An item: its shard and its number there."""

    shard: int
    item: int


class Line:
    """How somebody reaches the nodes: asks whoever holds the shard, waits, and asks again until there is an answer."""

    def __init__(self, world: World, nodes: list[Node], leases: Leases) -> None:
        self.world, self.leases = world, leases
        self.nodes = {node.name: node for node in nodes}
        self.network = Network(world)

    def ask(self, name: str, shard: int, make: Make, then: Callable[[Answer], None], *, tries: int = 1_000) -> None:
        """Ask until a node says "done" or "refused", at most so often; `then` hears it once."""
        heard = False

        def reply(answer: Answer) -> None:
            nonlocal heard
            if not heard and answer.word != "failed":
                heard = True
                then(answer)

        def attempt(left: int) -> None:
            if heard or not left:
                return
            node = self.nodes.get(self.leases.holder(shard)) or self.world.chance.choice(list(self.nodes.values()))
            self.network.carry(name, lambda: node.post(shard, make, reply))
            self.world.after(_PATIENCE * self.world.chance.uniform(1, 2), lambda: attempt(left - 1))

        attempt(tries)


class Client:
    """Sends claims, and confirms those that wait for it. `taken`: claim -> where it was acknowledged to be."""

    def __init__(self, world: World, line: Line, shards: int, claims: int, hours: float) -> None:
        self.world, self.line, self.shards = world, line, shards
        self.sent: dict[str, str] = {}
        self.taken: dict[str, Place] = {}
        self.wrong: list[str] = []
        for number in range(claims):
            pair, place_in_it = divmod(number, 6)
            kind = PAIR[place_in_it - 4] if place_in_it >= 4 else world.chance.choice(KINDS)
            world.after(
                world.chance.uniform(0, hours * 3600), partial(self._send, f"C{number:04}", kind, f"P{pair:04}")
            )

    def _send(self, claim: str, kind: str, pair: str) -> None:
        self.sent[claim] = kind
        shard = place(CHANNEL, claim, self.shards)
        data = {"claim": claim, "kind": kind, "pair": pair}
        self.world.tell(f"client sends {claim} ({kind}) to shard {shard}")
        self.line.ask(
            "claim",
            shard,
            lambda service: Receive(service, CHANNEL, claim, 0, 0, dict(data)),
            lambda answer: self._taken(claim, shard, answer),
        )
        if kind == "open":
            self.world.after(self.world.chance.uniform(0, 40 * 3600), lambda: self._confirm(claim, shard))

    def _taken(self, claim: str, shard: int, answer: Answer) -> None:
        if answer.word == "refused":
            first = answer.value.problems[0]
            if first.code != "duplicate":
                self.wrong.append(f"claim {claim} was refused: {first}")
                return
            item = int(first.source.element)
        else:
            item = answer.value
        self.world.tell(f"client knows {claim} as item {item} of shard {shard}")
        self.taken[claim] = Place(shard, item)

    def _confirm(self, claim: str, shard: int) -> None:
        def heard(answer: Answer) -> None:
            if answer.word != "done" and claim not in self.taken:
                self.world.after(1800, lambda: self._confirm(claim, shard))

        self.line.ask("reply", shard, lambda _: Deliver("reply", claim, {}), heard)


class Screen:
    """What people see of a shard: its open tasks, as they are durable; read again only after a commit."""

    def __init__(self, store: Store, leases: Leases, shard: int) -> None:
        self.store, self.leases, self.shard = store, leases, shard
        self._seen = -1
        self._tasks: list[OpenTask] = []

    def tasks(self) -> list[OpenTask]:
        """Give the open tasks."""
        if self._seen != self.leases.commits[self.shard]:
            self._seen = self.leases.commits[self.shard]
            self._tasks = self.store.open_tasks()
        return self._tasks


class Worker:
    """A person: takes a task, works on it, finishes it; looks at what is durable, as their screen does."""

    def __init__(self, world: World, line: Line, name: str, screens: dict[int, Screen]) -> None:
        self.world, self.line, self.name, self.screens = world, line, name, screens
        self.finished: set[tuple[int, int, int]] = set()
        world.after(world.chance.uniform(0, 600), self._look)

    def _look(self) -> None:
        self.world.after(self.world.chance.uniform(120, 900), self._look)
        shard = self.world.chance.choice(list(self.screens))
        tasks = self.screens[shard].tasks()
        mine = [task for task in tasks if task.person == self.name]
        free = [task for task in tasks if task.person is None]
        if mine:
            task = self.world.chance.choice(mine)
            if self.world.now - (task.assigned_at or 0) > self.world.chance.uniform(3, 45) * MINUTE:
                self._finish(shard, task.item, task.token)
        elif free:
            task = self.world.chance.choice(free)
            wish = Assign(task.item, task.token, self.name)
            self.line.ask("assign", shard, lambda _: wish, lambda _: None, tries=2)

    def _finish(self, shard: int, item: int, token: int) -> None:
        seconds = self.world.chance.randrange(60, 2400)
        work = Complete(item, token, self.name, seconds, {"verdict": self.world.chance.choice(("yes", "no"))})

        def heard(answer: Answer) -> None:
            if answer.word == "done":
                self.finished.add((shard, item, token))

        self.line.ask("complete", shard, lambda _: work, heard, tries=3)


class Misfortune:
    """Lets things go wrong, about once an hour, until the world is calm."""

    def __init__(self, world: World, nodes: list[Node], leases: Leases, shards: int) -> None:
        self.world, self.nodes, self.leases, self.shards = world, nodes, leases, shards
        self._next()

    def _next(self) -> None:
        self.world.after(self.world.chance.expovariate(1 / 3600), self._strike)

    def _strike(self) -> None:
        if self.world.calm:
            return
        chance, node = self.world.chance, self.world.chance.choice(self.nodes)
        match chance.randrange(6):
            case 0:
                self.world.fault("crash", node.name)
                node.die(chance.uniform(1, 900))
            case 1:
                self.world.fault("stall", node.name)
                node.stall(chance.uniform(1, 400))
            case 2:
                shard = chance.randrange(self.shards) + 1
                self.world.fault("lease lost", f"shard {shard}")
                self.leases.revoke(shard)
            case 3:
                node.skew = int(chance.uniform(-60, 60) * 1_000_000)
                self.world.fault("clock jump", f"{node.name} {node.skew}")
            case _:
                node.armed = chance.choice(("before", "after"))
        self._next()
