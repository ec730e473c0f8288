"""A document as plain texts, the same for the page and for the paper: labels in two languages, figures written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from alihdaya.channels.documents.gather import Delivered, text, writable
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.packs.deliverables import Document, Shown
from alihdaya.packs.pack import Texts

LANGUAGES = ("en", "id")
"""The first is the leading one, the second stands beside it, smaller."""

_WHOLE = frozenset({"IDR"})
"""Currencies whose minor unit exists in ISO 4217, and in nobody's purse."""


@dataclass(frozen=True, slots=True)
class Line:
    """A label in both languages (the second empty where it is the same) and the value, written."""

    label: str
    other: str
    value: str


@dataclass(frozen=True, slots=True)
class Block:
    """Amounts under a heading."""

    title: Line
    lines: tuple[Line, ...]
    total: Line | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document, ready to be set. `item`: its number in the log, where everything behind it can be read."""

    name: str
    title: Line
    issuer: str
    currency: str
    facts: tuple[Line, ...]
    blocks: tuple[Block, ...]
    result: Line
    note: Line
    item: int
    day: date


def sheet_of(one: Delivered, document: Document, issuer: str) -> Sheet:
    """Write a document of an item. Raises Refused, naming the item, for a value that cannot be worked out."""
    currency = text(document.currency, one, "the currency")
    blocks = []
    for section in document.sections:
        lines = tuple(_lines(section.lines, one, currency))
        total = next(iter(_lines((section.total,), one, currency)), None) if section.total and lines else None
        if lines:
            blocks.append(Block(_both(section.title), lines, total))
    return Sheet(
        text(document.name, one, "the document's name"),
        _titled(document.title, simulated=one.simulated),
        issuer,
        currency,
        tuple(_lines(document.facts, one, currency)),
        tuple(blocks),
        next(iter(_lines((document.result,), one, currency))),
        _both(document.note),
        one.item,
        one.day,
    )


def money(number: Decimal, currency: str) -> str:
    """Write an amount with the decimal places that the currency is used with: 1,837.60, or 9,800,000 rupiah."""
    from babel.numbers import format_decimal, get_currency_precision

    places = 0 if currency in _WHOLE and number == int(number) else get_currency_precision(currency)
    return str(format_decimal(number, "#,##0" + ("." + "0" * places if places else ""), locale="en"))


def _titled(title: Texts, *, simulated: bool) -> Line:
    """Say in the title where a simulation played the people: such a document is no voucher for anything."""
    line = _both(title)
    if not simulated:
        return line
    return Line(f"{line.label} \N{MIDDLE DOT} SIMULATED", f"{line.other} \N{MIDDLE DOT} SIMULASI", line.value)


def _both(texts: Texts, value: str = "") -> Line:
    first, second = (texts.get(language, "") for language in LANGUAGES)
    return Line(first, "" if second == first else second, value)


def _lines(shown: Iterable[Shown], one: Delivered, currency: str) -> Iterable[Line]:
    for line in shown:
        value = line.value(one.result)
        if line.optional and (value is None or value in (0, "")):
            continue
        yield _both(line.label, _written(value, one, line.label, currency))


def _written(value: Any, one: Delivered, label: Mapping[str, str], currency: str) -> str:
    if isinstance(value, bool) or value is None:
        raise Refused(Problem("no-value", f"{label.get('en')!r} of item {one.item} is {value!r}"))
    if isinstance(value, int | Decimal):
        return money(Decimal(value), currency)
    return value.isoformat() if isinstance(value, date) else writable(str(value), one, repr(label.get("en")))
