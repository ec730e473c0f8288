"""Values to bytes and back: MessagePack, with extension types for what it has no form of.

FEEL's values (Decimal, dates, times, durations, ranges) and integers beyond 64 bits come back as themselves, to the
last digit and zone; tuples come back as lists. Events come back as they were: a field that its class calls a tuple is
one again.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import msgspec

from alihdaya.kernel import event as envelope
from alihdaya.kernel.event import Event
from alihdaya.notation.feel.far import FarDate, FarDateTime
from alihdaya.notation.feel.values import Range, YearsMonths

Ext = msgspec.msgpack.Ext

_PLAIN = frozenset({NoneType, bool, int, str, float, bytes})
_DECIMAL, _DATE, _TIME, _DATETIME, _TIMEDELTA, _BIG, _MONTHS, _RANGE = 1, 2, 3, 4, 5, 6, 7, 8
_FAR_DATE, _FAR_DATETIME = 9, 10
_INT64 = range(-(2**63), 2**64)

_learned: dict[str, tuple[type, tuple[tuple[int, Callable[[Any], Any]], ...]]] = {}

_pack = msgspec.msgpack.Encoder().encode
_load = msgspec.msgpack.Decoder().decode


def encode(value: Any) -> bytes:
    """Give the bytes of a value. Raises TypeError for a type that has no form on the wire."""
    try:
        return _pack(_wrap(value))
    except OverflowError:
        return _pack(_shrink(_wrap(value)))


def decode(data: bytes) -> Any:
    """Give the value of bytes made by `encode`. Raises msgspec.DecodeError for bytes that are none."""
    return _decode(data)


def encode_events(events: Iterable[Event]) -> bytes:
    """Give the body of a log entry: the array of its events' wire forms."""
    wires: list[Sequence[Any]] = []
    for happened in events:
        kind = type(happened)
        tag, loose = _shape(kind)
        if not loose:
            wires.append((tag, *happened))
            continue
        wire = [tag, *happened]
        for place in loose:
            value = wire[place]
            if type(value) not in _PLAIN:
                wire[place] = _wrap(value)
        wires.append(wire)
    try:
        return _pack(wires)
    except OverflowError:
        return _pack(_shrink(wires))


def decode_events(body: bytes) -> tuple[Event, ...]:
    """Give the events of a log entry's body. Raises KeyError for an event that this version does not know."""
    return tuple([revive(wire) for wire in _decode(body)])


def revive(wire: list[Any]) -> Event:
    """Turn one decoded wire array, which is used up, into its event, with the tuples that its class promises."""
    found = _learned.get(wire[0])
    if found is None:
        kind = type(envelope.from_wire(wire))
        found = _learned[wire[0]] = kind, _repairs(kind)
    kind, repairs = found
    del wire[0]
    for place, repair in repairs:
        if place < len(wire):  # a field that is newer than the entry takes its default
            wire[place] = repair(wire[place])
    made: Event = kind(*wire)
    return made


