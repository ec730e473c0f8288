"""Months leave the shards of many nodes while these work: what is asked afterwards is answered as before."""

import json
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import test_api
from click.testing import CliRunner
from sqlalchemy import text
from test_api import SHARDS, Town, delivered, errand, proved, until
from test_migrating_nodes import Wire

from alihdaya.cli import cli
from alihdaya.cli.migrate import remote
from alihdaya.operations.books.bill import bill, terms_of
from alihdaya.store import StoreLocked, open_store, views
from alihdaya.store.archive import partitions
from alihdaya.store.archive.reading import archived
from alihdaya.store.lease.fence import schema_of
from alihdaya.store.lease.house import name_of, number_of, open_house, shard_store
from alihdaya.store.lease.lock import archiving
from alihdaya.store.views.histories import heads, histories

N = 12
THEN = int(datetime(2026, 8, 10, 9, tzinfo=UTC).timestamp() * 1e9)
LATER = THEN + 100 * 86_400 * 10**9
"""In November."""


@pytest.fixture
def town(postgresql, tmp_path):
    return Town(postgresql.new_database(), tmp_path)


def clock_from(monkeypatch, start):
    """Let the nodes that begin from now on live in another time."""
    begun = time.time_ns()
    clock = SimpleNamespace(time_ns=lambda: start + time.time_ns() - begun, monotonic=time.monotonic, sleep=time.sleep)
    monkeypatch.setattr(test_api, "time", clock)


def told(url):
    """What people can ask of the whole house."""
    with open_house(url) as house:
        terms = terms_of(house)
        bills = {month: bill(house, terms, month).invoice for month in views.months(house, "acme")}
        entries = list(histories(house, archive=True))
        ids = [one.id for one in heads(house, archive=True)]
        assert sorted({entry.item for entry in entries}) == sorted(ids)
        stories = {item: [entry for entry in entries if entry.item == item] for item in ids}
        assert all(list(views.item_story(house, item).entries) == story for item, story in stories.items())
        return bills, stories


def last_version(url, shard):
    """Make a shard one of version 0029, before days had their handling time."""
    with open_store(url, schema=schema_of(shard)) as store, store.database.connect() as connection, connection.begin():
        connection.execute(text("delete from tally where measure = 'handled'"))
        connection.execute(text("delete from carried where unit like 'outcome:%'"))
        connection.execute(text("update alembic_version set version_num = '0029'"))


