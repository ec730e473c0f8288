"""The technical packs on a node over PostgreSQL: the website's functions run in its processes, once for each job."""

import time

import pytest
from test_service import MONDAY, live, port_of, shop

from alihdaya.engagement import terms as agreement
from alihdaya.operations.commands import Assign, Complete, Deliver
from alihdaya.operations.node.keeper import Pace
from alihdaya.operations.node.node import Node, Offer, Post
from alihdaya.operations.sign import bind
from alihdaya.packs import load
from alihdaya.people.roster import read_roster
from alihdaya.store import open_store, views
from alihdaya.store.lease.fence import schema_of
from alihdaya.work.events import ClockPaused, SendDone
from alihdaya.work.place import place

PATIENCE, SHARDS = 100, 2

__all__ = ["shop"]


class Desks:
    """A node that offers the three packs; commands go to the writer of a shard."""

    def __init__(self, url):
        self.url = url
        self.offers = {name: self._offer(name) for name in ("techsupport", "techsolutions", "website")}
        begun = time.monotonic_ns()
        post = Post(lambda _: None, {})
        self.node = Node(
            url,
            "http://w",
            SHARDS,
            list(self.offers.values()),
            post,
            clock=lambda: MONDAY + (time.monotonic_ns() - begun) // 1000,
            pace=Pace(0.2, 20),
        )

    def _offer(self, name):
        pack = load(name)
        return Offer(
            bind(agreement.parse(pack.terms.encode()), pack, trusted=True), read_roster(pack.roster.encode()).events
        )

    def do(self, shard, command):
        until(lambda: self.node.room(shard) is not None)
        return self.node.room(shard).post(command, self.node.clock()).result(PATIENCE)

    def take_in(self, pack, name, **values):
        """Take an item in; gives (shard, item)."""
        service = self.offers[pack].service
        row = dict.fromkeys(service.pack.intake.variables) | values
        shard, command = self.node.placed(service.engagement, service.name, name, row)
        assert shard == place(f"{service.engagement}/{service.name}/api", name, SHARDS)
        return shard, self.do(shard, command)

    def task(self, where):
        """The token of the item's one task, as soon as there is one."""
        with open_store(self.url, schema=schema_of(where[0]), read_only=True) as store:
            until(lambda: views.item_story(store, where[1]).tasks)
            return views.item_story(store, where[1]).tasks[0].token

    def does(self, where, person, **result):
        shard, item = where
        token = self.task(where)
        self.do(shard, Assign(item, token, person))
        self.do(shard, Complete(item, token, person, 60, result))

    def ended(self, where):
        """How the item ended, as soon as it has, and the events of its story."""
        with open_store(self.url, schema=schema_of(where[0]), read_only=True) as store:
            until(lambda: views.item_story(store, where[1]).item.status == "delivered")
            story = views.item_story(store, where[1])
            return story.item.outcome, [type(one) for entry in story.entries for one in entry.events]


def until(happened):
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.1)


@pytest.fixture
def desks(postgresql):
    made = Desks(postgresql.new_database())
    made.node.start()
    yield made
    made.node.stop()


def test_a_finding_is_published_and_verified_by_the_packs_functions(shop, desks):
    address = f"http://127.0.0.1:{port_of(shop)}/"
    finding = {"finding": "f-1", "site": "shop", "kind": "broken-link", "importance": "high"}
    where = desks.take_in("website", "f-1", **finding, url=f"{address}pay.html", page=address)
    desks.does(where, "laras", ruling="publish", release="mended", note="Done.")
    desks.does(where, "ayu", verdict="approve")
    outcome, events = desks.ended(where)
    assert (outcome, live(shop)) == ("fixed", "mended")
    assert events.count(SendDone) == 2


def test_an_incident_waits_for_its_customer_with_its_clocks_standing(shop, desks):
    facts = {"ticket": "T-1", "channel": "mail", "reporter": "A", "service": "mail", "symptom": "slow"}
    facts |= {"impact": "person", "urgency": "hindered", "repeats": 0}
    where = desks.take_in("techsupport", "T-1", **facts)
    person = next(event[0] for event in desks.offers["techsupport"].people)
    desks.does(where, person, ruling="ask", wrap_up="guidance", note="Which one?")
    with open_store(desks.url, schema=schema_of(where[0]), read_only=True) as store:
        story = views.item_story(store, where[1])
        assert ClockPaused in [type(one) for entry in story.entries for one in entry.events]
    assert desks.do(where[0], Deliver("customer-answers", "T-1", {})) == where[1]
    assert desks.task(where)
