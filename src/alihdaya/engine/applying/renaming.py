"""How a migration changes the state: what the instance names gets its new name, every token its new place."""

from collections.abc import Mapping
from typing import Any, TypeVar

from alihdaya.engine.events import Migrated
from alihdaya.engine.state import Instance

N = TypeVar("N", bound=Any)  # a NamedTuple with a field `node`


def migrated(state: Instance, event: Migrated) -> None:
    """Go over to the new model; nothing but names and places changes."""
    names = event.nodes
    state.process = event.process
    state.tokens.update(event.places)
    state.waits = _renamed(state.waits, names)
    state.timers = _renamed(state.timers, names)
    state.incidents = _renamed(state.incidents, names)
    full = state.full
    if full is None:
        return
    full.scopes = _renamed(full.scopes, names)
    full.catches = _renamed(full.catches, names)
    full.records = _renamed(full.records, names)
    full.passed = {(scope, node): flows for scope, node, flows in event.passed}


def _renamed(table: dict[int, N], names: Mapping[str, str]) -> dict[int, N]:
    return {number: one._replace(node=names[one.node]) if one.node in names else one for number, one in table.items()}
