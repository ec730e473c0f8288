"""Disputes over closed invoices, and the credit notes of those that were upheld."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple

from alihdaya.engagement.account.adjust import charged, taken_back
from alihdaya.engagement.account.book import Book, Dispute
from alihdaya.engagement.account.document import core_of
from alihdaya.engagement.account.events import CreditNoteIssued, DisputeDecided, DisputeOpened, InvoiceClosed
from alihdaya.engagement.einvoice.make import credit_note
from alihdaya.engagement.einvoice.totals import totals_of
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.money import Money
from alihdaya.operations.books.account.again import Noted, reference_of
from alihdaya.operations.books.account.close import LATEST
from alihdaya.operations.books.account.left import Quantities, lines_of, refuse_too_much
from alihdaya.operations.books.account.pay import books
from alihdaya.operations.books.bill import terms_of, terms_under
from alihdaya.operations.desk import Desk
from alihdaya.store import Store


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
    desk: Desk,
    number: str,
    quantities: Quantities,
    items: Iterable[int],
    *,
    reason: str,
    by: str,
    reference: str | None = None,
) -> Noted[DisputeOpened]:
    """Note that a client disputes quantities of an invoice's lines, or items. Durable when it returns.

    An item disputes one of each line that bills it: as an item, as an outcome, and what its overtime adds. The same
    lines, items and reason again, while that dispute is open, are given as they are, unless their `reference` (the
    client's own number) is another; with the same reference, whatever became of it. Raises Refused for a line or item
    that is not on the invoice, for more than was invoiced, less what was credited or is disputed already, and for a
    reference that another dispute of the invoice has.
    """
    own = reference_of(reference)
    book, invoice = closed_invoice(desk.store, number)
    named = tuple(dict.fromkeys(items))
    wanted = dict(quantities)
    behind = lines_of(desk.store, book, invoice, named)
    if missing := [item for item in named if item not in behind]:
        raise Refused(Problem("not-invoiced", f"{number} bills no item {', '.join(map(str, missing))}"))
    for line in chain.from_iterable(behind.values()):
        wanted[line] = wanted.get(line, Decimal(0)) + 1
    if not wanted:
        raise Refused(Problem("nothing-disputed", "name lines or items of the invoice"))
    texts = tuple((line, f"{quantity:f}") for line, quantity in wanted.items())
    made = DisputeOpened(invoice.engagement, len(book.disputes) + 1, number, texts, named, reason, own)
    if (before := _before(book, made)) is not None:
        return Noted(before, new=False)
    _refuse_twice(book, invoice, named)
    refuse_too_much(desk.store, book, invoice, wanted)
    desk.note(desk.at, by, made)
    desk.commit()
    return Noted(made)


def _before(book: Book, made: DisputeOpened) -> DisputeOpened | None:
    """Give the dispute that is opened again, if any. Raises Refused where its reference is another's."""
    ours = [one for one in book.disputes.values() if one.opened.invoice == made.invoice]
    if not made.reference:
        return next((one.opened for one in ours if one.upheld is None and _asks(one.opened) == _asks(made)), None)
    same = next((one.opened for one in ours if one.opened.reference == made.reference), None)
    if same is not None and _asks(same) != _asks(made):
        text = f"{made.reference} is dispute {same.dispute} of {made.invoice} already, which says something else"
        raise Refused(Problem("reference-taken", text))
    return same


def _asks(one: DisputeOpened) -> tuple[dict[str, Decimal], set[int], str]:
    """Give what a dispute is about, in whichever order it was said: line -> quantity, items, reason."""
    return {line: Decimal(quantity) for line, quantity in one.quantities}, set(one.items), one.reason


def _refuse_twice(book: Book, invoice: InvoiceClosed, named: Iterable[int]) -> None:
    for one in book.disputes.values():
        if one.upheld is not False and (twice := {*one.opened.items} & {*named}):
            text = f"disputed before, by dispute {one.opened.dispute}: item {_listed(twice)}"
            raise Refused(Problem("disputed-already", text))
    moved = {fact.item for seq, fact in book.moves if seq > invoice.seq} & {*named}
    if moved:
        text = f"corrected since {invoice.number} was closed, which the next invoice shows: item {_listed(moved)}"
        raise Refused(Problem("corrected-already", text))


def _listed(items: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(items)))


