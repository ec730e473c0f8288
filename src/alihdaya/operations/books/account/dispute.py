"""Disputes over closed invoices, and the credit notes of those that were upheld."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from alihdaya.engagement.account.adjust import Position, adjusted, charged, position_of, positions
from alihdaya.engagement.account.book import Book, Dispute
from alihdaya.engagement.account.document import core_of
from alihdaya.engagement.account.events import CreditNoteIssued, DisputeDecided, DisputeOpened, InvoiceClosed
from alihdaya.engagement.einvoice.make import credit_note
from alihdaya.engagement.einvoice.totals import totals_of
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.money import Money
from alihdaya.operations.books.account.close import items_behind, pending
from alihdaya.operations.books.account.drafting import account_of
from alihdaya.operations.books.account.pay import books
from alihdaya.operations.books.bill import terms_of
from alihdaya.operations.desk import Desk
from alihdaya.store import Store

Quantities = Mapping[str, Decimal]


def closed_invoice(store: Store, number: str) -> tuple[Book, InvoiceClosed]:
    """Give a closed invoice and the book that it is in. Raises Refused for a number that there is not."""
    for book in books(store).values():
        if number in book.invoices:
            return book, book.invoices[number]
    raise Refused(Problem("no-invoice", f"no closed invoice is called {number}"))


def disputes(store: Store) -> list[Dispute]:
    """Give every dispute, by engagement, oldest first."""
    return [one for book in books(store).values() for one in book.disputes.values()]


def open_dispute(
    desk: Desk, number: str, quantities: Quantities, items: Iterable[int], *, reason: str, by: str
) -> DisputeOpened:
    """Note that a client disputes quantities of an invoice's lines, or items. Durable when it returns.

    An item disputes one of the line that bills it. Raises Refused for a line or item that is not on the invoice, and
    for more than was invoiced, less what was credited or is disputed already.
    """
    book, invoice = closed_invoice(desk.store, number)
    named = list(items)
    wanted = dict(quantities)
    for line in _lines_of(desk.store, invoice, named):
        wanted[line] = wanted.get(line, Decimal(0)) + 1
    if not wanted:
        raise Refused(Problem("nothing-disputed", "name lines or items of the invoice"))
    twice = {item for one in book.disputes.values() if one.upheld is not False for item in one.opened.items} & {*named}
    if twice:
        raise Refused(Problem("disputed-already", f"disputed before: item {_listed(twice)}"))
    moved = {fact.item for seq, fact in book.moves if seq > invoice.seq} & {*named}
    if moved:
        text = f"corrected since {number} was closed, which the next invoice shows: item {_listed(moved)}"
        raise Refused(Problem("corrected-already", text))
    _refuse_too_much(book, invoice, wanted, _given_back(desk.store, invoice))
    texts = tuple((line, f"{quantity:f}") for line, quantity in wanted.items())
    made = DisputeOpened(invoice.engagement, len(book.disputes) + 1, number, texts, tuple(named), reason)
    desk.note(desk.at, by, made)
    desk.commit()
    return made


def _listed(items: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(items)))


def _given_back(store: Store, invoice: InvoiceClosed) -> dict[str, Decimal]:
    """Give line -> quantity that adjustments took back of an invoice's lines, or will on the next one."""
    account = account_of(store, invoice.engagement)
    listed = [*pending(store, account, terms_of(store, invoice.engagement))]
    for later in account.book.invoices.values():
        listed += later.document["adjustments"] if later.seq > invoice.seq else ()
    own: list[tuple[str, str, Position]] = []
    for line in invoice.document["lines"]:
        (place,) = positions({"lines": [line], "credits": []})
        own.append((str(line["number"]), invoice.month, place))
    own += [(str(one["number"]), one["month"], position_of(one)) for one in invoice.document["adjustments"]]
    found = {}
    for number, month, place in own:
        since = adjusted(listed, month)
        found[number] = max(-since[place].quantity, Decimal(0)) if place in since else Decimal(0)
    return found


