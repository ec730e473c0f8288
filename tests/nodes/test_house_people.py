"""What one node comes to know of somebody all nodes know: a certificate that is withdrawn counts nowhere."""

import json
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_api import Client, until

from alihdaya.channels.api.app import make_api
from alihdaya.cli import cli
from alihdaya.engagement import terms as agreement
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import DAY, micros
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Assign, Complete, Receive
from alihdaya.operations.exchange.board import Others
from alihdaya.operations.node.dispatch import Answer
from alihdaya.operations.node.keeper import Pace
from alihdaya.operations.node.node import Node, Offer, Post
from alihdaya.operations.opening import open_desk
from alihdaya.operations.people.commands import Withdraw
from alihdaya.operations.perform import perform
from alihdaya.operations.sign import bind
from alihdaya.packs import load
from alihdaya.people.events import PersonJoined
from alihdaya.people.roster import read_roster
from alihdaya.store import open_store, views
from alihdaya.store.lease.fence import schema_of
from alihdaya.store.lease.house import open_house, parts_of, shard_store
from alihdaya.store.lease.reader import Shards

SHARDS, PATIENCE = 4, 100
NOON = micros(datetime(2013, 1, 8, 17, tzinfo=UTC))


class Town:
    """Nodes over a database of claims."""

    def __init__(self, url, folder):
        sys.path.append(str(Path(__file__).parents[1] / "operations"))
        from claims_pack import TERMS, write_pack

        self.url, self.folder, self.begun, self.claims = url, folder, time.time_ns(), 0
        self.text = TERMS
        pack = load(write_pack(folder / "claims"))
        service = bind(agreement.parse(pack.terms.encode()), pack, trusted=True)
        self.offer = Offer(service, read_roster(pack.roster.encode()).events)

    def clock(self):
        return NOON + (time.time_ns() - self.begun) // 1000

    @contextmanager
    def node(self, name, held, walls=()):
        """Run a node whose roster keeps budi from the work of these clients."""
        post = Post(lambda _: Answer(200, {}), {})
        people = [
            one._replace(walls=walls) if type(one) is PersonJoined and one[0] == "budi" else one
            for one in self.offer.people
        ]
        offer = Offer(self.offer.service, tuple(people))
        node = Node(self.url, f"http://{name}", SHARDS, [offer], post, clock=self.clock, pace=Pace(0.2, 20))
        shards = Shards(self.url, node.name, SHARDS)
        node.start()
        try:
            until(lambda: len(node.keeper.shards) == held)
            until(lambda: all(row.ready_at for row in node.keeper.tenures))
            yield node, Client(make_api(node, shards), f"http://{name}")
        finally:
            node.stop()
            shards.close()

    def do(self, nodes, shard, command):
        """Have whichever node holds the shard carry a command out."""
        until(lambda: any(node.room(shard) is not None for node in nodes))
        (room,) = [node.room(shard) for node in nodes if node.room(shard) is not None]
        return room.post(command, self.clock()).result(PATIENCE)

    def bring(self, nodes, shard, kind="judge"):
        """Take a claim in."""
        self.claims += 1
        data = {"claim": self.claims, "kind": kind, "amount": 50}
        return self.do(nodes, shard, Receive(self.offer.service, "api", str(self.claims), 0, 0, data))

    def may(self, nodes, shard, person):
        """Whether a person is given a new claim; None where it was given, else why not."""
        try:
            self.do(nodes, shard, Assign(self.bring(nodes, shard), 1, person))
        except Refused as refusal:
            return refusal.problems[0].code
        return None

    def cli(self, *words):
        answer = CliRunner().invoke(cli, ["--lang", "en", "--store", self.url, *words])
        return answer.exit_code, answer.output or str(answer.exception)


@pytest.fixture
def town(postgresql, tmp_path):
    return Town(postgresql.new_database(), tmp_path)


