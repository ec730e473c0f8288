"""What one item's events mean for others: carried out after the command that made them, in the order they came in.

The rules are those of engine.society; here they work on items that are in the store, and nothing is left over when
the command is done but what the board keeps.
"""

from collections.abc import Callable
from typing import Any

from alihdaya.engine import CompleteCall, Escalate, Start, ThrowError
from alihdaya.engine.commands import Cancel, Command
from alihdaya.engine.events import InstanceCancelled, InstanceEnded, MessageAwaited, TaskClosed
from alihdaya.engine.scope_events import (
    CallClosed,
    CallRequested,
    CatchOpened,
    ErrorEscaped,
    EscalationThrown,
    MessageThrown,
    SignalThrown,
)
from alihdaya.engine.society.rules import MOST_EFFECTS, refused_call, result_of_call
from alihdaya.kernel.errors import Refused
from alihdaya.operations.advance import advance
from alihdaya.operations.commands import Deliver
from alihdaya.operations.desk import CALLED, Desk, OpenItem
from alihdaya.operations.exchange.commands import Broadcast
from alihdaya.operations.exchange.handover.giving import hand_over_by_process, is_handover
from alihdaya.operations.exchange.handover.returning import answered, called_off, refused
from alihdaya.operations.exchange.messages import bring, hand_over, lose
from alihdaya.operations.exchange.spreading import broadcast
from alihdaya.operations.people.learning import told
from alihdaya.operations.run.receive import take_up
from alihdaya.people.events import ABOUT_PEOPLE
from alihdaya.work.exchange import ItemCalled, ItemReturned


def settle(desk: Desk, at: int) -> None:
    """Carry out all effects of what has just happened, and theirs, until there are none."""
    board = desk.board
    if board.busy:
        return
    board.busy = True
    left = MOST_EFFECTS
    try:
        while board.effects:
            item, event = board.effects.popleft()
            left -= 1
            if left < 0 and type(event) in _CUT:
                _CUT[type(event)](desk, item, event, at)
            else:
                _EFFECTS[type(event)](desk, item, event, at)
    finally:
        board.busy = False


def wait_again(desk: Desk, number: int) -> None:
    """Let an item that goes on after a pause have what was kept for it meanwhile."""
    for (item, token), (name, key) in list(desk.awaited.items()) if desk.board.kept else ():
        if item == number and item in desk.items:
            desk.board.effects.append((desk.items[item], MessageAwaited(token, "", name, key)))


def _act(desk: Desk, item: OpenItem, command: Command, at: int, by: str) -> None:
    desk.record(item, at, by, advance(desk, item, command, at))


def _calls(desk: Desk, item: OpenItem, token: int) -> bool:
    """Say whether an item under way still waits at a call activity."""
    return desk.items.get(item.item) is item and item.instance is not None and token in item.instance.waits


def _thrown(desk: Desk, item: OpenItem, event: MessageThrown, at: int) -> None:
    bring(desk, item, event, at)


def _signal(desk: Desk, item: OpenItem, event: SignalThrown, at: int) -> None:
    broadcast(desk, Broadcast(event.name, event.payload), at, item.item)


def _call(desk: Desk, item: OpenItem, event: CallRequested, at: int) -> None:
    if not _calls(desk, item, event.token):
        return
    if is_handover(event.process):
        _hand_over(desk, item, event, at)
        return
    service = item.service
    refused = refused_call(service.plans.get(event.process), event.process, _depth(desk, item), event.token)
    if refused is not None:
        _act(desk, item, refused, at, "call")
        return
    desk.board.calls[item.item, event.token] = desk.last_item + 1
    number, called = desk.last_item + 1, service.running(event.process)
    child = OpenItem(number, called, at, caller=(item.item, event.token), family=item.below())
    came = ItemCalled(
        service.engagement,
        service.name,
        f"{item.item}/{event.node}",
        service.terms.digest,
        service.pack.digest,
        event.process,
        item.item,
        event.token,
    )
    try:
        take_up(desk, child, came, Start(event.variables, called=True), "call")
    except Refused as refusal:
        del desk.board.calls[item.item, event.token]
        why = refusal.problems[0]
        _act(desk, item, ThrowError(event.token, why.code, why.message), at, "call")
        return


