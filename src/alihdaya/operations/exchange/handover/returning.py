"""What becomes of a hand-over: answered, refused where it went, or withdrawn where it came from. Each ends it once."""

from typing import Any, Final, NamedTuple

from alihdaya.engine import CompleteCall, SetVariables, ThrowError
from alihdaya.engine.commands import Cancel, Command
from alihdaya.engine.events import InstanceCancelled, InstanceEnded, TaskClosed
from alihdaya.engine.scope_events import CallClosed
from alihdaya.engine.society.rules import result_of_call
from alihdaya.engine.state import CALL
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.advance import advance, advance_all
from alihdaya.operations.desk import Desk, OpenItem
from alihdaya.operations.exchange.handover.commands import HandBack
from alihdaya.operations.exchange.handover.context import so_far
from alihdaya.operations.exchange.handover.giving import unlink
from alihdaya.operations.people.learning import wait
from alihdaya.people.gate import gate, render_reason
from alihdaya.work.events import ItemCancelled
from alihdaya.work.handover import BACK, HandedBack, is_away
from alihdaya.work.item import TaskKey
from alihdaya.work.keepable import unkeepable

REFUSED: Final = "handover-refused"
"""The BPMN error at a call activity whose item was refused where it was handed over to."""

_HANDOVER: Final = "handover"
_LONGEST: Final = 2_000


class _Word(NamedTuple):
    """How a hand-over ended, by whom and why, and what was answered."""

    status: str
    person: str = ""
    note: str = ""
    answer: dict[str, Any] = {}  # noqa: RUF012 (never changed)


def answered(desk: Desk, taker: OpenItem, event: InstanceEnded, at: int) -> None:
    """Bring the answer of an item that is done to where it came from."""
    delivery, variables = taker.service.pack.delivery, taker.instance.variables if taker.instance is not None else {}
    result = {name: variables[name] for name in delivery.result if name in variables}
    answer = {"outcome": event.node, "result": result, **so_far(desk, taker.item)}
    _back(desk, taker, _Word("answered", answer=answer), at)


def refused(desk: Desk, taker: OpenItem, event: InstanceCancelled, at: int) -> None:
    """Let the giver hear that its item was cancelled by hand where it was handed over to."""
    _back(desk, taker, _Word("refused", note=event.reason), at)


def called_off(desk: Desk, giver: OpenItem, event: TaskClosed | CallClosed, at: int) -> None:
    """Give up what was handed over by a token that no longer waits: a timer interrupted it, or its item is over."""
    key = giver.item, event.token
    taker = desk.items.get(desk.board.handed.get(key, 0))
    if taker is None or event.outcome == "completed":
        return
    late = _is_late(desk, giver, key, at)
    unlink(desk, key)
    _give_up(desk, taker, _HANDOVER, "withdrawn: its giver no longer waits", at)
    fact = HandedBack(event.token, taker.item, "withdrawn", late, "", event.outcome, {})
    desk.append(at, giver.item, _HANDOVER, [fact])


def hand_back(desk: Desk, wish: HandBack, at: int) -> None:
    """End a hand-over without an answer, at either end. Raises Refused for whoever may not, nothing changed."""
    item = desk.open_item(wish.item)
    problems = unkeepable({"reason": wish.reason})
    if len(wish.reason) > _LONGEST:
        problems.append(Problem("bad-value", f"the reason has more than {_LONGEST:,} characters"))
    if problems:
        raise Refused(problems)
    held = [hold for key, hold in desk.held.items() if key[0] == wish.item and not is_away(hold.person)]
    mine = any(hold.person == wish.person for hold in held)
    if item.giver is not None and mine and wish.token not in item.away:
        _end(desk, item, _Word("refused", wish.person, wish.reason), at)
    elif item.away:
        _end(desk, desk.items[_taken_back(desk, item, wish, at)], _Word("withdrawn", wish.person, wish.reason), at)
    elif item.giver is not None:
        raise Refused(Problem("not-theirs", f"{wish.person} has no task of item {wish.item}"))
    else:
        raise Refused(Problem("not-handed-over", f"item {wish.item} was not handed over"))


