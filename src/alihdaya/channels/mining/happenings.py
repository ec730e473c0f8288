"""From entries of the log to happenings that a process miner knows: an activity, a time, a resource, what it is about.

The engine's own steps (tokens, flows) are left out: they tell of the model, not of the work.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from alihdaya.engine.events import DecisionMade, IncidentRaised, MessageCorrelated, TimerFired, TokenMoved
from alihdaya.kernel.event import Entry, Event
from alihdaya.work.events import (
    AssignmentRefused,
    AssignmentWithdrawn,
    InstanceMigrated,
    ItemCancelled,
    ItemDelivered,
    ItemReceived,
    ItemResumed,
    ItemStopped,
    ItemSuspended,
    TaskAssigned,
    TaskCancelled,
    TaskChanged,
    TaskDone,
    TaskQueued,
)


class Happening(NamedTuple):
    """Something that happened to an item. `at`: microseconds since the epoch.

    `type` is one of TYPES; `activity` names what is done, such as the task's name; `lifecycle` is a transition of
    XES's standard extension. `task` is the token of a person's task and `person` who is meant, or None. `facts` hold
    texts, whole numbers and truth values.
    """

    id: str
    type: str
    activity: str
    lifecycle: str
    at: int
    by: str
    item: int
    task: int | None = None
    person: str | None = None
    facts: Mapping[str, str | int | bool] = {}


TYPES: Mapping[str, Mapping[str, str]] = {
    "item received": {"channel": "string", "row": "integer"},
    "decision made": {"decision": "string", "rules": "string"},
    "task queued": {"node": "string", "priority": "integer"},
    "task assigned": {},
    "assignment refused": {"reasons": "string"},
    "assignment withdrawn": {"reasons": "string"},
    "item migrated": {"before": "string", "after": "string"},
    "task done": {"seconds": "integer", "simulated": "boolean"},
    "task cancelled": {"reason": "string"},
    "timer fired": {"node": "string"},
    "message received": {"node": "string"},
    "incident raised": {"node": "string", "code": "string", "message": "string"},
    "item stopped": {"code": "string", "message": "string"},
    "item suspended": {"reason": "string"},
    "item resumed": {},
    "item cancelled": {"reason": "string"},
    "token moved": {"node": "string", "to": "string"},
    "item delivered": {"outcome": "string", "unit": "string", "touched": "boolean"},
}
"""Every type of happening -> its facts and their types, as OCEL names them."""


class Told(NamedTuple):
    """What an event says, before it has a place in the log."""

    type: str
    activity: str
    lifecycle: str
    task: int | None = None
    person: str | None = None
    facts: Mapping[str, str | int | bool] = {}


@dataclass(slots=True)
class Teller:
    """Tells entries of one item, or of many in any order; remembers what each open task is called."""

    names: dict[tuple[int, int], str] = field(default_factory=dict)

    def tell(self, entries: Iterable[Entry]) -> Iterator[Happening]:
        """Give the happenings of entries, in their order. Ids are "<seq>.<place>", unique in a log."""
        for seq, at, item, by, events in entries:
            for place, happened in enumerate(events):
                told = self._told(item, happened)
                if told is not None:
                    type_, activity, lifecycle, task, person, facts = told
                    yield Happening(f"{seq}.{place}", type_, activity, lifecycle, at, by, item, task, person, facts)

    def _told(self, item: int, happened: Event) -> Told | None:
        if isinstance(happened, TaskQueued | TaskChanged):
            self.names[item, happened.token] = happened.name or happened.node
        say = _SAYINGS.get(type(happened))
        if say is None:
            return None
        token = happened.token if isinstance(happened, _OF_TASKS) else 0
        told = say(happened, self.names.get((item, token), ""))
        if isinstance(happened, TaskDone | TaskCancelled):
            self.names.pop((item, token), None)
        return told


_OF_TASKS = (TaskQueued, TaskAssigned, AssignmentRefused, AssignmentWithdrawn, TaskDone, TaskCancelled)
_SAYINGS: Mapping[type, Callable[[Any, str], Told]] = {
    ItemReceived: lambda e, _: Told(
        "item received", "Item received", "complete", facts={"channel": e.channel, "row": e.row}
    ),
    DecisionMade: lambda e, _: Told(
        "decision made",
        f"Decide {e.decision}",
        "complete",
        facts={"decision": e.decision, "rules": ",".join(map(str, e.fired))},
    ),
    TaskQueued: lambda e, name: Told(
        "task queued", name, "schedule", e.token, facts={"node": e.node, "priority": e.priority}
    ),
    TaskAssigned: lambda e, name: Told("task assigned", name, "start", e.token, e.person),
    AssignmentRefused: lambda e, name: Told(
        "assignment refused", f"Refused: {name}", "complete", e.token, e.person, {"reasons": " ".join(e.reasons)}
    ),
    AssignmentWithdrawn: lambda e, name: Told(
        "assignment withdrawn", name, "reassign", e.token, e.person, {"reasons": " ".join(e.reasons)}
    ),
    InstanceMigrated: lambda e, _: Told(
        "item migrated", "Item migrated", "complete", facts={"before": e.before, "after": e.after}
    ),
    TaskDone: lambda e, name: Told(
        "task done", name, "complete", e.token, e.person, {"seconds": e.seconds, "simulated": e.simulated}
    ),
    TaskCancelled: lambda e, name: Told("task cancelled", name, "withdraw", e.token, facts={"reason": e.reason}),
    TimerFired: lambda e, _: Told("timer fired", f"Timer {e.node}", "complete", facts={"node": e.node}),
    MessageCorrelated: lambda e, _: Told("message received", f"Message {e.node}", "complete", facts={"node": e.node}),
    IncidentRaised: lambda e, _: Told(
        "incident raised",
        f"Incident at {e.node}",
        "complete",
        facts={"node": e.node, "code": e.code, "message": e.message},
    ),
    ItemStopped: lambda e, _: Told(
        "item stopped", "Item stopped", "suspend", facts={"code": e.code, "message": e.message}
    ),
    ItemSuspended: lambda e, _: Told("item suspended", "Item suspended", "suspend", facts={"reason": e.reason}),
    ItemResumed: lambda _, __: Told("item resumed", "Item resumed", "resume"),
    ItemCancelled: lambda e, _: Told("item cancelled", "Item cancelled", "pi_abort", facts={"reason": e.reason}),
    TokenMoved: lambda e, _: Told("token moved", f"Moved to {e.to}", "complete", facts={"node": e.node, "to": e.to}),
    ItemDelivered: lambda e, _: Told(
        "item delivered",
        "Item delivered",
        "complete",
        facts={"outcome": e.outcome, "unit": e.unit, "touched": e.touched},
    ),
}
