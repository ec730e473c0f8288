"""An invoice in words: what its page says, in the reader's language, before anything is drawn."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from alihdaya.engagement.einvoice.core import CREDIT_NOTE, Address, CoreInvoice, CoreLine, Trader
from alihdaya.engagement.einvoice.totals import Subtotal, Totals, decimals, rounded, totals_of


class Spoken(Protocol):
    """A reader's language: messages, numbers and days."""

    @property
    def language(self) -> str:
        """The language's code."""

    def say(self, message: str, /, **values: object) -> str:
        """Translate a message and put values in."""

    def number(self, value: Decimal | float | None, digits: int = 0) -> str:
        """Write a number with at most some decimals."""

    def day(self, value: date | int | None) -> str:
        """Write a date."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table of lines, or of the totals, where only `name` and `amount` say something."""

    name: str
    amount: str
    number: str = ""
    note: str = ""
    quantity: str = ""
    price: str = ""
    vat: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """All texts of an invoice's page. `facts` and `pay` are pairs of label and value; parties come as lines."""

    title: str
    number: str
    columns: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    seller: tuple[str, ...]
    buyer_label: str
    buyer: tuple[str, ...]
    rows: tuple[Row, ...]
    totals: tuple[Row, ...]
    due: tuple[str, str]
    pay_label: str
    pay: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    page: str
    """With %(page)s and %(pages)s left in."""


def sheet_of(invoice: CoreInvoice, words: Spoken) -> Sheet:
    """Put an invoice into words."""
    totals, say = totals_of(invoice), words.say
    return Sheet(
        title=say("Credit note") if invoice.kind == CREDIT_NOTE else say("Invoice"),
        number=invoice.number,
        columns=(say("No."), say("Service"), say("Quantity"), say("Price"), say("VAT"), invoice.currency),
        facts=tuple(_facts(invoice, words)),
        seller=tuple(_party(invoice.seller, words)),
        buyer_label=say("Billed to"),
        buyer=tuple(_party(invoice.buyer, words)),
        rows=tuple(_rows(invoice, words)),
        totals=tuple(_totals(invoice, totals, words)),
        due=(say("Amount due"), f"{invoice.currency} {_money(totals.due, invoice.currency, words)}"),
        pay_label=say("Payment"),
        pay=tuple(_pay(invoice, words)),
        notes=tuple(_notes(invoice, totals, words)),
        page=say("Page %(page)s of %(pages)s", page="%(page)s", pages="%(pages)s"),
    )


def _money(amount: Decimal, currency: str, words: Spoken, more: int = 0) -> str:
    """Write an amount with the currency's decimals, and up to `more` others; the currency stands in the heading."""
    from babel.numbers import format_decimal

    places = decimals(currency)
    pattern = "#,##0" + ("." if places + more else "") + "0" * places + "#" * more
    return format_decimal(rounded(amount, currency) if not more else amount, pattern, words.language)


def _facts(invoice: CoreInvoice, words: Spoken) -> Iterator[tuple[str, str]]:
    say, period, before = words.say, invoice.period, invoice.preceding
    yield say("Issued"), words.day(invoice.issued)
    if invoice.due:
        yield say("Due"), words.day(invoice.due)
    if before:
        yield say("Credits invoice"), before.number
    if period:
        yield say("Period"), f"{words.day(period.first)} \N{EN DASH} {words.day(period.last)}"
    given = {
        say("Your reference"): invoice.buyer_reference,
        say("Order"): invoice.order,
        say("Contract"): invoice.contract,
    }
    yield from ((label, text) for label, text in given.items() if text)


def _party(trader: Trader, words: Spoken) -> Iterator[str]:
    yield trader.name
    yield from _lines(trader.address)
    if trader.vat:
        yield words.say("VAT number %(number)s", number=trader.vat)
    if trader.legal:
        yield words.say("Registration %(number)s", number=trader.legal.text)
    if trader.contact:
        contact = trader.contact
        yield " \N{MIDDLE DOT} ".join(text for text in (contact.name, contact.phone, contact.mail) if text)


def _lines(address: Address) -> Iterator[str]:
    yield from (text for text in (address.street, address.more) if text)
    place = " ".join(text for text in (address.postcode, address.city) if text)
    yield ", ".join(text for text in (place, address.country) if text)


def _rows(invoice: CoreInvoice, words: Spoken) -> Iterator[Row]:
    yield from (_row(line, invoice.currency, words) for line in invoice.lines)
    for one in invoice.adjustments:
        amount = one.amount if one.charge else -one.amount
        label = words.say("Charge") if one.charge else words.say("Service credit")
        percent = ""
        if one.percent is not None:
            percent = f"{words.number(one.percent, 2)} %"
        yield Row(
            label,
            _money(amount, invoice.currency, words),
            note=one.reason,
            quantity=percent,
            vat=_rate(one.vat.rate, one.vat.category, words),
        )


def _row(line: CoreLine, currency: str, words: Spoken) -> Row:
    return Row(
        line.name,
        _money(line.net, currency, words),
        number=line.id,
        note=line.description,
        quantity=words.number(line.quantity, 4),
        price=_money(line.price, currency, words, 4),
        vat=_rate(line.vat.rate, line.vat.category, words),
    )


def _rate(rate: Decimal | None, category: str, words: Spoken) -> str:
    if rate:
        return f"{words.number(rate, 2)} %"
    return f"0 % ({category})" if rate is not None else category


def _totals(invoice: CoreInvoice, totals: Totals, words: Spoken) -> Iterator[Row]:
    say, currency = words.say, invoice.currency
    yield Row(say("Sum of lines"), _money(totals.lines, currency, words))
    if totals.allowances:
        yield Row(say("Service credits"), _money(-totals.allowances, currency, words))
    if totals.charges:
        yield Row(say("Charges"), _money(totals.charges, currency, words))
    yield Row(say("Total without VAT"), _money(totals.without_vat, currency, words))
    for part in totals.breakdown:
        yield Row(_taxed(part, currency, words), _money(part.tax, currency, words))
    if totals.vat_accounted is not None:
        yield Row(say("VAT in %(currency)s", currency=invoice.vat_currency),
                  _money(totals.vat_accounted, invoice.vat_currency, words))  # fmt: skip
    if invoice.prepaid:
        yield Row(say("Paid already"), _money(-invoice.prepaid, currency, words))


def _taxed(part: Subtotal, currency: str, words: Spoken) -> str:
    base = _money(part.taxable, currency, words)
    rate = _rate(part.vat.rate, part.vat.category, words)
    return words.say("VAT %(rate)s on %(amount)s", rate=rate, amount=base)


def _pay(invoice: CoreInvoice, words: Spoken) -> Iterator[tuple[str, str]]:
    pay, say = invoice.payment, words.say
    if pay and pay.account:
        given = {
            say("Account"): pay.account,
            say("Account holder"): pay.holder,
            say("Bank"): pay.bank,
            say("Reference"): pay.reference,
        }
        yield from ((label, text) for label, text in given.items() if text)
    if invoice.terms:
        yield say("Terms"), invoice.terms


def _notes(invoice: CoreInvoice, totals: Totals, words: Spoken) -> Iterator[str]:
    if invoice.note:
        yield invoice.note
    for part in totals.breakdown:
        reason = part.vat.reason or part.vat.code
        if reason:
            yield words.say("VAT category %(category)s: %(reason)s", category=part.vat.category, reason=reason)