def _lines_of(store: Store, invoice: InvoiceClosed, items: list[int]) -> list[str]:
    terms = terms_of(store, invoice.engagement)
    behind = {
        item: line
        for line in (charged(invoice.document) if items else ())
        for item in items_behind(store, terms, invoice.month, int(line))
    }
    missing = [item for item in items if item not in behind]
    if missing:
        raise Refused(Problem("not-invoiced", f"{invoice.number} bills no item {', '.join(map(str, missing))}"))
    return [behind[item] for item in dict.fromkeys(items)]


def _refuse_too_much(book: Book, invoice: InvoiceClosed, wanted: Quantities, given_back: Quantities) -> None:
    billed = {line: one.quantity for line, one in charged(invoice.document).items()}
    taken = book.credited(invoice.number)
    for one in book.disputes.values():
        for line, much in one.opened.quantities if one.upheld is None and _same(one, invoice) else ():
            taken[line] = taken.get(line, Decimal(0)) + Decimal(much)
    for line, quantity in wanted.items():
        whole = billed.get(line, Decimal(0))
        left = whole - taken.get(line, Decimal(0)) - given_back.get(line, Decimal(0))
        if not 0 < quantity <= left or _digits(quantity) > max(_digits(whole), 0):
            text = f"{quantity} of line {line} of {invoice.number} cannot be disputed: {left} of it is left"
            raise Refused(Problem("not-invoiced", text))


def _digits(number: Decimal) -> int:
    return -int(number.normalize().as_tuple().exponent)


def _same(dispute: Dispute, invoice: InvoiceClosed) -> bool:
    return dispute.opened.invoice == invoice.number


def decide(
    desk: Desk, engagement: str | None, number: int, reason: str, by: str, *, upheld: bool, issued: date | None = None
) -> CreditNoteIssued | None:
    """Uphold a dispute, which issues its credit note (type 381), or reject it. Durable when it returns.

    Raises Refused for a dispute that there is not, or that is decided.
    """
    terms = terms_of(desk.store, engagement)
    book = books(desk.store)[terms.engagement]
    dispute = book.disputes.get(number)
    if dispute is None or dispute.upheld is not None:
        what = "is decided" if dispute else "is not there"
        raise Refused(Problem("no-dispute", f"dispute {number} of {terms.engagement} {what}"))
    decided = DisputeDecided(terms.engagement, number, upheld, reason)
    note = _note(terms, book, dispute, issued) if upheld else None
    desk.note(desk.at, by, *([decided] if note is None else [decided, note]))
    desk.commit()
    return note


def _note(terms: Terms, book: Book, dispute: Dispute, issued: date | None) -> CreditNoteIssued:
    opened = dispute.opened
    invoice = book.invoices[opened.invoice]
    day = issued or date.fromisoformat(invoice.issued)
    if day < date.fromisoformat(invoice.issued):
        raise Refused(Problem("bad-day", f"{day} lies before {invoice.issued}, when {invoice.number} was issued"))
    number = f"{terms.engagement}-C{len(book.credit_notes) + 1:05}"
    quantities = {line: Decimal(quantity) for line, quantity in opened.quantities}
    net, gross = _amounts(terms, invoice.document, number, day, quantities)
    currency = invoice.document["currency"]
    return CreditNoteIssued(
        terms.engagement,
        number,
        opened.invoice,
        opened.dispute,
        day.isoformat(),
        currency,
        f"{net:f}",
        f"{gross:f}",
        opened.quantities,
    )


def _amounts(
    terms: Terms, document: Mapping[str, Any], number: str, day: date, quantities: Quantities
) -> tuple[Decimal, Decimal]:
    """Give what a credit note takes back, without and with tax; terms without VAT categories bear none."""
    try:
        core = core_of(terms, document, date.fromisoformat(document["issued"]))
    except Refused:
        lines, currency = charged(document), document["currency"]
        sums = [Money.of(lines[line].price * quantity, currency) for line, quantity in quantities.items()]
        net = sum(sums, Money(0, currency)).amount
        return net, net
    totals = totals_of(credit_note(core, number, day, quantities))
    return totals.without_vat, totals.due
