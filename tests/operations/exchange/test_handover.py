"""An item handed over to another service of its client, and back: its context, clock, price, and every way it ends."""

from collections import Counter
from contextlib import suppress
from random import Random

import pytest
from claims_pack import PROCESS
from two_services import TwoServices, asking, terms

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import HOUR, MINUTE
from alihdaya.operations.books.bill import bill
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Complete, Deliver, Fire
from alihdaya.operations.exchange.handover.commands import HandBack, HandOver
from alihdaya.operations.instance.commands import CancelItem, Resume, Suspend
from alihdaya.operations.opening import read_desk
from alihdaya.operations.people.commands import SetWall
from alihdaya.operations.run.rehearse import Rehearsal
from alihdaya.store.schema import HANDOVER, LABOUR
from alihdaya.store.views.months import totals
from alihdaya.work.events import ItemDelivered
from alihdaya.work.handover import AWAY, HandedBack

ACME = "acme-appeals"


@pytest.fixture
def two(store, tmp_path):
    return TwoServices(store, tmp_path)


def taken(two, **more):
    """A claim that ana holds since 20 minutes, handed over to the experts."""
    item = two.receive("judge", 700)
    two.assign(item)
    two.later(minutes=20)
    return item, two.hand_over(item, **more)


def code(refusal):
    return [one.code for one in refusal.value.problems]


def same_again(two):
    """What the desk holds is what a new process reads from the store, and what the log alone gives."""
    two.commit()
    read = read_desk(two.store, recorded=lambda: two.at, packs={one.digest: one for one in (two.pack, two.experts)})
    assert read.board.handed == two.desk.board.handed
    assert read.held == two.desk.held
    assert list(read.queue) == list(two.desk.queue)
    for number, item in two.desk.items.items():
        mine, its = item, read.items[number]
        assert (its.giver, its.away, its.pauses) == (mine.giver, mine.away, mine.pauses)
        assert its.instance == mine.instance
    assert prove(two.store).equal


def test_the_context_goes_along_and_the_answer_comes_back_to_where_it_waited(two):
    item, there = taken(two, note="a lawyer is needed", papers=("policy.pdf",))
    asked = two.desk.items[there].instance.variables["handed_over"]
    assert (asked["item"], asked["person"], asked["note"], asked["papers"]) == (
        item,
        "ana",
        "a lawyer is needed",
        ["policy.pdf"],
    )
    assert asked["facts"]["amount"] == 700
    assert asked["decisions"] == [{"decision": "lane", "value": "judge", "rules": [4]}]
    assert two.desk.items[there].instance.variables["amount"] == 700
    assert (item, 1) not in two.desk.queue
    with pytest.raises(Refused):
        two.complete(item, "ana", verdict="yes")
    with pytest.raises(Refused):
        two.complete(item, f"{AWAY}{ACME}/appeals-desk", verdict="yes")
    with pytest.raises(Refused):
        two.assign(item, "budi")
    two.assign(there, "xena")
    two.later(hours=1)
    two.complete(there, "xena", seconds=600, verdict="no")
    back = two.desk.items[item].instance.variables["handed_back"]
    assert (back["status"], back["outcome"], back["item"], back["late"]) == ("answered", "judged", there, False)
    assert back["result"]["verdict"] == "no"
    assert back["work"] == [{"task": "judge", "person": "xena", "result": {"verdict": "no"}}]
    two.assign(item, "budi")
    two.complete(item, "budi", seconds=60, verdict="no")
    assert two.states() == {item: "delivered", there: "delivered"}
    same_again(two)


def test_each_service_bills_its_own_item_once_and_the_givers_time_is_hers(two):
    item, there = taken(two)
    two.assign(there, "xena")
    two.complete(there, "xena", seconds=600, verdict="no")
    two.assign(item, "ana")
    two.complete(item, "ana", seconds=60, verdict="no")
    two.commit()
    for signed in (two.terms, two.expert.terms):
        (line,) = [line for line in bill(two.store, signed, "2013-01").invoice.lines if line.quantity]
        assert (line.unit, line.quantity) == ("judged", 1)
    with two.store.snapshot() as connection:
        found = {(row.engagement, row.person): row.seconds for row in connection.execute(LABOUR.select())}
    assert found == {("acme", "ana"): 1260, (ACME, "xena"): 600}
    counts = totals(two.store, "acme")
    assert (counts["handed_over"], counts["handed_back"], counts["handed_back:answered"]) == (1, 1, 1)
    assert totals(two.store, ACME)["taken_over"] == 1


