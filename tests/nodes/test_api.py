"""One or two nodes over a real PostgreSQL, asked by HTTP: work in, people's acts, messages, and what goes out."""

import asyncio
import json
import time
from contextlib import contextmanager
from threading import Lock

import httpx
import pytest
from bench.chaos.pack import write_pack
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families

from alihdaya.channels.api.app import make_api
from alihdaya.engagement import terms as agreement
from alihdaya.operations.books.replay import prove
from alihdaya.operations.node.dispatch import Answer, Patience
from alihdaya.operations.node.keeper import Pace
from alihdaya.operations.node.node import Node, Offer, Post
from alihdaya.operations.node.visible.traces import Tracing
from alihdaya.operations.sign import bind
from alihdaya.packs import load
from alihdaya.people.roster import read_roster
from alihdaya.store import open_store
from alihdaya.store.lease.fence import schema_of
from alihdaya.store.lease.reader import Shards
from alihdaya.work.place import place

SHARDS = 3
PATIENCE = 100


class Outside:
    """The outside service: does each thing once by its key; `answers` are given first, in order."""

    def __init__(self):
        self.lock = Lock()
        self.answers = []
        self.letters = []

    def __call__(self, letter):
        with self.lock:
            self.letters.append(letter)
            if self.answers:
                return self.answers.pop(0)
        return Answer(200, {"booking" if letter.send.name == "book" else "receipt": letter.idempotency_key})

    def keys(self, name):
        return [letter.idempotency_key for letter in self.letters if letter.send.name == name]


class Client:
    """Asks an API as a client would, without a network in between."""

    def __init__(self, app, address):
        self._transport = httpx.ASGITransport(app)
        self._address = address

    def get(self, path):
        return self._ask("GET", path)

    def post(self, path, **body):
        return self._ask("POST", path, **body)

    def _ask(self, method, path, **body):
        async def ask():
            async with httpx.AsyncClient(transport=self._transport, base_url=self._address) as client:
                return await client.request(method, path, **body)

        return asyncio.run(ask())


class Town:
    """Nodes by name, each with its API as a client."""

    def __init__(self, url, folder):
        self.url = url
        self.outside = Outside()
        pack = load(write_pack(folder / "errand", seconds=1))
        people = read_roster(pack.roster.encode()).events
        self.offer = Offer(bind(agreement.parse(pack.terms.encode()), pack), people)
        self.nodes = {}

    @contextmanager
    def node(self, name, **more):
        post = Post(self.outside, {"*": "http://outside/"}, patience=Patience(0.05, 0.2, 3))
        clock = time.time_ns
        address = f"http://{name}"
        made = Node(
            self.url, address, SHARDS, [self.offer], post, clock=lambda: clock() // 1000, pace=Pace(0.2, 20), **more
        )
        shards = Shards(self.url, made.name, SHARDS)
        made.start()
        self.nodes[name] = made
        try:
            yield Client(make_api(made, shards), address)
        finally:
            made.stop()
            shards.close()

    def settle(self, client, held=SHARDS):
        until(lambda: len(client.get("/healthz").json()["shards"]) == held)
        until(lambda: all(row["ready_at"] for row in client.get("/api/shards").json()["shards"]))


def until(happened):
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


@pytest.fixture
def town(postgresql, tmp_path):
    return Town(postgresql.new_database(), tmp_path)


def errand(claim, kind="timer"):
    return {"engagement": "acme", "service": "errands", "data": {"claim": claim, "kind": kind, "pair": claim}}


def delivered(client, name):
    return client.get(f"/api/items/{name}").json()["status"] == "delivered"


