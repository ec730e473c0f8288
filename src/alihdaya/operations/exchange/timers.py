"""Timers of items: one that is due goes off, and before somebody acts on an item, all of its own do."""

from alihdaya.engine import FireTimer
from alihdaya.operations.advance import advance
from alihdaya.operations.desk import Desk


def go_off(desk: Desk, item: int, timer: int, at: int, trouble: str = "") -> None:
    """Let an item's timer go off, with `trouble` into an incident. Raises Refused where it is not, or not due."""
    found = desk.open_item(item)
    desk.record(found, at, "timer", advance(desk, found, FireTimer(timer, trouble), at))


def catch_up(desk: Desk, item: int, at: int) -> None:
    """Let an item's timers go off that are due at `at`, before somebody acts on it."""
    while (found := desk.items.get(item)) is not None and found.instance is not None and not found.suspended:
        due = min(((timer.due, number) for number, timer in found.instance.timers.items()), default=None)
        if due is None or due[0] > at:
            return
        go_off(desk, item, due[1], at)
