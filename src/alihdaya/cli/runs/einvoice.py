"""A month's invoice as a file: UBL, CII, PDF, or PDF with CII inside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from alihdaya.cli.settings import Settings, say

if TYPE_CHECKING:
    from alihdaya.engagement.einvoice.core import CoreInvoice
    from alihdaya.engagement.terms import Terms
    from alihdaya.operations.books.bill import Bill
    from alihdaya.store import Store

FORMATS: Final = ("ubl", "cii", "facturx", "pdf")
_LATEST: Final = 3653
_ENDINGS: Final = {"ubl": "ubl.xml", "cii": "cii.xml", "facturx": "pdf", "pdf": "pdf"}


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: a format, where to, when issued; as a credit note with a number, of some lines or of all.

    `before`: line -> quantity that earlier credit notes took back of the invoice.
    """

    format: str
    out: Path | None
    issued: date | None
    credit_note: str | None = None
    credited: tuple[str, ...] = ()
    before: Mapping[str, Decimal] = field(default_factory=dict)


def refuse_contradictions(order: Order) -> None:
    """Refuse options that ask for nothing together. Raises click.UsageError."""
    if not order.format and order != Order("", None, None):
        raise click.UsageError(say("-o, --issued, --credit-note and --credited need --format."))
    if order.credited and order.credit_note is None:
        raise click.UsageError(say("--credited needs --credit-note: an invoice bills whole lines."))
    number = order.credit_note
    if number is not None and not (number.strip() and number.isprintable()):
        raise click.UsageError(say("--credit-note needs a number that can be printed, such as CN-1."))


def issued_note(store: "Store", terms: "Terms", order: Order) -> Order:
    """Give the order for a credit note that was issued already: with its own lines and day."""
    from alihdaya.operations.books.account.drafting import account_of

    book = account_of(store, terms.engagement).book
    found = book.credit_notes.get(order.credit_note or "")
    if found is None:
        return order
    if order.credited or order.issued:
        text = say("{number} is issued: its lines and day are what they are.")
        raise click.UsageError(text.format(number=found.number))
    credited = tuple(f"{line}={quantity}" for line, quantity in found.quantities)
    before = book.credited(found.invoice, before=found.number)
    return replace(order, issued=date.fromisoformat(found.issued), credited=credited, before=before)


def write_invoice(settings: Settings, terms: "Terms", made: "Bill", plain: dict[str, Any], order: Order) -> Path:
    """Write the file, and give its path. Raises Refused where the engagement file lacks a term of EN 16931."""
    core = _core(settings, terms, made, plain, order)
    out = order.out or Path(f"{core.number}.{_ENDINGS[order.format]}".replace("/", "-"))
    data = _writers(settings)[order.format](core)
    try:
        out.write_bytes(data)
    except OSError as error:
        why = error.strerror or str(error)
        raise click.UsageError(say("{file} cannot be written: {why}").format(file=out, why=why)) from None
    return out


def _core(settings: Settings, terms: "Terms", made: "Bill", plain: dict[str, Any], order: Order) -> "CoreInvoice":
    from alihdaya.engagement.account.document import adjustment_lines, invoice_of
    from alihdaya.engagement.einvoice.make import credit_note, make_core

    billed = invoice_of(plain, terms) if "issued" in plain else made.invoice
    first = date.fromisoformat(plain["issued"]) if "issued" in plain else billed.last_day + timedelta(days=1)
    _refuse_day(order.issued, billed.last_day)
    day = first if order.credit_note is not None else order.issued or first
    more = adjustment_lines(plain, terms, say("Adjustment"))
    invoice = make_core(billed, terms, day, settings.language, more)
    if order.credit_note is None:
        return invoice
    quantities = _quantities(order.credited) or None
    return credit_note(invoice, order.credit_note, order.issued or first, quantities, order.before)


def _refuse_day(issued: date | None, last: date) -> None:
    if issued is None or last <= issued <= last + timedelta(days=_LATEST):
        return
    text = say("--issued {day} is not within ten years from the last day of the invoice, {last}.")
    raise click.UsageError(text.format(day=issued, last=last))


def _quantities(texts: tuple[str, ...]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line, quantity in map(_credited, texts):
        if line in found:
            raise click.UsageError(say("--credited names line {line} twice.").format(line=line))
        found[line] = quantity
    return found


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
