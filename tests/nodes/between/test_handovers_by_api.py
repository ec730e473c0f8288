"""Hand-overs between services by HTTP, in every one of several shards, and read as one: both ways, and every no."""

import json
import sys
import time
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from alihdaya.channels.api.app import make_api
from alihdaya.cli import cli
from alihdaya.engagement import terms as agreement
from alihdaya.kernel.time import HOUR
from alihdaya.operations.books.replay import prove
from alihdaya.operations.node.dispatch import Answer
from alihdaya.operations.node.keeper import Pace
from alihdaya.operations.node.node import Node, Offer, Post
from alihdaya.operations.sign import bind
from alihdaya.packs import load
from alihdaya.people.roster import read_roster
from alihdaya.store import open_store
from alihdaya.store.lease.fence import schema_of
from alihdaya.store.lease.house import number_of, open_house
from alihdaya.store.lease.reader import Shards
from alihdaya.store.views.items import family
from alihdaya.store.views.open_work import handovers

sys.path += [
    str(Path(__file__).parents[2] / one) for one in ("nodes", "operations", "operations/exchange", "operations/people")
]
from claims_pack import MANIFEST, TERMS, write_pack
from small_desk import NOON
from test_api import Client, until
from test_quality import CARD, GOOD
from two_services import PEOPLE, terms

SHARDS = 3


class Street:
    """One node over several shards, which does claims and appeals for Acme, and appeals for its rival."""

    def __init__(self, client, url):
        self.client, self.url, self.claims = client, url, 0

    def bring(self, service="claims-desk", engagement="acme"):
        self.claims += 1
        data = {"claim": self.claims, "kind": "judge", "amount": 700, "came": "2013-01-08T16:00:00Z"}
        made = self.client.post("/api/items", json={"engagement": engagement, "service": service, "data": data})
        assert made.status_code == 201, made.text
        return made.json()["id"]

    def taken(self, who="ana", item=""):
        item = item or self.bring()
        until(lambda: self.client.get(f"/api/items/{item}").json()["tasks"])
        assert self.post(item, "tasks/1/assign", person=who) == (204, "")
        return item

    def post(self, item, path, **body):
        """The status, and the code of what is wrong or the number of the item that began."""
        answer = self.client.post(f"/api/items/{item}/{path}", json=body)
        found = answer.json() if answer.content else {}
        return answer.status_code, found["problems"][0]["code"] if "problems" in found else found.get("id", "")

    def over(self, item, **more):
        wish = {"person": "ana", "service": "appeals-desk", "given": {"kind": "judge"}, **more}
        return self.post(item, "tasks/1/hand-over", **wish)

    def status(self, item):
        return self.client.get(f"/api/items/{item}").json()["status"]

    def awaited(self, shard):
        found = self.client.get(f"/api/shards/{shard}/handovers")
        assert found.status_code == 200
        return {one["giver"]: one["item"] for one in found.json()}


@pytest.fixture
def street(postgresql, tmp_path):
    url, begun = postgresql.new_database(), time.time_ns()
    claims = load(write_pack(tmp_path / "claims", roster=PEOPLE))
    appeals = load(
        write_pack(tmp_path / "appeals", pack=MANIFEST.replace('name = "claims"', 'name = "appeals"') + CARD)
    )
    signed = [
        (claims, TERMS),
        (appeals, terms("appeals", "appeals-desk", "acme-appeals")),
        (appeals, terms("appeals", "rivals-desk", "rival", "Rival")),
    ]
    people = read_roster(PEOPLE.encode()).events
    offers = [Offer(bind(agreement.parse(text.encode()), pack, trusted=True), people) for pack, text in signed]
    post = Post(lambda _: Answer(200, {}), {})
    node = Node(
        url, "http://a", SHARDS, offers, post, clock=lambda: NOON + (time.time_ns() - begun) // 1000, pace=Pace(0.2, 60)
    )
    shards = Shards(url, node.name, SHARDS)
    node.start()
    try:
        client = Client(make_api(node, shards), "http://a")
        until(lambda: all(row["ready_at"] for row in client.get("/api/shards").json()["shards"]))
        until(lambda: len(client.get("/healthz").json()["shards"]) == SHARDS)
        yield Street(client, url)
    finally:
        node.stop()
        shards.close()
    for shard in range(1, SHARDS + 1):
        with open_store(url, schema=schema_of(shard)) as store:
            assert prove(store).equal


