"""The floor's rules, one by one."""

import pytest
from floor_sample import ALL, BILLING, Played, but, check_routed, person, picture, piece

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import DAY, HOUR, MINUTE, SECOND
from alihdaya.people.gate import Needs
from alihdaya.work.floor import commands as do
from alihdaya.work.floor import events as facts
from alihdaya.work.floor import shares
from alihdaya.work.floor.why import unroutable

ONE = shares({"voice": 1, "chat": 1, "mail": 1, "office": 1})


def given(events):
    return [(one.item, one.person) for one in events if isinstance(one, facts.Assigned | facts.Reserved)]


def present(*people, some=ONE, by_skill=False):
    played = Played(*people, by_skill=by_skill)
    for one in people:
        played.do(do.LogIn(one.id, some))
        played.wait(1)
    return played


def test_the_longest_idle_gets_the_next():
    played = present(person("ani"), person("budi"))
    assert given(played.do(do.Enqueue(piece(1)))) == [(1, "ani")]
    assert given(played.do(do.Enqueue(piece(2)))) == [(2, "budi")]
    played.wait(1)
    played.do(do.Finish(2, 1, "budi"))
    played.wait(1)
    played.do(do.Finish(1, 1, "ani"))
    assert given(played.do(do.Enqueue(piece(3)))) == [(3, "budi")]


def test_by_skill_the_best_gets_it_however_idle_the_others_are():
    played = present(person("ani", proficiency=2), person("budi", proficiency=5), by_skill=True)
    assert given(played.do(do.Enqueue(piece(1)))) == [(1, "budi")]
    assert given(played.do(do.Enqueue(piece(2)))) == [(2, "ani")]


def test_the_most_urgent_waits_least_and_age_wins_over_priority_in_the_end():
    played = present(person("ani"))
    played.do(do.Enqueue(piece(1)))
    played.do(do.Enqueue(piece(2, at=0)))
    played.do(do.Enqueue(piece(3, at=10 * HOUR + 1, priority=100)))
    played.do(do.Enqueue(piece(4, at=9 * HOUR, priority=100)))
    order = []
    for _ in range(3):
        (key,) = played.floor.holds
        (gave,) = given(played.do(do.Finish(*key, "ani")))
        order.append(gave[0])
    assert order == [4, 2, 3]


def test_a_cut_off_comes_before_what_has_time():
    played = present(person("ani"))
    played.do(do.Enqueue(piece(1)))
    played.do(do.Enqueue(piece(2, channel="office")))
    played.do(do.Enqueue(piece(3, channel="office", at=5 * MINUTE, due=HOUR)))
    assert given(played.do(do.Finish(1, 1, "ani"))) == [(3, "ani")]


def test_attention_is_parted_over_channels():
    """Three chats fill a person; a chat and four mails do not, five mails and anything do."""
    played = present(person("ani"), some=ALL)
    for n in range(1, 5):
        played.do(do.Enqueue(piece(n)))
    assert sorted(played.floor.holds) == [(1, 1), (2, 1), (3, 1)]
    played.do(do.Enqueue(piece(5, channel="voice")))
    played.do(do.Finish(1, 1, "ani"))
    assert (4, 1) in played.floor.holds
    for n in (2, 3):
        played.do(do.Finish(n, 1, "ani"))
    assert (5, 1) not in played.floor.holds  # a chat goes on: no call beside it
    for n in range(6, 10):
        played.do(do.Enqueue(piece(n, channel="mail")))
    assert sorted(played.floor.holds) == [(4, 1), (6, 1), (7, 1), (8, 1)]


def test_a_batch_goes_to_one_person_and_is_one_share_of_attention():
    played = present(person("ani"), person("budi"))
    played.do(do.SetState("ani", "break"))
    played.do(do.SetState("budi", "break"))
    for n in range(1, 8):
        played.do(do.Enqueue(piece(n, channel="office", batch=3)))
    assert given(played.do(do.SetState("ani", "ready"))) == [(1, "ani"), (2, "ani"), (3, "ani")]
    assert played.floor.seats["ani"].load == 60
    assert given(played.do(do.SetState("budi", "ready"))) == [(4, "budi"), (5, "budi"), (6, "budi")]
    played.do(do.Finish(1, 1, "ani"))
    assert given(played.do(do.Finish(2, 1, "ani"))) == []
    assert given(played.do(do.Finish(3, 1, "ani"))) == [(7, "ani")]


