"""Conflict walls by hand: about one item, a client or an engagement; taken down for good; what is held goes back."""

import pytest
from claims_pack import ROSTER, write_pack
from small_desk import SmallDesk

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import MINUTE
from alihdaya.operations.books.questions import Inquire
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Assign, Fire
from alihdaya.operations.floor.commands import Advise, AskAdvice, HandOn, SpendTime
from alihdaya.operations.floor.looking import seated
from alihdaya.operations.people.commands import SetWall
from alihdaya.operations.people.standing import history, plain_wall, standings, walls
from alihdaya.operations.people.walls import about
from alihdaya.operations.sign import settle
from alihdaya.packs import load
from alihdaya.people.roster import RosterError, read_roster
from alihdaya.work.events import AssignmentWithdrawn
from alihdaya.work.floor import shares
from alihdaya.work.floor.commands import Accept, CallBack, LogIn, LogOut, Take
from alihdaya.work.question import QuestionAnswered, QuestionRegistered

IN_ROSTER = '\n[[wall]]\nname = "rivals"\npeople = ["budi"]\nengagement = "acme"\n'


@pytest.fixture
def small(store, tmp_path):
    return SmallDesk(store, tmp_path, pack=load(write_pack(tmp_path / "claims", roster=ROSTER)))


def wall(small, who, what, *, stand=True):
    small.command(SetWall(who, what, stand, "a cousin", "nina"))
    small.commit()


def come(small, *people):
    for who in people:
        small.command(LogIn(who, shares({"office": 3})))
    small.commit()


def hands(small, who):
    small.commit()
    return {(one.item, one.state) for seat in seated(small.store, who) for one in seat.hands}


def read_again(small, text):
    settle(small.desk, small.service, small.desk.at, read_roster(text.encode()).events)


def test_a_wall_about_one_item_is_about_no_other_and_holds_after_a_restart(small):
    first, second = small.receive("judge"), small.receive("judge")
    wall(small, "ana", f"item:{first}")
    for _ in range(2):
        with pytest.raises(Refused, match="keeps them from this item"):
            small.assign(first, "ana")
        small.open()
    small.assign(second, "ana")
    small.assign(first, "budi")
    small.commit()
    assert {key[0]: hold.person for key, hold in small.desk.held.items()} == {first: "budi", second: "ana"}


def test_nobody_tells_of_time_or_answers_a_question_behind_a_wall_about_the_item(small):
    item = small.receive("judge")
    asked = QuestionRegistered("q", "acme", "claims-desk", "Fraud?", ("yes", "no"), ("0.2", "0.8"))
    small.command(Inquire((asked,)))
    wall(small, "ana", f"item:{item}")
    told = SpendTime(item, "ana", "meeting", 60)
    said = QuestionAnswered("q", "ana", ("0.5", "0.5"), item, 60, ())
    for wish in (told, Inquire((said,))):
        with pytest.raises(Refused, match=f"keeps them from item {item}"):
            small.command(wish)
    small.command(told._replace(person="budi"))
    small.command(Inquire((said._replace(person="budi"), said._replace(item=0))))


def test_what_they_have_of_the_item_goes_back_and_rings_at_others(small):
    held, rings = small.receive("judge"), small.receive("judge")
    come(small, "ana")
    small.command(Accept(held, 1, "ana"))
    assert hands(small, "ana") == {(held, "works"), (rings, "rings")}
    wall(small, "ana", f"item:{held}")
    wall(small, "ana", f"item:{rings}")
    assert hands(small, "ana") == set()
    come(small, "budi")
    assert hands(small, "budi") == {(held, "rings"), (rings, "rings")}
    events = [one for entry in small.store.read_log(item=held) for one in entry.events]
    (taken,) = [one for one in events if isinstance(one, AssignmentWithdrawn)]
    assert taken.reasons == ("item-wall",)
    small.command(LogOut("budi"))
    with pytest.raises(Refused, match="keeps them from this item"):
        small.command(Take(held, 1, "ana"))
    wall(small, "ana", f"item:{held}", stand=False)
    assert hands(small, "ana") == {(held, "rings")}
    assert not prove(small.store).differences


def test_what_was_passed_on_or_put_off_before_the_wall_does_not_come_to_them(small):
    passed, put_off = small.receive("judge"), small.receive("judge")
    come(small, "ana")
    for item in (passed, put_off):
        small.command(Accept(item, 1, "ana"))
    small.command(CallBack(put_off, 1, "ana", small.at + MINUTE))
    come(small, "eko")
    for item in (passed, put_off):
        wall(small, "eko", f"item:{item}")
    wall(small, "ana", f"item:{put_off}")
    small.command(HandOn(passed, 1, "ana", "transfer", "eko"))
    small.commit()
    assert hands(small, "eko") == set()
    small.open()
    small.later(hours=1)
    while (timer := small.desk.next_timer()) and timer[0] <= small.at:
        small.command(Fire(timer[1], timer[2]))
    small.commit()
    assert put_off not in {item for who in ("ana", "eko") for item, _ in hands(small, who)}
    come(small, "budi")
    assert (put_off, "rings") in hands(small, "budi")


