"""The stations behind one door: a command in, entries on the desk, an answer out."""

from collections.abc import Callable
from typing import Any, get_args

from alihdaya.engine import CompleteTask
from alihdaya.engine import Retry as RetryToken
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import HOUSE
from alihdaya.operations.advance import advance
from alihdaya.operations.books.questions import Inquire, inquire
from alihdaya.operations.books.record import Record, record
from alihdaya.operations.books.retire import Retire, retire
from alihdaya.operations.commands import (
    Assign,
    Command,
    Complete,
    Deliver,
    Fire,
    Receive,
    Reject,
    Retry,
    Sent,
    Unsent,
)
from alihdaya.operations.desk import Desk, OpenItem
from alihdaya.operations.exchange.alarms import ring
from alihdaya.operations.exchange.between import settle, wait_again
from alihdaya.operations.exchange.commands import Broadcast
from alihdaya.operations.exchange.handover.commands import HandBack, HandOver
from alihdaya.operations.exchange.handover.giving import hand_over
from alihdaya.operations.exchange.handover.returning import hand_back
from alihdaya.operations.exchange.messages import deliver
from alihdaya.operations.exchange.shards.commands import Acknowledge, Follow, Forward, TakeIn
from alihdaya.operations.exchange.shards.crossing import acknowledge, forward, take_in
from alihdaya.operations.exchange.shards.following import follow_house
from alihdaya.operations.exchange.spreading import send_signal
from alihdaya.operations.exchange.timers import catch_up, go_off
from alihdaya.operations.floor.assign import assign
from alihdaya.operations.floor.commands import FloorCommand, Look, SpendTime
from alihdaya.operations.floor.looking import waiting
from alihdaya.operations.floor.spending import spend_time
from alihdaya.operations.floor.stations import bad_code, finished, on_floor, timed
from alihdaya.operations.instance import stations as operator
from alihdaya.operations.instance.commands import Amend, CancelItem, MoveToken, Resume, SetFacts, Suspend
from alihdaya.operations.jobs import leases
from alihdaya.operations.jobs.commands import Extend, Fail, Fetch, Finish, Release, Throw, Thrown
from alihdaya.operations.migrate.carry import migrate_items
from alihdaya.operations.migrate.order import Migrate
from alihdaya.operations.outbox import sent, thrown, try_again, unsent
from alihdaya.operations.people import quality
from alihdaya.operations.people.commands import Dispute, Forget, Play, Review, SetWall, Withdraw
from alihdaya.operations.people.keeping import forget
from alihdaya.operations.people.learning import facts_at, follow, wall, withdraw
from alihdaya.operations.people.lesson import play
from alihdaya.operations.people.programs import practical, tasks
from alihdaya.operations.people.programs.commands import (
    AnswerTest,
    Beat,
    FetchTask,
    GiveBack,
    HandIn,
    Holds,
    Proofs,
    SetTest,
)
from alihdaya.operations.run.receive import receive, reject
from alihdaya.packs.form import check_form
from alihdaya.people.gate import gate, render_reason
from alihdaya.work.events import AssignmentLapsed, TaskDone
from alihdaya.work.handover import is_away

__all__ = ["catch_up", "perform"]

_LONGEST = 24 * 3600


def perform(desk: Desk, command: Command, at: int) -> Any:
    """Carry out a command that happens at `at` (never before the last entry). Nothing is durable before the commit.

    Raises Refused where a rule forbids it; then nothing changed, but for the log's note of what the gate refused.
    """
    hall = desk.hall
    at = at if hall is None else hall.begin(at)
    try:
        return _STATIONS[type(command)](desk, command, at)
    finally:
        settle(desk, max(at, desk.at))
        if hall is not None:
            hall.flush()


