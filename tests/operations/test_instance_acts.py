"""What operators do to items under way, on both stores: the log says it, a reopened desk and a replay agree."""

import pytest
from claims_pack import PROCESS, write_pack
from small_desk import NOON, SmallDesk, reopened, working_set

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import HOUR, MINUTE
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Assign, Complete, Deliver, Fire, Receive, Retry, Unsent
from alihdaya.operations.instance.commands import Amend, CancelItem, MoveToken, Resume, SetFacts, Suspend
from alihdaya.operations.node.letters import Letter, carry_out
from alihdaya.packs import load
from alihdaya.store import open_store, views


@pytest.fixture
def desk_of(tmp_path):
    """Gives a claims desk on SQLite whose process is changed: text after text by another."""
    made = []

    def make(*changes):
        process = PROCESS
        for old, new in changes:
            assert old in process
            process = process.replace(old, new)
        pack = load(write_pack(tmp_path / "claims", claims=process))
        made.append(open_store(tmp_path / "desk.db"))
        return SmallDesk(made[-1], tmp_path, pack=pack)

    yield make
    for store in made:
        store.close()


def agree(small):
    """What is held in the head, in the tables and in the log is the same."""
    assert reopened(small) == working_set(small.desk)
    verdict = prove(small.store)
    assert verdict.equal, verdict.differences


def row(small, item):
    small.commit()
    return views.item_story(small.store, item)


def test_a_cancelled_item_waits_for_nothing_and_is_neither_delivered_nor_billed(small):
    items = [small.receive("judge"), small.receive("wait"), small.receive("split"), small.receive("judge")]
    small.assign(items[0])
    for item in items[:3]:
        small.command(CancelItem(item, "the client took it back", "rina"))
    agree(small)
    assert set(small.desk.items) == {items[3]}
    assert len(small.desk.queue) == 1
    assert not small.desk.held
    assert small.desk.next_timer()[1] == items[3]
    story = row(small, items[0])
    assert (story.item.status, story.item.closed_at, story.tasks) == ("cancelled", small.at, ())
    assert (story.entries[-1].by, story.entries[-1].events[-1].reason) == ("rina", "the client took it back")
    counts = views.totals(small.store)
    assert (counts["received"], counts["given_up"], counts.get("delivered", 0)) == (4, 3, 0)
    small.refused(small.command, CancelItem(items[0]), code="not-open")
    small.refused(small.deliver, "2", code="nobody-waits")


def test_nothing_of_a_suspended_item_goes_on(small):
    held, queued, waits = small.receive("judge"), small.receive("judge"), small.receive("wait")
    small.assign(held)
    for item in (held, queued, waits):
        small.command(Suspend(item, "under review"))
    agree(small)
    assert not len(small.desk.queue)
    assert small.desk.next_timer() is None
    small.later(40)
    for verb, *arguments in (
        (small.assign, queued, "budi"),
        (small.complete, held, "ana"),
        (small.fire, held),
        (small.deliver, "3"),
        (small.retry, held),
        (small.command, MoveToken(queued, 1, "second")),
        (small.command, SetFacts(queued, {"amount": 1})),
        (small.command, Suspend(queued)),
    ):
        more = {"verdict": "yes"} if verb == small.complete else {}
        small.refused(verb, *arguments, code="suspended", **more)
    assert {row(small, item).item.status for item in (held, queued, waits)} == {"suspended"}
    assert views.floor(small.store).queues == ()
    agree(small)


def test_a_resumed_item_stands_where_it_stood_and_what_came_due_goes_off(small):
    first, second = small.receive("judge"), small.receive("judge")
    place = list(small.desk.queue)
    small.command(Suspend(first))
    small.later(2)
    small.command(Resume(first, "rina"))
    assert list(small.desk.queue) == place
    small.command(Suspend(first))
    small.later(50)
    small.command(Resume(first))
    assert small.events(first)[-2:] == [
        ("ItemResumed",),
        ("TimerFired", "TaskClosed", "BoundaryTaken", "Moved", "TaskOffered", "TaskCancelled", "TaskQueued"),
    ]
    assert [task.node for task in small.desk.queue if task.item == first] == ["second"]
    small.fire(second)
    small.refused(small.command, Resume(first), code="not-suspended")
    agree(small)


def test_the_clocks_of_the_promise_run_on_while_an_item_is_suspended(small):
    item = small.receive("judge")
    due = row(small, item).item.resolve_due
    small.command(Suspend(item))
    small.later(20)
    small.command(Resume(item))
    assert row(small, item).item.resolve_due == due
    [task] = small.desk.queue
    assert (task.queued_at, task.resolve_due) == (NOON, due)