def test_whoever_advises_behind_a_new_wall_advises_no_more_and_is_not_asked_again(small):
    item = small.receive("judge")
    come(small, "ana")
    small.command(Accept(item, 1, "ana"))
    come(small, "eko")
    small.command(AskAdvice(item, 1, "ana", "eko", "Is it so?"))
    small.commit()
    ((_, part),) = small.desk.hall.floor.consults[item, 1]
    small.command(Accept(item, part, "eko"))
    assert hands(small, "eko") == {(item, "works")}
    wall(small, "eko", f"item:{item}")
    assert hands(small, "eko") == set()
    with pytest.raises(Refused):
        small.command(Advise(item, part, "eko", "It is."))
    small.open()
    small.commit()
    assert hands(small, "eko") == set()
    come(small, "budi")
    assert hands(small, "budi") == {(item, "rings")}
    assert not prove(small.store).differences


def test_no_roster_brings_back_what_a_hand_took_down_but_a_hand_does(small):
    item = small.receive("judge")
    read_again(small, ROSTER + IN_ROSTER)
    with pytest.raises(Refused, match="conflict wall"):
        small.assign(item, "budi")
    wall(small, "budi", "engagement:acme", stand=False)
    for _ in range(2):
        read_again(small, ROSTER + IN_ROSTER)
        assert small.desk.people["budi"].walls == ()
        small.open()
    read_again(small, ROSTER + IN_ROSTER.replace('engagement = "acme"', 'client = "Acme"'))
    assert small.desk.people["budi"].walls == ("Acme",), "another wall is another wall"
    wall(small, "budi", "Acme", stand=False)
    small.assign(item, "budi")
    wall(small, "budi", "engagement:acme")
    assert small.desk.held == {}
    read_again(small, ROSTER)
    small.open()
    assert small.desk.people["budi"].walls == ("engagement:acme",), "whatever a roster does not say"
    assert not prove(small.store).differences


def test_the_log_and_the_lists_say_who_raised_a_wall_and_who_took_it_down(small):
    item = small.receive("judge")
    wall(small, "ana", f"item:{item}")
    wall(small, "ana", f"item:{item}", stand=False)
    read_again(small, ROSTER + IN_ROSTER)
    found = {
        (one["person"], one.get("item"), one.get("engagement")): one for one in map(plain_wall, walls(small.store))
    }
    assert found["ana", str(item), None]["stands"] is False
    assert found["ana", str(item), None]["by"] == "nina"
    assert found["budi", None, "acme"] | {"stands": True, "by": "", "at": None} == found["budi", None, "acme"]
    told = [(one.by, one.event, one.says) for one in history(small.store, "ana") if "Wall" in one.event]
    assert told == [("nina", f"Wall{what}", f"item {item}: a cousin") for what in ("Raised", "Lowered")]
    assert {one.id: one.person.walls for one in standings(small.store)}["budi"] == ("engagement:acme",)


def test_walls_that_cannot_be_are_refused_with_nothing_noted(small):
    item = small.receive("judge")
    small.commit()
    for who, what, stand, code in (
        ("nobody", "Acme", True, "no-such-person"),
        ("ana", "Acne", True, "no-such-client"),
        ("ana", "engagement:acne", True, "no-such-engagement"),
        ("ana", f"item:{item + 1}", True, "not-open"),
        ("ana", f"item:3-{item}", True, "not-open"),
        ("ana", "Acme", False, "no-such-wall"),
    ):
        small.refused(small.command, SetWall(who, what, stand, "", "nina"), code=code)
    wall(small, "ana", "Acme")
    small.refused(small.command, SetWall("ana", "Acme", True, "", "nina"), code="stands-already")
    for wrong in ({}, {"client": "Acme", "item": "3"}, {"item": "03"}, {"item": "3-"}, {"item": "-3"}):
        with pytest.raises(Refused):
            about(**wrong)


def test_a_roster_has_walls_about_items_too(small):
    item = small.receive("judge")
    one = f'\n[[wall]]\nname = "cousins"\npeople = ["ana"]\nitem = {item}\n'
    small.assign(item, "ana")
    read_again(small, ROSTER + one)
    assert small.desk.held == {}
    with pytest.raises(Refused, match="keeps them from this item"):
        small.command(Assign(item, 1, "ana"))
    for wrong in ('item = "3-x"', "item = 0", 'item = 3\nclient = "Acme"', "item = [3]"):
        with pytest.raises(RosterError):
            read_roster((ROSTER + one.replace(f"item = {item}", wrong)).encode())
