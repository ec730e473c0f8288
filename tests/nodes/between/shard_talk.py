"""Nodes over a PostgreSQL with a pack whose items talk: what the tests of messages between shards do and look at."""

import sys
import time
from collections import Counter
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Lock

from sqlalchemy import func, select

from alihdaya.engagement import terms as agreement
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Deliver
from alihdaya.operations.exchange.commands import Broadcast
from alihdaya.operations.node.dispatch import Answer, Patience
from alihdaya.operations.node.keeper import Pace
from alihdaya.operations.node.node import Node, Offer, Post
from alihdaya.operations.sign import bind
from alihdaya.packs import load
from alihdaya.store import open_store
from alihdaya.store.lease.fence import schema_of
from alihdaya.store.schema import ITEM, POST
from alihdaya.work.events import ItemReceived
from alihdaya.work.place import place

SHARDS = 3
PATIENCE = 100
STEADY = Pace(0.2, 20)
ROLES = ("hear", "tell", "listen", "ring", "ask", "out")

_DECLARED = """<signal id="g" name="alarm"/><message id="m" name="news" alihdaya:key="claim"/>
<message id="a" name="ask" alihdaya:key="claim"/><message id="o" name="gone" alihdaya:key="claim"/>"""
_EVENT = '<intermediate{way}Event id="{id}"><{kind}EventDefinition {kind}Ref="{ref}"/></intermediate{way}Event>'


def write_talks(folder: Path, *, after: int = 0) -> Path:
    """A pack whose items hear or tell news of their claim, listen to an alarm or ring it, ask, or write outwards.

    Those that tell and ring do so `after` seconds.
    """
    sys.path.append(str(Path(__file__).parents[2] / "operations" / "exchange"))
    sys.path.append(str(Path(__file__).parents[2] / "operations"))
    from talking_pack import model, process, timer, write_pack

    events = [("Catch", "message", "m"), ("Throw", "message", "m"), ("Catch", "signal", "g"), ("Throw", "signal", "g")]
    events += [("Throw", "message", "a"), ("Throw", "message", "o")]
    nodes = '<startEvent id="s"/><exclusiveGateway id="x" default="d"/><endEvent id="e"/>'
    nodes += '<sequenceFlow id="d" sourceRef="x" targetRef="e"/>'
    for role, (way, kind, ref) in zip(ROLES, events, strict=True):
        nodes += _EVENT.format(way=way, id=role, kind=kind, ref=ref)
        first = f"{role}-later" if after and role in {"tell", "ring"} else role
        if first != role:
            nodes += f'<intermediateCatchEvent id="{first}">{timer("Duration", f"PT{after}S")}</intermediateCatchEvent>'
            nodes += f'<sequenceFlow sourceRef="{first}" targetRef="{role}"/>'
        nodes += f'<sequenceFlow sourceRef="x" targetRef="{first}"><conditionExpression>role = "{role}"'
        nodes += "</conditionExpression></sequenceFlow>"
    main = process("main", nodes + ";s x\n" + "\n".join(f"{role} e" for role in ROLES))
    begins = '<startEvent id="w"><messageEventDefinition messageRef="a"/></startEvent><endEvent id="y"/>;w y'
    return write_pack(folder, model(_DECLARED, main, process("woken", begins)))


def until(happened):
    """Wait for it."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.1)


class Outside:
    """The outside service; remembers under which keys it was asked."""

    def __init__(self):
        self.lock = Lock()
        self.keys = []

    def __call__(self, letter):
        with self.lock:
            self.keys.append(letter.idempotency_key)
        return Answer(200, {})


class Desks:
    """All shards of a node: commands go to the writer of a shard, what is durable is read from the tables."""

    def __init__(self, town, node):
        self.town, self.node = town, node

    def do(self, shard, command):
        until(lambda: self.node.room(shard) is not None)
        return self.node.room(shard).post(command, self.node.clock()).result(PATIENCE)

    def take_in(self, role, shard, claim):
        """Take an item in, in that shard."""
        engagement, service = next(iter(self.node.offers))
        channel = f"{engagement}/{service}/api"
        name = next(f"{role}-{n}" for n in self.town.numbers if place(channel, f"{role}-{n}", SHARDS) == shard)
        home, command = self.node.placed(engagement, service, name, {"claim": claim, "role": role})
        return home, self.do(home, command)

    def tell(self, shard, name, key, keep):
        return self.do(shard, Deliver(name, key, {}, keep))

    def ring(self, shard):
        return self.do(shard, Broadcast("alarm", {}))


class Town:
    """A database of SHARDS shards, and nodes over it."""

    def __init__(self, url, folder, *, after=0):
        self.url = url
        self.numbers = count(1)
        self._stores = {}
        self.outside = Outside()
        pack = load(write_talks(folder / "talks", after=after))
        self.offer = Offer(bind(agreement.parse(pack.terms.encode()), pack))

    @contextmanager
    def node(self, name, *, pace=STEADY, held=SHARDS):
        """Run a node until the end of the block; begin when it holds so many shards."""
        post = Post(self.outside, {"*": "http://outside/"}, patience=Patience(0.05, 0.2, 3))
        made = Node(
            self.url, f"http://{name}", SHARDS, [self.offer], post, clock=lambda: time.time_ns() // 1000, pace=pace
        )
        made.start()
        try:
            until(lambda: len(made.keeper.shards) >= held)
            until(lambda: not held or all(row.ready_at for row in made.keeper.tenures))
            yield Desks(self, made)
        finally:
            made.stop()

    def shard(self, number):
        """A shard's store, to read."""
        if number not in self._stores:
            self._stores[number] = open_store(self.url, schema=schema_of(number), read_only=True)
        return self._stores[number]

    def close(self):
        while self._stores:
            self._stores.popitem()[1].close()

    def logs(self):
        """Shard -> its entries."""
        return {number: list(self.shard(number).read_log()) for number in range(1, SHARDS + 1)}

    def kinds(self):
        """How often each event stands in the logs."""
        return Counter(type(one) for log in self.logs().values() for entry in log for one in entry.events)

    def begun(self, by):
        """(shard, external id) of the items that began by an event of this kind."""
        return [
            (shard, entry.events[0].external_id)
            for shard, log in self.logs().items()
            for entry in log
            if entry.by == by and type(entry.events[0]) is ItemReceived
        ]

    def status(self, where):
        """How an item stands, by (shard, item)."""
        shard, item = where
        with self.shard(shard).snapshot() as connection:
            return connection.execute(select(ITEM.c.status).where(ITEM.c.id == item)).scalar()

    def over(self):
        """How many items are not under way any more."""
        found = 0
        for number in range(1, SHARDS + 1):
            with self.shard(number).snapshot() as connection:
                query = select(func.count()).select_from(ITEM).where(ITEM.c.status == "delivered")
                found += connection.execute(query).scalar()
        return found

    def quiet(self):
        """Whether nothing is under way between shards."""
        for number in range(1, SHARDS + 1):
            with self.shard(number).snapshot() as connection:
                if connection.execute(select(func.count()).select_from(POST)).scalar():
                    return False
        return True

    def proved(self):
        """Every shard's tables follow from its log."""
        for number in range(1, SHARDS + 1):
            with open_store(self.url, schema=schema_of(number)) as store:
                verdict = prove(store)
                assert verdict.equal, verdict.differences[:3]