@pytest.mark.parametrize(
    "who",
    [
        person("ani", skills=("legal",)),
        person("ani", proficiency=1),
        person("ani", level="B1"),
        person("ani", until=1),
        person("ani", walls=("acme",)),
        but(person("ani"), tests=()),
        but(person("ani"), certificates=()),
    ],
    ids=["skill", "proficiency", "level", "expired", "wall", "test", "certificate"],
)
def test_nobody_gets_past_the_gate_however_they_try(who):
    played = present(who)
    assert given(played.do(do.Enqueue(piece(1)))) == []
    with pytest.raises(Refused, match="may not do this"):
        played.do(do.Take(1, 1, "ani"))
    assert [type(one) for _, some in played.log for one in some][-1] is facts.GateRefused
    assert not played.floor.holds


def test_voice_asks_for_the_spoken_test():
    played = present(person("ani", spoken=69))
    assert given(played.do(do.Enqueue(piece(1, channel="voice")))) == []
    assert given(played.do(do.Enqueue(piece(2, channel="chat")))) == [(2, "ani")]


def test_four_eyes_keep_somebody_from_what_is_theirs_to_be_checked():
    played = present(person("ani"), person("budi"))
    needs = BILLING._replace(not_by=("ani",))
    assert given(played.do(do.Enqueue(piece(1, needs=needs)))) == [(1, "budi")]


def test_what_rings_is_taken_once():
    """The second accept of one item is refused, and so is a decline after the time-out."""
    played = present(person("ani"), person("budi"))
    assert given(played.do(do.Enqueue(piece(1, ring=20 * SECOND)))) == [(1, "ani")]
    played.do(do.Accept(1, 1, "ani"))
    for who in ("ani", "budi"):
        with pytest.raises(Refused, match="ani has it"):
            played.do(do.Accept(1, 1, who))
    played.do(do.Enqueue(piece(2, ring=20 * SECOND)))
    played.wait(21)
    with pytest.raises(Refused):
        played.do(do.Decline(2, 1, "budi"))
    assert played.floor.seats["budi"].state == "missed"
    assert (2, 1) in played.floor.waiting


def test_what_was_declined_keeps_its_place_and_goes_to_somebody_else_first():
    played = present(person("ani"))
    played.do(do.Enqueue(piece(1, ring=20 * SECOND)))
    played.do(do.Enqueue(piece(2, ring=20 * SECOND)))
    assert given(played.do(do.Decline(1, 1, "ani"))) == [(2, "ani")]
    played.do(do.Accept(2, 1, "ani"))
    assert given(played.do(do.Finish(2, 1, "ani"))) == []
    assert given(played.do(do.Know(person("budi")))) == []
    assert given(played.do(do.LogIn("budi", ONE))) == [(1, "budi")]


def test_after_a_while_it_is_offered_again_to_who_declined_it():
    played = present(person("ani"))
    played.do(do.Enqueue(piece(1, ring=20 * SECOND)))
    played.do(do.Decline(1, 1, "ani"))
    played.wait(599)
    assert given(played.do(do.Tick())) == []
    played.wait(2)
    assert given(played.do(do.Tick())) == [(1, "ani")]


def test_a_certificate_that_expires_while_it_rings_stops_the_accept():
    played = present(person("ani", until=90 * SECOND))
    assert given(played.do(do.Enqueue(piece(1, ring=HOUR)))) == [(1, "ani")]
    played.now = 90 * SECOND
    with pytest.raises(Refused, match="expired"):
        played.do(do.Accept(1, 1, "ani"))
    assert (1, 1) in played.floor.waiting
    assert not played.floor.seats["ani"].held


