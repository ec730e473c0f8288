"""An item's way through the stations, and what each of them refuses."""

from decimal import Decimal

import pytest
from small_desk import NOON, log_of, reopened, working_set

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import HOUR, MINUTE
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Complete
from alihdaya.store import views
from alihdaya.work.events import (
    AssignmentRefused,
    ItemDelivered,
    ItemReceived,
    ItemStopped,
    TaskAssigned,
    TaskCancelled,
    TaskDone,
    TaskQueued,
)


def test_what_rules_decide_is_received_and_delivered_in_one_entry(small):
    item = small.receive("plain", 100)
    small.commit()
    (entry,) = small.store.read_log(item=item)
    assert (entry.at, entry.item, entry.by) == (NOON, item, "intake")
    came, delivered = entry.events[0], entry.events[-1]
    assert came == ItemReceived("acme", "claims-desk", "api", "1", 0, 0, small.terms.digest, small.pack.digest, {})
    assert delivered == ItemDelivered("paid", "paid", {"lane": "pay", "answer": "paid 1"}, False)
    assert not small.desk.items
    assert not small.desk.instances
    assert views.totals(small.store)["straight_through"] == 1


def test_what_needs_a_person_is_queued_assigned_done_and_delivered(small):
    item = small.receive("plain", 101)
    assert [task.node for task in small.desk.queue] == ["judge"]
    small.later(hours=1)
    small.assign(item, "ana")
    assert not len(small.desk.queue)
    small.later(hours=2)
    small.complete(item, "ana", seconds=420, verdict="yes", hours=Decimal("1.5"))
    assert not small.desk.held
    assert not small.desk.items
    small.commit()
    first, second, third = small.store.read_log(item=item)
    queued = next(one for one in first.events if isinstance(one, TaskQueued))
    assert queued.respond_due == NOON + 4 * HOUR
    assert queued.needs == ("claims", "en", "B2", "claims-desk")
    assert second.events == (TaskAssigned(1, "ana"),)
    assert (third.at, third.by) == (NOON + 3 * HOUR, "ana")
    assert third.events[0] == TaskDone(1, "ana", 420, {"verdict": "yes", "hours": Decimal("1.5")}, False)
    result = {"lane": "judge", "verdict": "yes", "hours": Decimal("1.5")}
    assert third.events[-1] == ItemDelivered("judged", "judged", result, True)
    counts = views.totals(small.store)
    assert (counts["to_people"], counts["respond_met"], counts["resolve_met"]) == (1, 1, 1)
    assert "straight_through" not in counts
    assert prove(small.store).equal


def test_an_item_that_a_program_answers_after_a_message_went_through_no_person(small):
    item = small.receive("wait")
    small.deliver("1")
    assert small.events(item)[-1][-1] == "ItemDelivered"
    assert views.items(small.store)[0].touched is False


@pytest.mark.parametrize(
    ("person", "reason", "said"),
    [
        ("citra", "no-certificate:claims-desk", "Has no certificate claims-desk"),
        ("dodi", "failed-test:writing:en:20:70", "Failed the writing test in the language en: 20 of 100"),
    ],
)
def test_the_gate_refuses_an_assignment_by_hand_and_only_the_log_knows(small, person, reason, said):
    item = small.receive("judge")
    small.commit()
    before = working_set(small.desk)
    with pytest.raises(Refused, match=said) as refusal:
        small.assign(item, person)
    assert {problem.code for problem in refusal.value.problems} == {"gate"}
    small.commit()
    after = working_set(small.desk)
    assert after.pop("seq") == before.pop("seq") + 1
    assert after == before
    *_, entry = small.store.read_log()
    assert (entry.item, entry.events) == (item, (AssignmentRefused(1, person, (reason,)),))
    assert [(row.person, row.reasons) for row in views.refusals(small.store)] == [(person, (reason,))]
    assert views.totals(small.store)["refused"] == 1
    assert prove(small.store).equal


def test_a_certificate_that_expired_yesterday_does_not_pass(small):
    item = small.receive("judge")
    small.assign(item, "eko")
    small.later(hours=24 * 70)
    other = small.receive("judge")
    with pytest.raises(Refused, match="expired on"):
        small.assign(other, "eko")


def test_nobody_unknown_nothing_unknown_and_nothing_taken_is_assigned(small):
    item = small.receive("judge")
    small.refused(small.assign, item, "zoe", code="no-such-person")
    small.refused(small.assign, item, "ana", token=2, code="not-waiting")
    small.refused(small.assign, item + 1, "ana", code="not-open")
    small.assign(item, "ana")
    refusal = small.refused(small.assign, item, "budi", code="not-waiting")
    assert "ana has it" in str(refusal)
    small.refused(small.assign, item, "ana", code="not-waiting")