def test_months_leave_shard_by_shard_and_everything_is_told_as_before(town, tmp_path, monkeypatch):
    clock_from(monkeypatch, THEN)
    with town.node("a") as client:
        town.settle(client)
        names = [client.post("/api/items", json=errand(f"c-{n}")).json()["id"] for n in range(N)]
        held = client.post("/api/items", json=errand("c-held", "person")).json()["id"]
        for name in names:
            until(lambda name=name: delivered(client, name))
        until(lambda: client.get(f"/api/items/{held}").json()["tasks"])
    before = told(town.url)
    stays = int(held.partition("-")[0])
    clock_from(monkeypatch, LATER)
    with town.node("b") as client:
        town.settle(client)
        monkeypatch.setattr(remote.httpx, "Client", lambda **_: Wire(client))

        def ask(*words, code=0):
            answer = CliRunner().invoke(cli, ["--lang", "en", "--store", town.url, *words])
            assert answer.exit_code == code, (answer.output, answer.exception)
            return answer.output

        def retain(*words, code=0):
            words = ("--older-than", "1", "month", "--at", "2026-11-18", "--json", *words)
            return [json.loads(line) for line in ask("retain", *words, code=code).splitlines()]

        assert "--by-nodes" in ask("retain", "--older-than", "1", "month", code=2)
        wrong = {"month": "2026-08", "first": 1, "last": 2, "entries": 2, "items": 1, "last_item": 1, "folder": "/x"}
        wrong |= {"chain": "0" * 64, "born": 1, "until": 1}
        other = stays % SHARDS + 1
        refused = client.post(f"/api/shards/{other}/retire", json=wrong)
        assert (refused.status_code, refused.json()["problems"][0]["code"]) == (409, "month-differs")
        assert client.post(f"/api/shards/{other}/retire", json=wrong | {"month": "2026-13"}).status_code == 422
        would = {row["shard"]: row["reasons"] for row in retain("--dry-run", code=1)}
        assert {shard for shard, reasons in would.items() if reasons} == {stays}
        assert would[stays][0]["kind"] == "open-items"
        go = ("--by-nodes", "http://b", "--to", str(tmp_path / "archive"))
        rows = retain(*go, code=1)
        assert {row["shard"] for row in rows if row["archived"]} == set(range(1, SHARDS + 1)) - {stays}
        assert [row["shard"] for row in rows if not row["archived"]] == [stays]
        assert told(town.url) == before
        with open_house(town.url) as house:
            assert {one.first % house.factor for one in archived(house)} == set(range(1, SHARDS + 1)) - {stays}
            assert {row.id % house.factor for row in views.items(house)} == {stays}
        lines = json.loads(ask("invoice", "2026-08", "--line", "1", "--json"))
        assert {name_of(one) for one in lines} == set(names)
        gone = next(name for name in names if not name.startswith(f"{stays}-"))
        assert client.get(f"/api/items/{gone}").json()["status"] == "delivered"
        assert json.loads(ask("item", gone, "--json"))["item"] == number_of(gone)
        again = client.post("/api/items", json=errand("c-0"))
        assert (again.status_code, again.json()["id"]) == (409, names[0]), "what came in once is still known"
        assert client.post(f"/api/items/{held}/tasks/1/assign", json={"person": "ana"}).status_code == 204
        assert client.post(f"/api/items/{held}/tasks/1/complete", json={"person": "ana"}).status_code == 204
        until(lambda: delivered(client, held))
        assert [row["reasons"][0]["kind"] for row in retain(*go, code=1)] == ["unbilled"], "November is not over"
        assert [(row["shard"], row["archived"]) for row in retain(*go, "--unbilled")] == [(stays, True)]
        assert retain(*go) == []
        monkeypatch.setenv("ALIHDAYA_ARCHIVE", str(tmp_path / "moved"))
        (tmp_path / "archive").rename(tmp_path / "moved")
        assert json.loads(ask("replay", "--json").splitlines()[-1])["replay_equal"]
        assert json.loads(ask("item", gone, "--json"))["item"] == number_of(gone)
    for shard in range(1, SHARDS + 1):
        last_version(town.url, shard)
    with town.node("c", archive=tmp_path / "moved") as client:
        town.settle(client)
    (tmp_path / "moved").rename(tmp_path / "archive")
    proved(town)


def test_a_reader_who_stays_long_keeps_the_month_and_not_the_shard(town, tmp_path, monkeypatch):
    monkeypatch.setattr(partitions, "SHORT_PATIENCE", "200ms")
    monkeypatch.setattr("alihdaya.store.store.SHORT_PATIENCE", "200ms")
    clock_from(monkeypatch, THEN)
    with town.node("a") as client:
        town.settle(client)
        for n in range(N):
            name = client.post("/api/items", json=errand(f"c-{n}")).json()["id"]
            until(lambda name=name: delivered(client, name))
    clock_from(monkeypatch, LATER)
    with town.node("b") as client:
        town.settle(client)
        monkeypatch.setattr(remote.httpx, "Client", lambda **_: Wire(client))
        monkeypatch.setattr(remote, "_ATTEMPTS", 1)
        words = ["--store", town.url, "retain", "--older-than", "1", "month", "--at", "2026-11-18"]
        words += ["--by-nodes", "http://b", "--to", str(tmp_path / "archive")]
        with open_house(town.url) as house, house.snapshot() as connection:
            connection.exec_driver_sql("select count(*) from log").all()
            answer = CliRunner().invoke(cli, words)
            assert answer.exit_code == 1, answer.output
            assert "lock timeout" in answer.output
            until(lambda: client.post("/api/items", json=errand("c-new")).status_code in {201, 409})
        with shard_store(town.url, 2) as shard, archiving(shard.database):
            answer = CliRunner().invoke(cli, words)
            assert isinstance(answer.exception, StoreLocked), answer.output
            assert "another process archives this shard" in str(answer.exception)
        answer = CliRunner().invoke(cli, words)
        assert answer.exit_code == 0, (answer.output, answer.exception)
    proved(town)
