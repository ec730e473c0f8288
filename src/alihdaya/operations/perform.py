"""The stations behind one door: a command in, entries on the desk, an answer out."""

from collections.abc import Callable
from typing import Any

from alihdaya.engine import CompleteTask, DeliverMessage, FireTimer
from alihdaya.engine import Retry as RetryToken
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import HOUSE
from alihdaya.operations.advance import advance
from alihdaya.operations.assign import assign
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
from alihdaya.operations.instance import stations as operator
from alihdaya.operations.instance.commands import Amend, CancelItem, MoveToken, Resume, SetFacts, Suspend
from alihdaya.operations.jobs import leases
from alihdaya.operations.jobs.commands import Extend, Fail, Fetch, Finish, Release, Throw, Thrown
from alihdaya.operations.migrate.carry import migrate_items
from alihdaya.operations.migrate.order import Migrate
from alihdaya.operations.outbox import sent, thrown, try_again, unsent
from alihdaya.operations.receive import receive, reject
from alihdaya.packs.form import check_form
from alihdaya.people.gate import render_reason
from alihdaya.work.events import TaskDone
from alihdaya.work.keepable import unkeepable

_LONGEST = 24 * 3600


def perform(desk: Desk, command: Command, at: int) -> Any:
    """Carry out a command that happens at `at` (never before the last entry). Nothing is durable before the commit.

    Raises Refused where a rule forbids it; then nothing changed, but for the log's note of what the gate refused.
    """
    return _STATIONS[type(command)](desk, command, at)


def complete(desk: Desk, work: Complete, at: int) -> None:
    """Finish a person's task. Raises Refused where they do not hold it, or the result does not fit the form."""
    item = desk.open_item(work.item)
    hold = desk.held.get((work.item, work.token))
    if hold is None or hold.person != work.person:
        raise Refused(Problem("not-theirs", f"{work.person} does not hold task {work.token} of item {work.item}"))
    form = item.service.work(hold.task.node).form
    problems = check_form(item.service.pack.forms.get(form), work.result)
    if problems:
        raise Refused(problems)
    if not 0 <= work.seconds <= _LONGEST:
        raise Refused(
            Problem("bad-time", f"{work.seconds} seconds are no handling time of one sitting (a day at most)")
        )
    if work.person in item.service.needs(hold.task.node, item.doers).not_by:
        raise Refused(Problem("gate", f"{work.person} may not do this: {render_reason('four-eyes', str)}"))
    before = item.doers
    item.done(hold.task.node, work.person)
    try:
        events = advance(desk, item, CompleteTask(work.token, work.result), at)
    except Refused:
        item.doers = before
        raise
    _keep_apart(desk, item)
    done = TaskDone(work.token, work.person, work.seconds, work.result, work.simulated)
    desk.record(item, at, work.person, [done, *events])


def _keep_apart(desk: Desk, item: OpenItem) -> None:
    """Let the item's other tasks wait for somebody else, where they are to check what was just done."""
    for token, wait in item.instance.waits.items() if item.instance is not None and item.service.four_eyes else ():
        if (item.item, token) in desk.queue:
            task = desk.queue.remove(item.item, token)
            desk.queue.push(task._replace(needs=item.service.needs(wait.node, item.doers)))


def fire(desk: Desk, command: Fire, at: int) -> None:
    """Let a timer that is due go off. Raises Refused where it no longer runs, or is not due."""
    if command.item == HOUSE:
        ring(desk, at)
        return
    item = desk.open_item(command.item)
    desk.record(item, at, "timer", advance(desk, item, FireTimer(command.timer), at))


def catch_up(desk: Desk, item: int, at: int) -> None:
    """Let an item's timers go off that are due at `at`, before somebody acts on it."""
    while (found := desk.items.get(item)) is not None and found.instance is not None and not found.suspended:
        due = min(((timer.due, number) for number, timer in found.instance.timers.items()), default=None)
        if due is None or due[0] > at:
            return
        fire(desk, Fire(item, due[1]), at)


def deliver(desk: Desk, message: Deliver, at: int) -> int:
    """Give a message to the oldest item that waits for it; returns the item.

    A timer that was due before the message came goes off first, and may end the wait. Raises Refused where nobody
    waits (any more).
    """
    problems = unkeepable(message.payload)
    if problems:
        raise Refused(problems)
    item = _waiting(desk, message, at)
    desk.record(item, at, "message", advance(desk, item, DeliverMessage(*message), at))
    return item.item


def _waiting(desk: Desk, message: Deliver, at: int) -> OpenItem:
    """Find the oldest item that waits for a message once its timers have caught up."""
    awaited = message.name, message.key
    while waiting := [one for one, _ in desk.subscribers.get(awaited, ()) if not desk.items[one].suspended]:
        number = min(waiting)
        catch_up(desk, number, at)
        if any(item == number for item, _ in desk.subscribers.get(awaited, ())):
            return desk.open_item(number)
    for number, _ in sorted(desk.subscribers.get(awaited, ())):
        raise Refused(Problem("suspended", f"item {number}, which waits for {message.name!r}, is suspended"))
    raise Refused(Problem("nobody-waits", f"nobody waits for {message.name!r} with the key {message.key!r}"))


def retry(desk: Desk, command: Retry, at: int) -> None:
    """Try again what an incident or a dead letter stopped."""
    if command.item in desk.items:
        desk.open_item(command.item)
    if try_again(desk, command.item, command.token, at):
        return
    item = desk.open_item(command.item)
    desk.record(item, at, "operator", advance(desk, item, RetryToken(command.token), at))


_STATIONS: dict[type, Callable[[Desk, Any, int], Any]] = {
    Receive: receive,
    Reject: reject,
    Assign: assign,
    Complete: complete,
    Fire: fire,
    Deliver: deliver,
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
    Resume: lambda desk, command, at: operator.resume(desk, command, at, catch_up),
    MoveToken: operator.move,
    SetFacts: operator.set_facts,
    Amend: operator.amend,
    Migrate: lambda desk, command, at: migrate_items(desk, command, at, catch_up),
}
