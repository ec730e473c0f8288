"""A month's invoice as a file: UBL, CII, PDF, or PDF with CII inside."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from alihdaya.cli.settings import Settings, say

if TYPE_CHECKING:
    from alihdaya.engagement.einvoice.core import CoreInvoice
    from alihdaya.engagement.terms import Terms
    from alihdaya.operations.books.bill import Bill

FORMATS: Final = ("ubl", "cii", "facturx", "pdf")
_ENDINGS: Final = {"ubl": "ubl.xml", "cii": "cii.xml", "facturx": "pdf", "pdf": "pdf"}


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: a format, where to, when issued; as a credit note with a number, of some lines or of all."""

    format: str
    out: Path | None
    issued: date | None
    credit_note: str | None = None
    credited: tuple[str, ...] = ()


def write_invoice(settings: Settings, terms: "Terms", made: "Bill", order: Order) -> Path:
    """Write the file, and give its path. Raises Refused where the engagement file lacks a term of EN 16931."""
    core = _core(settings, terms, made, order)
    out = order.out or Path(f"{core.number}.{_ENDINGS[order.format]}")
    out.write_bytes(_writers(settings)[order.format](core))
    return out


def _core(settings: Settings, terms: "Terms", made: "Bill", order: Order) -> "CoreInvoice":
    from alihdaya.engagement.einvoice.make import credit_note, make_core

    first = made.invoice.last_day + timedelta(days=1)
    if order.credit_note is None:
        return make_core(made.invoice, terms, order.issued or first, settings.language)
    invoice = make_core(made.invoice, terms, first, settings.language)
    quantities = dict(map(_credited, order.credited)) or None
    return credit_note(invoice, order.credit_note, order.issued or first, quantities)


def _credited(text: str) -> tuple[str, Decimal]:
    line, _, quantity = text.partition("=")
    try:
        found = Decimal(quantity)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise click.BadParameter(say("{text} is not a line and a quantity such as 2=10").format(text=text))
    return line.strip(), found


def _writers(settings: Settings) -> dict[str, Callable[["CoreInvoice"], bytes]]:
    from alihdaya.channels.einvoice.cii import write_cii
    from alihdaya.channels.einvoice.paper import write_pdf
    from alihdaya.channels.einvoice.ubl import write_ubl
    from alihdaya.console.words import words

    spoken = words(settings.language)
    return {
        "ubl": write_ubl,
        "cii": write_cii,
        "pdf": lambda core: write_pdf(core, spoken),
        "facturx": lambda core: write_pdf(core, spoken, hybrid=True),
    }
