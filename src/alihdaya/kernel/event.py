"""The event envelope: one entry of the log holds the events of one command about one item.

An event is a NamedTuple with a class variable-like tag, registered by `@event("room.verb")`; on the wire it is
the array [tag, field, field, …]. Tags and the order of fields are for ever: a new field goes last, with a default.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T", bound=type)

Event = tuple[Any, ...]
_BY_TAG: dict[str, type] = {}
_TAG_OF: dict[type, str] = {}

HOUSE = 0
"""The item number of entries that are about no item: terms, people, packs, sources."""


class Entry(NamedTuple):
    """One line of the log. `at`: when it happened (business time, microseconds); `by`: who (person, program, rule).

    `seq` counts from 1 without gaps in the order of commit. `item` is HOUSE where no item is meant.
    """

    seq: int
    at: int
    item: int
    by: str
    events: tuple[Event, ...]


def event(tag: str) -> Callable[[T], T]:
    """Register a NamedTuple as the event named `tag`. Raises ValueError where the tag is taken."""

    def register(cls: T) -> T:
        if tag in _BY_TAG:
            raise ValueError(f"two events are called {tag}")
        _BY_TAG[tag] = cls
        _TAG_OF[cls] = tag
        return cls

    return register


def tag_of(kind: type) -> str:
    """Tag of an event class. Raises KeyError for a class that is not an event."""
    return _TAG_OF[kind]


def kind_of(tag: str) -> type:
    """Class of the events with this tag. Raises KeyError for a tag that is none."""
    return _BY_TAG[tag]


def to_wire(happened: Event) -> tuple[Any, ...]:
    """Give the wire form: the tag followed by the fields."""
    return (_TAG_OF[type(happened)], *happened)


def from_wire(array: list[Any] | tuple[Any, ...]) -> Event:
    """Turn a wire array back into its event; missing last fields take their defaults. Raises KeyError (unknown tag)."""
    made: Event = _BY_TAG[array[0]](*array[1:])
    return made
