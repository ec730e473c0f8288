"""The values of process variables: which are allowed, and their form for the wire (MessagePack, JSON)."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from alihdaya.notation.feel.far import FarDate, FarDateTime
from alihdaya.notation.feel.values import Range, YearsMonths

_MICRO = timedelta(microseconds=1)
_PLAIN: frozenset[type] = frozenset({type(None), bool, str})
_TEXT: frozenset[type] = frozenset({str})
ATOMS: frozenset[type] = _PLAIN | {int, Decimal, date, time, datetime, timedelta, YearsMonths, FarDate, FarDateTime}
"""Types of the values that hold no others."""

_SHAPES: set[tuple[Any, ...]] = set()
"""Names and types of variables that were found good; items of one service share a few of these."""

_MOST_SHAPES = 10_000

_BIG = 2**63


def check_variables(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Give a copy as a dict. Raises TypeError, naming the variable, for a name or value that FEEL does not have."""
    if not isinstance(variables, dict | Mapping):
        raise TypeError(f"a mapping of variables is needed, not {type(variables).__name__}")
    copied = dict(variables)
    shape = (*copied, *map(type, copied.values()))
    if shape in _SHAPES:
        return copied
    if not (_TEXT.issuperset(map(type, copied)) and ATOMS.issuperset(map(type, copied.values()))):
        for name, value in copied.items():
            if not isinstance(name, str):
                raise TypeError(f"the name {name!r} of a variable is not text")
            check_value(value, name)
    elif len(_SHAPES) < _MOST_SHAPES:
        _SHAPES.add(shape)
    return copied


def check_value(value: Any, name: str) -> None:
    """Raise TypeError, naming the variable, where the value holds something that FEEL does not have (a float)."""
    kind = type(value)
    if kind in ATOMS:
        return
    if kind is list:
        if not ATOMS.issuperset(map(type, value)):
            for entry in value:
                check_value(entry, name)
    elif kind is dict:
        if not _TEXT.issuperset(map(type, value)):
            raise TypeError(f"a key in the variable {name!r} is not text")
        if not ATOMS.issuperset(map(type, value.values())):
            for entry in value.values():
                check_value(entry, name)
    elif kind is Range:
        check_value([value.low, value.high], name)
    else:
        raise TypeError(f"the variable {name!r} holds a {kind.__name__}, which is no FEEL value")


def pack(value: Any) -> Any:
    """Give the wire form: plain values as they are, others as {"$tag": text}. Raises TypeError for a foreign value."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is int:
        return value if -_BIG <= value < _BIG else {"$i": str(value)}
    if kind is list:
        return [pack(entry) for entry in value]
    if kind is dict:
        packed = {name: pack(entry) for name, entry in value.items()}
        return {"$c": packed} if len(value) == 1 and next(iter(value)).startswith("$") else packed
    writer = _WRITERS.get(kind)
    if writer is None:
        raise TypeError(f"a {kind.__name__} is no FEEL value")
    return writer(value)


def pack_variables(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Give the wire form of each value by its name; `unpack` each to read them back."""
    return {
        name: value if (kind := type(value)) in _PLAIN or (kind is int and -_BIG <= value < _BIG) else pack(value)
        for name, value in variables.items()
    }


def unpack(wire: Any) -> Any:
    """Give the value of a wire form; the inverse of `pack`. Raises KeyError for an unknown tag."""
    kind = type(wire)
    if kind in (list, tuple):
        return [unpack(entry) for entry in wire]
    if kind is not dict:
        return wire
    if len(wire) == 1:
        tag, body = next(iter(wire.items()))
        if tag == "$c":
            return {name: unpack(entry) for name, entry in body.items()}
        if tag.startswith("$"):
            return _READERS[tag](body)
    return {name: unpack(entry) for name, entry in wire.items()}


def key_text(value: Any) -> str | None:
    """Give the text by which a correlation key is compared, the same for 1 and 1.0; None where it is no key."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        text = format(Decimal(value), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return value if isinstance(value, str) and value else None


def _moment(value: datetime | time) -> str:
    zone = value.tzinfo
    if isinstance(zone, ZoneInfo):
        return f"{value.replace(tzinfo=None).isoformat()}@{zone.key}@{value.fold}"
    return value.isoformat()


def _zoned(text: str, read: Callable[[str], Any]) -> Any:
    plain, at, rest = text.partition("@")
    if not at:
        return read(plain)
    key, _, fold = rest.rpartition("@")
    return read(plain).replace(tzinfo=ZoneInfo(key), fold=int(fold))


def _range_out(value: Range) -> list[Any]:
    ends = [pack(value.low), pack(value.high), value.low_closed, value.high_closed]
    return [*ends, value.sign] if value.sign else ends


_WRITERS: dict[type, Callable[[Any], Any]] = {
    Decimal: lambda value: {"$n": str(value)},
    datetime: lambda value: {"$t": _moment(value)},
    date: lambda value: {"$d": value.isoformat()},
    time: lambda value: {"$h": _moment(value)},
    timedelta: lambda value: {"$u": value // _MICRO},
    YearsMonths: lambda value: {"$m": value.months},
    FarDate: lambda value: {"$D": [pack(value.base), value.cycles]},
    FarDateTime: lambda value: {"$T": [pack(value.base), value.cycles]},
    Range: lambda value: {"$r": _range_out(value)},
}
_READERS: dict[str, Callable[[Any], Any]] = {
    "$i": int,
    "$n": Decimal,
    "$t": lambda body: _zoned(body, datetime.fromisoformat),
    "$d": date.fromisoformat,
    "$h": lambda body: _zoned(body, time.fromisoformat),
    "$u": lambda body: body * _MICRO,
    "$m": YearsMonths,
    "$D": lambda body: FarDate(unpack(body[0]), body[1]),
    "$T": lambda body: FarDateTime(unpack(body[0]), body[1]),
    "$r": lambda body: Range(unpack(body[0]), unpack(body[1]), *body[2:]),
}
