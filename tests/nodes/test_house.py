"""A database of many nodes, looked at as one store: its items, stories, bills and proofs are those of all shards."""

import json

import pytest
from click.testing import CliRunner
from test_api import SHARDS, Town, delivered, errand, until

from alihdaya.cli import cli
from alihdaya.operations.books.bill import bill, terms_of
from alihdaya.store import StoreError, open_store, views
from alihdaya.store.lease.fence import schema_of
from alihdaya.store.lease.house import name_of, number_of, open_house, shards_of

N = 12


@pytest.fixture
def town(postgresql, tmp_path):
    return Town(postgresql.new_database(), tmp_path)


def told(town, *words):
    answer = CliRunner().invoke(cli, ["--lang", "en", "--store", town.url, *words])
    return answer.exit_code, answer.output or str(answer.exception)


def test_a_month_of_all_shards_is_billed_as_one_and_drills_down_to_its_items(town):
    with town.node("a") as client:
        town.settle(client)
        names = [client.post("/api/items", json=errand(f"c-{n}")).json()["id"] for n in range(N)]
        assert len({name.partition("-")[0] for name in names}) == SHARDS
        for name in names:
            until(lambda name=name: delivered(client, name))
        with open_house(town.url) as house:  # while the node works
            terms = terms_of(house)
            (month,) = views.months(house, "acme")
            made = bill(house, terms, month)
            rows = views.items(house)
        assert {name_of(row.id) for row in rows} == set(names)
        (line,) = made.invoice.lines
        assert line.quantity == N
        assert sum(_usage(town, month).values()) == N
        assert min(_usage(town, month).values()) > 0
        code, out = told(town, "invoice", month, "--line", "1", "--json")
        assert (code, {name_of(one) for one in json.loads(out)}) == (0, set(names))
        code, out = told(town, "item", names[0], "--json")
        story = json.loads(out)
        assert (code, name_of(story["item"]), story["external_id"]) == (0, names[0], "c-0")
        assert story["story"][-1]["event"] == "item.delivered"
        code, out = told(town, "items", "--state", "delivered", "--json", "--limit", "100")
        assert (code, len(out.splitlines())) == (0, N)
        code, out = told(town, "people", "--json")
        assert (code, out.count('"ana"')) == (0, 1), out
    code, out = told(town, "replay", "--json")
    proven = json.loads(out.splitlines()[-1])
    assert (code, proven["replay_equal"]) == (0, True)
    assert proven["entries"] > 3 * N


def _usage(town, month):
    found = {}
    for shard in range(1, SHARDS + 1):
        with open_store(town.url, schema=schema_of(shard), read_only=True) as store:
            counts = views.delivered(store, "acme", month)
            found[shard] = sum(n for units in counts.values() for n in units.values())
    return found


def test_what_only_nodes_may_write_is_not_written_past_them(town):
    with town.node("a") as client:
        town.settle(client)
        name = client.post("/api/items", json=errand("c-1", "person")).json()["id"]
        until(lambda: client.get(f"/api/items/{name}").json()["tasks"])
        (task,) = client.get(f"/api/shards/{name.partition('-')[0]}/tasks").json()
        assert task["item"] == name
    assert shards_of(town.url) == SHARDS
    code, out = told(town, "assign", "1001", "--to", "ana")
    assert (code, "nodes write to this database" in out) == (1, True), out
    assert shards_of(town.url) == SHARDS


def test_a_database_without_nodes_has_no_shards_and_one_whose_node_never_ran_says_so(postgresql, tmp_path):
    url = postgresql.new_database()
    assert shards_of(url) == 0
    assert shards_of(str(tmp_path / "some.db")) == 0
    with Town(url, tmp_path).node("a"):
        pass
    with open_store(url, schema=schema_of(2)) as store, store.database.connect() as connection:
        connection.exec_driver_sql("drop table alembic_version")
        connection.commit()
    with pytest.raises(StoreError, match="shard 2"):
        open_house(url)


def test_names_and_numbers_are_one():
    assert number_of("3-17") == 17003
    assert name_of(17003) == "3-17"
    for wrong in ("17", "a-1", "1-", "-1", "\u0663-1"):
        with pytest.raises(ValueError, match="such as 3-17"):
            number_of(wrong)
