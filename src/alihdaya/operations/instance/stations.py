"""The operator's station: what was asked for, as entries about one item."""

from collections.abc import Callable, Iterable

from alihdaya.engine import Cancel, Command, Move, Retry, SetVariables
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.advance import advance, advance_all
from alihdaya.operations.desk import Desk, OpenItem
from alihdaya.operations.instance.clocks import turn
from alihdaya.operations.instance.commands import Amend, CancelItem, MoveToken, Resume, SetFacts, Suspend
from alihdaya.work.events import ItemCancelled, ItemResumed, ItemSuspended
from alihdaya.work.keepable import unkeepable

CatchUp = Callable[[Desk, int, int], None]
"""Lets an item's timers go off that are due (operations.perform.catch_up)."""

_LONGEST = 500


def cancel(desk: Desk, wish: CancelItem, at: int) -> None:
    """Give an item up; one that is suspended, too. What was sent already is not taken back. Raises Refused."""
    item = desk.standing_item(wish.item)
    _require_texts(reason=wish.reason, by=wish.by)
    events = advance(desk, item, Cancel(wish.reason), at)
    del desk.items[wish.item]
    desk.record(item, at, wish.by, [*events, ItemCancelled(wish.reason)])


def suspend(desk: Desk, wish: Suspend, at: int) -> None:
    """Put an item aside. Whoever holds a task of it keeps it, and can finish it once the item is resumed."""
    item = desk.open_item(wish.item)
    _require_texts(reason=wish.reason, by=wish.by)
    waits = item.instance.waits if item.instance is not None else ()
    item.aside = {token: desk.unwait((wish.item, token)) for token in waits if (wish.item, token) in desk.queue}
    desk.append(at, wish.item, wish.by, [ItemSuspended(wish.reason), *turn(desk, item, at)])


def resume(desk: Desk, wish: Resume, at: int, catch_up: CatchUp) -> None:
    """Take an item up again: its tasks stand where they stood in the queue, and what came due goes off, in order.

    What was sent and whose answer was refused meanwhile is asked for again under the same name.
    """
    item = desk.standing_item(wish.item)
    if item.aside is None:
        raise Refused(Problem("not-suspended", f"item {wish.item} is not suspended"))
    _require_texts(by=wish.by)
    for task in item.aside.values():
        desk.wait(task)
    item.aside = None
    for number, timer in item.instance.timers.items() if item.instance is not None else ():
        desk.set_timer(timer.due, wish.item, number)
    for key in [key for key, send in desk.outbox.items() if send.item == wish.item and not send.dead]:
        desk.offer(key)
    desk.append(at, wish.item, wish.by, [ItemResumed(), *turn(desk, item, at)])
    catch_up(desk, wish.item, at)


def move(desk: Desk, wish: MoveToken, at: int) -> None:
    """Move a token. Raises Refused where the node is none of its scope, or cannot be entered by hand."""
    _change(desk, desk.open_item(wish.item), [Move(wish.token, wish.node)], wish.by, at)


def set_facts(desk: Desk, wish: SetFacts, at: int) -> None:
    """Set variables. Raises Refused for values that cannot be kept, or a token that there is not."""
    item = desk.open_item(wish.item)
    _change(desk, item, [SetVariables(_kept(wish.variables), wish.token)], wish.by, at)


def amend(desk: Desk, wish: Amend, at: int) -> None:
    """Set variables and retry. A dead letter's job is asked for anew, with the variables as they are then."""
    item = desk.open_item(wish.item)
    facts = SetVariables(_kept(wish.variables), wish.token)
    wait = item.instance.waits.get(wish.token) if item.instance is not None else None
    dead = any(send.dead and (send.item, send.token) == (wish.item, wish.token) for send in desk.outbox.values())
    again: Command = Move(wish.token, wait.node) if dead and wait is not None else Retry(wish.token)
    _change(desk, item, [facts, again], wish.by, at)


def _change(desk: Desk, item: OpenItem, commands: Iterable[Command], by: str, at: int) -> None:
    _require_texts(by=by)
    desk.record(item, at, by, advance_all(desk, item, commands, at))


def _kept(variables: dict[str, object]) -> dict[str, object]:
    problems = unkeepable(variables)
    if not variables:
        problems = [Problem("no-variables", "name at least one variable")]
    if problems:
        raise Refused(problems)
    return variables


def _require_texts(**texts: str) -> None:
    problems = unkeepable(texts)
    problems += [
        Problem("bad-value", f"{name} has more than {_LONGEST} characters")
        for name, text in texts.items()
        if len(text) > _LONGEST
    ]
    if problems:
        raise Refused(problems)