def test_a_certificate_that_expires_mid_item_lets_it_be_finished_and_nothing_follow():
    played = present(person("ani", until=90 * SECOND))
    played.do(do.Enqueue(piece(1)))
    played.now = 90 * SECOND
    played.do(do.Enqueue(piece(2)))
    assert given(played.do(do.Finish(1, 1, "ani"))) == []


def test_a_withdrawn_certificate_stops_what_rings_at_once():
    played = present(person("ani"))
    played.do(do.Enqueue(piece(1, ring=HOUR)))
    events = played.do(do.Know(but(person("ani"), certificates=())))
    assert facts.Recalled(1, 1, "ani", "gate") in events
    assert not played.floor.holds


def test_who_vanishes_leaves_their_work_to_others():
    played = Played(person("ani"), person("budi"))
    played.do(do.LogIn("ani", ONE, 60 * SECOND))
    played.do(do.Enqueue(piece(1)))
    played.wait(50)
    played.do(do.Beat("ani"))
    played.wait(50)
    played.do(do.LogIn("budi", ONE))
    assert played.floor.holds[1, 1].person == "ani"
    played.wait(20)
    events = played.do(do.Tick())
    assert facts.LoggedOut("ani", "vanished") in events
    assert given(events) == [(1, "budi")]
    with pytest.raises(Refused, match="not present"):
        played.do(do.Finish(1, 1, "ani"))


def test_a_clock_that_jumps_back_an_hour_changes_nothing():
    played = present(person("ani"))
    played.do(do.Enqueue(piece(1, ring=20 * SECOND)))
    played.wait(-3600)
    played.do(do.Accept(1, 1, "ani"))
    played.do(do.Enqueue(piece(2, ring=20 * SECOND)))
    assert given(played.do(do.Finish(1, 1, "ani"))) == [(2, "ani")]
    assert picture(played.replayed()) == picture(played.floor)


def test_the_last_agent_is_waited_for_and_then_nobody_is():
    played = present(person("ani"), person("budi"))
    played.do(do.SetState("ani", "break"))
    until = played.now + 30 * SECOND
    assert given(played.do(do.Enqueue(piece(1, prefer="ani", prefer_until=until)))) == []
    assert given(played.do(do.Enqueue(piece(2, prefer="ani", prefer_until=until, channel="voice")))) == []
    assert given(played.do(do.SetState("ani", "ready"))) == [(1, "ani")]
    played.wait(31)
    assert given(played.do(do.Tick())) == [(2, "budi")]


def test_a_call_back_comes_at_its_time_to_whoever_promised_it():
    played = present(person("ani"), person("budi"))
    played.do(do.Enqueue(piece(1, channel="voice")))
    due = played.now + HOUR
    played.do(do.CallBack(1, 1, "ani", due))
    played.do(do.Enqueue(piece(2)))
    assert played.floor.holds[2, 1].person == "budi"
    played.now = due - 1
    assert given(played.do(do.Tick())) == []
    played.now = due
    assert given(played.do(do.Tick())) == [(1, "ani")]


def test_nothing_is_put_off_for_longer_than_a_year():
    played = present(person("ani"))
    played.do(do.Enqueue(piece(1, channel="voice")))
    with pytest.raises(Refused, match="a year"):
        played.do(do.CallBack(1, 1, "ani", played.now + 367 * DAY))
    assert played.floor.holds[1, 1].person == "ani"


def test_whoever_passed_a_piece_on_may_give_the_advice_that_was_asked_for():
    played = present(person("ani"), person("citra", skills=("billing", "legal")))
    played.do(do.SetState("ani", "break"))
    played.do(do.Enqueue(piece(1)))
    legal = piece(1, needs=Needs("legal", "en", "B2")).ask
    played.do(do.Consult(1, 1, "citra", 2, legal))
    assert (1, 2) not in played.floor.holds
    passed = played.do(do.Pass(1, 1, "citra", "transfer", piece(1).ask, 0, "", ""))
    assert given(passed) == [(1, "citra")]
    assert played.floor.holds[1, 2].person == "citra"