def test_a_certificate_that_one_node_withdraws_counts_at_none_and_what_was_held_by_it_waits_again(town):
    every = range(1, SHARDS + 1)
    with town.node("a", SHARDS) as (a, ask):
        held = {shard: town.bring([a], shard) for shard in every}
        for shard, item in held.items():
            town.do([a], shard, Assign(item, 1, "ana"))
        with town.node("b", SHARDS // 2) as (b, ask_b):
            until(lambda: len(a.keeper.shards) == SHARDS // 2)
            until(lambda: all(row.ready_at for row in a.keeper.tenures))
            wish = {"certificate": "claims-desk", "reason": "an audit", "by": "nina"}
            assert ask_b.post("/api/people/ana/withdraw", json=wish).status_code == 204
            until(lambda: all(_waits(ask, shard, item) for shard, item in held.items()))
            assert {town.may([a, b], shard, "ana") for shard in every} == {"gate"}
            assert {town.may([a, b], shard, "budi") for shard in every} == {None}
            until(lambda: not _under_way(town))
            assert ask.post("/api/people/nobody/withdraw", json=wish).status_code == 409
        until(lambda: len(a.keeper.shards) == SHARDS)
        assert {town.may([a], shard, "ana") for shard in every} == {"gate"}  # taken over
    code, out = town.cli("person", "ana", "--json")
    told = json.loads(out)
    assert [(one["by"], one["says"]) for one in told["log"] if one["event"] == "CertificateWithdrawn"] == [
        ("nina", "claims-desk: an audit")
    ]
    assert (code, [one["valid"] for one in told["certificates"]]) == (0, [False])
    for part in parts_of(town.url):
        with shard_store(town.url, part) as store:
            assert not prove(store).differences


def test_a_wall_that_one_nodes_roster_has_holds_at_all_nodes(town):
    every = tuple(range(1, SHARDS + 1))
    with town.node("a", SHARDS) as (a, _):
        assert {town.may([a], shard, "budi") for shard in every} == {None}
        with town.node("b", SHARDS // 2, walls=("Acme",)) as (b, _):
            until(lambda: {town.may([a, b], shard, "budi") for shard in every} == {"gate"})
            assert {town.may([a, b], shard, "ana") for shard in every} == {None}
    code, out = town.cli("person", "budi", "--json")
    told = json.loads(out)
    assert (code, told["walls"]) == (0, ["Acme"])
    assert [one["says"] for one in told["log"] if "not Acme" in one["says"]] == [
        "Beta \N{RIGHTWARDS ARROW} Acme; not Acme"
    ]


def test_what_a_node_that_died_had_not_told_yet_its_successor_tells(town):
    every = tuple(range(1, SHARDS + 1))
    with town.node("a", SHARDS):
        pass
    with open_store(town.url, schema=schema_of(2)) as store:  # the node died right after this commit
        desk = open_desk(store, recorded=town.clock)
        desk.board.others = Others(2, (1, 3, 4), lambda _: False, lambda _: False)
        perform(desk, Withdraw("ana", "claims-desk", "an audit"), town.clock())
        desk.commit()
        desk.close()
    with town.node("b", SHARDS) as (b, _):
        assert town.may([b], 2, "ana") == "gate"
        until(lambda: {town.may([b], shard, "ana") for shard in every} == {"gate"})
        until(lambda: not _under_way(town))


def _waits(ask, shard, item):
    (task,) = ask.get(f"/api/items/{shard}-{item}").json()["tasks"]
    return task["person"] is None


def _under_way(town):
    with open_house(town.url) as house, house.snapshot() as connection:
        from sqlalchemy import func, select

        from alihdaya.store.schema import POST

        return connection.execute(select(func.count()).select_from(POST)).scalar()


def test_the_command_line_writes_to_the_house_while_nodes_work_and_while_none_does(town):
    with town.node("a", SHARDS) as (a, _):
        items = [(shard, town.bring([a], shard, kind)) for shard in (1, 2, 3, 4) for kind in ("plain", "judge")]
        for shard, item in items[1::2]:
            town.do([a], shard, Assign(item, 1, "ana"))
            town.do([a], shard, Complete(item, 1, "ana", 60, {"verdict": "yes"}))
        code, out = town.cli("withdraw", "ana", "claims-desk", "--because", "an audit")
        assert (code, out) == (0, "ana no longer has the certificate claims-desk.\n")
        until(lambda: all(town.may([a], shard, "ana") == "gate" for shard in (1, 2, 3, 4)))
        code, out = town.cli("withdraw", "ana", "claims-desk", "--because", "an audit")
        assert (code, "has no certificate" in out) == (1, True), out
        code, out = town.cli("close", "2013-01", "--json")
        assert (code, json.loads(out)["number"]) == (0, "acme-00001"), out
        code, again = town.cli("close", "2013-01", "--json")
        assert (code, again) == (0, out)
    code, out = town.cli("withdraw", "budi", "claims-desk", "--because", "an audit")
    assert code == 0, out
    dearer = town.folder / "dearer.toml"
    dearer.write_text(town.text.replace("price = 1.005", "price = 2"))
    code, out = town.cli("amend", str(dearer), "--from", "2013-01-09", "--because", "agreed", "--retroactive")
    assert (code, "amended" in out) == (0, True), out
    code, out = town.cli("correct", f"{items[0][0]}-{items[0][1]}", "--unbilled", "--because", "a mistake")
    assert code == 0, out
    code, out = town.cli("terminate", "acme", "--on", "2026-11-22", "--because", "over")
    assert (code, "hold from" in out) == (1, True), out
    town.begun -= 2 * 1000 * DAY  # two days later
    with town.node("a", SHARDS) as (a, _):
        assert {town.may([a], shard, "budi") for shard in (1, 2, 3, 4)} == {"gate"}
        new = {shard: town.bring([a], shard, "plain") for shard in (1, 2, 3, 4)}
    with open_house(town.url) as house:
        bound = {row.id: row.terms for row in views.items(house, limit=1000)}
    digest = agreement.parse(dearer.read_bytes()).digest
    assert {bound[1000 * item + shard] for shard, item in new.items()} == {digest}
    assert {bound[1000 * item + shard] for shard, item in items} != {digest}
