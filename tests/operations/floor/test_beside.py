"""Wrap-up, advice, batches: what somebody does beside a task, what of it counts, and who gets nothing meanwhile."""

import pytest
from claims_pack import MANIFEST, ROSTER, person, write_pack
from small_desk import NOON, SmallDesk

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import MINUTE, SECOND
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Assign, Complete, Fire
from alihdaya.operations.floor.commands import Advise, AskAdvice, HandOn
from alihdaya.operations.floor.looking import seated
from alihdaya.operations.instance.commands import CancelItem
from alihdaya.packs import load
from alihdaya.people.gate import Needs
from alihdaya.store.schema import LABOUR
from alihdaya.store.views.work import worked
from alihdaya.work.beside import AdviceAsked, AdviceGiven, TimeSpent
from alihdaya.work.floor import shares
from alihdaya.work.floor.commands import Accept, EndWrap, LogIn, LogOut, SetState

WRAP = '\n[floor]\nwrap_up = 90\n[floor.codes]\nsolved = { en = "Solved" }\nlate = { en = "Too late" }\n'
BATCH = "\n[floor]\nbatch = 3\n"
DONE = {"verdict": "yes"}


@pytest.fixture
def desk_of(store, tmp_path):
    def made(floor, roster=ROSTER):
        pack = load(write_pack(tmp_path / "claims", pack=MANIFEST + floor, roster=roster))
        return SmallDesk(store, tmp_path, pack=pack)

    return made


def come(small, *people, many=1):
    for who in people:
        small.command(LogIn(who, shares({"office": many})))
    small.commit()


def hands(small, who):
    small.commit()
    (seat,) = seated(small.store, who)
    return [(one.item, one.state) for one in seat.hands]


def take(small, item, who, token=1):
    small.command(Accept(item, token, who))
    small.commit()


def time_passes(small, **more):
    small.later(**more)
    while (timer := small.desk.next_timer()) and timer[0] <= small.at:
        small.command(Fire(timer[1], timer[2]))
    small.commit()


def labour(small):
    small.commit()
    found = {}
    with small.store.snapshot() as connection:
        for row in connection.execute(LABOUR.select()):
            seconds, tasks = found.get(row.person, (0, 0))
            found[row.person] = seconds + row.seconds, tasks + row.tasks
    return found


def beside(small, item):
    small.commit()
    return [one for entry in small.store.read_log(item=item) for one in entry.events if isinstance(one, TimeSpent)]


def test_who_wraps_up_gets_nothing_until_they_say_so_and_it_counts_as_their_time(desk_of):
    small = desk_of(WRAP)
    first, second = small.receive("judge"), small.receive("judge")
    come(small, "ana")
    take(small, first, "ana")
    time_passes(small, minutes=7)
    assert small.command(Complete(first, 1, "ana", None, DONE, code="solved")) == 420
    assert hands(small, "ana") == [(first, "wraps")]
    small.open()
    time_passes(small, seconds=40)
    assert hands(small, "ana") == [(first, "wraps")], "and nothing rings"
    small.command(SetState("ana", "ready"))
    assert hands(small, "ana") == [(second, "rings")]
    assert beside(small, first) == [TimeSpent(1, "ana", 40, "wrap-up")]
    assert labour(small) == {"ana": (460, 1)}
    found = list(worked(small.store, "acme", (0, NOON * 2)))
    assert [(one.seconds, one.done) for one in found] == [(420, 1), (40, 0)]
    assert prove(small.store).equal


def test_wrapping_up_ends_at_its_limit_however_late_anybody_looks(desk_of):
    small = desk_of(WRAP)
    first = small.receive("judge")
    small.receive("judge")
    come(small, "ana")
    take(small, first, "ana")
    small.command(Complete(first, 1, "ana", 5, DONE))
    small.commit()
    small.later(hours=30)
    small.open()
    small.command(LogOut("ana"))
    assert beside(small, first) == [TimeSpent(1, "ana", 90, "wrap-up")]
    assert labour(small) == {"ana": (95, 1)}


def test_two_chats_are_wrapped_up_one_by_one(desk_of):
    small = desk_of(WRAP)
    items = [small.receive("judge") for _ in range(3)]
    come(small, "ana", many=2)
    for item in items[:2]:
        take(small, item, "ana")
        small.command(Complete(item, 1, "ana", 1, DONE))
        small.commit()
    assert hands(small, "ana") == [(items[0], "wraps"), (items[1], "wraps")]
    with pytest.raises(Refused, match="budi is not present"):
        small.command(EndWrap(items[0], 1, "budi"))
    small.command(EndWrap(items[0], 1, "ana"))
    assert hands(small, "ana") == [(items[1], "wraps"), (items[2], "rings")]


def test_a_code_that_the_pack_does_not_name_is_refused_and_nothing_changes(desk_of):
    small = desk_of(WRAP)
    item = small.receive("judge")
    small.assign(item, "ana")
    with pytest.raises(Refused, match="solved, late"):
        small.command(Complete(item, 1, "ana", 5, DONE, code="whatever"))
    assert small.command(Complete(item, 1, "ana", 5, DONE, code="late")) == 5


def test_who_was_simulated_or_is_not_present_wraps_nothing_up(desk_of):
    small = desk_of(WRAP)
    item = small.receive("judge")
    small.assign(item, "ana")
    small.later(minutes=2)
    assert small.command(Complete(item, 1, "ana", None, DONE)) == 120
    assert small.desk.hall is None
    assert labour(small) == {"ana": (120, 1)}