def test_only_who_holds_a_task_completes_it_and_only_once(small):
    item, done = small.receive("judge"), {"verdict": "yes"}
    small.refused(small.complete, item, "ana", **done, code="not-theirs")
    small.assign(item, "ana")
    small.refused(small.complete, item, "budi", **done, code="not-theirs")
    small.refused(small.complete, item, "ana", seconds=-1, **done, code="bad-time")
    small.refused(small.complete, item, "ana", seconds=86_401, **done, code="bad-time")
    small.complete(item, "ana", **done)
    small.refused(small.complete, item, "ana", **done, code="not-open")


@pytest.mark.parametrize(
    "result",
    [
        {},
        {"verdict": None},
        {"verdict": "perhaps"},
        {"verdict": True},
        {"verdict": "yes", "hours": "2"},
        {"verdict": "yes", "hours": True},
        {"verdict": "yes", "hours": 1.5},
        {"verdict": "yes", "hours": Decimal("NaN")},
        {"verdict": "yes", "hours": Decimal("Infinity")},
        {"verdict": "yes", "hours": Decimal("1E+9000")},
        {"verdict": "yes", "hours": 10**400},
        {"verdict": "yes", "amount": 1},
        {"verdict": "yes", "lane": "pay"},
    ],
)
def test_a_result_that_does_not_fit_the_form_changes_nothing(small_sqlite, result):
    small = small_sqlite
    item = small.receive("judge")
    small.assign(item, "ana")
    small.refused(small.complete, item, "ana", **result, code="form")


@pytest.mark.parametrize("note", ["\ud800", "a\0b", "x" * 10_001])
def test_a_text_that_no_store_can_hold_is_refused_before_it_breaks_a_commit(small, note):
    item = small.receive("later")
    small.assign(item, "ana")
    small.refused(small.complete, item, "ana", note=note, code="form")
    small.complete(item, "ana", note="é \U0001f600")
    small.commit()


def test_a_timer_takes_the_task_away_only_when_it_is_due(small):
    item = small.receive("judge")
    small.assign(item, "ana")
    small.later(hours=30)
    small.at -= 1
    small.refused(small.fire, item, code="not-due")
    assert small.desk.next_timer() == (NOON + 30 * HOUR, item, 1)
    small.at += 1
    small.fire(item)
    assert not small.desk.held
    assert [(task.node, task.token) for task in small.desk.queue] == [("second", 2)]
    assert small.desk.next_timer() is None
    small.refused(small.complete, item, "ana", verdict="yes", code="not-theirs")
    small.refused(small.fire, item, code="no-such-timer")
    small.commit()
    *_, entry = small.store.read_log(item=item)
    assert entry.by == "timer"
    assert TaskCancelled(1, "withdrawn") in entry.events
    small.assign(item, "citra", token=2)  # the second look asks for no certificate
    small.complete(item, "citra", token=2)
    assert small.events(item)[-1][-1] == "ItemDelivered"
    assert prove(small.store).equal


def test_a_timer_of_a_task_that_is_done_never_fires(small):
    item = small.receive("judge")
    small.assign(item)
    small.complete(item, verdict="no")
    small.later(hours=100)
    small.refused(small.fire, item, code="not-open")
    assert small.desk.next_timer() is None


def test_a_parallel_gateway_waits_for_both_people(small):
    item = small.receive("split")
    tokens = {task.node: task.token for task in small.desk.queue}
    assert set(tokens) == {"check_a", "check_b"}
    small.assign(item, "ana", tokens["check_a"])
    small.assign(item, "budi", tokens["check_b"])
    small.complete(item, "budi", tokens["check_b"], note="b")
    assert item in small.desk.items
    small.complete(item, "ana", tokens["check_a"], note="a")
    assert item not in small.desk.items
    assert small.events(item)[-1][-1] == "ItemDelivered"
    assert prove(small.store).equal


def test_a_message_finds_the_item_by_name_and_key(small):
    first, second = small.receive("wait"), small.receive("wait")
    small.refused(small.deliver, "3", code="nobody-waits")
    small.refused(small.deliver, "1", name="reminder", code="nobody-waits")
    assert small.deliver("2", answer="fine") == second
    small.refused(small.deliver, "2", code="nobody-waits")
    small.commit()
    *_, entry = small.store.read_log()
    assert (entry.item, entry.by) == (second, "message")
    assert entry.events[-1].result == {"lane": "wait", "answer": "fine"}
    assert small.deliver("1") == first
    assert not small.desk.subscribers
    assert not small.desk.awaited


