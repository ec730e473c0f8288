"""An engagement's account, folded from its facts: what was closed, rebooked, disputed, credited and paid."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from alihdaya.engagement.account.adjust import charged, taken_back
from alihdaya.engagement.account.events import (
    CreditNoteIssued,
    DisputeDecided,
    DisputeOpened,
    InvoiceClosed,
    ItemRebooked,
    PaymentMatched,
)
from alihdaya.kernel.event import Event


@dataclass(slots=True)
class Dispute:
    """A dispute and how it ended; `upheld` is None while it is open."""

    opened: DisputeOpened
    upheld: bool | None = None
    reason: str = ""


@dataclass(slots=True)
class Book:
    """All facts of one engagement's account; invoices by number, in the order in which they were closed."""

    invoices: dict[str, InvoiceClosed] = field(default_factory=dict)
    rebooked: dict[int, ItemRebooked] = field(default_factory=dict)
    moves: list[tuple[int, ItemRebooked]] = field(default_factory=list)
    """(entry, fact) of everything that was ever rebooked."""
    disputes: dict[int, Dispute] = field(default_factory=dict)
    credit_notes: dict[str, CreditNoteIssued] = field(default_factory=dict)
    payments: list[PaymentMatched] = field(default_factory=list)

    def closed(self, month: str) -> InvoiceClosed | None:
        """Give the closed invoice of a month, if any."""
        return next((one for one in self.invoices.values() if one.month == month), None)

    @property
    def adjustments(self) -> list[Mapping[str, Any]]:
        """Every adjustment line of every closed invoice."""
        return [line for one in self.invoices.values() for line in one.document["adjustments"]]

    def credited(self, invoice: str, *, before: str = "") -> dict[str, Decimal]:
        """Give line -> quantity that credit notes took back of an invoice; those `before` the one of that number."""
        found: dict[str, Decimal] = {}
        for note in self.credit_notes.values():
            if note.number == before:
                break
            for line, quantity in note.quantities if note.invoice == invoice else ():
                found[line] = found.get(line, Decimal(0)) + Decimal(quantity)
        return found

    def taken(self, invoice: str) -> dict[str, Decimal]:
        """Give line -> quantity of an invoice that credit notes took back, or that is disputed."""
        found = self.credited(invoice)
        for one in self.disputes.values():
            for line, quantity in one.opened.quantities if one.upheld is None and one.opened.invoice == invoice else ():
                found[line] = found.get(line, Decimal(0)) + Decimal(quantity)
        return found

    def noted(self, month: str) -> dict[str, Decimal]:
        """Give service -> what credit notes took back of a month without tax, on whichever invoice it was charged."""
        found: dict[str, Decimal] = {}
        for number in {note.invoice: None for note in self.credit_notes.values()}:
            document = self.invoices[number].document
            lines = charged(document)
            for line, quantity in self.credited(number).items():
                one = lines[line]
                if one.month == month:
                    amount = taken_back(one.price, Decimal(0), quantity, document["currency"])
                    found[one.place.service] = found.get(one.place.service, Decimal(0)) + amount
        return found

    def paid(self, invoice: str) -> Decimal:
        """Give what payments brought for an invoice."""
        return sum((Decimal(one.amount) for one in self.payments if one.invoice == invoice), Decimal(0))

    def taken_back(self, invoice: str) -> Decimal:
        """Give what credit notes took back of an invoice, tax included."""
        notes = [one for one in self.credit_notes.values() if one.invoice == invoice]
        return sum((Decimal(one.gross) for one in notes), Decimal(0))


def book_of(facts: Iterable[tuple[int, Event]]) -> Book:
    """Fold (entry, event) of one engagement in the order of the log."""
    book = Book()
    for seq, event in facts:
        match event:
            case InvoiceClosed():
                book.invoices[event.number] = event
            case ItemRebooked():
                book.rebooked[event.item] = event
                book.moves.append((seq, event))
            case DisputeOpened():
                book.disputes[event.dispute] = Dispute(event)
            case DisputeDecided():
                book.disputes[event.dispute].upheld = event.upheld
                book.disputes[event.dispute].reason = event.reason
            case CreditNoteIssued():
                book.credit_notes[event.number] = event
            case PaymentMatched():
                book.payments.append(event)
            case _:
                pass
    return book
