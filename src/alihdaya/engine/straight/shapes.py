"""Packed instances: where a compiled segment ended, and the few values that were not known beforehand.

A segment gives an instance of which only `status` and `waits` are written out. All else, and the events that led
there, follow from its shape and what it holds, and are made when somebody asks for them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, final

from alihdaya.engine.state import Instance
from alihdaya.kernel.event import Event

Held = tuple[Any, ...]
"""What the code of a segment keeps for its shape: nothing in it is ever changed."""


class Shape(NamedTuple):
    """One end of a segment. `events` gives what happened on the way, `values` every field of the instance by name.

    `size` is how many values it holds. Events are made by putting values into fields as they are, or as the values of
    a mapping; which events they are never depends on what is held.
    """

    events: Callable[[Held], list[Event]]
    values: Callable[[Held], dict[str, Any]]
    size: int


class Found(NamedTuple):
    """A segment that stopped on its way: the interpreter goes on at the node, after the flows of `path`.

    `steps` counts the nodes that were passed, of which an interpreter's step budget knows.
    """

    state: Instance
    path: tuple[int, ...]
    node: int
    steps: int
    token: int


def _later(name: str) -> property:
    slot = Instance.__dict__[name]

    def read(state: Instance) -> Any:
        _write_out(state)
        return slot.__get__(state)

    def write(state: Instance, value: Any) -> None:
        _write_out(state)
        slot.__set__(state, value)

    return property(read, write)


def _write_out(state: Instance) -> None:
    """Make the fields that were not written, and of the object an ordinary instance."""
    values = state.shape.values(state.held)
    state.__class__ = Instance
    for name in _LATER:
        setattr(state, name, values[name])


_AT_ONCE = frozenset({"process", "status", "waits"})
_LATER = tuple(name for name in Instance.FIELDS if name not in _AT_ONCE)


@final
class Straight(Instance):
    """An instance as a segment makes it: most fields are written out when one of them is first asked for.

    Then it becomes an ordinary Instance, whose fields are found faster than through properties.
    """

    __slots__ = ()
    if not TYPE_CHECKING:
        __init__ = object.__init__


for _name in _LATER:
    setattr(Straight, _name, _later(_name))


class Packed(NamedTuple):
    """A shape with what it holds; it does not change when the instance does."""

    shape: Shape
    held: Held

    def values(self) -> dict[str, Any]:
        """Give every field of the instance by name."""
        return self.shape.values(self.held)


def packed(state: Instance) -> Packed:
    """Give an instance packed, to be held by what follows from it; the instance may change afterwards."""
    if state.shape is not None:
        return Packed(state.shape, tuple(state.held))
    kept = ("variables", "called", "next_token", "next_timer")
    return Packed(_STILL, (state.variables.copy(), *(getattr(state, name) for name in kept[1:])))


def _still(held: Held) -> dict[str, Any]:
    return dict(zip(("variables", "called", "next_token", "next_timer"), held, strict=True))


_STILL = Shape(lambda _: [], _still, 4)


def happened(state: Instance) -> list[Event]:
    """Give the events of the command that led to a state that `start` or `complete` gave."""
    if state.shape is not None:
        return state.shape.events(state.held)  # type: ignore[no-any-return]
    return list(state.held)
