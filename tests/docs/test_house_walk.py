"""The walk of nodes.md: the books and people of a house whose node works meanwhile, over a PostgreSQL of two shards."""

import time
from contextlib import contextmanager
from datetime import UTC, datetime

from pages import DOCS
from test_walks import follow
from walking import Shell

from alihdaya.channels.files import read_rows
from alihdaya.engagement import terms as agreement
from alihdaya.kernel.time import micros
from alihdaya.operations.node.dispatch import Answer
from alihdaya.operations.node.keeper import Pace
from alihdaya.operations.node.node import Node, Offer, Post
from alihdaya.operations.sign import bind
from alihdaya.packs import load
from alihdaya.people.roster import read_roster

SHARDS, PATIENCE, ROWS = 2, 100, 30
START = micros(datetime(2026, 3, 9, 2, tzinfo=UTC))


@contextmanager
def working(url, folder):
    """A node that works, and has taken the desk's first requests in."""
    pack, begun = load(folder / "my-desk"), time.time_ns()
    service = bind(agreement.parse(pack.terms.encode()), pack)
    offer = Offer(service, read_roster(pack.roster.encode()).events)

    def clock():
        return START + (time.time_ns() - begun) // 1000

    node = Node(url, "http://a", SHARDS, [offer], Post(lambda _: Answer(200, {}), {}), clock=clock, pace=Pace(0.2, 20))
    node.start()
    try:
        end = time.monotonic() + PATIENCE
        while len(node.keeper.shards) < SHARDS or not all(row.ready_at for row in node.keeper.tenures):
            assert time.monotonic() < end
            time.sleep(0.05)
        batch = next(read_rows(folder / "my-desk" / "input" / "requests.csv", pack.intake))
        asked = [node.placed(service.engagement, service.name, row.external_id, row.data) for row in batch.rows[:ROWS]]
        for answer in [node.room(shard).post(command, clock()) for shard, command in asked]:
            answer.result(PATIENCE)
        yield node
    finally:
        node.stop()


def test_the_house_of_many_nodes(postgresql, tmp_path):
    shell, url = Shell(tmp_path), postgresql.new_database()
    assert shell.run("alihdaya pack new my-desk")
    shell.environment["ALIHDAYA_STORE"] = url
    with working(url, tmp_path):
        assert follow(DOCS / "nodes.md", shell, {}) == 6