def _taken_back(desk: Desk, item: OpenItem, wish: HandBack, at: int) -> int:
    """Give the item that somebody may take back, which is whoever may do the task that waits."""
    tokens = [token for token in item.away if wish.token in {0, token}]
    if len(tokens) != 1:
        listed = ", ".join(map(str, sorted(item.away)))
        raise Refused(Problem("which-token", f"say which token of item {item.item} is meant: {listed}"))
    key, person = (item.item, tokens[0]), desk.people.get(wish.person)
    hold = desk.held.get(key)
    if hold is None:
        raise Refused(Problem("process-waits", f"the process of item {item.item} waits for it, nobody's task does"))
    if person is None:
        raise Refused(Problem("no-such-person", f"nobody on the roster is called {wish.person!r}"))
    if reasons := gate(person, hold.task.needs, at):
        said = (f"{wish.person} may not do this: {render_reason(reason, str)}" for reason in reasons)
        raise Refused([Problem("gate", one) for one in said])
    return desk.board.handed[key]


def _end(desk: Desk, taker: OpenItem, word: _Word, at: int) -> None:
    key = taker.giver
    _give_up(desk, taker, word.person, f"{word.status}: {word.note}" if word.note else word.status, at)
    taker.giver = key
    _back(desk, taker, word, at)


def _give_up(desk: Desk, taker: OpenItem, by: str, reason: str, at: int) -> None:
    """Cancel the item of the taking service; nobody needs to be told of it any more."""
    taker.giver = None
    events = advance(desk, taker, Cancel(reason), at)
    desk.items.pop(taker.item, None)
    desk.record(taker, at, by, [*events, ItemCancelled(reason)])


def _back(desk: Desk, taker: OpenItem, word: _Word, at: int) -> None:
    """Let the giver go on from where it waited, knowing what became of it."""
    key = taker.giver
    if key is None or desk.board.handed.get(key) != taker.item:
        return
    giver = desk.items.get(key[0])
    if giver is None or giver.instance is None or key[1] not in giver.instance.waits:
        unlink(desk, key)
        return
    late = _is_late(desk, giver, key, at)
    unlink(desk, key)
    fact = HandedBack(key[1], taker.item, word.status, late, word.person, word.note, word.answer)
    whose = {"item": taker.item, "engagement": taker.service.engagement, "service": taker.service.name}
    how = {"status": word.status, "late": late, "person": word.person, "note": word.note}
    commands = [SetVariables({BACK: {**whose, **how, **word.answer}}), *_going_on(giver, taker, fact)]
    events = advance_all(desk, giver, commands, at)
    hold = desk.held.pop(key, None)  # gone where what was set ended the task
    desk.record(giver, at, _HANDOVER, [fact, *events])
    if hold is not None:
        wait(desk, giver, hold, first=taker.asker)


def _going_on(giver: OpenItem, taker: OpenItem, fact: HandedBack) -> list[Command]:
    """Give what lets a process go on that waits itself; a person's task waits for a person again."""
    held, done = giver.instance, taker.instance
    if held is None or done is None or held.waits[fact.token].kind != CALL:
        return []
    if fact.status != "answered":
        return [ThrowError(fact.token, REFUSED, fact.note or fact.status)]
    return [CompleteCall(fact.token, result_of_call(done, giver.service.plan, held, fact.token))]


def _is_late(desk: Desk, giver: OpenItem, key: TaskKey, at: int) -> bool:
    """Say whether the task that waits, or without one the item, was due before; not while its clocks stand."""
    if giver.pauses and giver.pauses[-1].end is None:
        return False
    hold = desk.held.get(key)
    due = hold.task.resolve_due if hold is not None else giver.due.resolve
    if due is None and giver.instance is not None:
        due = giver.service.clock.due(giver.received_at, giver.instance.variables).resolve
    return due is not None and at > due