def decide(
    desk: Desk, engagement: str | None, number: int, reason: str, by: str, *, upheld: bool, issued: date | None = None
) -> Noted[CreditNoteIssued | None]:
    """Uphold a dispute, which issues its credit note (type 381), or reject it. Durable when it returns.

    The same decision for the same reason is given as it is. Raises Refused for a dispute that there is not, or that was
    decided otherwise.
    """
    terms = terms_of(desk.store, engagement)
    book = books(desk.store)[terms.engagement]
    dispute = book.disputes.get(number)
    if dispute is None:
        raise Refused(Problem("no-dispute", f"dispute {number} of {terms.engagement} is not there"))
    if dispute.upheld is not None:
        return _decided_before(book, dispute, (upheld, reason, issued))
    decided = DisputeDecided(terms.engagement, number, upheld, reason)
    note = _note(desk.store, book, dispute, issued) if upheld else None
    desk.note(desk.at, by, *([decided] if note is None else [decided, note]))
    desk.commit()
    return Noted(note)


def _decided_before(
    book: Book, dispute: Dispute, wanted: tuple[bool, str, date | None]
) -> Noted[CreditNoteIssued | None]:
    """Give how a dispute was decided, where (upheld, reason, day of issue) is that. Raises Refused where it is not."""
    number, engagement = dispute.opened.dispute, dispute.opened.engagement
    note = next((one for one in book.credit_notes.values() if one.dispute == number), None)
    day = date.fromisoformat(note.issued) if note and wanted[-1] else None
    if (dispute.upheld, dispute.reason, day) == wanted:
        return Noted(note, new=False)
    if note is None:
        text = f"dispute {number} of {engagement} was rejected already: {dispute.reason}"
    else:
        text = (
            f"dispute {number} of {engagement} was upheld already, by credit note {note.number} of {note.issued}: "
            f"{dispute.reason}"
        )
    raise Refused(Problem("no-dispute", text))


def _note(store: Store, book: Book, dispute: Dispute, issued: date | None) -> CreditNoteIssued:
    opened = dispute.opened
    invoice = book.invoices[opened.invoice]
    terms = terms_under(store, invoice.document)
    day = _issue_day(book, invoice, issued)
    number = f"{terms.engagement}-C{len(book.credit_notes) + 1:05}"
    quantities = {line: Decimal(quantity) for line, quantity in opened.quantities}
    made = _Made(number, day, quantities, book.credited(invoice.number))
    net, gross = _amounts(terms, invoice.document, made)
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


def _issue_day(book: Book, invoice: InvoiceClosed, issued: date | None) -> date:
    """Give the day of issue: the one that is wished for, else the invoice's, or that of the note before it if later."""
    first = date.fromisoformat(invoice.issued)
    former = max((one.issued for one in book.credit_notes.values()), default="")
    if issued is None:
        return max(first, date.fromisoformat(former)) if former else first
    if issued < first:
        raise Refused(Problem("bad-day", f"{issued} lies before {first}, when {invoice.number} was issued"))
    if former and issued < date.fromisoformat(former):
        raise Refused(Problem("bad-day", f"{issued} lies before {former}, when the credit note before it was issued"))
    if issued > first + timedelta(days=LATEST):
        raise Refused(
            Problem("bad-day", f"{issued} lies more than ten years after {first}, when the invoice was issued")
        )
    return issued


class _Made(NamedTuple):
    """A credit note to be: number, day, line -> quantity, and what those before it took back."""

    number: str
    day: date
    quantities: Quantities
    before: Quantities


def _amounts(terms: Terms, document: Mapping[str, Any], made: _Made) -> tuple[Decimal, Decimal]:
    """Give what a credit note takes back, without and with tax; terms without VAT categories bear none."""
    try:
        core = core_of(terms, document, date.fromisoformat(document["issued"]))
    except Refused:
        lines, currency, zero = charged(document), document["currency"], Decimal(0)
        net = Money.of(0, currency).amount
        for line, quantity in made.quantities.items():
            part = taken_back(lines[line].price, made.before.get(line, zero), quantity, currency)
            if lines[line].price and not part:
                text = f"{quantity} of line {line} at {lines[line].price} comes to 0 {currency}: nothing is credited"
                raise Refused(Problem("nothing-credited", text)) from None
            net += part
        return net, net
    totals = totals_of(credit_note(core, *made))
    return totals.without_vat, totals.due
