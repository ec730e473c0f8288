"""Programs over HTTP and by the Model Context Protocol: tested, certified, at work, and stopped at once."""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest
import uvicorn

from alihdaya.channels.api.app import make_api
from alihdaya.channels.api.login import Login, make_token
from alihdaya.channels.program import Program
from alihdaya.channels.tools import Tools
from alihdaya.engagement import terms as agreement
from alihdaya.kernel.errors import Refused
from alihdaya.operations.books.replay import prove
from alihdaya.operations.node.keeper import Pace
from alihdaya.operations.node.node import Node, Offer, Post
from alihdaya.operations.sign import bind
from alihdaya.packs import load
from alihdaya.people.roster import read_roster
from alihdaya.store import open_store
from alihdaya.store.lease.fence import schema_of
from alihdaya.store.lease.reader import Shards

sys.path += [str(Path(__file__).parents[1] / one) for one in ("operations", "operations/people", "operations/exchange")]
from claims_pack import MANIFEST, write_pack
from programs_pack import CLERKS, RIGHT, with_golden
from two_services import terms

PATIENCE = 100
DESK = ("acme", "claims-desk", "claims-desk")


def until(happened):
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


class House:
    """One node behind a login, and tokens for two programs and an operator."""

    def __init__(self, address):
        self.address = address
        self.kept, self.tokens = {}, {}
        for name, rights in (("robo", {"worker"}), ("bot", {"worker"}), ("boss", {"read", "operate", "work-in"})):
            text, kept = make_token(name, frozenset(rights), time.time_ns() // 1000, None)
            self.tokens[name], self.kept[kept.id] = text, kept
        self.programs = []

    def program(self, name, token=""):
        made = Program(self.address, name, self.tokens.get(token or name, ""))
        self.programs.append(made)
        return made

    def boss(self, path, **body):
        program = self.program("boss")
        return program._client.post(self.address + path, json=body, headers=program._headers)

    def claim(self, number):
        data = {"claim": number, "kind": "judge", "amount": 1, "came": "2026-03-02T07:00:00Z"}
        made = self.boss("/api/items", engagement="acme", service="claims-desk", data=data)
        assert made.status_code == 201, made.text
        return made.json()["id"]

    def withdraw(self, who):
        path = f"/api/shards/1/people/{who}/withdraw"
        assert self.boss(path, certificate="claims-desk", reason="an audit").status_code == 204


@pytest.fixture
def house(postgresql, tmp_path):
    url = postgresql.new_database()
    pack = load(with_golden(write_pack(tmp_path / "claims", roster=CLERKS.replace("until = 201", "until = 209"))))
    people = read_roster(pack.roster.encode()).events
    appeals = load(write_pack(tmp_path / "appeals", pack=MANIFEST.replace('name = "claims"', 'name = "appeals"')))
    signed = (pack, pack.terms), (appeals, terms("appeals", "appeals-desk", "acme-appeals"))
    offers = [Offer(bind(agreement.parse(text.encode()), one, trusted=True), people) for one, text in signed]
    server = uvicorn.Server(uvicorn.Config("none", port=0, log_level="warning", lifespan="off"))
    socket = server.config.bind_socket()
    made = House(f"http://127.0.0.1:{socket.getsockname()[1]}")
    clock = time.time_ns
    node = Node(url, made.address, 1, offers, Post(None, {}), clock=lambda: clock() // 1000, pace=Pace(0.2, 20))
    shards = Shards(url, node.name, 1)
    server.config.app = make_api(node, shards, Login(made.kept.get, lambda: clock() // 1000))
    node.start()
    serving = Thread(target=server.run, args=([socket],), daemon=True)
    serving.start()
    try:
        until(lambda: server.started and len(node.keeper.shards) == 1)
        until(lambda: all(one.ready_at for one in shards.directory().tenures))
        yield made
    finally:
        server.should_exit = True
        serving.join()
        node.stop()
        shards.close()
        for program in made.programs:
            program.close()
    with open_store(url, schema=schema_of(1)) as store:
        assert prove(store).equal


def code(verb, *given, **named):
    with pytest.raises(Refused) as refused:
        verb(*given, **named)
    return refused.value.problems[0].code


def test_a_program_waits_for_work_does_it_and_is_stopped_with_its_certificate(house):
    robo = house.program("robo")
    assert robo.fetch() is None
    found = []
    waiting = Thread(target=lambda: found.append(robo.fetch(wait=30)))
    waiting.start()
    item = house.claim(1)
    waiting.join()
    (task,) = found
    assert (task["item"], task["node"], task["variables"]["claim"]) == (item, "judge", 1)
    assert task["form"][0]["options"] == ["yes", "no"]
    assert robo.held() == [task]
    mine = (task["item"], task["token"], task["lock"])
    assert robo.heartbeat(*mine) > task["until"]
    assert code(robo.submit, *mine, {"verdict": "maybe"}) == "form"
    for _ in range(2):
        robo.submit(*mine, {"verdict": "yes", "hours": 1.5})
    assert code(robo.submit, *mine, {"verdict": "no"}) == "not-theirs"
    assert code(robo.heartbeat, "1-99", 1, 1) == "not-theirs"
    assert code(robo.heartbeat, "../../api/work/1-99", 1, 1) == "no-answer"  # HTTP 404: it is no path
    assert code(robo.fail, "a\nb\ud800", 1, 1, "x") == "no-such-item"
    assert code(robo.submit, *mine, {"verdict": "\ud800"}) == "bad-value"
    house.claim(2)
    task = robo.fetch(wait=30)
    house.withdraw("robo")
    assert code(robo.heartbeat, task["item"], task["token"], task["lock"]) == "withdrawn"
    assert robo.fetch() is None
    assert not robo.proofs()["certificates"][0]["valid"]
    assert code(robo.begin_test, *DESK) == "withdrawn"


def test_a_token_speaks_for_the_program_of_its_name_only(house):
    assert code(house.program("bot", "robo").fetch) == "not-you"
    assert code(house.program("boss").fetch) == "no-right"
    assert code(house.program("nobody").fetch) == "no-token"
    assert house.boss("/api/work/fetch", worker="boss", lease=0).status_code in {403, 422}


def asked(house, *steps):
    """Run the MCP server of the program bot as a process of its own, and call its tools one after the other."""
    from mcp import Client, StdioServerParameters

    environment = {**os.environ, "ALIHDAYA_TOKEN": house.tokens["bot"]}
    command = ["-m", "alihdaya.cli", "mcp", "bot", "--url", house.address]

    async def talk():
        server = StdioServerParameters(command=sys.executable, args=command, env=environment)
        async with Client(server) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}

            async def call(name, **given):
                answer = await client.call_tool(name, given)
                assert not answer.is_error, answer
                return json.loads(answer.content[0].text)

            for step in steps:
                await step(call)
            return names

    return asyncio.run(talk())


def test_a_model_is_tested_works_by_tools_and_is_told_that_its_certificate_is_withdrawn(house):
    first, second = house.claim(1), house.claim(2)

    async def learns(call):
        assert await call("fetch_item") == {"item": None}
        assert (await call("my_certificates"))["certificates"] == []
        paper = await call("begin_test", engagement=DESK[0], service=DESK[1], certificate=DESK[2])
        answers = [RIGHT[question["task"]] for question in paper["questions"]]
        assert [field["name"] for field in paper["questions"][0]["form"]]
        mark = await call("answer_test", test=paper["test"], answers=answers)
        assert (mark["score"], mark["passed"]) == (100, True)

    async def works(call):
        task = await call("fetch_item", wait_seconds=5)
        mine = {"item": task["item"], "token": task["token"]}
        assert task["item"] == first
        assert (await call("read_item", **mine))["variables"]["claim"] == 1
        assert (await call("submit_item", **mine, result={}))["refused"][0]["code"] == "form"
        assert await call("submit_item", **mine, result={"verdict": "yes"}) == {"done": first}
        task = await call("fetch_item")
        elsewhere = await call("hand_over_item", item=second, token=task["token"], service="nobody", note="?")
        assert elsewhere["refused"][0]["code"] == "no-service"
        assert await call("fail_item", item=second, token=task["token"], reason="a riddle") == {"given_back": second}
        third = house.claim(3)
        task = await call("fetch_item")
        assert task["item"] == third
        assert (await call("heartbeat", item=third, token=task["token"]))["until"]
        house.withdraw("bot")
        refused = (await call("heartbeat", item=third, token=task["token"]))["refused"]
        assert refused[0]["code"] == "withdrawn"
        assert await call("fetch_item") == {"item": None}
        assert (await call("read_item", item=third, token=task["token"]))["refused"][0]["code"] == "not-theirs"

    names = asked(house, learns, works)
    wanted = {"fetch_item", "read_item", "submit_item", "fail_item", "heartbeat", "my_certificates"}
    wanted |= {"begin_test", "answer_test", "hand_over_item", "list_questions", "answer_question"}
    assert names == wanted


def test_a_model_answers_a_clients_question_once_and_sees_afterwards_how_it_held(house):
    named = {"question": "q", "engagement": "acme", "service": "claims-desk", "text": "Is it?"}
    assert house.boss("/api/questions", **named, prior={"yes": "0.5", "no": "0.5"}).status_code == 201
    answer = {"question": "q", "probabilities": {"no": "0.25", "yes": "0.75"}, "minutes": 12, "evidence": ["page 7"]}

    async def answers(call):
        (one,) = (await call("list_questions"))["open"]
        assert (one["question"], one["believed"], one["answered"]) == ("q", {"yes": "0.5", "no": "0.5"}, None)
        for wrong, why in (
            ({"probabilities": {"yes": "1"}}, "bad-probabilities"),
            ({"probabilities": {"yes": "0.9", "no": "0.3"}}, "bad-probabilities"),
            ({"minutes": 0}, "no-time"),
            ({"question": "another"}, "no-question"),
        ):
            assert (await call("answer_question", **{**answer, **wrong}))["refused"][0]["code"] == why
        assert await call("answer_question", **answer) == {"answered": "q", "new": True}
        assert await call("answer_question", **answer) == {"answered": "q", "new": False}
        (one,) = (await call("list_questions"))["open"]
        assert one["answered"] == {"yes": "0.75", "no": "0.25"}
        assert house.boss("/api/questions/q/settle", outcome="yes").status_code == 201
        found = await call("list_questions")
        assert (found["open"], found["score"]) == ([], {"answers": 1, "brier": 0.125, "prior_brier": 0.5})
        assert found["held"][0]["brier"] == 0.125
        assert (await call("answer_question", **answer))["refused"][0]["code"] == "outcome-known"

    asked(house, answers)
    robo = house.program("robo")
    assert robo.questions()["held"] == []
    assert code(house.program("bot", "robo").questions) == "not-you"
    assert code(house.program("bot", "robo").answer_question, "q", {"yes": "0.5"}, seconds=1) == "not-you"
    assert house.boss("/api/people/robo/walls", engagement="acme", reason="related").status_code == 204
    house.boss("/api/questions", **{**named, "question": "r"}, prior={"yes": "0.5", "no": "0.5"})
    until(lambda: robo.questions()["open"] == [])
    assert house.boss("/api/questions/r/settle", outcome="no").status_code == 201
    for chances in ({"yes": "0.75", "no": "0.25"}, {"yes": "0.75", "no": "0.5"}, {"maybe": "1"}):
        with pytest.raises(Refused) as refused:
            robo.answer_question("r", chances, seconds=60)
        assert [one.code for one in refused.value.problems] == ["gate"]  # and neither outcomes nor how it came out


def test_a_program_hands_over_by_its_tool_and_whoever_fetches_the_task_again_has_the_answer(house):
    tools, others = Tools(house.program("robo")), house.program("bot", "robo")
    item = house.claim(1)
    task = tools.fetch_item(30)
    mine = {"item": item, "token": task["token"]}
    assert code(tools.hand_over_item, **mine, service="nobody", note="?") == "no-service"
    assert code(others.hand_over, item, task["token"], task["lock"], "appeals-desk") == "not-you"
    assert code(tools._program.hand_over, item, task["token"], task["lock"] + 1, "appeals-desk") == "not-theirs"
    over = tools.hand_over_item(**mine, service="appeals-desk", note="which law?", given={"kind": "judge"})
    assert over == {"handed_over": item, "with": "appeals-desk", "as": over["as"]}
    assert code(tools.hand_over_item, **mine, service="appeals-desk", note="again") == "not-theirs"
    there = tools.fetch_item(30)
    assert (there["item"], there["variables"]["handed_over"]["note"]) == (over["as"], "which law?")
    assert there["variables"]["handed_over"]["person"] == "robo"
    tools.submit_item(there["item"], there["token"], {"verdict": "no"})
    again = tools.fetch_item(30)
    back = again["variables"]["handed_back"]
    assert (again["item"], back["status"], back["result"]["verdict"]) == (item, "answered", "no")


def test_without_the_library_the_command_says_how_to_get_it(tmp_path):
    program = (
        "import importlib.util as u, sys; find = u.find_spec;"
        "u.find_spec = lambda name, package=None: None if name == 'mcp' else find(name, package);"
        "from alihdaya.cli import main; sys.argv = ['alihdaya', 'mcp', 'bot', '--url', 'http://x']; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert "pip install 'alihdaya[mcp]'" in done.stderr
