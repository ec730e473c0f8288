"""From application to work through the HTTP API: failed, tested again, passed, refused, trained, certified, at work.

What is asked and answered on the way is docs/people-by-api.md; ALIHDAYA_RECORD=1 writes that page anew.
"""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from test_api import Client, until

from alihdaya.channels.api.app import make_api
from alihdaya.engagement import terms as agreement
from alihdaya.kernel.time import micros
from alihdaya.operations.books.replay import prove
from alihdaya.operations.node.dispatch import Answer
from alihdaya.operations.node.keeper import Pace
from alihdaya.operations.node.node import Node, Offer, Post
from alihdaya.operations.sign import bind
from alihdaya.packs import load
from alihdaya.people.roster import read_roster
from alihdaya.store import open_store
from alihdaya.store.lease.fence import schema_of
from alihdaya.store.lease.reader import Shards

PAGE = Path(__file__).parents[2] / "docs" / "people-by-api.md"
START = micros(datetime(2026, 3, 2, 8, tzinfo=UTC))
NAMES = {"recruitment": ("misal-people", "recruiting"), "training": ("misal-training", "courses")}
NAMES |= {"techsupport": ("beispiel-support", "support-desk")}


class House:
    """A node of one shard with three packs, and the acts of a day by HTTP; `walk` has what was said on the way."""

    def __init__(self, client):
        self.client = client
        self.walk = []

    def chapter(self, title):
        self.walk += ["```", ""] * bool(self.walk) + [f"## {title}", "", "```text"]

    def post(self, path, **body):
        answer = self.client.post(path, json=body)
        said = ""
        if answer.status_code >= 400:
            said = "; ".join(f"{one['code']}: {one['message']}" for one in answer.json()["problems"])
        elif answer.content:
            said = json.dumps(answer.json())
        self.walk += [f"POST {path} {json.dumps(body)}", f"  {answer.status_code} {said}".rstrip()]
        return answer

    def get(self, path, tell):
        """Ask, and tell of the answer what `tell` makes of it."""
        found = self.client.get(path).json()
        self.walk += [f"GET {path}", f"  200 … {json.dumps(tell(found))} …"]
        return found

    def bring(self, pack, **data):
        engagement, service = NAMES[pack]
        answer = self.post("/api/items", engagement=engagement, service=service, data=data)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def say(self, name, key, **payload):
        answer = self.post("/api/messages", name=name, key=key, payload=payload)
        assert answer.status_code == 200, answer.text

    def token(self, item, node):
        """The token of a task, once it waits."""

        def waiting():
            return [task for task in self.client.get(f"/api/items/{item}").json()["tasks"] if task["node"] == node]

        until(waiting)
        return waiting()[0]["token"]

    def assign(self, item, node, person):
        path = f"/api/items/{item}/tasks/{self.token(item, node)}/assign"
        return self.post(path, person=person)

    def do(self, item, node, person, **result):
        given = self.assign(item, node, person)
        assert given.status_code == 204, given.text
        path = f"/api/items/{item}/tasks/{self.token(item, node)}/complete"
        done = self.post(path, person=person, result=result, seconds=60)
        assert done.status_code == 204, done.text

    def rate(self, item, who, person, points):
        given = {f"{who}_{one}": points for one in ("content", "order", "words", "grammar")}
        self.do(item, f"rate_{who}", person, **given, **{f"{who}_note": "as it reads"})

    def person(self, name):
        def proofs(people):
            one = next(one for one in people if one["id"] == name)
            tests = [f"{test['score']} of 100" for test in one["tests"]]
            held = {held["name"]: held["valid"] for held in one["certificates"]}
            return {"id": name, "joined": one["joined"], "tests": tests, "certificates": held}

        people = self.get("/api/shards/1/people", proofs)
        return next(one for one in people if one["id"] == name)


