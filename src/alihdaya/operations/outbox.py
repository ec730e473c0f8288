"""What goes out: asked for in the same transaction as its cause, carried out by others, acknowledged in the log.

Whoever carries it out may do so twice, after a crash in between: the other side tells it by its name, which never
changes (see work.outbox.SendKey).
"""

from collections.abc import Callable
from typing import Any

from alihdaya.engine import CompleteJob, ThrowError
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import Event
from alihdaya.operations.commands import Sent, Unsent
from alihdaya.operations.desk import Desk, OpenItem
from alihdaya.operations.jobs.commands import Thrown
from alihdaya.work.events import ItemStopped, SendDone, SendFailed, SendQueued, SendRetried, SendWithdrawn
from alihdaya.work.keepable import unkeepable
from alihdaya.work.outbox import Send, SendKey

Advance = Callable[[Desk, OpenItem, Any, int], list[Event]]


def ask(
    desk: Desk, item: int, at: int, *, token: int, node: str, name: str, key: str, payload: dict[str, Any]
) -> Event:
    """Put something into the outbox with the entry that comes next; gives the event for that entry."""
    seq = desk.seq + 1
    number = 0
    while (seq, number) in desk.outbox:
        number += 1
    desk.outbox[seq, number] = Send(item, token, node, name, key, payload, at)
    desk.offer((seq, number))
    return SendQueued(number, token, node, name, key, payload)


def withdraw(desk: Desk, item: int, token: int) -> Event | None:
    """Take back what goes out for a token that is gone; None where nothing does."""
    for key, send in desk.outbox.items():
        if (send.item, send.token) == (item, token):
            del desk.outbox[key]
            return SendWithdrawn(*key)
    return None


def sent(desk: Desk, command: Sent, at: int, advance: Advance) -> None:
    """Acknowledge what arrived, and let the token that waited for the answer go on with it.

    An answer that cannot be kept is a dead letter. Raises Refused for what is not in the outbox (any more).
    """
    send = _of(desk, command.key)
    _require_going_on(desk, send)
    faults = unkeepable(command.result) if send.token else []
    if faults:
        unsent(desk, Unsent(command.key, f"the answer cannot be kept: {faults[0].message}", 0, "bad-answer"), at)
        return
    done = SendDone(*command.key, command.status)
    item = desk.items.get(send.item)
    if item is None or item.instance is None or send.token not in item.instance.waits:
        desk.append(at, send.item, "outbox", [done])
    else:
        desk.record(item, at, "outbox", [done, *advance(desk, item, CompleteJob(send.token, command.result), at)])
    del desk.outbox[command.key]


def thrown(desk: Desk, command: Thrown, at: int, advance: Advance) -> None:
    """Let the token that waited go where its BPMN error leads. Raises Refused for what is not in the outbox (any more).

    Where nothing catches the error, that is an incident.
    """
    send = _of(desk, command.key)
    _require_going_on(desk, send)
    del desk.outbox[command.key]
    item = desk.items.get(send.item)
    events: list[Event] = [SendDone(*command.key, 0)]
    try:
        if item is not None and item.instance is not None and send.token in item.instance.waits:
            error = ThrowError(send.token, command.code, command.message)
            desk.record(item, at, "outbox", [*events, *advance(desk, item, error, at)])
        else:
            desk.append(at, send.item, "outbox", events)
    except Refused:
        desk.outbox[command.key] = send
        raise


def unsent(desk: Desk, command: Unsent, at: int) -> None:
    """Note an attempt that failed. A dead letter stops its item, where that is still under way. Raises Refused."""
    send = _of(desk, command.key)
    attempts = send.attempts + 1
    failed = send._replace(attempts=attempts, next_at=command.next_at, reason=command.reason)
    desk.outbox[command.key] = failed._replace(worker="", lock=0, until=0)
    desk.index(command.key)
    events: list[Event] = [SendFailed(*command.key, attempts, command.reason, command.next_at)]
    if not command.next_at and send.item in desk.items:
        events.append(ItemStopped(command.trouble, f"{send.name}: {command.reason}"))
    desk.append(at, send.item, "outbox", events)


def try_again(desk: Desk, item: int, token: int, at: int) -> bool:
    """Have the dead letters of an item's token tried again; says whether there were any."""
    dead = [key for key, send in desk.outbox.items() if send.dead and (send.item, send.token) == (item, token)]
    for key in dead:
        desk.outbox[key] = desk.outbox[key]._replace(attempts=0, next_at=0, reason="")
        desk.offer(key)
    if dead:
        desk.append(at, item, "operator", [SendRetried(*key) for key in dead])
    return bool(dead)


def _require_going_on(desk: Desk, send: Send) -> None:
    """Refuse the answer that a suspended item waits for: it is asked for again, by the same name, when it goes on."""
    item = desk.items.get(send.item)
    if send.token and item is not None and item.suspended:
        raise Refused(Problem("suspended", f"item {send.item} is suspended: its answer is asked for again with it"))


def _of(desk: Desk, key: SendKey) -> Send:
    send = desk.outbox.get(key)
    if send is None:
        raise Refused(Problem("not-in-outbox", f"nothing goes out under {key[0]}-{key[1]} any more"))
    return send
