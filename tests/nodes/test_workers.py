"""Workers over HTTP against a real node: real processes, some killed in the middle, every effect counted."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx
import pytest
import uvicorn

from alihdaya.channels.api.app import make_api
from alihdaya.engagement import terms as agreement
from alihdaya.operations.books.replay import prove
from alihdaya.operations.node.keeper import Pace
from alihdaya.operations.node.node import Node, Offer, Post
from alihdaya.operations.sign import bind
from alihdaya.packs import load
from alihdaya.store import open_store
from alihdaya.store.lease.fence import schema_of
from alihdaya.store.lease.reader import Shards

sys.path.insert(0, str(Path(__file__).parents[1] / "operations" / "jobs"))
from jobs_pack import write_jobs_pack

SHARDS = 2
PATIENCE = 100


class House:
    """One node served over loopback."""

    def __init__(self, node, url, folder):
        self.node = node
        self.url = url
        self.folder = folder
        self.client = httpx.Client(base_url=url, timeout=60, trust_env=False)

    def post(self, path, **body):
        return self.client.post(path, json=body)

    def order(self, *names):
        for name in names:
            data = {"claim": name, "kind": "timer"}
            made = self.post("/api/items", engagement="acme", service="errands", data=data)
            assert made.status_code == 201, made.text

    def fetch(self, most=1, worker="w", **more):
        body = {"worker": worker, "topics": ["look"], "most": most, "lease": 30, **more}
        return self.post("/api/jobs/fetch", **body).json()["jobs"]

    def open_jobs(self):
        return [job for n in range(1, SHARDS + 1) for job in self.client.get(f"/api/shards/{n}/jobs").json()]


def until(happened):
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


@contextmanager
def running(url, folder):
    pack = load(write_jobs_pack(folder / "errand"))
    offer = Offer(bind(agreement.parse(pack.terms.encode()), pack))
    server = uvicorn.Server(uvicorn.Config("none", port=0, log_level="warning", lifespan="off"))
    socket = server.config.bind_socket()
    address = f"http://127.0.0.1:{socket.getsockname()[1]}"
    clock = time.time_ns
    pace = Pace(0.2, 20)
    node = Node(url, address, SHARDS, [offer], Post(None, {}), clock=lambda: clock() // 1000, pace=pace)
    shards = Shards(url, node.name, SHARDS)
    server.config.app = make_api(node, shards)
    node.start()
    serving = Thread(target=server.run, args=([socket],), daemon=True)
    serving.start()
    house = House(node, address, folder)
    try:
        until(lambda: server.started and len(node.keeper.shards) == SHARDS)
        until(lambda: all(row["ready_at"] for row in house.client.get("/api/shards").json()["shards"]))
        yield house
    finally:
        server.should_exit = True
        serving.join()
        node.stop()
        shards.close()
        house.client.close()


@pytest.fixture
def house(postgresql, tmp_path):
    url = postgresql.new_database()
    with running(url, tmp_path) as made:
        yield made
    for shard in range(1, SHARDS + 1):
        with open_store(url, schema=schema_of(shard)) as store:
            assert prove(store).equal


def test_a_worker_fetches_keeps_answers_and_is_told_what_it_may_not(house):
    assert house.fetch() == []
    house.order("a", "b", "c")
    jobs = house.fetch(10)
    assert sorted(job["variables"]["claim"] for job in jobs) == ["a", "b", "c"]
    assert {job["attempt"] for job in jobs} == {1}
    assert len({job["key"] for job in jobs}) == 3
    assert house.fetch() == []
    assert {job["state"] for job in house.open_jobs()} == {"leased"}
    one, two, three = jobs
    path = f"/api/jobs/{one['id']}"
    assert house.post(f"{path}/extend", lock=one["lock"], lease=60).json()["until"] > one["until"]
    done = {"worker": "w", "lock": one["lock"], "result": {"seen": 1.5}}
    assert house.post(f"{path}/complete", **{**done, "lock": one["lock"] + 1}).status_code == 409
    assert house.post(f"{path}/complete", **{**done, "result": {"seen": "\0"}}).status_code == 422
    assert [house.post(f"{path}/complete", **done).status_code for _ in range(2)] == [204, 204]
    assert house.post(f"{path}/complete", **{**done, "result": {}}).status_code == 409
    item = house.client.get(f"/api/items/{one['item']}").json()
    assert item["result"] == {"claim": one["variables"]["claim"], "seen": 1.5}
    body = {"worker": "w", "lock": two["lock"]}
    assert house.post(f"/api/jobs/{two['id']}/error", **body, code="bad").status_code == 204
    assert house.client.get(f"/api/items/{two['item']}").json()["outcome"] == "failed"
    body = {"worker": "w", "lock": three["lock"]}
    assert house.post(f"/api/jobs/{three['id']}/fail", **body, message="x\0").status_code == 422
    assert house.post(f"/api/jobs/{three['id']}/fail", **body, message="x", retries=0).status_code == 204
    item = house.client.get(f"/api/items/{three['item']}").json()
    assert [one["message"] for one in item["incidents"]] == ["look: x"]
    for wrong in ("x", "9-1-0", "1-2", "1-2-3-4", "0-1-0"):
        assert house.post(f"/api/jobs/{wrong}/release", lock=1).status_code == 404
    assert house.post("/api/jobs/1-999-0/release", lock=1).status_code == 409
    assert house.post("/api/jobs/fetch", worker="", topics=["look"]).status_code == 422


def test_a_worker_that_waits_is_woken_by_new_work_and_by_a_job_given_back(house):
    found = []
    waiting = Thread(target=lambda: found.extend(house.fetch(wait=30)))
    waiting.start()
    until(lambda: house.node.bell.waiting)
    house.order("a")
    waiting.join()
    (job,) = found
    again = []
    waiting = Thread(target=lambda: again.extend(house.fetch(wait=30)))
    waiting.start()
    until(lambda: house.node.bell.waiting)
    assert house.post(f"/api/jobs/{job['id']}/release", lock=job["lock"]).status_code == 204
    waiting.join()
    assert [(one["id"], one["attempt"]) for one in again] == [(job["id"], 1)]
    assert again[0]["lock"] > job["lock"]
    body = {"worker": "w", "lock": again[0]["lock"], "message": "busy", "pause": 0.2}
    assert house.post(f"/api/jobs/{job['id']}/fail", **body).status_code == 204
    (third,) = house.fetch(wait=30)
    assert third["attempt"] == 2


PROGRAM = """
import json, os, random, sys, time
from alihdaya.channels.worker import Worker

