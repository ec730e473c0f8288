"""Clients' questions by the pages: whose they are, what is refused beside which field, and how answers held."""

import pytest
from workplace_scene import Browser, House

from alihdaya.operations.books.questions import Inquire
from alihdaya.operations.books.replay import prove
from alihdaya.people.events import WallRaised
from alihdaya.work.question import QuestionAnswered, QuestionRegistered, QuestionSettled

FRAUD = QuestionRegistered("q-1", "acme", "claims-desk", "Is it <b>fraud</b>?", ("yes", "no"), ("0.2", "0.8"))
LATE = QuestionRegistered(
    "q/2", "acme", "claims-desk", "When does it come?", ("week", "month", "later"), ("0.5", "0.25", "0.25")
)
PAGE = "/work/1/questions"
GIVEN = {"chance-0": "70", "chance-1": "30", "minutes": "30"}


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    made.small.command(Inquire((FRAUD, LATE)))
    return made


def settle(house, *facts, instead=False):
    import asyncio

    asyncio.run(house.house.inquire(Inquire(facts, "operator", instead)))


def test_a_worker_answers_and_sees_afterwards_how_it_held(house):
    with house.open() as app:
        ana = Browser(app, "ana")
        ana.get(PAGE)
        assert "Is it <b>fraud</b>?" in ana.text
        assert "<b>fraud" not in ana.page.text
        assert "Nothing that you answered has come out yet." in ana.text
        ana.get(f"{PAGE}/1")
        assert "client's belief 20 %, now 20 %" in ana.text
        evidence = "page 7\n\n photo 2 \n"
        ana.press(f"{PAGE}/1/answer", **{**GIVEN, "chance-0": "70,5", "chance-1": "29.5 %", "evidence": evidence})
        assert "Thank you. Your answer counts." in ana.text
        assert "you have answered" in ana.text
        told = QuestionAnswered("q-1", "ana", ("0.705", "0.295"), 0, 1800, ("page 7", "photo 2"))
        assert house.log(QuestionAnswered) == [told]
        ana.get(f"{PAGE}/1")
        assert "now 70.5 %, yours 70.5 %" in ana.text
        settle(house, QuestionSettled("q-1", "yes", "a court"))
        ana.get(PAGE)
        assert "came out as yes; you gave that 70.5 %" in ana.text
        assert "Your Brier score 0.174 (mean of one question) That of the client's belief 1.280" in ana.text
        assert ana.get(f"{PAGE}/1").status_code == 404
        assert prove(house.store).equal


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_written(house):
    with house.open() as app:
        ana = Browser(app, "ana")
        ana.get(f"{PAGE}/1")
        for wrong, why in (
            ({"chance-0": ""}, "Give a probability."),
            ({"chance-0": "a lot"}, "Give per cent, from 0.01 to under 100."),
            ({"chance-0": "0", "chance-1": "100"}, "Give per cent, from 0.01 to under 100."),
            ({"chance-0": "NaN"}, "Give per cent"),
            ({"chance-0": "9" * 5000}, "Give per cent"),
            ({"chance-0": "60"}, "They add up to 90 %, not to 100 %."),
            ({"minutes": ""}, "Give whole minutes, from 1 to 1,440."),
            ({"minutes": "0"}, "Give whole minutes"),
            ({"minutes": "9" * 5000}, "Give whole minutes"),
        ):
            assert ana.press(f"{PAGE}/1/answer", **{**GIVEN, **wrong}).status_code == 422
            assert why in ana.text
        assert ana.press(f"{PAGE}/1/answer", **GIVEN, evidence="a\tb").status_code == 409
        assert "Evidence is one line each" in ana.text
        assert 'value="70"' in ana.page.text, "what they wrote stays"
        assert house.log(QuestionAnswered) == []
        for odd in (f"{PAGE}/99", f"{PAGE}/{'9' * 5000}", f"{PAGE}/x"):
            assert ana.get(odd).status_code == 404
        assert ana.get(f"{PAGE}/1/answer").url.path == f"{PAGE}/1"


def test_pressed_twice_counts_once_and_too_late_is_given_back(house):
    with house.open() as app:
        ana, budi = Browser(app, "ana"), Browser(app, "budi", "id")
        for _ in range(2):
            ana.get(f"{PAGE}/1")
            ana.press(f"{PAGE}/1/answer", **GIVEN)
        assert len(house.log(QuestionAnswered)) == 1
        budi.get(f"{PAGE}/2")
        assert "Keyakinan klien 50 %" in budi.text or "50 %" in budi.text
        settle(house, QuestionSettled("q/2", "week", ""))
        sent = {"chance-0": "1", "chance-1": "2", "chance-2": "97", "minutes": "5", "evidence": "surat 12"}
        assert budi.press(f"{PAGE}/2/answer", **sent).status_code == 409
        assert "surat 12" in budi.text
        assert len(house.log(QuestionAnswered)) == 1


def test_whom_a_wall_keeps_from_the_client_sees_none_of_its_questions(house):
    house.small.desk.note(house.small.desk.at, "boss", WallRaised("ana", "engagement:acme", "related", "boss"))
    with house.open() as app:
        eko, ana = Browser(app, "eko"), Browser(app, "ana")
        for walled in (eko, ana):  # by the client's name, and by the engagement
            assert "fraud" not in walled.get(PAGE).text
            assert walled.get(f"{PAGE}/1").status_code == 404
            assert walled.send(f"{PAGE}/1/answer", **walled.seal, **GIVEN).status_code == 409
        assert house.log(QuestionAnswered) == []


def test_in_indonesian_figures_have_a_comma(house):
    with house.open() as app:
        ana = Browser(app, "ana", "id")
        ana.get(f"{PAGE}/1")
        ana.press(f"{PAGE}/1/answer", **{**GIVEN, "chance-0": "70,5", "chance-1": "29,5"})
        settle(house, QuestionSettled("q-1", "yes", ""))
        ana.get(PAGE)
        assert "0,174" in ana.text
        assert "70,5" in ana.text