def test_every_shard_hands_over_and_gets_its_answer_and_all_are_read_as_one(street):
    given = {}
    while {item[0] for item in given} != set(map(str, range(1, SHARDS + 1))):
        item = street.taken()
        status, there = street.over(item, note="a lawyer, please", papers=["policy.pdf"])
        assert (status, there.partition("-")[0]) == (201, item.partition("-")[0]), "in the shard of the giver"
        given[item] = there
    for shard in range(1, SHARDS + 1):
        assert street.awaited(shard) == {a: b for a, b in given.items() if a.startswith(f"{shard}-")}
    with open_house(street.url) as house:
        numbers = {number_of(a): number_of(b) for a, b in given.items()}
        assert {one.giver: one.item for one in handovers(house)} == numbers
    answer = CliRunner().invoke(cli, ["--store", street.url, "handovers", "--json"])
    assert {(one["giver"], one["item"]) for one in map(json.loads, answer.output.splitlines())} == set(numbers.items())
    for item, there in given.items():
        street.taken("xena", there)
        done = {"person": "xena", "result": {"verdict": "no"}}
        assert street.post(there, "tasks/1/complete", **done) == (204, "")
        assert street.status(there) == "delivered"
        assert street.post(item, "hand-back", person="ana") == (409, "not-handed-over")
        street.taken("budi", item)
        assert street.post(item, "tasks/1/complete", person="budi", result={"verdict": "no"}) == (204, "")
        assert street.status(item) == "delivered"
    with open_house(street.url) as house:
        assert handovers(house) == []
    assert [street.awaited(shard) for shard in range(1, SHARDS + 1)] == [{}] * SHARDS


def test_what_may_not_be_handed_over_or_back_is_refused_with_its_code(street):
    item = street.taken()
    assert street.over(item, person="budi") == (409, "not-theirs")
    assert street.over(item, service="rivals-desk") == (409, "no-service")
    assert street.over(item, service="rivals-desk", engagement="rival") == (409, "other-client")
    assert street.over(item, service="claims-desk") == (409, "same-service")
    assert street.over(item, given={"kind": "judge", "amount": "much"}) == (409, "handover-data")
    assert street.client.post(f"/api/items/{item}/tasks/1/hand-over", json={"person": "ana"}).status_code == 422
    assert street.over("1-999")[0] in {404, 409}
    assert street.post(item, "hand-back", person="ana") == (409, "not-handed-over")
    status, there = street.over(item)
    assert status == 201
    assert street.over(item) == (409, "not-theirs"), "twice"
    assert street.post(item, "hand-back", person="citra") == (403, "gate")
    assert street.post(there, "hand-back", person="xena") == (409, "not-theirs")
    street.taken("xena", there)
    assert street.post(there, "hand-back", person="xena", reason="no ruling") == (204, "")
    assert (street.status(there), street.status(item)) == ("cancelled", "waiting")
    assert street.post(there, "hand-back", person="xena")[0] in {404, 409}, "it has ended"
    status, there = street.over(street.taken("ana", item), final=True)
    assert (status, street.status(item)) == (201, "handed-over")
    assert street.over(item)[0] in {404, 409}
    assert street.post(item, "hand-back", person="ana")[0] in {404, 409}
    assert street.awaited(item.partition("-")[0]) == {}


def test_a_wall_around_what_was_handed_over_holds_for_what_it_became_in_every_shard(street):
    item = street.taken()
    _, there = street.over(item)
    for who, what in (("budi", {"engagement": "acme"}), ("eko", {"item": item})):
        raised = street.client.post(f"/api/people/{who}/walls", json={**what, "reason": "a cousin", "by": "nina"})
        assert raised.status_code == 204, raised.text
    for who in ("budi", "eko"):
        until(lambda who=who: street.post(there, "tasks/1/assign", person=who) == (403, "gate"))
    with open_house(street.url) as house:
        assert family(house, number_of(there)) == ((number_of(item), "acme"),)
    street.taken("xena", there)
    assert street.post(there, "tasks/1/complete", person="xena", result={"verdict": "no"}) == (204, "")
    shown = {"budi": True, "eko": True, "yuri": False}
    for who, kept in shown.items():
        with patch("alihdaya.cli.people.review.now", lambda: NOON + HOUR):  # their certificates are of 2013
            output = CliRunner().invoke(cli, ["--store", street.url, "review", "next", "--by", who, "--json"]).output
        assert (output.strip() == "null") == kept, output
    for who in ("budi", "eko"):
        assert street.post(there, "tasks/1/review", reviewer=who, points=GOOD) == (403, "gate")
        assert street.post(there, "time", person=who, kind="meeting", seconds=60) == (403, "gate")
    assert street.post(there, "tasks/1/review", reviewer="ana", points=GOOD)[0] == 200