def test_handed_over_for_good_ends_here_and_is_billed_only_there(two):
    item, there = taken(two, final=True, note="not ours")
    two.assign(there, "xena")
    two.complete(there, "xena", verdict="yes")
    assert two.states() == {item: "handed-over", there: "delivered"}
    assert not two.told(item, ItemDelivered)
    (given,) = two.told(item)
    assert (given.item, given.final, given.note) == (there, True, "not ours")
    assert two.told(there)[0].giver == item
    counts = totals(two.store, "acme")
    assert counts["received"] == counts["handed_on"] == 1
    same_again(two)


@pytest.mark.parametrize("way", ["person", "operator"])
def test_refused_there_it_waits_here_again_with_the_reason(two, way):
    item, there = taken(two)
    if way == "person":
        two.assign(there, "xena")
        with pytest.raises(Refused) as refusal:
            two.hand_back(there, "budi", "no")
        assert code(refusal) == ["not-theirs"]
        two.hand_back(there, "xena", "no appeal without a ruling")
    else:
        two.command(CancelItem(there, "no appeal without a ruling"))
    assert two.states() == {item: "waiting", there: "cancelled"}
    back = two.desk.items[item].instance.variables["handed_back"]
    assert (back["status"], back["note"]) == ("refused", "no appeal without a ruling")
    two.assign(item)
    assert two.hand_over(item) == there + 1
    same_again(two)


def test_taken_back_here_it_is_given_up_there_by_whoever_may_do_the_task(two):
    item, there = taken(two)
    with pytest.raises(Refused) as refusal:
        two.hand_back(item, "citra", "mine")
    assert code(refusal) == ["gate"]
    two.hand_back(item, "budi", "the client withdrew")
    assert two.states() == {item: "waiting", there: "cancelled"}
    assert two.told(item)[-1][2:5] == ("withdrawn", False, "budi")
    with pytest.raises(Refused) as refusal:
        two.hand_back(item, "budi")
    assert code(refusal) == ["not-handed-over"]
    same_again(two)


def test_a_timer_here_that_ends_the_wait_gives_it_up_there(two):
    item, there = taken(two)
    two.later(hours=30)
    two.command(Fire(item, 1))
    assert two.states() == {item: "waiting", there: "cancelled"}
    assert two.told(item)[-1][1:4] == (there, "withdrawn", True)
    assert not two.desk.board.handed
    same_again(two)


def test_cancelling_the_giver_gives_up_the_whole_chain(two):
    item, there = taken(two)
    two.assign(there, "xena")
    back = two.command(HandOver(there, 1, "xena", "claims-desk", given={"kind": "judge"}))
    assert two.states() == dict.fromkeys((item, there, back), "waiting")
    same_again(two)
    two.command(CancelItem(item, "over"))
    assert two.states() == dict.fromkeys((item, there, back), "cancelled")
    same_again(two)


def test_an_answer_reaches_a_suspended_item_and_its_task_waits_once_it_goes_on(two):
    item, there = taken(two)
    two.command(Suspend(item, "strike"))
    two.assign(there, "xena")
    two.complete(there, "xena", verdict="yes")
    assert (item, 1) not in two.desk.queue
    same_again(two)
    two.command(Resume(item))
    assert (item, 1) in two.desk.queue
    two.assign(item)
    two.complete(item, verdict="yes")
    assert two.states() == {item: "delivered", there: "delivered"}


