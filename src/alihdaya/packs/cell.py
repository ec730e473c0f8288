"""One cell of a client's data: from its text to an exact value, or the reason why not."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from alihdaya.kernel.time import iso, micros
from alihdaya.packs.intake import Column

MOST_DIGITS: Final = 34
"""FEEL numbers have 34 digits (DMN 1.5, 10.3.2.3.1); a longer one would be rounded in silence."""

_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_LARGEST: Final = 6144
_WHOLE: Final = re.compile(r"[+-]?\d+(\.0*)?", re.ASCII)
_FOREIGN: Final = re.compile(r"[+-]?\d{1,3}([.,' ]\d{3})*[.,]\d+|[+-]?\d+,\d+|[+-]?\d{1,3}([,' ]\d{3})+")
_TRUTH: Final = {"true": True, "false": False, "1": True, "0": False}

_UNWRITABLE: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Control characters but tab and new line, turns of the direction of writing, halves of pairs, no characters."""

Value = int | Decimal | str | bool
Reader = Callable[[str], Value]


class CellError(ValueError):
    """A cell that cannot be read; its text is the reason, for a person."""


NEEDED: Final = str(CellError("no value, and one is required"))
"""The reason for a null in a required column; said as an error, so that the catalogues have it (locale.sentences)."""


def cell_reader(column: Column) -> Reader:
    """Give the function from a cell's text (not a null) to its value; it raises CellError.

    integer -> int; number -> int or Decimal of at most 34 digits, without idle zeros; boolean -> bool;
    date -> ISO text; instant -> ISO text in UTC; text -> itself.
    """
    read = _READERS[column.type]

    def checked(text: str) -> Value:
        if len(text) > column.max_length:
            raise CellError(f"longer than {column.max_length:,} characters")
        value: Value = read(text if column.type == "text" else text.strip())
        _check(column, value)
        return value

    return checked


def instant_reader(column: Column) -> Callable[[str | int], int]:
    """Give the function from a cell of an instant column to microseconds; whole microseconds pass as they are."""

    def checked(cell: str | int) -> int:
        if isinstance(cell, int):
            return cell
        if column.allowed or len(cell) > column.max_length:
            _check(column, iso(read_instant(cell)) or "")
        return read_instant(cell.strip())

    return checked


def read_instant(text: str) -> int:
    """Microseconds since the epoch of an ISO 8601 text with a time zone. Raises CellError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CellError("not an instant such as 2013-01-31T17:05:00Z") from None
    if moment.tzinfo is None:
        raise CellError("has no time zone, such as Z or -05:00")
    return micros(moment)


def text_of(value: object) -> str | None:
    """Text of a JSON value as a cell; None for null. Raises CellError for an object or an array."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return str(value)
    raise CellError("an object or a list, where a single value is wanted")


def unwritable(text: str) -> str:
    """Name the first character that no document may hold (`U+202E`); "" where there is none."""
    found = _UNWRITABLE.search(text)
    return f"U+{ord(found.group()):04X}" if found else ""


def _check(column: Column, value: Value) -> None:
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        if column.low is not None and value < column.low:
            raise CellError(f"below {column.low}")
        if column.high is not None and value > column.high:
            raise CellError(f"above {column.high}")
    if column.allowed and str(value) not in column.allowed:
        raise CellError(f"not one of {', '.join(column.allowed)}")


def _integer(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        hint = ": write 1234.5, without thousands and with a point" if _FOREIGN.fullmatch(text) else ""
        raise CellError(f"not a whole number{hint}")
    digits = text.partition(".")[0]
    bare = digits.lstrip("+-").lstrip("0")
    if len(bare) > MOST_DIGITS:
        raise CellError(f"more than {MOST_DIGITS} digits")
    return -int(bare or "0") if digits.startswith("-") else int(bare or "0")


def _number(text: str) -> int | Decimal:
    if not _NUMBER.fullmatch(text):
        hint = ": write 1234.5, without thousands and with a point" if _FOREIGN.fullmatch(text) else ""
        raise CellError(f"not a number{hint}")
    number = Decimal(text)
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        raise CellError("not a number")
    while len(digits) > 1 and digits[-1] == 0:
        digits, exponent = digits[:-1], exponent + 1
    if len(digits) > MOST_DIGITS:
        raise CellError(f"more than {MOST_DIGITS} digits")
    if abs(number.adjusted()) > _LARGEST:
        raise CellError("too large or too small a number")
    if digits == (0,):
        return 0
    if exponent >= 0 and len(digits) + exponent <= MOST_DIGITS:
        return int(number)
    return Decimal((sign, digits, exponent))


def _boolean(text: str) -> bool:
    value = _TRUTH.get(text.lower())
    if value is None:
        raise CellError("neither true nor false")
    return value


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise CellError("not a date such as 2013-01-31") from None


def _instant(text: str) -> str:
    return iso(read_instant(text)) or ""


def _text(text: str) -> str:
    if "\0" in text:
        raise CellError("holds a NUL character")
    if found := unwritable(text):
        raise CellError(f"holds a character that cannot be written: {found}")
    return text


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "instant": _instant,
    "text": _text,
}
