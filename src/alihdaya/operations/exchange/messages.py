"""Messages: to the oldest item that waits, else to a start event, else out, else kept until somebody waits."""

from alihdaya.engine import DeliverMessage
from alihdaya.engine.scope_events import MessageThrown
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import HOUSE
from alihdaya.kernel.time import HOUR, SECOND
from alihdaya.notation.bpmn.details import Message, Multiple
from alihdaya.operations.advance import advance
from alihdaya.operations.commands import Deliver
from alihdaya.operations.desk import Desk, OpenItem
from alihdaya.operations.exchange.board import Kept, StartKey
from alihdaya.operations.exchange.starts import begin_by, channel_of
from alihdaya.operations.exchange.timers import catch_up
from alihdaya.operations.outbox import ask
from alihdaya.work.exchange import MessageKept, MessageLost, MessageTaken
from alihdaya.work.keepable import unkeepable
from alihdaya.work.outbox import SendKey

KEEP = HOUR
"""So long a message that an item threw waits for its receiver, unless the model says `alihdaya:keep`."""

_ASKING = 10 * SECOND
"""So long at the least a message is kept where there are other shards to be asked whether somebody waits there."""


def deliver(desk: Desk, message: Deliver, at: int) -> int:
    """Give a message from outside to whoever waits for it, or to what it starts; returns the item.

    A timer that was due before the message came goes off first, and may end the wait. Where nobody waits (any more)
    it is kept for `message.keep` microseconds, and HOUSE is returned. Raises Refused where that is 0, for a key under
    which an item was begun before, and for values that cannot be kept.
    """
    problems = unkeepable({**message.payload, "name": message.name, "key": message.key})
    if problems:
        raise Refused(problems)
    found = find(desk, message, at)
    if found is not None:
        return found
    if message.keep <= 0:
        for number, _ in sorted(desk.subscribers.get((message.name, message.key), ())):
            raise Refused(Problem("suspended", f"item {number}, which waits for {message.name!r}, is suspended"))
        raise Refused(Problem("nobody-waits", f"nobody waits for {message.name!r} with the key {message.key!r}"))
    keep(desk, message, at, HOUSE)
    return HOUSE


def deliver_to(desk: Desk, number: int, message: Deliver, at: int) -> None:
    """Give a message to this very item, whoever else waits for one of the same name and key.

    Raises Refused where the item does not wait for it (any more), or is suspended, and for values that cannot be kept.
    """
    problems = unkeepable({**message.payload, "name": message.name, "key": message.key})
    if number in desk.items and desk.items[number].suspended:
        problems.append(Problem("suspended", f"item {number}, which waits for {message.name!r}, is suspended"))
    if problems:
        raise Refused(problems)
    if not _hand(desk, number, message, at):
        raise Refused(Problem("nobody-waits", f"item {number} does not wait for {message.name!r}"))


def bring(desk: Desk, item: OpenItem, event: MessageThrown, at: int) -> None:
    """Bring a message that an item threw to where it belongs."""
    message = Deliver(event.name, event.key, event.payload, _patience(item, event))
    try:
        if find(desk, message, at, thrown=True) is not None:
            return
    except Refused as refusal:
        lose(desk, message, at, item.item, refusal.problems[0].code)
        return
    if desk.posts_messages(event.name):
        out = ask(desk, HOUSE, at, token=0, node=event.node, name=event.name, key=event.key, payload=event.payload)
        desk.note(at, "message", out)
    elif message.keep > 0 or desk.board.others is not None:
        keep(desk, message._replace(keep=max(message.keep, _ASKING if desk.board.others else 0)), at, item.item)
    else:
        lose(desk, message, at, item.item, "nobody-waits")


def lose(desk: Desk, message: Deliver, at: int, item: int, why: str) -> None:
    """Note a message that reaches nobody: it is listed until somebody has looked at it."""
    kept = MessageKept(0, *message[:3], item, at)
    desk.note(at, "message", kept, MessageLost(desk.seq + 1, 0, why))


def hand_over(desk: Desk, item: OpenItem, name: str, key: str, at: int) -> None:
    """Give the oldest message that was kept to an item that has begun to wait for it."""
    board = desk.board
    for message in board.kept_for(name, key):
        kept = board.kept[message]
        if kept.until <= at:
            continue
        if not item.suspended and any(waiting == item.item for waiting, _ in desk.subscribers.get((name, key), ())):
            board.forget(message)
            events = advance(desk, item, DeliverMessage(name, key, kept.payload), at)
            desk.record(item, at, "message", [MessageTaken(*message), *events])
        return


def expire(desk: Desk, message: SendKey, at: int) -> None:
    """Give up waiting for somebody who waits for a message."""
    desk.board.forget(message)
    desk.note(at, "timer", MessageLost(*message, "expired"))


def keep(desk: Desk, message: Deliver, at: int, item: int) -> None:
    """Keep a message that `item` threw, for `message.keep` microseconds."""
    until = at + message.keep
    desk.note(at, "message", MessageKept(0, *message[:3], item, until))
    desk.board.keep((desk.seq, 0), Kept(*message[:3], until, item))


def _hand(desk: Desk, number: int, message: Deliver, at: int) -> bool:
    """Give a message to an item, once its timers have caught up; tells whether it still waited for it then."""
    catch_up(desk, number, at)
    if all(one != number for one, _ in desk.subscribers.get((message.name, message.key), ())):
        return False
    item = desk.open_item(number)
    desk.record(item, at, "message", advance(desk, item, DeliverMessage(*message[:3]), at))
    return True


def find(desk: Desk, message: Deliver, at: int, *, thrown: bool = False) -> int | None:
    """Give a message to the oldest item that waits, once its timers have caught up, else to what it starts.

    One that was thrown here starts nothing while others may wait for it, or where another shard takes this key. Gives
    the item, None where there is none. Raises Refused for a key under which an item was begun before.
    """
    awaited = message.name, message.key
    while waiting := [one for one, _ in desk.subscribers.get(awaited, ()) if not desk.items[one].suspended]:
        if _hand(desk, number := min(waiting), message, at):
            return number
    if desk.subscribers.get(awaited):
        return None
    starts = desk.board.named_starts("message", message.name)
    if not starts or (thrown and _is_for_others(desk, message, starts[0])):
        return None
    external_id = message.key or f"{message.name}#{desk.seq + 1}"
    found = begin_by(desk, starts[0], DeliverMessage(*message[:3]), external_id, at)
    if found is None:
        raise Refused(Problem("duplicate", f"{message.name!r} with the key {message.key!r} was taken before"))
    return found


def _is_for_others(desk: Desk, message: Deliver, start: StartKey) -> bool:
    others = desk.board.others
    home = not message.key or desk.board.mine(channel_of(*start[:2], "message"), message.key)
    return others is not None and (others.caught(message.name) or not home)


def _patience(item: OpenItem, event: MessageThrown) -> int:
    """Say how long a message that was thrown is kept: what the model says, else KEEP."""
    detail = item.service.plan.node(event.node).detail
    parts = detail.parts if isinstance(detail, Multiple) else (detail,)
    said = [part.keep for part in parts if isinstance(part, Message) and part.name == event.name]
    return said[0] if said and said[0] is not None else KEEP