def test_an_adviser_is_kept_busy_and_may_not_decide(desk_of):
    small = desk_of("")
    first = small.receive("judge")
    come(small, "ana", "budi")
    take(small, first, "ana")
    second = small.receive("judge")
    small.command(SetState("budi", "break"))
    small.command(AskAdvice(first, 1, "ana", "budi", "twice the amount?"))
    assert hands(small, "ana") == [(first, "works")], "nobody is their own adviser"
    small.command(SetState("budi", "ready"))
    small.commit()
    (advice,) = [key[1] for key in small.desk.hall.floor.holds if key[1] > 1]
    (seat,) = seated(small.store, "budi")
    assert [(one.state, one.of, one.note, one.name) for one in seat.hands] == [
        ("rings", 1, "twice the amount?", "judge")
    ]
    take(small, first, "budi", advice)
    assert hands(small, "budi") == [(first, "works")], "the other item does not ring at whoever advises"
    small.open()
    with pytest.raises(Refused, match="does not hold"):
        small.command(Complete(first, advice, "budi", 5, DONE))
    with pytest.raises(Refused, match="does not hold"):
        small.command(Complete(first, 1, "budi", 5, DONE))
    with pytest.raises(Refused, match="not asked for advice"):
        small.command(Advise(first, 1, "ana", "by myself"))
    time_passes(small, seconds=70)
    small.command(Advise(first, advice, "budi", "Yes, once."))
    assert hands(small, "budi") == [(second, "rings")]
    told = [one for entry in small.store.read_log(item=first) for one in entry.events]
    assert AdviceAsked(1, advice, "ana", "twice the amount?") in told
    assert AdviceGiven(1, advice, "budi", "Yes, once.") in told
    small.command(Complete(first, 1, "ana", 100, DONE))
    assert labour(small) == {"ana": (100, 1), "budi": (70, 0)}
    assert prove(small.store).equal


@pytest.mark.parametrize("how", ["done", "cancelled"])
def test_advice_on_what_is_over_is_not_needed_any_more(desk_of, how):
    small = desk_of("")
    item = small.receive("judge")
    come(small, "ana", "budi")
    take(small, item, "ana")
    for _ in range(5):
        small.command(AskAdvice(item, 1, "ana"))
    with pytest.raises(Refused, match="asked for advice on it already"):
        small.command(AskAdvice(item, 1, "ana"))
    small.commit()
    (advice,) = [key[1] for key, one in small.desk.hall.floor.holds.items() if one.person == "budi"]
    take(small, item, "budi", advice)
    small.later(seconds=30)
    small.command(Complete(item, 1, "ana", 1, DONE) if how == "done" else CancelItem(item, "no more", "boss"))
    assert hands(small, "budi") == []
    assert not small.desk.hall.floor.consults
    assert beside(small, item) == [TimeSpent(1, "budi", 30, "advice")]
    small.open()
    assert not small.desk.hall.floor.holds
    assert prove(small.store).equal


def test_what_is_escalated_to_a_level_keeps_its_age_and_passes_nobody_below_by_any_path(desk_of):
    small = desk_of("", ROSTER + person("gita", level="C2"))
    item = small.receive("judge")
    come(small, "ana", "budi")
    take(small, item, "ana")
    with pytest.raises(Refused, match="A1 to C2"):
        small.command(HandOn(item, 1, "ana", "escalate", level="D1"))
    small.command(HandOn(item, 1, "ana", "escalate", note="a lawyer writes", level="C2"))
    assert hands(small, "budi") == [], "C1 is not enough any more"
    small.open()
    with pytest.raises(Refused, match="C2 is needed"):
        small.command(Assign(item, 1, "budi"))
    small.later(minutes=20)
    come(small, "gita")
    assert hands(small, "gita") == [(item, "rings")]
    (seat,) = seated(small.store, "gita")
    assert seat.hands[0].note == "a lawyer writes"
    assert small.desk.hall.raised((item, 1), Needs(level="B1")).level == "C2"
    assert small.desk.hall.floor.holds[item, 1].piece.queued_at == NOON
    assert prove(small.store).equal


def test_nobody_asks_for_more_than_anybody_has_or_for_their_own_advice(desk_of):
    small = desk_of("")
    item = small.receive("judge")
    come(small, "ana")
    take(small, item, "ana")
    for wish in (
        HandOn(item, 1, "ana", "escalate", level="C2", proficiency=5),
        AskAdvice(item, 1, "ana", "ana", "well?"),
    ):
        with pytest.raises(Refused, match=r"nobody on the roster|somebody else"):
            small.command(wish)
    assert hands(small, "ana") == [(item, "works")]


def test_a_batch_rings_at_one_person_and_is_taken_together(desk_of):
    small = desk_of(BATCH)
    items = [small.receive("judge") for _ in range(5)]
    come(small, "ana", "budi")
    assert hands(small, "ana") == [(item, "rings") for item in items[:3]]
    assert hands(small, "budi") == [(item, "rings") for item in items[3:]]
    small.command(Accept(items[1], 1, "ana"))
    assert hands(small, "ana") == [(item, "works") for item in items[:3]]
    small.command(Complete(items[0], 1, "ana", 5, DONE))
    new = small.receive("judge")
    assert hands(small, "ana") == [(item, "works") for item in items[1:3]], "the next batch comes after this one"
    for item in items[1:3]:
        small.command(Complete(item, 1, "ana", 5, DONE))
    assert hands(small, "ana") == [(new, "rings")]


def test_time_is_counted_in_whole_seconds_and_never_backwards(desk_of):
    small = desk_of(WRAP)
    item = small.receive("judge")
    come(small, "ana")
    take(small, item, "ana")
    small.at -= 60 * MINUTE  # a clock that is off by an hour
    assert small.command(Complete(item, 1, "ana", None, DONE)) == 0
    small.at += 60 * MINUTE + SECOND // 2
    small.command(SetState("ana", "ready"))
    assert beside(small, item) == []