def statement(who, score, number=1):
    """How a course went, as its player tells it."""
    return {
        "id": f"6f1c4a52-3f0e-4a3f-9a57-0d6f3f6f1a0{number}",
        "actor": {"account": {"homePage": "https://training.example", "name": who}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/scored"},
        "object": {"id": "https://training.example/service-desk"},
        "result": {"score": {"scaled": score}},
        "context": {"extensions": {"https://alihdaya.org/xapi/enrolment": "E-1"}},
    }


@pytest.fixture
def house(postgresql):
    url, begun = postgresql.new_database(), time.time_ns()
    offers = []
    for name in NAMES:
        pack = load(name)
        offers.append(Offer(bind(agreement.parse(pack.terms.encode()), pack), read_roster(pack.roster.encode()).events))
    post = Post(lambda _: Answer(200, {}), {})
    node = Node(
        url, "http://a", 1, offers, post, clock=lambda: START + (time.time_ns() - begun) // 1000, pace=Pace(1, 60)
    )
    shards = Shards(url, node.name, 1)
    node.start()
    try:
        client = Client(make_api(node, shards), "http://a")
        until(lambda: all(row["ready_at"] for row in client.get("/api/shards").json()["shards"]))
        until(lambda: client.get("/healthz").json()["shards"] == [1])
        yield House(client)
    finally:
        node.stop()
        shards.close()
    with open_store(url, schema=schema_of(1)) as store:
        assert not prove(store).differences


def apply(house):
    facts = {"name": "Nur Contohana", "post": "service-desk", "level": "B2", "consent": True, "country": "ID"}
    facts |= {"time_zone": "Asia/Jakarta", "employer": "PT Misal Dukungan", "serves": "Beispiel Anlagenbau GmbH"}
    facts |= {"wage": 6.2, "currency": "EUR", "applied_at": "2026-03-02T07:00:00Z"}
    return house.bring("recruitment", application="A-1", applicant="sari.new", **facts)


def write(house, paper):
    house.say("test-begun", "A-1")
    house.say("paper-handed-in", "A-1", paper=paper)


def test_who_fails_tries_again_joins_is_refused_is_trained_and_then_has_work(house):
    house.chapter("Applied, and failed the writing test")
    item = apply(house)
    write(house, "Dear custommer, i recieve you're mesage.")
    house.rate(item, "first", "ratna", "1")
    assert "somebody else has to check" in house.assign(item, "rate_second", "ratna").text
    house.rate(item, "second", "galih", "1")
    house.do(item, "judge_test", "sekar", reason="too many faults", again="yes")
    assert [test["score"] for test in house.person("sari.new")["tests"]] == [20]
    house.chapter("Tested again, and passed")
    write(house, "Dear customer, thank you for your message. We are looking into it.")
    house.rate(item, "first", "ratna", "4")
    house.rate(item, "second", "galih", "2")
    house.rate(item, "third", "wulan", "4")
    house.do(item, "judge_test", "sekar", reason="clear and polite", again="no")
    assert [(test["score"], test["passed"]) for test in house.person("sari.new")["tests"]] == [(20, False), (80, True)]
    assert not house.person("sari.new")["joined"]
    house.chapter("Hired")
    house.do(item, "interview", "tirta", chosen="hire", note="calm")
    house.say("offer-answered", "A-1", accepts="yes")
    house.do(item, "take_on", "sekar")
    told = ("status", "outcome")
    hired = house.get(f"/api/items/{item}", lambda found: {name: found[name] for name in told})
    assert (hired["status"], hired["outcome"]) == ("delivered", "hired")
    assert hired["result"]["spelling"]["misspelt"] == 0
    works(house)
    house.walk.append("```")
    recorded = [HEAD, *house.walk, ""]
    if os.environ.get("ALIHDAYA_RECORD"):
        PAGE.write_text("\n".join(recorded), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == "\n".join(recorded)


HEAD = """# An applicant's way by the API

What [people](people.md) tells by the command line, asked of a node by HTTP: an applicant fails the writing test, tries
again, passes, is hired, is refused work, is trained, certified, and has the work; then the certificate is withdrawn. A
test walks this way, and compares this page with what it asked and what was answered. Everybody is invented.
"""


def works(house):
    house.chapter("Refused work for want of a certificate")
    facts = {"channel": "mail", "reporter": "Anke Fiktiv", "service": "workplace", "symptom": "other"}
    facts |= {"impact": "person", "urgency": "hindered", "repeats": 0, "reported_at": "2026-03-02T07:30:00Z"}
    ticket = house.bring("techsupport", ticket="INC-1", **facts)
    no = house.assign(ticket, "diagnose", "sari.new")
    assert (no.status_code, [one["code"] for one in no.json()["problems"]]) == (403, ["gate"])
    assert "formal training comes before" in no.json()["problems"][0]["message"]
    house.chapter("Trained, and certified")
    course = {"course_name": "service-desk", "kind": "new", "months_since": 0, "enrolled_at": "2026-03-02T07:40:00Z"}
    enrolled = house.bring("training", enrolment="E-1", trainee="sari.new", **course)
    house.do(enrolled, "teach", "mira", attended="all")
    house.say("quiz-answered", "E-1", answers="a a a a a")
    told = statement("sari.new", 0.4)
    assert house.post("/api/xapi/statements", **told).json() == [told["id"]]
    assert house.post("/api/xapi/statements", **told).status_code == 200, "the same again is no other try"
    assert house.post("/api/xapi/statements", **statement("bayu", 0.9)).status_code == 409
    assert house.post("/api/xapi/statements", **statement("sari.new", 7)).status_code == 409
    assert house.post("/api/xapi/statements", **statement("sari.new", 0.85, 2)).status_code == 200
    house.do(enrolled, "practise", "yusuf", practical="passed", note="worked in order")
    assert [one["valid"] for one in house.person("sari.new")["certificates"]] == [True]
    house.chapter("At work")
    assert house.assign(ticket, "diagnose", "sari.new").status_code == 204
    house.chapter("The certificate is withdrawn")
    withdrawn = {"certificate": "service-desk", "reason": "an audit"}
    path = "/api/shards/1/people/sari.new/withdraw"
    assert house.post(path, **withdrawn).status_code == 204
    assert "was withdrawn" in house.assign(ticket, "diagnose", "sari.new").text
    assert house.post(path, **withdrawn).status_code == 409
