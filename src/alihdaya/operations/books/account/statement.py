"""The statement of account: invoices, credit notes and payments of an engagement, with the balance after each."""

from decimal import Decimal
from typing import NamedTuple

from alihdaya.operations.books.account.pay import books, payments
from alihdaya.store import Store


class Row(NamedTuple):
    """A day's document, what it adds to what the client owes, and the balance after it. `about`: the invoice."""

    day: str
    kind: str
    document: str
    about: str
    amount: Decimal
    balance: Decimal


def statement(store: Store, engagement: str) -> list[Row]:
    """Give an engagement's rows by day; on the same day invoices, then credit notes, then payments."""
    with store.moment():
        book, booked = books(store)[engagement], payments(store)
    rows = [
        (one.issued, 0, "invoice", one.number, "", Decimal(one.document.get("payable", one.document["total"])))
        for one in book.invoices.values()
    ]
    rows += [
        (one.issued, 1, "credit note", one.number, one.invoice, -Decimal(one.gross))
        for one in book.credit_notes.values()
    ]
    for one in book.payments:
        payment = booked[one.key]
        rows.append((payment.booked.day, 2, "payment", f"P{payment.number}", one.invoice, -Decimal(one.amount)))
    balance, made = Decimal(0), []
    for day, _, kind, document, about, amount in sorted(rows):
        balance += amount
        made.append(Row(day, kind, document, about, amount, balance))
    return made