def test_the_clocks_run_on_unless_the_terms_say_that_they_stand(store, tmp_path):
    two = TwoServices(store, tmp_path, claims='pauses = ["handed-over"]')
    item, there = taken(two)
    due = two.desk.held[item, 1].task.resolve_due
    assert [one.end for one in two.desk.items[item].pauses] == [None]
    same_again(two)
    two.assign(there, "xena")
    two.later(hours=2)
    two.complete(there, "xena", verdict="yes")
    (task,) = [task for task in two.desk.queue if task.item == item]
    assert task.resolve_due > due
    assert two.desk.items[item].pauses[0].end == two.at
    same_again(two)


def test_an_answer_after_the_task_was_due_is_late(two):
    item, there = taken(two)
    assert not two.desk.items[item].pauses
    two.later(hours=24)
    two.assign(there, "xena")
    two.later(hours=5, minutes=-1)
    two.complete(there, "xena", verdict="yes")
    (_, back) = two.told(item)
    assert back.late
    assert two.at - two.desk.items[item].received_at < 30 * HOUR + MINUTE


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"service": "claims-desk"}, "same-service"),
        ({"service": "appeals-desk", "engagement": "rival"}, "other-client"),
        ({"service": "appeals-desk", "engagement": "nobody"}, "no-engagement"),
        ({"service": "nothing"}, "no-service"),
        ({"service": "appeals-desk", "given": {"kind": "judge", "amount": "much"}}, "handover-data"),
        ({"service": "appeals-desk", "given": {"colour": "red"}}, "handover-data"),
        ({"service": "appeals-desk", "note": "x" * 2_001}, "bad-value"),
        ({"service": "appeals-desk", "person": "budi"}, "not-theirs"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(store, tmp_path, more, why):
    both = [terms("appeals", "appeals-desk", ACME), terms("appeals", "appeals-desk", "rival", client="Rival")]
    two = TwoServices(store, tmp_path, appeals=both)
    item = two.receive("judge", 700)
    two.assign(item)
    seq, held = two.desk.seq, dict(two.desk.held)
    with pytest.raises(Refused) as refusal:
        two.command(HandOver(item, 1, **{"person": "ana", **more}))
    assert code(refusal) == [why]
    assert (two.desk.seq, two.desk.held, two.desk.board.handed) == (seq, held, {})


def test_a_process_asks_another_service_and_goes_on_with_the_answer(store, tmp_path):
    two = TwoServices(store, tmp_path, process=asking(PROCESS))
    item = two.receive("race", 10)
    there = item + 1
    assert two.states() == {item: "waiting", there: "waiting"}
    same_again(two)
    two.command(Deliver("reply", str(two.claims), {"answer": "yes"}))
    assert two.states() == {item: "delivered", there: "delivered"}
    assert [one.status for one in two.told(item, HandedBack)] == ["answered"]
    same_again(two)


def test_a_process_hears_of_a_refusal_as_an_error_and_ends_the_wait_by_a_timer(store, tmp_path):
    two = TwoServices(store, tmp_path, process=asking(PROCESS))
    first, second = two.receive("race", 10), two.receive("race", 10)
    two.command(CancelItem(first + 1, "no"))
    two.later(hours=30)
    two.command(Fire(second, 1))
    states = two.states()
    assert [states[one] for one in (first, first + 1, second, second + 1)] == ["delivered", "cancelled"] * 2
    assert [one.outcome for one in two.told(first, ItemDelivered)] == ["declined"]
    assert [one.outcome for one in two.told(second, ItemDelivered)] == ["lapsed"]
    same_again(two)


def test_who_hands_over_for_good_by_process_ends_there(store, tmp_path):
    two = TwoServices(store, tmp_path, process=asking(PROCESS, ' alihdaya:final="true"'))
    item = two.receive("race", 10)
    assert two.states() == {item: "handed-over", item + 1: "waiting"}
    same_again(two)


def test_a_service_that_is_not_offered_is_an_error_of_the_call(store, tmp_path):
    two = TwoServices(store, tmp_path, process=asking(PROCESS).replace("appeals-desk", "nobody"))
    item = two.receive("race", 10)
    assert two.states() == {item: "delivered"}
    assert [one.outcome for one in two.told(item, ItemDelivered)] == ["declined"]


def test_nothing_is_lost_or_doubled_where_the_program_dies_before_the_commit(two):
    item = two.receive("judge", 700)
    two.assign(item)
    two.commit()
    two.hand_over(item)
    two.desk.pending = []
    two.open()
    assert two.desk.held[item, 1].person == "ana"
    there = two.hand_over(item)
    two.commit()
    with two.store.snapshot() as connection:
        assert [row.item for row in connection.execute(HANDOVER.select())] == [there]
    two.open()
    two.assign(there, "xena")
    two.complete(there, "xena", verdict="no")
    two.desk.pending = []
    two.open()
    assert two.desk.board.handed == {(item, 1): there}
    two.command(Complete(there, 1, "xena", 0, {"verdict": "no"}) if (there, 1) in two.desk.held else CancelItem(there))
    two.commit()
    same_again(two)


def test_nobody_acts_in_the_name_of_a_service(two):
    item, there = taken(two)
    elsewhere = f"{AWAY}{ACME}/appeals-desk"
    for wish in (HandOver(item, 1, elsewhere, "appeals-desk", given={"kind": "judge"}), HandBack(item, elsewhere)):
        with pytest.raises(Refused):
            two.command(wish)
    two.assign(there, "xena")
    back = two.command(HandOver(there, 1, "xena", "claims-desk", given={"kind": "judge"}))
    with pytest.raises(Refused):
        two.hand_back(there, f"{AWAY}acme/claims-desk", "not mine")
    assert two.states() == dict.fromkeys((item, there, back), "waiting")
    same_again(two)


def test_a_rehearsal_that_is_taken_up_leaves_to_the_other_service_what_is_there(two):
    item, _ = taken(two)
    two.commit()
    two.open()
    Rehearsal(two.desk, 7, {}).until(two.at + 3 * HOUR)
    assert {hold.person for (one, _), hold in two.desk.held.items() if one == item} <= {f"{AWAY}{ACME}/appeals-desk"}
    assert not two.told(item, ItemDelivered)


@pytest.mark.parametrize("final", [False, True])
def test_a_wall_about_an_item_holds_for_what_it_was_handed_over_to(two, final):
    item = two.receive("judge", 700)
    two.assign(item, "budi")
    two.command(SetWall("xena", f"item:{item}", True, "a cousin", "nina"))
    there = two.hand_over(item, "budi", final=final)
    for _ in range(2):
        assert [task.needs.walled for task in two.desk.queue if task.item == there] == [("xena",)]
        with pytest.raises(Refused, match="keeps them from this item"):
            two.assign(there, "xena")
        two.commit()
        two.open()
    two.assign(there, "yuri")
    same_again(two)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_in_whatever_order_each_item_ends_once_and_all_add_up(two, seed):
    draw = Random(seed)
    for _ in range(40):
        open_ = sorted(two.desk.items)
        item = draw.choice(open_) if open_ else 0
        other = two.desk.items[item].service.name if item else ""
        there = "claims-desk" if other == "appeals-desk" else "appeals-desk"
        wish = HandOver(item, 1, "ana", there, given={"kind": "judge"}, final=draw.random() < 0.2)
        acts = [
            lambda: two.receive("judge", 700),
            lambda item=item: two.assign(item),
            lambda wish=wish: two.command(wish),
            lambda item=item: two.complete(item, verdict="yes"),
            lambda item=item: two.hand_back(item, "ana", "no"),
            lambda item=item: two.command(CancelItem(item, "over")),
            lambda: two.open() if not two.commit() else None,
        ]
        with suppress(Refused):
            draw.choices(acts, [5, 6, 6, 4, 3, 1, 1])[0]()
        two.later(minutes=draw.randint(1, 90))
    same_again(two)
    states = Counter(two.states().values())
    counts = totals(two.store)
    open_now = counts["received"] - sum(counts.get(end, 0) for end in ("delivered", "given_up", "handed_on"))
    assert states["waiting"] == open_now == len(two.desk.items)
    assert counts["handed_over"] == counts["taken_over"]
    final = states["handed-over"]
    assert counts["handed_over"] - counts.get("handed_back", 0) - final == len(two.desk.board.handed)
