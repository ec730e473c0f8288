"""A migration while nodes run: each shard's own writer carries it out, asked by HTTP from the command line."""

import json

import pytest
from bench.chaos import pack as errands
from click.testing import CliRunner
from test_api import SHARDS, Town, delivered, errand, proved, until

from alihdaya.cli import cli
from alihdaya.cli.migrate import remote
from alihdaya.engagement import terms as agreement
from alihdaya.operations.node.node import Offer
from alihdaya.operations.sign import bind
from alihdaya.packs import load


class Wire:
    """What the command line speaks through: a client of the node without a network in between."""

    def __init__(self, client):
        self.client = client

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def request(self, method, path, json):
        return self.client._ask(method, path, json=json)


@pytest.fixture
def town(postgresql, tmp_path):
    return Town(postgresql.new_database(), tmp_path)


def newer(town, folder):
    """The same town after its models changed on disk: the person's task is called otherwise."""
    place = errands.write_pack(folder / "newer", seconds=1)
    model = place / "processes" / "errand.bpmn"
    model.write_text(
        model.read_text()
        .replace('id="person"', 'id="human"')
        .replace('sourceRef="person"', 'sourceRef="human"')
        .replace('targetRef="person"', 'targetRef="human"')
    )
    pack = load(place)
    town.offer = Offer(bind(agreement.parse(pack.terms.encode()), pack), town.offer.people)
    return pack.digest


def test_items_in_all_shards_go_over_while_the_node_works(town, tmp_path, monkeypatch):
    with town.node("a") as client:
        town.settle(client)
        names = [client.post("/api/items", json=errand(f"c-{n}", "person")).json()["id"] for n in range(9)]
        assert len({name.partition("-")[0] for name in names}) == SHARDS
        for name in names:
            until(lambda name=name: client.get(f"/api/items/{name}").json()["tasks"])
        client.post(f"/api/items/{names[0]}/tasks/1/assign", json={"person": "ana"})
    digest = newer(town, tmp_path)
    with town.node("b") as client:
        town.settle(client)
        versions = client.get("/api/shards/1/versions").json()
        assert [(one["number"], one["digest"] == digest) for one in versions] == [(1, False), (2, True)]
        monkeypatch.setattr(remote.httpx, "Client", lambda **_: Wire(client))

        def migrate(*words):
            answer = CliRunner().invoke(cli, ["migrate", "--by-nodes", "http://b", "--of", "errand", "--json", *words])
            return answer.exit_code, json.loads(answer.stdout) if answer.stdout.startswith("{") else answer.output

        code, seen = migrate()
        assert (code, seen["moved"], len(seen["stayed"])) == (1, 0, 9)
        assert {(one["code"], one["node"]) for one in seen["reasons"]} == {("no-target", "person")}
        assert sum(one["items"] for one in seen["reasons"]) == 9
        code, one = migrate("--map", "person=human", "--item", names[0], "--go")
        assert (code, one["items"], one["moved"], one["to"]["digest"]) == (0, 1, 1, digest)
        code, few = migrate("--map", "person=human", "--limit", "4", "--go")
        assert (few["items"], few["moved"]) == (4, 4)
        code, rest = migrate("--map", "person=human", "--go")
        assert (code, rest["moved"]) == (0, 4)
        assert [place["target"] for place in rest["places"]] == ["human"]
        code, told = migrate("--map", "person=nobody", "--go")
        assert (code, "no node 'nobody'" in told) == (1, True)
        for name in names:
            item = client.get(f"/api/items/{name}").json()
            assert [task["node"] for task in item["tasks"]] == ["human"]
            if name != names[0]:
                client.post(f"/api/items/{name}/tasks/1/assign", json={"person": "ana"})
            assert client.post(f"/api/items/{name}/tasks/1/complete", json={"person": "ana"}).status_code == 204
        for name in names:
            until(lambda name=name: delivered(client, name))
        late = client.post("/api/items", json=errand("c-new", "person")).json()["id"]
        until(lambda: client.get(f"/api/items/{late}").json()["tasks"])
        assert [task["node"] for task in client.get(f"/api/items/{late}").json()["tasks"]] == ["human"]
        wrong = client.post("/api/shards/1/migrate", json={"pack": "errand", "most": 0})
        assert wrong.status_code == 422
        assert client.post("/api/shards/99/migrate", json={"pack": "errand"}).status_code == 404
        assert client.post("/api/shards/1/migrate", json={"pack": "other"}).status_code == 409
    proved(town)