def test_an_errand_of_each_kind_is_done_and_its_effects_happen_once(town):
    with town.node("a") as client:
        town.settle(client)
        made = {
            kind: client.post("/api/items", json=errand(f"c-{kind}", kind)) for kind in ("message", "timer", "person")
        }
        assert {answer.status_code for answer in made.values()} == {201}
        names = {kind: answer.json()["id"] for kind, answer in made.items()}
        shard = place("acme/errands/api", "c-timer", SHARDS)
        assert names["timer"].startswith(f"{shard}-")
        again = client.post("/api/items", json=errand("c-timer"))
        assert (again.status_code, again.json()["id"]) == (409, names["timer"])
        until(lambda: client.post("/api/messages", json={"name": "go", "key": "c-message"}).status_code == 200)
        assert client.post("/api/messages", json={"name": "go", "key": "c-message"}).status_code == 404
        person = names["person"]
        until(lambda: client.get(f"/api/items/{person}").json()["tasks"])
        assert client.post(f"/api/items/{person}/tasks/1/complete", json={"person": "ana"}).status_code == 409
        assert client.post(f"/api/items/{person}/tasks/1/assign", json={"person": "ana"}).status_code == 204
        assert client.post(f"/api/items/{person}/tasks/1/assign", json={"person": "ana"}).status_code == 409
        odd = client.post(f"/api/items/{person}/tasks/1/complete", json={"person": "ana", "result": {"x": 1}})
        assert odd.status_code == 422
        assert client.post(f"/api/items/{person}/tasks/1/complete", json={"person": "ana"}).status_code == 204
        for name in names.values():
            until(lambda name=name: delivered(client, name))
        item = client.get(f"/api/items/{person}").json()
        keys = [*town.outside.keys("book"), *town.outside.keys("settle")]
        assert len(keys) == len(set(keys)) == 6
        assert item["result"]["booking"] in town.outside.keys("book")
        assert (item["outcome"], item["sends"], item["tasks"]) == ("done", [], [])
        kept = client.get("/api/engagements/acme/attainment").json()
        assert [(one["clock"], one["met"] + one["missed"]) for one in kept] == [("respond", 1), ("resolve", 1)]
        (month,) = {one["month"] for one in kept}
        assert client.get(f"/api/engagements/acme/attainment?month={month}").json() == kept
        assert client.get("/api/engagements/acme/attainment?month=2001-01").json() == []
        assert client.get("/api/engagements/acme/attainment?month=May").json()["problems"][0]["code"] == "bad-month"
        assert client.get("/api/engagements/nobody/attainment").status_code == 404
        shown = client.get("/metrics")
        assert shown.headers["content-type"].startswith("text/plain; version=")
        families = {one.name: one.samples for one in text_string_to_metric_families(shown.text)}
        assert sum(sample.value for sample in families["alihdaya_items_delivered"]) == 3
        assert sum(one.value for one in families["alihdaya_commit_seconds"] if one.name.endswith("_count")) >= 3
    proved(town)


def proved(town):
    """Every shard's tables follow from its log, the outbox included."""
    for shard in range(1, SHARDS + 1):
        with open_store(town.url, schema=schema_of(shard)) as store:
            verdict = prove(store)
            assert verdict.equal, verdict.differences[:3]


def test_what_does_not_arrive_is_tried_again_under_the_same_key_and_ends_as_a_dead_letter(town):
    town.outside.answers = [Answer(503, {}, "HTTP 503", again=True), Answer(0, {}, "refused", again=True)]
    with town.node("a") as client:
        town.settle(client)
        first = client.post("/api/items", json=errand("c-1")).json()["id"]
        until(lambda: delivered(client, first))
        assert len(town.outside.keys("book")) == 3
        assert len(set(town.outside.keys("book"))) == 1
        town.outside.answers = [Answer(0, {}, "refused", again=True)] * 3
        second = client.post("/api/items", json=errand("c-2")).json()["id"]
        until(lambda: client.get(f"/api/items/{second}").json()["status"] == "stopped")
        item = client.get(f"/api/items/{second}").json()
        assert [(one["state"], one["attempts"], one["reason"]) for one in item["sends"]] == [("dead", 3, "refused")]
        assert [one["code"] for one in item["incidents"]] == ["not-sent"]
        assert client.post(f"/api/items/{second}/tasks/1/retry", json={}).status_code == 204
        until(lambda: delivered(client, second))
        assert len(set(town.outside.keys("book"))) == 2
        town.outside.answers = [Answer(404, {}, "HTTP 404")]
        third = client.post("/api/items", json=errand("c-3")).json()["id"]
        until(lambda: client.get(f"/api/items/{third}").json()["status"] == "stopped")
    proved(town)


