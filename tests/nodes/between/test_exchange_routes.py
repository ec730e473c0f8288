"""The API's routes for messages and signals, with many shards behind them."""

import asyncio

import httpx
import pytest
from shard_talk import SHARDS, Town, until

from alihdaya.channels.api.app import make_api
from alihdaya.store.lease.reader import Shards


@pytest.fixture
def town(postgresql, tmp_path):
    made = Town(postgresql.new_database(), tmp_path)
    yield made
    made.close()


def post(app, path, **body):
    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://a") as client:
            return await client.post(path, json=body)

    return asyncio.run(ask())


def test_messages_and_signals_by_the_api(town):
    with town.node("a") as desks:
        shards = Shards(town.url, "a", SHARDS)
        app = make_api(desks.node, shards)
        listen = [desks.take_in("listen", shard, 1) for shard in (1, 2, 3)]
        only = post(app, "/api/shards/2/signals", name="alarm")
        assert (only.status_code, only.json()) == (200, {"heard": 1})
        until(lambda: town.status(listen[1]) == "delivered")
        assert [town.status(one) for one in listen] == ["waiting", "delivered", "waiting"]
        every = post(app, "/api/signals", name="alarm", payload={"page": 3})
        assert (every.status_code, every.json()["shards"]) == (200, SHARDS)
        until(lambda: town.over() == 3)
        assert post(app, "/api/messages", name="news", key="7").status_code == 404
        assert post(app, "/api/messages", name="news", key="7", keep="long").status_code == 422
        kept = post(app, "/api/messages", name="news", key="7", keep="PT1H")
        assert (kept.status_code, kept.json()) == (202, {"kept": True})
        late = [desks.take_in("hear", shard, 7) for shard in (1, 2, 3)]
        until(lambda: [town.status(one) for one in late].count("delivered") == 1)
        begun = post(app, "/api/messages", name="ask", key="k-1")
        assert begun.status_code == 200
        assert post(app, "/api/messages", name="ask", key="k-1").status_code == 409
        for path in ("/api/signals", "/api/shards/1/signals", "/api/messages"):
            assert post(app, path, name="x", more=1).status_code == 422
        assert post(app, "/api/shards/9/signals", name="alarm").status_code == 404
        shards.close()
    town.proved()