def complete(desk: Desk, work: Complete, at: int) -> int:
    """Finish a person's task; gives its handling time in seconds.

    Raises Refused where they do not hold it, or the result does not fit the form.
    """
    item = desk.open_item(work.item)
    hold = desk.held.get((work.item, work.token))
    if hold is None or hold.person != work.person or is_away(work.person):
        raise Refused(Problem("not-theirs", f"{work.person} does not hold task {work.token} of item {work.item}"))
    work = timed(work, hold.at, at)
    seconds = work.seconds or 0
    form = item.service.work(hold.task.node).form
    problems = [*check_form(item.service.pack.forms.get(form), work.result), *bad_code(item.service, work.code)]
    if problems:
        raise Refused(problems)
    if not 0 <= seconds <= _LONGEST:
        raise Refused(Problem("bad-time", f"{seconds} seconds are no handling time of one sitting (a day at most)"))
    if work.person in item.service.needs(hold.task.node, item.doers).not_by:
        raise Refused(Problem("gate", f"{work.person} may not do this: {render_reason('four-eyes', str)}"))
    seen = item.instance.seen(work.token) if item.instance is not None else {}
    facts = facts_at(desk, item, hold.task.node, {**seen, **work.result}, at, by=work.person)
    known = desk.people.get(work.person)
    lapsed = gate(known, hold.task.needs, at) if known else ()
    before = item.doers
    item.done(hold.task.node, work.person)
    follow(desk, item, facts)  # before the end that it may reach says anything of people
    try:
        events = advance(desk, item, CompleteTask(work.token, work.result), at)
    except Refused:
        item.doers = before
        for _ in facts:
            desk.board.effects.pop()
        raise
    _keep_apart(desk, item)
    done = TaskDone(work.token, work.person, seconds, work.result, work.simulated)
    late = [AssignmentLapsed(work.token, work.person, lapsed)] if lapsed else []
    sampled = quality.due(item.service, item.item, hold.task.node, work.token, work.person)
    desk.record(item, at, work.person, [done, *late, *sampled, *events])
    finished(desk, work, at)
    return seconds


def _keep_apart(desk: Desk, item: OpenItem) -> None:
    """Let the item's other tasks wait for somebody else, where they are to check what was just done."""
    for token, wait in item.instance.waits.items() if item.instance is not None and item.service.four_eyes else ():
        if (item.item, token) in desk.queue:
            needs = desk.needs(item, wait.node)
            if needs != desk.queue.task(item.item, token).needs:
                desk.wait(desk.unwait((item.item, token))._replace(needs=needs))


def fire(desk: Desk, command: Fire, at: int) -> None:
    """Let a timer that is due go off. Raises Refused where it no longer runs, or is not due."""
    if command.item == HOUSE:
        if desk.hall is None or not desk.hall.tick(at):
            ring(desk, at)
    else:
        go_off(desk, command.item, command.timer, at, command.trouble)


def retry(desk: Desk, command: Retry, at: int) -> None:
    """Try again what an incident or a dead letter stopped."""
    if command.item in desk.items:
        desk.open_item(command.item)
    if try_again(desk, command.item, command.token, at):
        return
    item = desk.open_item(command.item)
    desk.record(item, at, "operator", advance(desk, item, RetryToken(command.token), at))


def _resume(desk: Desk, command: Resume, at: int) -> None:
    """Take an item up again; what came for it while it was suspended reaches it now."""
    operator.resume(desk, command, at, catch_up)
    wait_again(desk, command.item)


_STATIONS: dict[type, Callable[[Desk, Any, int], Any]] = {
    Receive: receive,
    Reject: reject,
    Assign: assign,
    Complete: complete,
    Fire: fire,
    Deliver: deliver,
    Broadcast: send_signal,
    HandOver: hand_over,
    HandBack: hand_back,
    TakeIn: take_in,
    Acknowledge: acknowledge,
    Forward: forward,
    Follow: follow_house,
    Retry: retry,
    Sent: lambda desk, command, at: sent(desk, command, at, advance),
    Unsent: unsent,
    Fetch: leases.fetch,
    Extend: leases.extend,
    Release: leases.release,
    Finish: leases.finish,
    Throw: leases.throw,
    Fail: leases.fail,
    Thrown: lambda desk, command, at: thrown(desk, command, at, advance),
    CancelItem: operator.cancel,
    Suspend: operator.suspend,
    Resume: _resume,
    MoveToken: operator.move,
    SetFacts: operator.set_facts,
    Amend: operator.amend,
    Withdraw: withdraw,
    SetWall: wall,
    Review: quality.review,
    Dispute: quality.dispute,
    Play: play,
    Forget: forget,
    **dict.fromkeys(get_args(FloorCommand), on_floor),
    Look: waiting,
    SpendTime: spend_time,
    Record: record,
    Inquire: inquire,
    Retire: retire,
    FetchTask: tasks.fetch,
    Beat: tasks.beat,
    HandIn: lambda desk, command, at: tasks.hand_in(desk, command, at, complete),
    GiveBack: tasks.give_back,
    Holds: tasks.holds,
    Proofs: tasks.proofs,
    SetTest: practical.set_test,
    AnswerTest: practical.answer_test,
    Migrate: lambda desk, command, at: migrate_items(desk, command, at, catch_up),
}
