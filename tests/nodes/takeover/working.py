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
sys.path.insert(1, str(Path(__file__).parents[3]))

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
    """(shard, task) of what this node is to do, what is answered first: every third item stays open."""
    found = [(shard, task) for shard in node.keeper.shards for task in shards.shard(shard).open_tasks()]
    return sorted((one for one in found if one[1].item % 3), key=lambda one: one[1].person is None)


def do(node, shard, task):
    """Do the next thing about a task: give it to somebody, or finish it."""
    place, room = (task.item, task.token), node.room(shard)
    command = Complete(*place, "ana", 60, {}) if task.person else Assign(*place, "ana")
    with suppress(AlihdayaError, TimeoutError):
        if room is not None:
            room.post(command, node.clock()).result(10)


def answer_all(node, shards):
    """Give every other task that waits to somebody: answered, and not done for long."""
    for shard, task in tasks(node, shards):
        if task.person is None and task.item % 2:
            do(node, shard, task)


def main(url, folder, name, ahead):
    """Work until killed, or until the input ends."""
    works, numbers = Works(url, Path(folder)), count(1)
    with works.node(name, int(ahead), pace=FRAIL, held=0) as node:
        shards = Shards(url, node.name, SHARDS)
        answered = False
        while True:
            with suppress(AlihdayaError, TimeoutError):
                if node.keeper.shards and not answered:
                    answer_all(node, shards)
                    answered = True
                take_in(node, f"{name}-{next(numbers)}")
                for one in list(tasks(node, shards))[:3]:
                    do(node, *one)
            time.sleep(0.1)


if __name__ == "__main__":
    main(*sys.argv[1:])