def test_a_dead_letter_and_what_waits_outlive_the_node(town):
    town.outside.answers = [Answer(404, {}, "HTTP 404")] * 2
    with town.node("a") as client:
        town.settle(client)
        names = [client.post("/api/items", json=errand(f"c-{n}")).json()["id"] for n in range(2)]
        for name in names:
            until(lambda name=name: client.get(f"/api/items/{name}").json()["status"] == "stopped")
    keys = set(town.outside.keys("book"))
    with town.node("b") as client:
        town.settle(client)
        assert client.post(f"/api/items/{names[0]}/tasks/1/retry", json={}).status_code == 204
        until(lambda: delivered(client, names[0]))
        assert client.get(f"/api/items/{names[1]}").json()["sends"][0]["state"] == "dead"
    assert set(town.outside.keys("book")) == keys
    proved(town)


def test_two_nodes_name_each_other_and_hand_over_without_doing_anything_twice(town):
    with town.node("a") as a:
        town.settle(a)
        names = [a.post("/api/items", json=errand(f"c-{n}", "message")).json()["id"] for n in range(12)]
        until(lambda: len(town.outside.keys("book")) == 12)
        with town.node("b") as b:
            first, second = (a, b) if town.nodes["a"].name < town.nodes["b"].name else (b, a)
            town.settle(first, 2)  # who comes first by name has two
            town.settle(second, 1)
            statuses = set()
            for n in range(12):
                message = {"name": "go", "key": f"c-{n}"}
                answer = b.post("/api/messages", json=message)
                statuses.add(answer.status_code)
                if answer.status_code == 307:
                    assert answer.headers["location"] == "http://a/api/messages"
                    assert a.post("/api/messages", json=message).status_code == 200
            assert statuses == {200, 307}
            for name in names:
                until(lambda name=name: delivered(b, name))
        until(lambda: len(a.get("/healthz").json()["shards"]) == SHARDS)
    for name in ("book", "settle"):
        assert len(town.outside.keys(name)) == len(set(town.outside.keys(name))) == 12
    proved(town)


def test_what_is_wrong_with_a_request_is_said_and_changes_nothing(town):
    with town.node("a") as client:
        town.settle(client)
        for body, status, word in (
            ({**errand("x"), "service": "no-such"}, 404, "no-service"),
            ({**errand("x"), "extra": 1}, 422, "extra"),
            (errand(None), 422, "claim"),
            ({**errand("x"), "data": {"claim": "x", "kind": "timer", "more": 1}}, 422, "more"),
            (errand("x\0"), 422, "NUL"),
        ):
            answer = client.post("/api/items", json=body)
            assert answer.status_code == status, answer.text
            assert word in answer.text
        assert client.post("/api/items", content="{}", headers={"content-type": "text/plain"}).status_code == 415
        assert client.post("/api/items", content="{", headers={"content-type": "application/json"}).status_code == 422
        long = client.post("/api/items", content=b" " * 1_000_001, headers={"content-type": "application/json"})
        assert long.status_code == 413
        for path in ("/api/items/1-99", "/api/items/9-1", "/api/items/x", "/api/items/1-" + "9" * 30):
            assert client.get(path).status_code == 404
        assert client.get("/api/shards/9/tasks").status_code == 404
        assert client.get("/api/shards/1/tasks").json() == []
        assert set(client.get("/api/openapi.json").json()["components"]["schemas"]) >= {"Item", "Message"}
        assert client.get("/api/shards").json()["nodes"] == [town.nodes["a"].name]


def test_while_nobody_holds_a_shard_the_answer_says_when_to_ask_again(town):
    with town.node("a") as client:
        town.settle(client)
        town.nodes["a"].keeper.stop()
        answer = client.post("/api/items", json=errand("x"))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert client.get("/healthz").status_code == 503


