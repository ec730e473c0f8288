"""The workplace of a node: a client's question is answered into the house's own log, whoever holds which shard."""

import sys
from pathlib import Path

import pytest
from test_house_people import SHARDS, Town

sys.path.insert(0, str(Path(__file__).parents[1] / "console"))
from workplace_scene import Browser

from alihdaya.channels.api.app import make_api
from alihdaya.cli.server.workplace import NodeHouse, with_workplace
from alihdaya.operations.books.questions import questions
from alihdaya.store.lease.house import open_house
from alihdaya.store.lease.reader import Shards

ASKED = {"question": "q", "engagement": "acme", "service": "claims-desk", "text": "Is it fraud?"}
PAGE = "/work/1/questions"


@pytest.fixture
def town(postgresql, tmp_path):
    return Town(postgresql.new_database(), tmp_path)


def test_a_question_is_answered_by_the_pages_of_a_node_and_its_score_comes_with_the_outcome(town):
    with town.node("a", SHARDS, walls=("Acme",)) as (node, client):
        assert client.post("/api/questions", json={**ASKED, "prior": {"yes": "0.5", "no": "0.5"}}).status_code == 201
        shards = Shards(town.url, node.name, SHARDS)
        app = with_workplace(make_api(node, shards), node, shards, None)
        ana, budi = Browser(app, "ana"), Browser(app, "budi")
        assert "Is it fraud?" not in budi.get(PAGE).text, "a conflict wall keeps him from the client"
        ana.get(f"{PAGE}/1")
        for _ in range(2):
            ana.get(f"{PAGE}/1")
            ana.press(f"{PAGE}/1/answer", **{"chance-0": "75", "chance-1": "25", "minutes": "9"})
            assert "Thank you. Your answer counts." in ana.text
        assert client.post("/api/questions/q/settle", json={"outcome": "yes"}).status_code == 201
        ana.get(PAGE)
        assert "Your Brier score 0.125" in ana.text
        with NodeHouse(node, shards).books() as store:
            (one,) = questions(store).values()
            assert [(given.person, given.seconds) for _, given in one.answers] == [("ana", 540)]
        shards.close()
    with open_house(town.url) as store:
        assert questions(store)["q"].outcome.outcome == "yes"