def _hand_over(desk: Desk, item: OpenItem, event: CallRequested, at: int) -> None:
    try:
        hand_over_by_process(desk, item, event, at)
    except Refused as refusal:
        why = refusal.problems[0]
        _act(desk, item, ThrowError(event.token, why.code, why.message), at, "handover")


def _depth(desk: Desk, item: OpenItem) -> int:
    depth = 0
    while item.caller is not None and (above := desk.items.get(item.caller[0])) is not None:
        depth, item = depth + 1, above
    return depth


def _withdrawn(desk: Desk, item: OpenItem, event: CallClosed, at: int) -> None:
    called_off(desk, item, event, at)
    child = desk.items.get(desk.board.calls.pop((item.item, event.token), 0))
    if child is None or event.outcome == "completed":
        return
    events = advance(desk, child, Cancel("its caller no longer waits"), at)
    del desk.items[child.item]
    desk.record(child, at, "call", [*events, ItemReturned("", child.touched)])


def _answer(
    desk: Desk, child: OpenItem, at: int, make: Callable[[OpenItem, int], Command], *, last: bool = True
) -> None:
    """Let the caller of an item hear from it, if it still waits for this very one."""
    if child.caller is None or desk.board.calls.get(child.caller) != child.item:
        return
    if last:
        del desk.board.calls[child.caller]
    number, token = child.caller
    caller = desk.items.get(number)
    if caller is not None and _calls(desk, caller, token):
        caller.touched = caller.touched or child.touched
        for person in frozenset[str]().union(*child.doers.values()):
            caller.done(CALLED, person)
        _act(desk, caller, make(caller, token), at, "call")


def _ended(desk: Desk, child: OpenItem, event: InstanceEnded, at: int) -> None:
    if child.giver is not None:
        answered(desk, child, event, at)
        return

    def completed(caller: OpenItem, token: int) -> Command:
        assert child.instance is not None  # noqa: S101 (narrowing: it has just ended)
        assert caller.instance is not None  # noqa: S101 (narrowing: it waits)
        return CompleteCall(token, result_of_call(child.instance, caller.service.plan, caller.instance, token))

    _answer(desk, child, at, completed)


def _failed(desk: Desk, child: OpenItem, event: ErrorEscaped, at: int) -> None:
    _answer(desk, child, at, lambda _, token: ThrowError(token, event.code, event.message))


def _escalated(desk: Desk, child: OpenItem, event: EscalationThrown, at: int) -> None:
    _answer(desk, child, at, lambda _, token: Escalate(token, event.code), last=False)


def _cancelled(desk: Desk, child: OpenItem, event: InstanceCancelled, at: int) -> None:
    if child.giver is not None:
        refused(desk, child, event, at)
    _answer(desk, child, at, lambda _, token: ThrowError(token, "cancelled", event.reason))


def _awaited(desk: Desk, item: OpenItem, event: MessageAwaited | CatchOpened, at: int) -> None:
    hand_over(desk, item, event.name, event.key, at)


def _cut_call(desk: Desk, item: OpenItem, event: CallRequested, at: int) -> None:
    if _calls(desk, item, event.token):
        why = f"more than {MOST_EFFECTS:,} effects of one command on others"
        _act(desk, item, ThrowError(event.token, "endless-chain", why), at, "call")


def _cut_message(desk: Desk, item: OpenItem, event: MessageThrown, at: int) -> None:
    lose(desk, Deliver(event.name, event.key, event.payload), at, item.item, "endless-chain")


def _cut_signal(desk: Desk, item: OpenItem, event: SignalThrown, at: int) -> None:
    broadcast(desk, Broadcast(event.name, event.payload), at, item.item, now=False)


_EFFECTS: dict[type, Callable[[Desk, OpenItem, Any, int], None]] = {
    MessageThrown: _thrown,
    SignalThrown: _signal,
    CallRequested: _call,
    CallClosed: _withdrawn,
    TaskClosed: called_off,
    InstanceEnded: _ended,
    ErrorEscaped: _failed,
    EscalationThrown: _escalated,
    InstanceCancelled: _cancelled,
    MessageAwaited: _awaited,
    CatchOpened: _awaited,
    **dict.fromkeys(ABOUT_PEOPLE, told),
}

_CUT: dict[type, Callable[[Desk, OpenItem, Any, int], None]] = {
    CallRequested: _cut_call,
    MessageThrown: _cut_message,
    SignalThrown: _cut_signal,
}
"""What becomes of events that would go on with a chain for ever: a signal goes on after the commit, others end."""