def test_a_held_task_is_finished_after_the_item_is_resumed_by_another_process(small):
    item = small.receive("judge")
    small.assign(item)
    small.command(Suspend(item))
    small.commit()
    small.open()
    assert small.desk.items[item].suspended
    small.command(Resume(item))
    small.complete(item, verdict="yes")
    assert row(small, item).item.status == "delivered"
    agree(small)


def test_a_message_goes_to_the_oldest_that_may_go_on(small):
    first, second = small.receive("wait", claim=7), small.receive("wait", claim=7)
    small.command(Suspend(first))
    assert small.deliver("7") == second
    small.refused(small.deliver, "7", code="suspended")
    small.command(Resume(first))
    assert small.deliver("7") == first


def test_a_moved_token_brings_the_task_of_the_new_node(small):
    item = small.receive("judge")
    small.assign(item)
    small.command(MoveToken(item, 1, "second", "rina"))
    assert not small.desk.held
    assert [task.node for task in small.desk.queue] == ["second"]
    assert small.events(item)[-1] == (
        "TaskClosed", "TimerCancelled", "TokenMoved", "TaskOffered", "TaskCancelled", "TaskQueued",
    )  # fmt: skip
    assert row(small, item).item.node == "second"
    agree(small)
    small.command(MoveToken(item, 1, "hear"))
    small.deliver(str(item))
    assert row(small, item).item.status == "delivered"
    agree(small)
    other = small.receive("judge")
    small.refused(small.command, MoveToken(other, 1, "lanes"), code="not-enterable")
    small.refused(small.command, MoveToken(other, 1, "nowhere"), code="no-such-node")
    small.refused(small.command, MoveToken(other, 8, "second"), code="no-such-token")


def test_variables_are_set_and_what_stopped_is_tried_again_as_one(small):
    item = small.receive("assess", None)
    assert row(small, item).item.status == "stopped"
    small.refused(small.command, Amend(item, 1, {"amount": 0.5}), code="bad-variables")
    small.refused(small.command, Amend(item, 2, {"amount": 5}), code="no-such-token")
    small.refused(small.command, Amend(item, 1, {}), code="no-variables")
    small.command(Amend(item, 1, {"amount": 5}, "rina"))
    assert small.events(item)[-1][:3] == ("VariablesSet", "IncidentCleared", "VariablesSet")
    story = row(small, item)
    assert (story.item.status, story.entries[-1].by) == ("delivered", "rina")
    assert story.entries[-1].events[-1].result["hours"] == 10
    agree(small)


def test_variables_set_alone_change_nothing_else(small):
    item = small.receive("judge")
    small.command(SetFacts(item, {"amount": 77, "note": "seen"}))
    assert small.desk.items[item].instance.variables["amount"] == 77
    small.refused(small.command, SetFacts(item, {"note": "\0"}), code="bad-value")
    small.refused(small.command, SetFacts(item, {"note": 1}, 9), code="no-such-token")
    agree(small)


RETRIED = ('alihdaya:step="assess"', 'alihdaya:step="assess" alihdaya:retry="PT5M PT1H"')


def test_retries_of_the_model_go_off_by_the_timers_of_the_desk_until_the_last(desk_of):
    small = desk_of(RETRIED)
    item = small.receive("assess", None)
    small.commit()
    small.open()  # another process goes on
    assert carry_out(small.desk, [], NOON + 5 * MINUTE - 1) == []
    assert not small.desk.pending
    carry_out(small.desk, [], NOON + 5 * MINUTE)
    assert small.desk.next_timer() == (NOON + 65 * MINUTE, item, 2)
    carry_out(small.desk, [], NOON + 90 * MINUTE)
    assert small.desk.next_timer() is None
    assert row(small, item).item.status == "stopped"
    assert sum("IncidentRaised" in entry for entry in small.events(item)) == 3
    agree(small)
    small.at = NOON + 2 * HOUR
    small.command(Amend(item, 1, {"amount": 5}))
    assert row(small, item).item.status == "delivered"


def test_a_retry_that_came_due_waits_for_a_suspended_item(desk_of):
    small = desk_of(RETRIED)
    item = small.receive("assess", None)
    small.command(SetFacts(item, {"amount": 5}))
    small.command(Suspend(item))
    small.later(1)
    carry_out(small.desk, [], small.at)
    assert row(small, item).item.status == "suspended"
    small.command(Resume(item))
    assert row(small, item).item.status == "delivered"
    agree(small)


RACE = '<receiveTask id="race" messageRef="reply"/>'


