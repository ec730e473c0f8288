"""A task that goes to another service of its client, and its answer that comes back, by the workplace's pages."""

import asyncio
import sys
from pathlib import Path

import pytest
from workplace_scene import MINUTE, NOON, Browser, House

sys.path += [str(Path(__file__).parents[1] / "operations" / one) for one in ("exchange", "people")]

from test_quality import CARD
from two_services import TwoServices, terms

from alihdaya.cli.reading import StoreReader
from alihdaya.console.app import make_app
from alihdaya.operations.people.commands import SetWall, Withdraw
from alihdaya.store import open_store
from alihdaya.work.handover import HandedBack, HandedOver

TASK = "/work/1/task/{}/1"


class TwoDesks(House):
    """The claims and the appeals in one house; ana has a claim."""

    def __init__(self, folder, card=""):
        self.at = NOON + MINUTE
        both = [terms("appeals", "appeals-desk", "acme-appeals"), terms("appeals", "rivals-desk", "rival", "Rival")]
        self.path = folder / "both.db"
        self.small = TwoServices(open_store(self.path), folder / "both", appeals=both, more=card, card=card)
        self.pack = self.small.pack
        self.packs = {one.digest: one for one in (self.small.pack, self.small.experts)}
        self.item = self.bring(amount=700)
        self.small.assign(self.item)


@pytest.fixture
def desks(tmp_path):
    return TwoDesks(tmp_path)


def ask(who, item, **form):
    return who.press(TASK.format(item) + "/hand-over", **{"service": "appeals-desk", "given": "kind=judge", **form})


def test_a_task_goes_over_and_the_answer_is_the_first_that_is_seen(desks):
    item = desks.item
    with desks.open() as app:
        ana, xena = Browser(app, "ana", "id"), Browser(app, "xena")
        ana.get(TASK.format(item))
        ask(ana, item, note="Is this a <b>fraud</b>?")
        assert "Jawabannya akan kembali ke tugas ini." in ana.text
        (given,) = desks.log(HandedOver)
        assert (given.person, given.final, given.engagement) == ("ana", False, "acme-appeals")
        assert ana.get(TASK.format(item)).status_code == 404, "it is with the others"
        there = TASK.format(given.item)
        xena.press("/work/1/be/come")
        xena.press(there + "/accept")
        assert "Is this a <b>fraud</b>?" in xena.text
        assert "<b>fraud" not in xena.page.text
        assert "amount 700" in xena.text
        assert "handed over" not in xena.text, "what came along is told, not listed"
        xena.press(there + "/complete", verdict="no", hours="1")
        (back,) = desks.log(HandedBack)
        assert (back.status, back.item) == ("answered", given.item)
        xena.press("/work/1/be/leave")
        ana.press("/work/1/be/come")
        ana.press(TASK.format(item) + "/accept")
        assert "Kembali dari layanan lain" in ana.text
        assert "PO-Revision-Date" not in ana.text, "an empty value has no translation"
        console = Browser(make_app(StoreReader(desks.store), clock=desks.clock))
        console.get(f"/item/{item}")
        assert f'<a href="/item/{given.item}">' in console.page.text
        console.get(f"/item/{given.item}")
        assert f'<a href="/item/{item}">' in console.page.text


def test_the_services_of_the_client_are_offered_to_choose_from_and_no_others(desks):
    with desks.open() as app:
        ana = Browser(app, "ana")
        ana.get(TASK.format(desks.item))
        assert '<option value="acme-appeals/appeals-desk">' in ana.page.text
        assert ana.page.text.count("appeals-desk · ") == 1
        assert "rivals-desk" not in ana.page.text
        ask(ana, desks.item, service="acme-appeals/appeals-desk")
        (given,) = desks.log(HandedOver)
        assert (given.engagement, given.service) == ("acme-appeals", "appeals-desk")


def test_for_good_is_said_and_nothing_is_awaited(desks):
    with desks.open() as app:
        ana = Browser(app, "ana")
        ana.get(TASK.format(desks.item))
        ask(ana, desks.item, final="on")
        assert "Handed over for good." in ana.text
        assert "comes back" not in ana.text
        assert [one.final for one in desks.log(HandedOver)] == [True]
        again = ana.send(TASK.format(desks.item) + "/hand-over", **ana.seal, service="appeals-desk", given="kind=judge")
        assert again.status_code in {404, 409}
        assert len(desks.log(HandedOver)) == 1


WRONG = [
    ({"service": "nobody"}, "The client has no such service."),
    ({"service": "claims-desk"}, "This service has it already: pass it on."),
    ({"service": "rivals-desk"}, "The client has no such service."),
    ({"given": "kind judge"}, "Write what the other service needs one a line: column=value."),
    ({"given": "kind=judge\namount=much"}, "amount"),
]


def test_what_cannot_be_is_said_and_nothing_that_was_written_is_lost(desks):
    with desks.open() as app:
        ana, budi = Browser(app, "ana"), Browser(app, "budi")
        for form, why in WRONG:
            ana.get(TASK.format(desks.item))
            answer = ask(ana, desks.item, note="a long thought", **form)
            assert answer.status_code == 409
            assert why in ana.text
            assert "a long thought" in answer.text
            assert form.get("given", "kind=judge") in answer.text
        wanted = {"service": "appeals-desk", "given": "kind=judge"}
        assert budi.send(TASK.format(desks.item) + "/hand-over", **budi.seal, **wanted).status_code in {404, 409}
        assert ana.send(TASK.format(desks.item) + "/hand-over", **wanted).status_code == 403, "a form without the seal"
        assert desks.log(HandedOver) == []