def _wrap(value: Any) -> Any:
    """Put what MessagePack cannot say into extension types; plain values and containers of them stay as they are."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        if _PLAIN.issuperset(map(type, value.values())):
            return value
        return {key: one if type(one) in _PLAIN else _wrap(one) for key, one in value.items()}
    if kind is list or kind is tuple or isinstance(value, tuple):
        if _PLAIN.issuperset(map(type, value)):
            return value
        return [one if type(one) in _PLAIN else _wrap(one) for one in value]
    try:
        code, pack, _ = _KINDS[kind]
    except KeyError:
        raise TypeError(f"a value of type {kind.__name__} cannot be stored: {value!r}") from None
    return Ext(code, pack(value))


def _shrink(value: Any) -> Any:
    """Put integers beyond 64 bits into an extension type."""
    if isinstance(value, int) and value not in _INT64:
        return Ext(_BIG, str(value).encode())
    if isinstance(value, dict):
        return {key: _shrink(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_shrink(one) for one in value]
    return value


def _zone_out(zone: tzinfo | None) -> str | list[int] | None:
    if zone is None:
        return None
    if isinstance(zone, ZoneInfo) and zone.key:
        return zone.key
    offset = zone.utcoffset(None)
    if offset is None:
        raise TypeError(f"a time zone without a name cannot be stored: {zone!r}")
    return [offset.days, offset.seconds, offset.microseconds]


def _zone_in(zone: str | list[int] | None) -> tzinfo | None:
    if zone is None:
        return None
    if isinstance(zone, str):
        return ZoneInfo(zone)
    offset = timedelta(*zone)
    return timezone(offset) if offset else UTC


def _time_out(value: datetime | time) -> bytes:
    return _pack([value.replace(tzinfo=None).isoformat(), value.fold, _zone_out(value.tzinfo)])


def _datetime_in(data: bytes) -> datetime:
    text, fold, zone = _load(data)
    return datetime.fromisoformat(text).replace(fold=fold, tzinfo=_zone_in(zone))


def _time_in(data: bytes) -> time:
    text, fold, zone = _load(data)
    return time.fromisoformat(text).replace(fold=fold, tzinfo=_zone_in(zone))


_KINDS: dict[type, tuple[int, Callable[[Any], bytes], Callable[[bytes], Any]]] = {
    Decimal: (_DECIMAL, lambda number: str(number).encode(), lambda data: Decimal(data.decode())),
    date: (_DATE, lambda day: day.isoformat().encode(), lambda data: date.fromisoformat(data.decode())),
    time: (_TIME, _time_out, _time_in),
    datetime: (_DATETIME, _time_out, _datetime_in),
    timedelta: (
        _TIMEDELTA,
        lambda span: _pack([span.days, span.seconds, span.microseconds]),
        lambda data: timedelta(*_load(data)),
    ),
    YearsMonths: (_MONTHS, lambda span: encode(span.months), lambda data: YearsMonths(decode(data))),
    Range: (
        _RANGE,
        lambda span: encode(
            [span.low, span.high, span.low_closed, span.high_closed, *([span.sign] if span.sign else [])]
        ),
        lambda data: Range(*decode(data)),
    ),
    FarDate: (_FAR_DATE, lambda day: encode([day.base, day.cycles]), lambda data: FarDate(*decode(data))),
    FarDateTime: (_FAR_DATETIME, lambda day: encode([day.base, day.cycles]), lambda data: FarDateTime(*decode(data))),
}

_READERS: dict[int, Callable[[bytes], Any]] = {code: unpack for code, _, unpack in _KINDS.values()}
_READERS[_BIG] = int


def _hook(code: int, data: memoryview) -> Any:
    return _READERS[code](bytes(data))


_decode = msgspec.msgpack.Decoder(ext_hook=_hook).decode


@cache
def _shape(kind: type) -> tuple[str, tuple[int, ...]]:
    """Give an event's tag, and the places in its wire form whose declared types promise no plain value."""
    hints = get_type_hints(kind)
    names = getattr(kind, "_fields", ())
    return envelope.tag_of(kind), tuple([at for at, name in enumerate(names, 1) if not _is_plain(hints[name])])


def _is_plain(hint: Any) -> bool:
    parts = [part for part in get_args(hint) if part is not Ellipsis]
    return hint in _PLAIN or (bool(parts) and all(_is_plain(part) for part in parts))


@cache
def _repairs(kind: type) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    """Find the fields of an event class that lists must be turned back into tuples for."""
    hints = get_type_hints(kind)
    made = [(place, _repair(hints[name])) for place, name in enumerate(getattr(kind, "_fields", ()))]
    return tuple([(place, repair) for place, repair in made if repair is not None])


def _repair(hint: Any) -> Callable[[Any], Any] | None:
    """Find what turns a decoded value into what this type promises, None where nothing needs to be done."""
    if isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields"):
        return partial(_record, hint)
    origin, parts = get_origin(hint), get_args(hint)
    if tuple in {hint, origin}:
        return _tuple_repair(parts)
    if origin in {dict, list}:
        inner = _repair(parts[-1])
        return None if inner is None else partial(_inside_dict if origin is dict else _inside_list, inner)
    if origin in {Union, UnionType}:
        found = [repair for part in parts if (repair := _repair(part))]
        return partial(_only_lists, found[0]) if len(found) == 1 else None
    return None


def _inside_dict(repair: Callable[[Any], Any], value: dict[str, Any]) -> dict[str, Any]:
    return {key: repair(one) for key, one in value.items()}


def _inside_list(repair: Callable[[Any], Any], value: list[Any]) -> list[Any]:
    return [repair(one) for one in value]


def _only_lists(repair: Callable[[Any], Any], value: Any) -> Any:
    return repair(value) if isinstance(value, list) else value


def _record(kind: Any, value: Any) -> Any:
    fields = list(value)
    for place, repair in _repairs(kind):
        fields[place] = repair(fields[place])
    return kind(*fields)


def _tuple_repair(parts: tuple[Any, ...]) -> Callable[[Any], Any]:
    inner = [_repair(part) for part in parts if part is not Ellipsis]
    if not any(inner):
        return tuple
    if len(parts) == 2 and parts[1] is Ellipsis:
        each = inner[0]
        return lambda value: tuple([one if each is None else each(one) for one in value])
    return lambda value: tuple([one if fix is None else fix(one) for fix, one in zip(inner, value, strict=True)])
