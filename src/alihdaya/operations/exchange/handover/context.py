"""What goes along with an item: its facts, what was decided by which rule, and what people did so far."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from alihdaya.engine.events import DecisionMade
from alihdaya.kernel.event import Event
from alihdaya.operations.desk import Desk, OpenItem
from alihdaya.work.events import ItemReceived, TaskDone, TaskQueued
from alihdaya.work.exchange import ItemCalled
from alihdaya.work.handover import BACK, OVER

_MOST: Final = 50


def facts_of(item: OpenItem, token: int) -> dict[str, Any]:
    """Give what an item knows at a token, but for what earlier hand-overs brought: that has its own place."""
    seen = item.instance.seen(token) if item.instance is not None else {}
    return {name: value for name, value in seen.items() if name not in {OVER, BACK}}


def so_far(desk: Desk, item: int) -> dict[str, Any]:
    """Give the last decisions of an item, each with the rules that fired, and the last tasks that people did."""
    nodes: dict[int, str] = {}
    decisions: list[dict[str, Any]] = []
    work: list[dict[str, Any]] = []
    for event in _told(desk, item):
        if isinstance(event, DecisionMade):
            decisions.append({"decision": event.decision, "value": event.value, "rules": list(event.fired)})
        elif isinstance(event, TaskQueued):
            nodes[event.token] = event.node
        elif isinstance(event, TaskDone):
            work.append({"task": nodes.get(event.token, ""), "person": event.person, "result": event.result})
    return {"decisions": decisions[-_MOST:], "work": work[-_MOST:]}


def context_of(desk: Desk, item: OpenItem, facts: Mapping[str, Any], papers: tuple[str, ...]) -> dict[str, Any]:
    """Give all that goes along with an item that is handed over."""
    whose = {"engagement": item.service.engagement, "service": item.service.name, "external_id": _name(desk, item.item)}
    return {**whose, "facts": dict(facts), **so_far(desk, item.item), "papers": list(papers)}


def depth_of(item: OpenItem) -> int:
    """Say how many hand-overs led to an item."""
    before = item.instance.variables.get(OVER) if item.instance is not None else None
    depth = before.get("depth") if isinstance(before, dict) else 0
    return int(depth) if isinstance(depth, int) else 0


def _name(desk: Desk, item: int) -> str:
    came = next((one for one in _told(desk, item) if isinstance(one, ItemReceived | ItemCalled)), None)
    return came.external_id if came is not None else ""


def _told(desk: Desk, item: int) -> Iterator[Event]:
    """Give all that happened to an item, what is not durable yet included."""
    for entry in (*desk.store.read_log(item=item), *(one for one in desk.pending if one.item == item)):
        yield from entry.events
