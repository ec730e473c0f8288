"""Errands on nodes whose days all are worked; as a program, a node at work, which may be killed at any time.

`python working.py URL FOLDER NAME AHEAD`: the node's clock is ahead of this machine's by so many microseconds. It
takes work in, and does two of three tasks, one after the other.
"""

import sys
import time
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.chaos.pack import write_pack
from test_api import Outside, until

from alihdaya.engagement import terms as agreement
from alihdaya.kernel.errors import AlihdayaError
from alihdaya.operations.commands import Assign, Complete
from alihdaya.operations.node.keeper import Pace
from alihdaya.operations.node.node import Node, Offer, Post
from alihdaya.operations.sign import bind
from alihdaya.packs import load
from alihdaya.people.roster import read_roster
from alihdaya.store.lease.reader import Shards

SHARDS = 3
STEADY, FRAIL = Pace(0.2, 20), Pace(0.5, 3)
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY_DAY = "\n".join(f'{day} = ["00:00-24:00"]' for day in WEEK)


class Works:
    """Nodes over one database, `ahead` microseconds of this machine."""

    def __init__(self, url, folder):
        self.url = url
        home = write_pack(folder / "errand", seconds=1)
        terms = home / "terms.toml"
        terms.write_text(terms.read_text().replace('monday = ["00:00-24:00"]', EVERY_DAY, 1))
        pack = load(home)
        people = read_roster(pack.roster.encode()).events
        self.offer = Offer(bind(agreement.parse(pack.terms.encode()), pack), people)

    @contextmanager
    def node(self, name, ahead, *, pace=STEADY, held=SHARDS):
        clock = lambda: time.time_ns() // 1000 + ahead  # noqa: E731
        post = Post(Outside(), {"*": "http://outside/"})
        made = Node(self.url, f"http://{name}", SHARDS, [self.offer], post, clock=clock, pace=pace)
        made.start()
        try:
            until(lambda: len(made.keeper.shards) >= held)
            until(lambda: not held or all(row.ready_at for row in made.keeper.tenures))
            yield made
        finally:
            made.stop()


def take_in(node, claim):
    """Take an errand in that waits for a person, if its shard is here."""
    data = {"claim": claim, "kind": "person", "pair": None}
    shard, command = node.placed("acme", "errands", claim, data)
    room = node.room(shard)
    return room and room.post(command, node.clock()).result(10)


def tasks(node, shards):
    """(shard, item, token) of what this node is to do: every third item stays open."""
    for shard in node.keeper.shards:
        for task in shards.shard(shard).open_tasks():
            if task.item % 3:
                yield shard, task.item, task.token


def do(node, shard, item, token):
    """Do a task; whoever was killed may have been given it already."""
    for command in (Assign(item, token, "ana"), Complete(item, token, "ana", 60, {})):
        room = node.room(shard)
        with suppress(AlihdayaError, TimeoutError):
            if room is not None:
                room.post(command, node.clock()).result(10)


def main(url, folder, name, ahead):
    """Work until killed, or until the input ends."""
    works, numbers = Works(url, Path(folder)), count(1)
    with works.node(name, int(ahead), pace=FRAIL, held=0) as node:
        shards = Shards(url, node.name, SHARDS)
        while True:
            with suppress(AlihdayaError, TimeoutError):
                take_in(node, f"{name}-{next(numbers)}")
                for one in list(tasks(node, shards))[:3]:
                    do(node, *one)
            time.sleep(0.1)


if __name__ == "__main__":
    main(*sys.argv[1:])
