"""A conflict wall that is raised or taken down anywhere holds, or no longer holds, at all shards of all nodes."""

import json

import pytest
from test_api import until
from test_house_people import SHARDS, Town

from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Assign
from alihdaya.store.lease.house import parts_of, shard_store

EVERY = tuple(range(1, SHARDS + 1))


@pytest.fixture
def town(postgresql, tmp_path):
    return Town(postgresql.new_database(), tmp_path)


def test_walls_by_hand_hold_at_all_nodes_and_no_roster_brings_back_what_was_taken_down(town):
    with town.node("a", SHARDS, walls=("Acme",)) as (a, ask):
        held = {shard: town.bring([a], shard) for shard in EVERY}
        for shard, item in held.items():
            town.do([a], shard, Assign(item, 1, "ana"))
        with town.node("b", SHARDS // 2) as (b, ask_b):
            until(lambda: len(a.keeper.shards) == SHARDS // 2)
            until(lambda: all(row.ready_at for row in a.keeper.tenures))
            down = {"client": "Acme", "reason": "he left the rival", "by": "nina"}
            assert ask_b.post("/api/people/budi/walls/remove", json=down).status_code == 204
            until(lambda: {town.may([a, b], shard, "budi") for shard in EVERY} == {None})
            up = {"engagement": "acme", "reason": "a cousin", "by": "nina"}
            assert ask.post("/api/people/ana/walls", json=up).status_code == 204
            until(lambda: not any(_held(ask, shard, item) for shard, item in held.items()))
            assert {town.may([a, b], shard, "ana") for shard in EVERY} == {"gate"}
    code, out = town.cli("wall", "remove", "ana", "--engagement", "acme", "--because", "settled", "--by", "nina")
    assert (code, out) == (0, "No wall keeps ana from acme any more.\n")
    with town.node("c", SHARDS, walls=("Acme",)) as (c, ask):  # its roster is read again
        assert {town.may([c], shard, who) for shard in EVERY for who in ("ana", "budi")} == {None}
        item = f"2-{held[2]}"
        code, out = town.cli("wall", "add", "eko", "--item", item, "--because", "his own")
        assert (code, out) == (0, f"A wall keeps eko from item {item}.\n")
        until(lambda: any(one.get("item") == item for one in ask.get("/api/shards/2/walls").json()))
        answer = ask.post(f"/api/items/{item}/tasks/1/assign", json={"person": "eko"})
        assert (answer.status_code, "from this item" in answer.text) == (403, True)
        assert town.may([c], 2, "eko") is None, "another item"
        wish = {"item": "2-999", "reason": "", "by": "nina"}
        assert ask.post("/api/people/eko/walls", json=wish).json()["problems"][0]["code"] == "not-open"
        assert ask.post("/api/people/eko/walls", json={**wish, "item": "9-1"}).status_code == 404
        until(lambda: {_walls_of(ask, shard) for shard in EVERY} == {_walls_of(ask, 1)})
    code, out = town.cli("wall", "--json")
    found = {
        (one["person"], *[one[key] for key in ("client", "engagement", "item") if key in one]): one["stands"]
        for one in map(json.loads, out.splitlines())
    }
    assert (code, found) == (0, {("ana", "acme"): False, ("budi", "Acme"): False, ("eko", item): True})
    for part in parts_of(town.url):
        with shard_store(town.url, part) as store:
            assert not prove(store).differences


def _held(ask, shard, item):
    (task,) = ask.get(f"/api/items/{shard}-{item}").json()["tasks"]
    return task["person"]


def _walls_of(ask, shard):
    found = ask.get(f"/api/shards/{shard}/walls").json()
    return tuple(sorted((one["person"], json.dumps({**one, "at": ""}, sort_keys=True)) for one in found))
