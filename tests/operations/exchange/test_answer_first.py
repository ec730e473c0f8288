"""What comes back from another service is offered first to whoever handed it over, and then to anybody."""

from dataclasses import replace

import pytest
from two_services import TwoServices

from alihdaya.kernel.time import MINUTE
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Fire
from alihdaya.operations.floor.looking import seated
from alihdaya.operations.instance.commands import CancelItem
from alihdaya.operations.people.commands import SetWall, Withdraw
from alihdaya.operations.people.programs.commands import FetchTask
from alihdaya.store.views.seats import pieces
from alihdaya.work.floor import shares
from alihdaya.work.floor.commands import Accept, Decline, LogIn, LogOut
from alihdaya.work.floor.events import Queued


@pytest.fixture
def two(store, tmp_path):
    return TwoServices(store, tmp_path)


def come(two, *people, many=1):
    for who in people:
        two.command(LogIn(who, shares({"office": many})))
    two.commit()


def hands(two, who):
    two.commit()
    return {(hand.item, hand.state) for seat in seated(two.store, who) for hand in seat.hands}


def time_passes(two, **more):
    two.later(**more)
    while (timer := two.desk.next_timer()) and timer[0] <= two.at:
        two.command(Fire(timer[1], timer[2]))
    two.commit()


def asked(two, who="ana"):
    """A claim that somebody present took and handed over; xena, who is not present, has it there."""
    item = two.receive("judge", 700)
    two.commit()
    two.command(Accept(item, 1, who))
    there = two.hand_over(item, who)
    two.commit()
    two.assign(there, "xena")
    return item, there


def answers(two, there):
    two.complete(there, "xena", verdict="no")
    two.commit()


def preferences(two, item):
    """Whom the log says that the task was to be offered to first."""
    two.commit()
    told = [one for entry in two.store.read_log() for one in entry.events if isinstance(one, Queued)]
    return [(one.prefer, one.prefer_until - two.at) for one in told if one.item == item]


def test_it_rings_at_whoever_asked_though_another_was_idle_for_longer(two):
    come(two, "ana")
    item, there = asked(two)
    come(two, "budi")
    time_passes(two, minutes=30)
    two.command(LogOut("ana"))
    come(two, "ana")
    answers(two, there)
    assert hands(two, "ana") == {(item, "rings")}
    assert hands(two, "budi") == set()
    assert preferences(two, item) == [("ana", 2 * MINUTE)]
    two.open()
    assert hands(two, "ana") == {(item, "rings")}
    two.command(Decline(item, 1, "ana"))
    assert hands(two, "budi") == {(item, "rings")}
    two.command(Accept(item, 1, "budi"))
    two.complete(item, "budi", verdict="no")
    two.commit()
    assert pieces(two.store) == []
    assert prove(two.store).equal


@pytest.mark.parametrize("anew", [False, True])
def test_where_they_are_busy_it_waits_for_them_a_while_and_then_rings_at_anybody(two, anew):
    come(two, "ana")
    item, there = asked(two)
    other = two.receive("judge", 10)
    two.commit()
    two.command(Accept(other, 1, "ana"))
    come(two, "budi")
    answers(two, there)
    if anew:
        two.open()
    assert hands(two, "budi") == set()
    assert (item, 1) in two.desk.queue
    time_passes(two, seconds=119)
    assert hands(two, "budi") == set()
    time_passes(two, seconds=1)
    assert hands(two, "budi") == {(item, "rings")}
    assert prove(two.store).equal


@pytest.mark.parametrize("anew", [False, True])
def test_who_comes_free_in_time_gets_it_before_anybody(two, anew):
    come(two, "ana")
    item, there = asked(two)
    other = two.receive("judge", 10)
    two.commit()
    two.command(Accept(other, 1, "ana"))
    come(two, "budi")
    answers(two, there)
    time_passes(two, seconds=60)
    if anew:
        two.open()
    two.complete(other, "ana", verdict="no")
    assert hands(two, "ana") == {(item, "rings")}
    assert hands(two, "budi") == set()


def test_who_has_left_or_may_not_any_more_holds_nothing_up(two):
    come(two, "ana")
    left, lapsed, walled = (asked(two) for _ in range(3))
    come(two, "budi", many=3)
    two.command(LogOut("ana"))
    answers(two, left[1])
    assert hands(two, "budi") == {(left[0], "rings")}
    assert preferences(two, left[0]) == [], "nobody is waited for who is not there"
    come(two, "ana")
    two.command(SetWall("ana", f"item:{walled[0]}", True, "a cousin", "nina"))
    answers(two, walled[1])
    assert hands(two, "budi") == {(left[0], "rings"), (walled[0], "rings")}
    two.command(Withdraw("ana", "claims-desk", "an audit"))
    answers(two, lapsed[1])
    assert hands(two, "ana") == set()
    assert hands(two, "budi") == {(one, "rings") for one, _ in (left, lapsed, walled)}
    assert prove(two.store).equal


def test_who_leaves_while_it_waits_for_them_lets_it_go_to_anybody(two):
    come(two, "ana")
    item, there = asked(two)
    other = two.receive("judge", 10)
    two.commit()
    two.command(Accept(other, 1, "ana"))
    come(two, "budi")
    answers(two, there)
    two.complete(other, "ana", verdict="no")
    two.command(LogOut("ana"))
    assert hands(two, "budi") == {(item, "rings")}


@pytest.mark.parametrize("way", ["given back", "cancelled", "taken back"])
def test_what_comes_back_without_an_answer_is_theirs_first_as_well(two, way):
    come(two, "ana")
    item, there = asked(two)
    come(two, "budi")
    time_passes(two, minutes=30)
    two.command(LogOut("ana"))
    come(two, "ana")
    if way == "given back":
        two.hand_back(there, "xena", "no appeal without a ruling")
    elif way == "cancelled":
        two.command(CancelItem(there, "no appeal"))
    else:
        two.hand_back(item, "eko", "the client withdrew")
    assert hands(two, "ana") == {(item, "rings")}
    assert hands(two, "budi") == set()


def test_a_program_does_not_fetch_what_waits_for_whoever_asked(two):
    come(two, "ana")
    item, there = asked(two)
    other = two.receive("judge", 10)
    two.commit()
    two.command(Accept(other, 1, "ana"))
    answers(two, there)
    two.desk.people["eko"] = replace(two.desk.people["eko"], program=True)
    assert two.command(FetchTask("eko", frozenset(), MINUTE)) is None
    time_passes(two, minutes=2)
    assert two.command(FetchTask("eko", frozenset(), MINUTE)).item == item