def test_operators_act_on_items(town):
    with town.node("a") as client:
        town.settle(client)
        path = "/api/items/" + client.post("/api/items", json=errand("c-1", "person")).json()["id"]
        until(lambda: client.get(path).json()["tasks"])
        assert client.post(f"{path}/suspend", json={"reason": "asked", "by": "rina"}).status_code == 204
        assert client.get(path).json()["status"] == "suspended"
        refused = client.post(f"{path}/tasks/1/assign", json={"person": "ana"})
        assert (refused.status_code, refused.json()["problems"][0]["code"]) == (409, "suspended")
        note = {"variables": {"note": 1.5}}
        assert client.post(f"{path}/variables", json=note).status_code == 409
        assert client.post(f"{path}/resume", json={}).status_code == 204
        assert client.post(f"{path}/variables", json=note).status_code == 204
        assert client.post(f"{path}/variables", json={"variables": {}}).status_code == 422
        assert client.post(f"{path}/tokens/1/move", json={"node": "nowhere"}).status_code == 409
        told = client.get(f"{path}/trace").json()
        assert told["variables"]["note"] == 1.5
        assert [one["waits"] for one in told["tokens"]] == ["task"]
        assert {"item.suspended", "item.resumed"} <= {one.get("event") for one in told["trace"]}
        assert told["trace"][-1].get("event") == "engine.variables_set"
        clocks = client.get(f"{path}/sla").json()
        assert clocks["agrees_with_log"]
        assert [(one["clock"], one["verdict"]) for one in clocks["clocks"]] == [
            ("respond", "running"),
            ("resolve", "running"),
        ]
        assert all(one["due"] for one in clocks["clocks"])
        assert client.post(f"{path}/tokens/1/move", json={"node": told["tokens"][0]["node"]}).status_code == 204
        assert client.post(f"{path}/cancel", json={"reason": "x"}).status_code == 204
        assert client.get(path).json()["status"] == "cancelled"
        assert client.post(f"{path}/cancel", json={}).status_code == 409
        assert client.get("/api/items/1-99/trace").status_code == 404
        assert client.get("/api/items/1-99/sla").status_code == 404
        town.outside.answers = [Answer(404, {}, "HTTP 404")]
        second = client.post("/api/items", json=errand("c-2")).json()["id"]
        until(lambda: client.get(f"/api/items/{second}").json()["status"] == "stopped")
        assert client.post(f"/api/items/{second}/tokens/1/retry", json=note).status_code == 204
        until(lambda: delivered(client, second))
        assert [one.send.payload.get("note") for one in town.outside.letters if one.send.name == "book"][-1] == 1.5
    proved(town)


def test_what_an_item_sends_belongs_to_the_trace_of_its_command(town):
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with town.node("a", tracing=Tracing(provider)) as client:
        town.settle(client)
        name = client.post("/api/items", json=errand("c-1")).json()["id"]
        until(lambda: delivered(client, name))
    spans = exporter.get_finished_spans()
    (came,) = [span for span in spans if span.name == "Receive"]
    (first,) = [span for span in spans if span.name == "send book"]
    assert first.parent.span_id == came.context.span_id
    commits = [span for span in spans if span.name == "commit"]
    assert came.context.span_id in {link.context.span_id for span in commits for link in span.links}


def test_a_text_that_no_index_holds_stops_nobody_else(town):
    """A long key once broke the commit of a whole group, and where a timer led to it, of every group after it."""
    long = "".join(chr(0x4E00 + n) for n in range(900))  # 2,700 bytes that hardly compress
    with town.node("a") as client:
        town.settle(client)
        for body in (errand(long), {**errand("x"), "external_id": long}):
            answer = client.post("/api/items", json=body)
            assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, "bad-value"), answer.text
        awaited = client.post("/api/items", json={**errand(long, "message"), "external_id": "short"})
        assert awaited.status_code == 201
        until(lambda: client.post("/api/messages", json={"name": "go", "key": long}).status_code == 200)
        for body in ({"name": "go", "key": "\ud800"}, {"name": "go", "key": "a\0"}):
            content = json.dumps(body)
            answer = client.post("/api/messages", content=content, headers={"content-type": "application/json"})
            assert answer.status_code == 422, answer.text
        assert client.post("/api/items", json=errand("after")).status_code == 201
    proved(town)
