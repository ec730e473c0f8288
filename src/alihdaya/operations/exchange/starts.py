"""Items that begin by an event: at a due time, by a message, by a signal."""

from collections.abc import Iterator

from alihdaya.engine.commands import Command, Start
from alihdaya.engine.plan import Plan, Stuck
from alihdaya.engine.society.rules import EventStart, Next, event_starts, first_due
from alihdaya.kernel.errors import AlihdayaError, PackError, Problem
from alihdaya.kernel.time import iso
from alihdaya.operations.commands import Receive
from alihdaya.operations.desk import Desk, Service
from alihdaya.operations.exchange.board import StartKey
from alihdaya.operations.run.receive import begin
from alihdaya.work.exchange import StartDropped, StartFailed, StartSet


def announce(desk: Desk, service: Service, at: int) -> None:
    """Let the service's start events begin items from now on, bound to these terms and this definition.

    A timer of a definition that was there before runs on as it did. Raises PackError for a timer that names no time.
    """
    found = {key: start for key, start in desk.board.starts.items() if key[:2] == (service.engagement, service.name)}
    for wanted in _wanted(desk, service, at):
        former = found.pop(wanted[:5], None)
        if former is not None and former.definition == wanted.definition:
            timed = wanted._replace(due=former.due, left=former.left)
        else:
            timed = wanted
        if timed != former:
            desk.board.set_start(timed)
            desk.note(at, "deployment", timed)
    for key in found:
        del desk.board.starts[key]
        desk.note(at, "deployment", StartDropped(*key))


def _wanted(desk: Desk, service: Service, at: int) -> Iterator[StartSet]:
    digests = (service.pack.digest, service.terms.digest)
    for process, plan in service.plans.items():
        for start in event_starts(plan):
            key = (service.engagement, service.name, process, start.node, start.part)
            if start.timer is None or desk.board.mine(channel_of(*key[:2], "timer"), f"{process}/{start.node}"):
                first = _first(plan, start, at)
                yield StartSet(
                    *key, *digests, start.kind, start.name, first.due, first.left, first.months, first.micros
                )


def _first(plan: Plan, start: EventStart, at: int) -> Next:
    try:
        return Next(None) if start.timer is None else first_due(start.timer, at)
    except Stuck as stuck:
        raise PackError(Problem(stuck.code, stuck.message, plan.node(start.node).source)) from None


def channel_of(engagement: str, service: str, kind: str) -> str:
    """Give the channel under which a service's items come in that an event of this kind starts."""
    return f"{engagement}/{service}/{kind}"


def wake(desk: Desk, start: StartSet, at: int) -> None:
    """Let a timer start event that is due begin its item, and set it for its next time.

    One item for one due time, however often this is tried: the external id is made of both.
    """
    due = start.due or 0
    try:
        following = Next(*start[9:]).then()
    except Stuck:
        following = Next(None)
    rest = start._replace(due=following.due, left=following.left)
    desk.board.set_start(rest)
    desk.note(at, "timer", rest)
    part = f"#{start.part}" if start.part else ""
    begin_by(desk, start[:5], Start({}, start.node), f"{start.process}/{start.node}{part}@{iso(due)}", at)


def begin_by(desk: Desk, key: StartKey, command: Command, external_id: str, at: int) -> int | None:
    """Begin the item that a start event stands for; gives its number, None where it was begun before or cannot be.

    Why it cannot be is noted in the log: nobody asked who could be told.
    """
    start = desk.board.starts[key]
    channel = channel_of(start.engagement, start.service, start.kind)
    if (channel, external_id) in desk.board.begun or desk.store.known(channel, [external_id]):
        return None
    try:
        service = desk.service(start.engagement, start.service, start.terms, start.definition).running(start.process)
        item = begin(desk, Receive(service, channel, external_id, 0, 0, {}), command, at, start.kind)
    except AlihdayaError as error:
        why = error.problems[0]
        desk.note(at, start.kind, StartFailed(*key[:4], external_id, why.code, why.message))
        return None
    desk.board.begun.add((channel, external_id))
    return item