def over(who, desks, item):
    """Hand the task of an item over by its page; gives the item there."""
    who.get(TASK.format(item))
    ask(who, item, note="Is this a fraud?")
    return desks.log(HandedOver)[-1].item


@pytest.mark.parametrize(
    ("language", "gives", "says"), [("en", "Give it back", "Given back."), ("id", "Kembalikan", "Dikembalikan.")]
)
def test_whoever_was_asked_gives_it_back_with_a_reason(desks, language, gives, says):
    with desks.open() as app:
        ana, xena = Browser(app, "ana"), Browser(app, "xena", language)
        there = over(ana, desks, desks.item)
        xena.press("/work/1/be/come")
        xena.press(TASK.format(there) + "/accept")
        assert gives in xena.text
        empty = xena.press(TASK.format(there) + "/give-back", reason=" ")
        assert empty.status_code == 409
        assert xena.text.count("Write why." if language == "en" else "Tuliskan alasannya.") == 1
        assert desks.log(HandedBack) == []
        xena.press(TASK.format(there) + "/give-back", reason="No <i>ruling</i> yet")
        assert says in xena.text
        (back,) = desks.log(HandedBack)
        assert (back.status, back.person, back.note) == ("refused", "xena", "No <i>ruling</i> yet")
        xena.press("/work/1/be/leave")
        ana.press("/work/1/be/come")
        ana.press(TASK.format(desks.item) + "/accept")
        assert "No <i>ruling</i> yet" in ana.text
        assert "Give it back" not in ana.text, "of her own item nobody awaits an answer"


@pytest.mark.parametrize(("language", "says"), [("en", "Taken back."), ("id", "Ditarik kembali.")])
def test_whoever_asked_takes_it_back_from_the_desk(desks, language, says):
    with desks.open() as app:
        ana, budi = Browser(app, "ana", language), Browser(app, "budi")
        there = over(ana, desks, desks.item)
        ana.get("/work/1/")
        back = TASK.format(desks.item) + "/take-back"
        assert ("With another service" if language == "en" else "Ada pada layanan lain") in ana.text
        assert back not in budi.get("/work/1/").text, "only whoever asked is shown it"
        ana.press(back, reason="the client withdrew")
        assert says in ana.text
        (told,) = desks.log(HandedBack)
        assert (told.status, told.person, told.note, told.item) == ("withdrawn", "ana", "the client withdrew", there)
        assert back not in ana.get("/work/1/").text
        again = ana.send(back, **ana.seal, reason="once more, at length")
        assert again.status_code == 409
        assert "once more, at length" in again.text, "what was written is given back"
        assert len(desks.log(HandedBack)) == 1


def test_who_may_not_do_the_task_any_more_reads_why_it_is_not_taken_back(desks):
    with desks.open() as app:
        ana = Browser(app, "ana", "id")
        over(ana, desks, desks.item)
        ana.get("/work/1/")
        asyncio.run(desks.house.do(1, Withdraw("ana", "claims-desk", "an audit")))
        refused = ana.press(TASK.format(desks.item) + "/take-back")
        assert refused.status_code == 409
        assert "Sertifikat claims-desk dicabut" in ana.text
        assert desks.log(HandedBack) == []


def test_what_is_wrong_with_a_column_is_said_in_the_readers_language(desks):
    with desks.open() as app:
        for language, why in (("en", "amount: not a number"), ("id", "amount: bukan bilangan")):
            ana = Browser(app, "ana", language)
            ana.get(TASK.format(desks.item))
            ask(ana, desks.item, given="kind=judge\namount=much\ncolour=red")
            assert why in ana.text
            assert ("colour: is no column of appeals-desk" if language == "en" else "colour: bukan kolom") in ana.text


def test_behind_a_wall_what_was_handed_over_is_neither_listed_nor_to_be_looked_at_again(tmp_path):
    desks = TwoDesks(tmp_path, CARD)
    desks.small.command(SetWall("budi", "engagement:acme", True, "a cousin", "nina"))
    desks.small.command(SetWall("eko", f"item:{desks.item}", True, "a cousin", "nina"))
    with desks.open() as app:
        ana, xena = Browser(app, "ana"), Browser(app, "xena")
        there = over(ana, desks, desks.item)
        sees = {"budi": False, "eko": False, "yuri": True}
        for who, may in sees.items():
            assert ("appeals-desk" in Browser(app, who).get("/work/1/").text) == may
        xena.press("/work/1/be/come")
        xena.press(TASK.format(there) + "/accept")
        xena.press(TASK.format(there) + "/complete", verdict="no", hours="1")
        for who, may in sees.items():
            one = Browser(app, who)
            assert (f"/work/1/review/{there}/1" in one.get("/work/1/reviews").text) == may
            assert (one.get(f"/work/1/review/{there}/1").status_code == 200) == may
