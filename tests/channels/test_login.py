"""The login: which token opens what, for how long, and what guessing leads to."""

import asyncio
from threading import Thread

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from alihdaya.channels.api.login import ALL_GUESSES, GUESSES, REMEMBERED, Door, Login, make_token, right_for
from alihdaya.channels.worker import Worker
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import SECOND
from alihdaya.store import StoreError
from alihdaya.store.lease.tokens import Tokens


class House:
    """An application behind the door, and its tokens in a table of our own."""

    def __init__(self):
        self.now = 1_000 * SECOND
        self.kept = {}
        self.asked = 0
        self.broken = False
        self.login = Login(self.find, lambda: self.now)
        paths = ("/healthz", "/api/items", "/api/items/1-1", "/api/items/1-1/tasks/1/assign", "/api/jobs/fetch")
        routes = [Route(path, self.served, methods=["GET", "POST"]) for path in paths]
        self.door = Door(Starlette(routes=routes), self.login)

    async def served(self, _):
        return Response("in")

    def find(self, token_id):
        self.asked += 1
        if self.broken:
            raise StoreError("the database is away")
        return self.kept.get(token_id)

    def token(self, *rights, expires_at=None):
        text, kept = make_token("name", frozenset(rights), self.now, expires_at)
        self.kept[kept.id] = kept
        return text

    def ask(self, method, path, token=None, address="10.0.0.1", headers=None):
        async def ask():
            transport = httpx.ASGITransport(self.door, client=(address, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://node") as client:
                shown = {"Authorization": f"Bearer {token}"} if token else {}
                return await client.request(method, path, headers=headers or shown)

        return asyncio.run(ask())


@pytest.fixture
def house():
    return House()


@pytest.mark.parametrize(
    ("right", "opened"),
    [
        ("read", {"GET /api/items/1-1"}),
        ("work-in", {"POST /api/items"}),
        ("operate", {"POST /api/items/1-1/tasks/1/assign"}),
        ("worker", {"POST /api/jobs/fetch"}),
    ],
)
def test_a_right_opens_its_routes_and_no_others(house, right, opened):
    token = house.token(right)
    requests = [
        ("GET", "/api/items/1-1"),
        ("POST", "/api/items"),
        ("POST", "/api/items/1-1/tasks/1/assign"),
        ("POST", "/api/jobs/fetch"),
    ]
    found = {f"{method} {path}": house.ask(method, path, token).status_code for method, path in requests}
    assert found == {name: 200 if name in opened else 403 for name in found}
    assert house.ask("GET", "/healthz", token).status_code == 200
    assert house.ask("GET", "/healthz").status_code == 401


def test_what_nobody_thought_of_needs_the_right_to_operate():
    assert right_for("DELETE", "/api/anything") == "operate"
    assert right_for("POST", "/api/items/") == "operate"
    assert right_for("GET", "/anything") == "read"


def test_a_token_that_is_wrong_expired_or_revoked_opens_nothing(house):
    token = house.token("read", expires_at=house.now + 10 * SECOND)
    other = house.token("read")
    assert house.ask("GET", "/api/items/1-1", token).status_code == 200
    swapped = token[:-4] + ("0000" if token[-4:] != "0000" else "1111")
    for header in (
        {"Authorization": f"Bearer {swapped}"},
        {"Authorization": f"Basic {token}"},
        {"Authorization": f"Bearer {token}\xff".encode("latin-1")},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer alihdaya_"},
        {"Authorization": f"Bearer {'_'.join([*other.split('_')[:2], token.split('_')[2]])}"},
    ):
        answer = house.ask("GET", "/api/items/1-1", headers=header)
        assert answer.status_code == 401, header
        assert answer.headers["www-authenticate"] == "Bearer"
    house.now += 10 * SECOND
    assert house.ask("GET", "/api/items/1-1", token).status_code == 401
    assert house.ask("GET", "/api/items/1-1", other).status_code == 200
    kept = house.kept[other.split("_")[1]]
    house.kept[kept.id] = kept._replace(revoked_at=house.now)
    assert house.ask("GET", "/api/items/1-1", other).status_code == 200
    house.now += REMEMBERED + 1
    assert house.ask("GET", "/api/items/1-1", other).status_code == 401


def test_who_guesses_is_refused_unread_while_known_tokens_go_on(house):
    token = house.token("read")
    assert house.ask("GET", "/api/items/1-1", token).status_code == 200
    statuses = [house.ask("GET", "/api/items/1-1", f"alihdaya_ab_{n}").status_code for n in range(GUESSES + 3)]
    assert statuses == [401] * GUESSES + [429] * 3
    asked = house.asked
    assert house.ask("GET", "/api/items/1-1", token).status_code == 200
    assert house.ask("GET", "/api/items/1-1", "alihdaya_ab_x").headers["retry-after"] == "60"
    assert house.asked == asked
    assert house.ask("GET", "/api/items/1-1", house.token("read"), address="10.0.0.2").status_code == 200
    house.now += 60 * SECOND
    assert house.ask("GET", "/api/items/1-1", token).status_code == 200
    assert house.ask("GET", "/api/items/1-1", "alihdaya_ab_x").status_code == 401


def test_guessing_from_many_addresses_is_bounded_as_well(house):
    async def guess():
        found = [await house.login.token("Bearer alihdaya_ab_c", f"10.1.{n % 256}.{n // 256}") for n in range(300)]
        return [problem.code for problem in found]

    codes = asyncio.run(guess())
    assert codes == ["bad-token"] * ALL_GUESSES + ["too-many-logins"] * (300 - ALL_GUESSES)
    assert house.asked == ALL_GUESSES


def test_a_database_that_is_away_is_no_wrong_token(house):
    token = house.token("read")
    house.broken = True
    assert house.ask("GET", "/api/items/1-1", token).status_code == 503
    house.broken = False
    assert house.ask("GET", "/api/items/1-1", token).status_code == 200


def test_the_database_keeps_a_hash_and_what_was_revoked_stays_so(postgresql):
    url = postgresql.new_database()
    text, kept = make_token("billing", frozenset({"read", "worker"}), 5, 9)
    first = Tokens(url)
    first.keep(kept)
    first.keep(make_token("other", frozenset({"read"}), 6, None)[1])
    again = Tokens(url)
    assert again.find(kept.id) == kept
    assert again.find("no") is None
    secret = text.split("_")[2]
    assert secret not in repr(again.all())
    assert (kept.opens(secret, 8), kept.opens(secret, 9), kept.opens(secret[:-1], 8)) == (True, False, False)
    assert [again.revoke("billing", 7), again.revoke("billing", 8), again.revoke("no", 8)] == [1, 0, 0]
    assert not first.find(kept.id).opens(secret, 8)
    assert [one.revoked_at for one in first.all()] == [7, None]
    first.close()
    again.close()


def test_a_worker_whose_token_opens_nothing_says_so(house):
    server = uvicorn.Server(uvicorn.Config(house.door, port=0, log_level="warning", lifespan="off"))
    socket = server.config.bind_socket()
    serving = Thread(target=server.run, args=([socket],), daemon=True)
    serving.start()
    try:
        worker = Worker(f"http://127.0.0.1:{socket.getsockname()[1]}", house.token("read")).on("look", print)
        with pytest.raises(Refused, match="no right to worker"):
            worker.run()
    finally:
        server.should_exit = True
        serving.join()