def test_the_same_message_twice_reaches_the_same_items_before_and_after_a_restart(small):
    early = small.receive("later", claim=7)
    small.assign(early)
    late = small.receive("wait", claim=7)
    small.complete(early)  # the earlier item began to wait after the later one
    small.commit()
    assert reopened(small) == working_set(small.desk)
    wanted = small.deliver("7")
    small.desk = None
    assert wanted == early < late, "the oldest item first, whenever it began to wait"
    small.store.unlock()
    assert small.open().subscribers[("reply", "7")]
    assert small.deliver("7") == wanted  # the first was never committed


def test_an_incident_stops_an_item_until_it_is_tried_again(small):
    item = small.receive("stuck")
    assert small.events(item)[0].count("ItemStopped") == 1
    assert views.floor(small.store).stopped == 1
    (task,) = small.desk.queue
    small.refused(small.retry, item, token=task.token, code="no-incident")
    (token,) = small.desk.items[item].instance.incidents
    small.retry(item, token)  # nothing is different: it stops again
    assert small.events(item)[-1].count("ItemStopped") == 1
    small.assign(item, "ana", task.token)
    small.complete(item, "ana", task.token, verdict="no")
    assert item in small.desk.items
    small.retry(item, token)
    assert item not in small.desk.items
    assert small.events(item)[-1][-1] == "ItemDelivered"
    assert views.floor(small.store).stopped == 0
    assert prove(small.store).equal


def test_a_step_that_fails_is_an_incident_and_an_error_that_the_model_catches_is_none(small):
    broken = small.receive("assess", None)
    assert [type(one) for entry in small.desk.pending for one in entry.events][-1] is ItemStopped
    declined, paid = small.receive("assess", 1001), small.receive("assess", 7)
    small.commit()
    outcomes = {row.id: row.outcome for row in views.items(small.store)}
    assert outcomes == {broken: None, declined: "declined", paid: "paid"}
    assert prove(small.store).equal


def test_the_log_never_goes_back_in_time(small):
    judge = small.receive("judge")
    small.later(hours=2)
    small.assign(judge, "ana")
    small.later(hours=-24)  # somebody sets the computer's clock back
    small.receive("plain")
    small.complete(judge, "ana", verdict="yes")
    small.commit()
    times = [entry.at for entry in small.store.read_log()]
    assert times == sorted(times)
    assert times[-1] == NOON + 2 * HOUR


def test_terms_signed_anew_bind_new_items_and_leave_the_old(small, tmp_path):
    from alihdaya.engagement import terms as agreement
    from alihdaya.operations.opening import open_desk
    from alihdaya.operations.sign import open_service

    old = small.receive("judge")
    cheaper = small.pack.terms.replace("up_to = 2, price = 4", "up_to = 2, price = 3.9")
    small.later(hours=1)
    signed = agreement.parse(cheaper.encode())
    small.service = open_service(small.desk, small.pack, signed, small.at, trusted=True)
    new = small.receive("judge")
    small.commit()
    found = {row.id: row.terms for row in views.items(small.store)}
    assert found == {old: small.terms.digest, new: signed.digest}
    fresh = open_desk(small.store, recorded=lambda: 0)
    assert {n: item.service.terms.digest for n, item in fresh.items.items()} == found


def test_signing_deploying_and_employing_twice_leaves_one_entry_each(small):
    before = log_of(small.store)
    small.open()
    small.open()
    assert log_of(small.store) == before
    assert [len(entry.events) for entry in before] == [1] * len(before)


def test_a_refused_completion_in_the_same_group_does_not_touch_its_neighbours(small):
    first, second = small.receive("judge"), small.receive("judge")
    small.assign(first)
    small.assign(second, "budi")
    with pytest.raises(Refused):
        small.command(Complete(first, 1, "budi", 1, {"verdict": "yes"}))
    small.later(minutes=5)
    small.complete(second, "budi", verdict="no")
    small.commit()
    assert {row.id: row.status for row in views.items(small.store)} == {first: "waiting", second: "delivered"}
    assert views.items(small.store)[1].closed_at == NOON + 5 * MINUTE
    assert prove(small.store).equal


def test_a_message_that_comes_after_its_time_finds_the_timer_first(small):
    """Whoever delivers it, and whether or not anybody let the timer go off before."""
    late = small.receive("race", claim=7)
    small.later(hours=20)
    next_one = small.receive("race", claim=7)
    small.later(hours=11)
    assert small.deliver("7") == next_one
    assert small.events(late)[-1][-1] == "ItemDelivered"
    assert {row.id: row.outcome for row in views.items(small.store)} == {late: "lapsed", next_one: "answered"}
    small.later(hours=100)
    last = small.receive("race", claim=8)
    small.later(hours=30)
    with pytest.raises(Refused, match="nobody waits"):
        small.deliver("8")
    small.commit()
    assert views.items(small.store, after=next_one)[0].outcome == "lapsed", last
    assert prove(small.store).equal