def look(work):
    with open(sys.argv[2], "a") as effects:
        effects.write(json.dumps([work.variables["claim"], work.key, work.attempt]) + "\\n")
    time.sleep(random.uniform(0, 0.2))
    return {"seen": work.key}

Worker(sys.argv[1], name=sys.argv[3], hands=2, lease=4).on("look", look).run()
"""


def test_workers_killed_in_the_middle_lose_nothing_and_do_again_only_under_the_same_key(house):
    names = [f"c-{n}" for n in range(60)]
    house.order(*names)
    effects = house.folder / "effects"
    program = house.folder / "program.py"
    program.write_text(PROGRAM)
    started = []

    def start():
        words = [sys.executable, str(program), house.url, str(effects), f"w{len(started)}"]
        started.append(subprocess.Popen(words, env=os.environ))

    def done():
        return effects.exists() and len(effects.read_text().splitlines())

    try:
        start()
        start()
        for n in range(3):
            until(lambda n=n: done() >= 10 * (n + 1))
            started[n].send_signal(signal.SIGKILL)
            start()
        until(lambda: not house.open_jobs())
    finally:
        for one in started:
            one.kill()
            one.wait()
    lines = [json.loads(line) for line in effects.read_text().splitlines()]
    keys = {claim: {key for name, key, _ in lines if name == claim} for claim in names}
    assert all(len(some) == 1 for some in keys.values())
    assert len(set.union(*keys.values())) == len(names)
    twice = {claim: n for claim, n in Counter(name for name, _, _ in lines).items() if n > 1}
    again = {name for name, _, attempt in lines if attempt > 1}
    assert set(twice) <= again  # some were killed before they did anything
    delivered = [house.client.get(f"/api/items/{one}").json() for one in items_of(house, names)]
    assert {one["result"]["claim"]: {one["result"]["seen"]} for one in delivered} == keys


def items_of(house, names):
    """Ask for each item's name again: an external id is taken once."""
    for name in names:
        data = {"claim": name, "kind": "timer"}
        answer = house.post("/api/items", engagement="acme", service="errands", data=data)
        assert answer.status_code == 409
        yield answer.json()["id"]
