"""Payments: statements taken in once, bookings matched to closed invoices, the rest waiting for somebody."""

from collections.abc import Iterator
from decimal import Decimal

from alihdaya.engagement.account.book import Book, book_of
from alihdaya.engagement.account.events import PaymentBooked, PaymentMatched, PaymentRejected, StatementImported
from alihdaya.engagement.account.payment import Due, Payment, Statement, keys, match, payments_of
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.money import Money
from alihdaya.operations.desk import Desk
from alihdaya.store import Store
from alihdaya.store.views.ledger import facts

_OUT = "not a payment: it left the account"


def books(store: Store) -> dict[str, Book]:
    """Give every engagement's book."""
    names = dict.fromkeys(one.id for one in store.engagements())
    found = facts(store)
    return {
        name: book_of((one.seq, one.event) for one in found if getattr(one.event, "engagement", "") == name)
        for name in names
    }


def payments(store: Store) -> dict[str, Payment]:
    """Give every booking that was ever taken in, by key, and what became of it."""
    return payments_of(one.event for one in facts(store))


def dues(store: Store) -> list[Due]:
    """Give every closed invoice with what is still to be paid of it, oldest first."""
    return [due for book in books(store).values() for due in _dues(book)]


def _dues(book: Book) -> Iterator[Due]:
    for one in book.invoices.values():
        document = one.document
        owed = Decimal(document.get("payable", document["total"]))
        left = owed - book.paid(one.number) - book.taken_back(one.number)
        yield Due(one.engagement, one.number, document["client"]["name"], left, document["currency"])


def take_in(desk: Desk, statement: Statement, by: str) -> tuple[int, int]:
    """Take a statement in and match what can be; gives how many bookings it has, and how many were new.

    A booking that was in another file before is not taken twice, and a file that was read before changes nothing but
    what invoices closed since let match. Durable when it returns.
    """
    known = payments(desk.store)
    fresh = [
        (key, one) for key, one in zip(keys(statement.bookings), statement.bookings, strict=True) if key not in known
    ]
    if fresh:
        digest, kind = statement.digest, statement.kind
        read = StatementImported(digest, statement.name, kind, len(statement.bookings), len(fresh))
        booked = [
            PaymentBooked(
                key,
                one.account,
                one.day.isoformat(),
                f"{one.amount:f}",
                one.currency,
                one.payer,
                one.text,
                "rejected" if one.amount <= 0 else "waiting",
                _OUT if one.amount <= 0 else "",
            )
            for key, one in fresh
        ]
        desk.note(desk.at, by, read, *booked)
        desk.commit()
    match_waiting(desk, by)
    return len(statement.bookings), len(fresh)


def match_waiting(desk: Desk, by: str) -> int:
    """Match what waits and can be matched by itself; gives how many. Durable when it returns."""
    found = 0
    for payment in payments(desk.store).values():
        if payment.state != "waiting":
            continue
        pays = match(payment, dues(desk.store))
        if pays:
            key = payment.booked.key
            made = [PaymentMatched(one.engagement, key, one.invoice, f"{one.amount:f}", one.how) for one in pays]
            desk.note(desk.at, by, *made)
            desk.commit()
            found += 1
    return found


def match_by_hand(desk: Desk, number: int, invoice: str, amount: Decimal | None, by: str) -> PaymentMatched:
    """Let a waiting payment, or part of it, pay an invoice. Raises Refused for more than waits, or than is due."""
    payment = _waiting(desk.store, number)
    due = next((one for one in dues(desk.store) if one.number == invoice), None)
    if due is None:
        raise Refused(Problem("no-invoice", f"no closed invoice is called {invoice}"))
    if due.currency != payment.booked.currency:
        raise Refused(Problem("other-currency", f"{invoice} is in {due.currency}, not {payment.booked.currency}"))
    pays = min(payment.waiting, due.amount) if amount is None else amount
    if pays != Money.of(pays, due.currency).amount:
        raise Refused(Problem("bad-amount", f"{pays} {due.currency} is no whole number of its smallest coin"))
    if not 0 < pays <= min(payment.waiting, due.amount):
        text = f"{pays} cannot be matched: {payment.waiting} of payment {number} waits, {due.amount} is due"
        raise Refused(Problem("bad-amount", text))
    made = PaymentMatched(due.engagement, payment.booked.key, invoice, f"{pays:f}", "by hand")
    desk.note(desk.at, by, made)
    desk.commit()
    return made


def reject(desk: Desk, number: int, reason: str, by: str) -> None:
    """Say that what waits of a payment pays none of our invoices. Raises Refused where nothing waits."""
    payment = _waiting(desk.store, number)
    desk.note(desk.at, by, PaymentRejected(payment.booked.key, reason))
    desk.commit()


def _waiting(store: Store, number: int) -> Payment:
    found = next((one for one in payments(store).values() if one.number == number), None)
    if found is None:
        raise Refused(Problem("no-payment", f"there is no payment {number}"))
    if found.state != "waiting":
        raise Refused(Problem("nothing-waits", f"nothing of payment {number} waits: it is {found.state}"))
    return found
