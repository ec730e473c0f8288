"""Two nodes whose items talk over shards, killed with SIGKILL by turns: each message and signal comes to be once."""

import random
import subprocess
import sys
from collections import Counter
from itertools import cycle

import pytest
import talking_node
from shard_talk import SHARDS, Town, until

from alihdaya.work.exchange import MessageLost, ShardPosted

ITEMS, KILLS, AFTER = 40, 4, 30

pytestmark = pytest.mark.chaos


def spawn(url, folder, name):
    """Run a node in a process of its own, which ends with this one."""
    command = [sys.executable, talking_node.__file__, url, str(folder / name), name, str(AFTER)]
    (folder / name).mkdir(exist_ok=True)
    return subprocess.Popen(command, stdin=subprocess.PIPE)


def brought(town, chance):
    """Take in what hears, listens, tells and rings, each somewhere, before any of them tells; gives who is to hear."""
    with town.node("first") as desks:
        where = {(role, n): chance.randint(1, SHARDS) for role in ("hear", "listen", "tell") for n in range(ITEMS)}
        found = {(role, n): desks.take_in(role, shard, n) for (role, n), shard in where.items()}
        desks.take_in("ring", 2, 0)
    across = sum(where["hear", n] != where["tell", n] for n in range(ITEMS))
    return {one for (role, _), one in found.items() if role in {"hear", "listen"}}, across


def test_nothing_between_shards_is_lost_or_doubled_by_kills(postgresql, tmp_path):
    chance = random.Random(11)
    url = postgresql.new_database()
    town = Town(url, tmp_path, after=AFTER)
    hearers, across = brought(town, chance)
    total = 3 * ITEMS + 1
    kills = sorted(chance.sample(range(ITEMS // 2, total - ITEMS // 2), KILLS))
    nodes = {name: spawn(url, tmp_path, name) for name in ("a", "b")}
    try:
        for threshold, name in zip(kills, cycle(nodes), strict=False):
            until(lambda threshold=threshold: town.over() >= threshold)
            nodes[name].kill()
            nodes[name].communicate()
            assert town.over() < total
            nodes[name] = spawn(url, tmp_path, name)
        until(lambda: town.over() == total)
        until(town.quiet)
    finally:
        for node in nodes.values():
            node.kill()
            node.communicate()
    logs = town.logs()
    by = Counter((shard, entry.item, entry.by) for shard, log in logs.items() for entry in log if entry.item)
    heard = {where[:2]: n for where, n in by.items() if where[2] in {"message", "signal"}}
    assert heard == dict.fromkeys(hearers, 1)
    found = town.kinds()
    assert not found[MessageLost]
    assert across + SHARDS - 1 == found[ShardPosted]
    town.proved()
    town.close()