def test_passing_on_keeps_age_and_context_and_spares_whoever_passed():
    legal = Needs("legal", "en", "B2")
    played = present(person("ani", skills=("billing", "legal")), person("citra", skills=("legal",)))
    played.do(do.Enqueue(piece(1)))
    ask = piece(1, needs=legal, channel="office").ask
    events = played.do(do.Pass(1, 1, "ani", "hand-over", ask, 0, note="the customer disputes clause 4"))
    assert given(events) == [(1, "citra")]
    held = played.floor.holds[1, 1].piece
    assert (held.queued_at, held.note) == (0, "the customer disputes clause 4")


def test_a_consult_is_a_second_person_and_ends_with_what_it_was_about():
    legal = piece(1, needs=Needs("legal", "en", "B2")).ask
    played = present(person("ani", skills=("billing", "legal")), person("citra", skills=("legal",)))
    played.do(do.Enqueue(piece(1)))
    assert given(played.do(do.Consult(1, 1, "ani", 2, legal))) == [(1, "citra")]
    assert set(played.floor.holds) == {(1, 1), (1, 2)}
    events = played.do(do.Finish(1, 1, "ani"))
    assert facts.Dropped(1, 2, "not-needed") in events
    assert not played.floor.holds


def test_wrapping_up_takes_attention_until_it_ends():
    played = present(person("ani"))
    played.do(do.Enqueue(piece(1, wrap=30 * SECOND)))
    played.do(do.Enqueue(piece(2, wrap=30 * SECOND)))
    assert given(played.do(do.Finish(1, 1, "ani", "solved"))) == []
    played.wait(31)
    assert given(played.do(do.Tick())) == [(2, "ani")]
    played.do(do.Finish(2, 1, "ani", "solved"))
    played.do(do.EndWrap(2, 1, "ani"))
    assert not played.floor.holds


def test_ten_thousand_impossible_items_are_one_line_of_the_report():
    played = present(person("ani"), person("budi", level="A1"), person("eko", until=1))
    for n in range(1, 10_001):
        played.do(do.Enqueue(piece(n, needs=Needs("magic", "en", "B2", "billing-desk"))), route_it=False)
    played.do(do.Tick())
    (found,) = unroutable(played.floor)
    assert (found.pieces, found.reason) == (10_000, "nobody-can")
    assert [(one.person, one.lacks) for one in found.nearest] == [
        ("ani", ("no-skill:magic",)),
        ("budi", ("no-skill:magic", "low-level:en:A1:B2")),
        ("eko", ("no-skill:magic", "certificate-expired:billing-desk:1970-01-01T00:00:00.000001Z")),
    ]
    check_routed(played.floor)


def test_who_could_but_is_not_there_is_told_apart():
    played = Played(person("ani"), person("budi", skills=("legal",)))
    played.do(do.LogIn("budi", ONE))
    played.do(do.Enqueue(piece(1)))
    played.do(do.Enqueue(piece(2, needs=Needs("legal"), channel="voice")))
    found = {one.ask.needs.skill: one for one in unroutable(played.floor)}
    assert found["billing"].reason == "nobody-present"
    assert [(one.person, one.lacks) for one in found["billing"].nearest] == [("ani", ())]
    assert "legal" not in found
    played.do(do.Finish(2, 1, "budi"))
    played.do(do.LogOut("budi"))
    played.do(do.LogIn("budi", shares({"chat": 1})))
    played.do(do.Enqueue(piece(3, needs=Needs("legal"), channel="voice")))
    assert {one.reason for one in unroutable(played.floor) if one.ask.needs.skill == "legal"} == {"no-channel"}


def test_nobody_starves_under_a_load_that_never_ends():
    """One person, an item a minute that takes a minute, all of the highest priority: the old one comes up, too."""
    played = present(person("ani"))
    played.do(do.Enqueue(piece(1, at=played.now)))
    played.do(do.Enqueue(piece(2, at=played.now, due=2 * DAY)))
    for n in range(3, 4000):
        played.wait(60)
        played.do(do.Enqueue(piece(n, at=played.now, priority=100, due=played.now + MINUTE)))
        (key,) = played.floor.holds
        played.do(do.Finish(*key, "ani"))
        if (2, 1) in played.floor.holds:
            break
    assert (2, 1) in played.floor.holds
    assert played.now < 3 * DAY
