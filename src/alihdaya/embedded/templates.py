"""Packed history: what every run of a compiled way has in common is stored once, a row of history holds the rest.

A template is data of its own, so that a log can be read without the models and by any later version. On the wire it
is a list of events, each [tag, part, …]; a part is [0, constant], [1, place] or [2, {name: place}], where a place
counts the values of the row. A row is [number of the template, value, …]; a row that begins with a list holds its
events themselves (store.codec).
"""

from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from alihdaya.engine.straight.shapes import Shape
from alihdaya.kernel.event import Event, tag_of
from alihdaya.store.codec import decode, decode_events, encode, revive

_pack = msgspec.msgpack.Encoder().encode
_FLAT = frozenset({str, int, bool, type(None)})

Body = list[list[Any]]
"""A template, decoded."""


class _Hole(NamedTuple):
    place: int


class Press(NamedTuple):
    """A shape's template: its number, and what picks the values that it needs from what the shape holds."""

    number: int
    values: Callable[[tuple[Any, ...]], tuple[Any, ...]]
    shape: Shape


class Templates:
    """All templates of a store; `new` are those that the tables do not have yet, as rows."""

    def __init__(self) -> None:
        self.new: list[tuple[int, bytes]] = []
        self._bodies: dict[int, Body] = {}
        self._numbers: dict[bytes, int] = {}
        self._presses: dict[int, Press] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._bodies

    def know(self, number: int, body: bytes) -> None:
        """Take in a template of the tables."""
        self._bodies[number] = decode(body)
        self._numbers[body] = number

    def row(self, shape: Shape, held: tuple[Any, ...]) -> bytes:
        """Give the row of history for a packed instance."""
        press = self._presses.get(id(shape)) or self._press(shape)
        row = (press.number, *press.values(held))
        if not (_FLAT.issuperset(map(type, row)) or _plain(row)):
            return encode(row)
        try:
            return _pack(row)
        except OverflowError:
            return encode(row)

    def events(self, row: bytes) -> tuple[Event, ...]:
        """Give the events of a row. Raises KeyError for a template that is not known."""
        number = template_of(row)
        if number is None:
            return decode_events(row)
        values = decode(row)[1:]
        return tuple(revive([tag, *(_filled(part, values) for part in parts)]) for tag, *parts in self._bodies[number])

    def _press(self, shape: Shape) -> Press:
        used: dict[int, int] = {}
        wires = [[tag_of(type(event)), *_parts(event, used)] for event in _with_holes(shape)]
        body = encode(wires)
        if body not in self._numbers:
            number = len(self._numbers) + 1
            self.new.append((number, body))
            self.know(number, body)
        places = list(used)
        pick: Callable[[tuple[Any, ...]], Any] = (
            itemgetter(*places) if len(places) > 1 else lambda held: tuple(held[place] for place in places)
        )
        self._presses[id(shape)] = made = Press(self._numbers[body], pick, shape)
        return made


def _plain(row: tuple[Any, ...]) -> bool:
    """Tell whether a row holds but texts, whole numbers, truths, nulls, and mappings and tuples of them."""
    for value in row:
        kind = type(value)
        if kind in _FLAT:
            continue
        if kind is not dict and kind is not tuple:
            return False
        if not _FLAT.issuperset(map(type, value.values() if kind is dict else value)):
            return False
    return True


def template_of(row: bytes) -> int | None:
    """Give the number of a row's template, None where it holds its events."""
    first = decode(row)[:1]
    return first[0] if first and type(first[0]) is int else None


def _with_holes(shape: Shape) -> list[Event]:
    return shape.events(tuple(_Hole(place) for place in range(shape.size)))


def _parts(event: Event, used: dict[int, int]) -> Iterator[list[Any]]:
    for field in event:
        if type(field) is _Hole:
            yield [1, used.setdefault(field.place, len(used))]
        elif type(field) is dict and any(type(one) is _Hole for one in field.values()):
            yield [2, {name: used.setdefault(hole.place, len(used)) for name, hole in field.items()}]
        else:
            yield [0, field]


def _filled(part: list[Any], values: list[Any]) -> Any:
    kind, what = part
    if kind == 0:
        return what
    if kind == 1:
        return values[what]
    names: Mapping[str, int] = what
    return {name: values[place] for name, place in names.items()}
