"""What the engine's events mean for the tables: what an item waits for, and its folded instance."""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Table

from alihdaya.engine import events as engine
from alihdaya.engine import scope_events
from alihdaya.engine.applying import APPLIERS, apply
from alihdaya.engine.state import MESSAGE
from alihdaya.kernel.event import Event
from alihdaya.store.project.standing import Standing
from alihdaya.store.schema import INCIDENT, SUBSCRIPTION, TIMER


class Wait(NamedTuple):
    """A row of a narrow table, by its token or timer; `rest` None says that it is gone."""

    table: Table
    token: int
    rest: tuple[Any, ...] | None


def _gone(table: Table) -> Callable[[Any, int], Wait]:
    return lambda event, _: Wait(table, event[0], None)


WAITS: dict[type, Callable[[Any, int], Wait | None]] = {
    engine.TimerSet: lambda event, _: Wait(TIMER, event.timer, (event.due,)),
    engine.TimerFired: _gone(TIMER),
    engine.TimerCancelled: _gone(TIMER),
    engine.MessageAwaited: lambda event, _: Wait(SUBSCRIPTION, event.token, (event.name, event.key)),
    engine.MessageCorrelated: _gone(SUBSCRIPTION),
    engine.MessageCancelled: _gone(SUBSCRIPTION),
    engine.IncidentRaised: lambda event, at: Wait(INCIDENT, event.token, (event.node, event.code, event.message, at)),
    engine.IncidentCleared: _gone(INCIDENT),
    scope_events.CatchOpened: lambda event, _: (
        Wait(SUBSCRIPTION, -event.catch, (event.name, event.key)) if event.kind == MESSAGE else None
    ),
    scope_events.CatchTaken: lambda event, _: None if event.stays else Wait(SUBSCRIPTION, -event.catch, None),
    scope_events.CatchClosed: lambda event, _: Wait(SUBSCRIPTION, -event.catch, None),
}
"""Event -> the row that it opens or closes; its first field is the row's token or timer, of a catch its negative."""

STANDS = frozenset({engine.TaskOffered, engine.JobOffered, engine.MessageAwaited, engine.IncidentRaised})
"""Events whose node is where the item stands."""

_ENDS = frozenset({engine.InstanceEnded, engine.InstanceCancelled, scope_events.ErrorEscaped})
_ENGINE = frozenset(APPLIERS)


def fold(standing: Standing, events: tuple[Event, ...], instance: Any) -> bool:
    """Bring the item's instance up to these events; `instance`: where the caller has folded them already.

    Says whether any of them was the engine's.
    """
    ours = [happened for happened in events if type(happened) in _ENGINE]
    if not ours:
        return False
    if not _ENDS.isdisjoint(map(type, ours)):
        standing.end()
    elif instance is not None:
        standing.borrow(instance)
    else:
        state = standing.own()
        for happened in ours:
            state = apply(state, happened)
        standing.fold(state)
    return True