def test_a_service_that_never_answers_stops_its_item_only(desk_of):
    small = desk_of((RACE, '<serviceTask id="race" alihdaya:timeout="PT1H" alihdaya:retry="PT5M"/>'))
    item, other = small.receive("race"), small.receive("judge")
    for minutes, status in ((59, "waiting"), (60, "stopped"), (65, "waiting"), (125, "stopped"), (500, "stopped")):
        carry_out(small.desk, [], NOON + minutes * MINUTE)
        assert row(small, item).item.status == status
    [incident] = row(small, item).incidents
    assert incident.code == "no-answer"
    small.at = NOON + 500 * MINUTE
    small.assign(other)
    small.complete(other, verdict="yes")
    assert row(small, other).item.status == "delivered"
    agree(small)


def test_a_job_of_the_outbox_is_withdrawn_when_its_time_is_over(desk_of):
    small = desk_of((RACE, '<serviceTask id="race" alihdaya:timeout="PT1H"/>'))
    item = small.receive("race")
    small.later(1)
    carry_out(small.desk, [], small.at)
    assert not small.desk.outbox
    small.retry(item)
    [key] = small.desk.outbox
    small.command(Unsent(key, "no route", 0))
    small.command(SetFacts(item, {"amount": 8}))
    assert row(small, item).item.status == "stopped"
    small.command(Amend(item, 1, {"amount": 9}))
    assert row(small, item).item.status == "waiting"
    [(again, send)] = small.desk.outbox.items()
    assert again != key
    assert send.payload["amount"] == 9
    agree(small)


def test_a_process_that_loops_for_ever_stops_its_item_and_the_others_go_on(desk_of):
    forever = '<scriptTask id="race" scriptFormat="text/x-feel" alihdaya:result="n"><script>1</script></scriptTask>'
    on = '<sequenceFlow sourceRef="race" targetRef="answered"/>'
    small = desk_of((RACE, forever), (on, on.replace("answered", "race")))
    letters = [Letter(small.receipt(str(n), kind), NOON, None) for n, kind in enumerate(("plain", "race", "plain"), 1)]
    assert carry_out(small.desk, letters, NOON) == [(1, None), (2, None), (3, None)]
    [incident] = row(small, 2).incidents
    assert incident.code == "step-budget"
    assert [row(small, item).item.status for item in (1, 2, 3)] == ["delivered", "stopped", "delivered"]
    small.command(CancelItem(2, "it would never end"))
    agree(small)


def test_a_clock_that_jumps_back_breaks_nothing(small):
    item = small.receive("judge")
    waits = small.receive("wait")
    back = NOON - 100 * HOUR
    letters = [
        Letter(Suspend(waits), back, None),
        Letter(Assign(item, 1, "ana"), back, None),
        Letter(small.receipt("late", "judge"), back, None),
        Letter(Resume(waits), back, None),
        Letter(Deliver("reply", str(waits), {}), back - HOUR, None),
        Letter(Complete(item, 1, "ana", 60, {"verdict": "yes"}), back, None),
    ]
    outcomes = carry_out(small.desk, letters, back)
    assert [refusal for _, refusal in outcomes] == [None] * 6
    small.commit()
    times = [entry.at for entry in small.store.read_log()]
    assert times == sorted(times)
    assert small.desk.next_timer() == (NOON + 30 * HOUR, 3, 1)
    carry_out(small.desk, [], back + 40 * HOUR)  # the clock goes on from where it jumped to
    assert small.desk.next_timer()
    carry_out(small.desk, [], NOON + 30 * HOUR)
    assert small.desk.next_timer() is None
    agree(small)


def test_timers_that_were_due_go_off_before_the_operator_acts(small):
    item = small.receive("judge")
    letter = Letter(MoveToken(item, 2, "judge"), NOON + 31 * HOUR, None)
    assert carry_out(small.desk, [letter]) == [(None, None)]
    assert "TimerFired" in small.events(item)[-2]
    [task] = small.desk.queue
    assert task.node == "judge"


@pytest.mark.parametrize("reason", ["x" * 501, "\0"])
def test_a_reason_that_cannot_be_kept_is_refused(small_sqlite, reason):
    item = small_sqlite.receive("judge")
    for command in (Suspend(item, reason), CancelItem(item, reason)):
        small_sqlite.refused(small_sqlite.command, command, code="bad-value")


def test_a_duplicate_of_a_cancelled_item_is_still_one(small):
    item = small.receive("judge")
    small.command(CancelItem(item))
    small.commit()
    again = Letter(small.receipt("1", "judge"), NOON, None)
    [(_, refusal)] = carry_out(small.desk, [again])
    assert isinstance(refusal, Refused)
    assert refusal.problems[0].code == "duplicate"


def test_commands_name_their_item():
    made = (CancelItem(3), Suspend(3), Resume(3), MoveToken(3, 1, "a"), SetFacts(3, {}), Amend(3, 1, {}))
    assert {command.item for command in (*made, Fire(3, 1), Retry(3, 1))} == {3}
    assert Receive not in map(type, made)
