"""A day of many agents, each a client by HTTP of a real node that is killed again and again; and its judgment."""

import json
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from threading import Event, Thread

TESTS = Path(__file__).parents[1] / "operations"
LEASE = 120.0
PATIENCE = 600


class Server:
    """A node as a process of its own, over one shard."""

    def __init__(self, url, pack, port, log):
        self.port = port
        options = ["--pack", pack, "--listen", f"127.0.0.1:{port}", "--shards", 1, "--lease", 2, "--open", "--trust"]
        self.command = [sys.executable, "-m", "alihdaya.cli", "--store", url, "node", *map(str, options)]
        self.log = log.open("w")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=self.log)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        assert self.process.wait(PATIENCE) == -signal.SIGKILL

    def end(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait(PATIENCE)
        self.log.close()


class Caller:
    """Asks over HTTP until there is an answer: what a kill swallowed is asked again."""

    def __init__(self, port, over):
        self.port, self.over = port, over
        self.line = None
        self.asked = self.again = 0

    def __call__(self, method, path, body=None):
        """Status and answer; (0, None) once all is over."""
        while not self.over.is_set():
            self.asked += 1
            try:
                self.line = self.line or HTTPConnection("127.0.0.1", self.port, timeout=30)
                text = None if body is None else json.dumps(body)
                self.line.request(method, path, text, {"Content-Type": "application/json"})
                answer = self.line.getresponse()
                said = answer.read()
                if answer.status < 500:
                    return answer.status, json.loads(said) if said else None
            except (OSError, HTTPException, ValueError):
                self.close()
            self.again += 1
            self.over.wait(1)
        return 0, None

    def close(self):
        if self.line is not None:
            self.line.close()
        self.line = None


class Agent:
    """Logs in, accepts what rings (or declines it, or falls silent), does it, until all is done."""

    def __init__(self, who, port, over, seed):
        self.who, self.over, self.chance = who, over, Random(f"{seed} {who}")
        self.call = Caller(port, over)
        self.accepted, self.done = [], []
        self.thread = Thread(target=self.work, daemon=True)

    def seat(self, act=""):
        return f"/api/shards/1/presence/{self.who}{act}"

    def work(self):
        while not self.over.is_set():
            status, seat = self.call("GET", self.seat())
            if status == 404:
                self.call("POST", self.seat("/login"), {"channels": {"office": 1}, "lease": LEASE})
            elif status == 200 and seat["state"] != "ready":
                self.call("POST", self.seat("/state"), {"state": "ready"})
            elif status == 200 and seat["hands"]:
                self.handle(seat["hands"][0])
            else:
                self.over.wait(0.5 + self.chance.random())

    def handle(self, hand):
        task = f"/api/items/{hand['item']}/tasks/{hand['token']}"
        if hand["state"] == "rings" and self.chance.random() < 0.1:
            self.call("POST", f"{task}/decline", {"person": self.who, "reason": "busy"})
        elif hand["state"] == "rings":
            status, _ = self.call("POST", f"{task}/accept", {"person": self.who})
            if status == 204:
                self.accepted.append(hand["item"])
            self.call("POST", f"{task}/accept", {"person": self.who})  # twice: the second is refused
        else:
            self.over.wait(self.chance.random() * 0.2)
            result = {"person": self.who, "result": {"verdict": "yes"}, "seconds": 1, "code": "done"}
            if self.call("POST", f"{task}/complete", result)[0] == 204:
                self.done.append(hand["item"])


def pack_in(folder, agents):
    """The claims pack with so many people who may judge."""
    sys.path.append(str(TESTS))
    from claims_pack import TERMS, person, write_pack

    roster = "".join(person(f"agent-{n}", certificate="2099-01-01") for n in range(agents))
    terms = TERMS.replace("until = 2013-12-31", "until = 2099-12-31")
    return write_pack(folder / "claims", roster=roster, terms=terms)


def day(url, folder, port, *, agents, items, kills, seed=1):
    """Let them work until every item is delivered; gives figures, and the agents with what they were told."""
    over, begun = Event(), time.monotonic()
    server = Server(url, pack_in(folder, agents), port, folder / "node.log")
    people = [Agent(f"agent-{n}", port, over, seed) for n in range(agents)]
    bring = Caller(port, over)
    server.start()
    try:
        for agent in people:
            agent.thread.start()
        for n in range(items):
            data = {"claim": n + 1, "kind": "judge", "amount": 5, "came": "2026-03-02T08:00:00Z"}
            wanted = {"engagement": "acme", "service": "claims-desk", "external_id": str(n + 1), "data": data}
            status, said = bring("POST", "/api/items", wanted)
            assert status in {201, 409}, said
        killed, last, moved = 0, 0, time.monotonic()
        while (done := sum(len(agent.done) for agent in people)) < items and time.monotonic() - moved < PATIENCE:
            last, moved = (done, time.monotonic()) if done > last else (last, moved)
            if killed < kills and done >= items * (killed + 1) // (kills + 1):
                server.kill()
                server.start()
                killed += 1
            if killed == kills and done >= items * 0.9 and _left(bring) == 0:
                break
            time.sleep(0.2)
    finally:
        over.set()
        for agent in people:
            agent.thread.join(PATIENCE)
        server.end()
        calls = [bring, *(agent.call for agent in people)]
        for call in calls:
            call.close()
    return {
        "agents": agents,
        "items": items,
        "kills": killed,
        "seconds": round(time.monotonic() - begun, 1),
        "requests": sum(call.asked for call in calls),
        "asked_again": sum(call.again for call in calls),
    }, people


def _left(call):
    """How many tasks are open: an answer that a kill swallowed may have been the last one's."""
    return len(call("GET", "/api/shards/1/tasks")[1] or ())


def judge(entries, items, people):
    """What the log says; raises AssertionError where an item has two owners, is lost, or somebody was told else."""
    from alihdaya.work.events import AssignmentWithdrawn, ItemDelivered, TaskAssigned, TaskDone

    owners, had, did, delivered, twice = {}, set(), set(), set(), 0
    for entry in entries:
        for one in entry.events:
            if isinstance(one, TaskAssigned):
                assert entry.item not in owners, f"item {entry.item} has two owners"
                owners[entry.item] = one.person
                twice += (entry.item, one.person) in had
                had.add((entry.item, one.person))
            elif isinstance(one, AssignmentWithdrawn | TaskDone):
                assert owners.pop(entry.item) == one.person
                if isinstance(one, TaskDone):
                    did.add((entry.item, one.person))
            elif isinstance(one, ItemDelivered):
                assert entry.item not in delivered
                delivered.add(entry.item)
    assert delivered == set(range(1, items + 1)), f"{items - len(delivered)} items are lost"
    assert not owners
    for agent in people:
        for told, known in ((agent.accepted, had), (agent.done, did)):
            assert {(int(name.partition("-")[2]), agent.who) for name in told} <= known, agent.who
    return {"delivered": len(delivered), "assignments": len(had) + twice, "entries": len(entries)}
