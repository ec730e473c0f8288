"""How a builtin is declared: its FEEL name, the names and kinds of its parameters, one body per signature.

A signature reads "string: string, start position: number, length?: number". `?` marks what may be left out, `*`
on the only parameter takes any number of arguments, but at least one. Kinds are those of `values.KINDS`, `any`,
`moment` for dates, and dates and times, and `point` for what can be an end of a range. An argument of another kind,
null included, makes the call null; a single value counts as a list of one where a list is wanted, a list of one as
its element, and a date as its midnight (DMN 10.3.2.9.4).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from alihdaya.notation.feel.budget import spend, text_within
from alihdaya.notation.feel.far import FAR
from alihdaya.notation.feel.values import KINDS, NUMBERS, ORDERED

_TYPES: dict[str, frozenset[type]] = {
    kind: frozenset(python for python, named in KINDS.items() if named == kind) for kind in set(KINDS.values())
}
_TYPES["point"] = ORDERED | NUMBERS | FAR
_TYPES["moment"] = _TYPES["date"] | _TYPES["date and time"]
B = TypeVar("B", bound=Callable[..., Any])

_LONG = frozenset({str, list, dict})
_UNFIT = object()
_QUIET = (ValueError, ArithmeticError, TypeError, LookupError, RecursionError, re.error)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter's FEEL name, the kind of value that it takes, and whether it may be left out."""

    name: str
    kind: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a builtin; `many` where its only parameter takes any number of arguments."""

    parameters: tuple[Parameter, ...]
    many: bool
    body: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Builtin:
    """A builtin function with all its signatures; the first that fits is called."""

    name: str
    signatures: tuple[Signature, ...]

    def __call__(self, *arguments: Any) -> Any:
        """Call by position; null where no signature fits, or the body cannot tell."""
        for signature in self.signatures:
            fitted = _fit(signature, arguments)
            if fitted is not None:
                return _called(signature, fitted)
        return None

    def named(self, names: tuple[str, ...], arguments: tuple[Any, ...]) -> Any:
        """Call by name; null where no signature has these names."""
        given = dict(zip(names, arguments, strict=True))
        for signature in self.signatures:
            known = [parameter.name for parameter in signature.parameters]
            if set(names) <= set(known):
                needed = [
                    rank for rank, one in enumerate(signature.parameters) if one.name in given or not one.optional
                ]
                last = max(needed, default=-1)
                fitted = _fit(signature, tuple(given.get(name) for name in known[: last + 1]))
                if fitted is not None:
                    return _called(signature, fitted)
        return None


def _called(signature: Signature, arguments: list[Any]) -> Any:
    for argument in arguments:
        if type(argument) in _LONG and len(argument) > 32:
            spend(len(argument) >> 4)
    try:
        value = signature.body(*arguments)
    except _QUIET:
        return None
    if type(value) is str:
        return value if text_within(len(value)) else None
    if type(value) is list:
        spend(len(value) >> 2)
    return value


TABLE: dict[str, Builtin] = {}
"""Every builtin by its FEEL name."""


def builtin(name: str, signature: str) -> Callable[[B], B]:
    """Declare the decorated body as a signature of the builtin `name`."""
    many = signature.endswith("*")
    parameters = tuple(_parameter(part) for part in signature.removesuffix("*").split(", ") if part)

    def declare(body: B) -> B:
        known = TABLE.get(name, Builtin(name, ()))
        TABLE[name] = Builtin(name, (*known.signatures, Signature(parameters, many, body)))
        return body

    return declare


def _parameter(text: str) -> Parameter:
    name, _, kind = text.partition(": ")
    return Parameter(name.removesuffix("?"), kind, name.endswith("?"))


def _fit(signature: Signature, arguments: tuple[Any, ...]) -> list[Any] | None:
    parameters = signature.parameters
    if signature.many:
        if not arguments:
            return None
        parameters = parameters * len(arguments)
    elif len(arguments) > len(parameters) or any(not rest.optional for rest in parameters[len(arguments) :]):
        return None
    fitted = [
        _convert(value, parameter.kind, optional=parameter.optional)
        for value, parameter in zip(arguments, parameters, strict=False)
    ]
    return None if any(value is _UNFIT for value in fitted) else fitted


def _convert(value: Any, kind: str, *, optional: bool) -> Any:
    if kind == "any":
        return value
    wanted = _TYPES[kind]
    if type(value) in wanted:
        return value
    if kind == "date and time" and type(value) is date:
        return datetime.combine(value, time(), UTC)
    if value is None:
        return None if optional and kind == "string" else _UNFIT
    if kind == "list":
        return [value]
    alone = type(value) is list and len(value) == 1 and type(value[0]) in wanted
    return value[0] if alone else _UNFIT
