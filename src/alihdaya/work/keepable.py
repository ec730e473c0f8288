"""Whether a value that somebody sent can be kept: what no database holds must not reach a commit."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from alihdaya.kernel.errors import Problem, Source

_DIGITS: Final = 34
_LIMIT: Final[int] = 10**34
_LARGEST: Final = 6144
_DEEPEST: Final = 30

MOST_KEY_BYTES: Final = 2_000
"""So long a text may be, in UTF-8, that names an item within its channel: a page of an index holds no more."""


def names_too_long(external_id: str) -> bool:
    """Say whether an external id is longer than the stores' indexes take."""
    return len(external_id.encode("utf-8", "replace")) > MOST_KEY_BYTES


def unkeepable(values: Mapping[str, Any], code: str = "bad-value") -> list[Problem]:
    """Give a problem for each named value that cannot be kept; its kind is for the engine to judge.

    Texts hold neither NUL nor half a character, numbers are finite and have at most 34 digits and an exponent of
    four (DMN 1.5, 10.3.2.3.1), lists and contexts are at most 30 deep.
    """
    return [
        Problem(code, f"{_shown(name)} {why}", Source(element=_shown(name)))
        for name, value in values.items()
        if (why := next(_wrong(name), "") or next(_wrong(value), ""))
    ]


def _shown(name: object) -> str:
    return ascii(name)[1:-1] if isinstance(name, str) else repr(name)


def _wrong(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        if "\0" in value:
            yield "holds a NUL character"
        elif not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            yield "holds half a character"
    elif isinstance(value, Decimal | int):
        if not _counts(value):
            yield f"is no number of at most {_DIGITS} digits"
    elif isinstance(value, list | tuple | dict):
        if depth == _DEEPEST:
            yield "is nested too deep"
            return
        for part in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from _wrong(part, depth + 1)


def _counts(number: Decimal | int) -> bool:
    if isinstance(number, int):
        return -_LIMIT < number < _LIMIT
    digits = len(number.as_tuple().digits)
    return number.is_finite() and digits <= _DIGITS and abs(number.adjusted()) <= _LARGEST
