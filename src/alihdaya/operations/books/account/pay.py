"""Payments: statements taken in once, bookings matched to closed invoices, the rest waiting for somebody."""

from collections.abc import Iterator
from decimal import Decimal

from alihdaya.engagement.account.book import Book, book_of
from alihdaya.engagement.account.events import PaymentBooked, PaymentMatched, PaymentRejected, StatementImported
from alihdaya.engagement.account.payment import Due, Payment, Statement, keys, match, payments_of
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.money import Money
from alihdaya.operations.books.account.again import Noted, reference_of
from alihdaya.operations.desk import Desk
from alihdaya.store import Store
from alihdaya.store.views.ledger import facts

BY_HAND = "by hand"
"""How a payment was matched that somebody matched."""
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


def match_by_hand(
    desk: Desk, number: int, invoice: str, amount: Decimal | None, by: str, *, reference: str | None = None
) -> Noted[PaymentMatched]:
    """Let a waiting payment, or part of it, pay an invoice; durable when it returns.

    What was matched by hand already is given as it is: the same amount of the same payment to the same invoice, or all
    of it where nothing is left. A `reference` that they do not have makes another match of it. Raises Refused for more
    than waits, or than is due, and for a reference that such a match has with another amount.
    """
    own = reference_of(reference)
    payment = _payment(desk.store, number)
    due = next((one for one in dues(desk.store) if one.number == invoice), None)
    if due is None:
        raise Refused(Problem("no-invoice", f"no closed invoice is called {invoice}"))
    if (before := _before(payment, due, amount, own)) is not None:
        return Noted(before, new=False)
    _refuse_settled(payment)
    if due.currency != payment.booked.currency:
        raise Refused(Problem("other-currency", f"{invoice} is in {due.currency}, not {payment.booked.currency}"))
    pays = min(payment.waiting, due.amount) if amount is None else amount
    if pays != Money.of(pays, due.currency).amount:
        raise Refused(Problem("bad-amount", f"{pays} {due.currency} is no whole number of its smallest coin"))
    if not 0 < pays <= min(payment.waiting, due.amount):
        text = f"{pays} cannot be matched: {payment.waiting} of payment {number} waits, {due.amount} is due"
        raise Refused(Problem("bad-amount", text))
    made = PaymentMatched(due.engagement, payment.booked.key, invoice, f"{pays:f}", BY_HAND, own)
    desk.note(desk.at, by, made)
    desk.commit()
    return Noted(made)


def _before(payment: Payment, due: Due, amount: Decimal | None, reference: str) -> PaymentMatched | None:
    """Give the match by hand that is asked for again, if any. Raises Refused where its reference is another's."""
    made = [one for one in payment.matches if one.invoice == due.number and one.how == BY_HAND]
    if reference:
        same = next((one for one in made if one.reference == reference), None)
        if same is not None and amount not in {None, Decimal(same.amount)}:
            text = (
                f"with the reference {reference}, {same.amount} of payment {payment.number} pays {due.number} already"
            )
            raise Refused(Problem("reference-taken", text))
        return same
    if amount is None:
        return made[-1] if made and min(payment.waiting, due.amount) <= 0 else None
    return next((one for one in made if Decimal(one.amount) == amount), None)


def reject(desk: Desk, number: int, reason: str, by: str) -> bool:
    """Say that what waits of a payment pays none of our invoices; False: that was said, for the same reason.

    Raises Refused where nothing waits. Durable when it returns.
    """
    payment = _payment(desk.store, number)
    if payment.booked.state == "waiting" and payment.reason == reason:
        return False
    _refuse_settled(payment)
    desk.note(desk.at, by, PaymentRejected(payment.booked.key, reason))
    desk.commit()
    return True


def _payment(store: Store, number: int) -> Payment:
    found = next((one for one in payments(store).values() if one.number == number), None)
    if found is None:
        raise Refused(Problem("no-payment", f"there is no payment {number}"))
    return found


def _refuse_settled(payment: Payment) -> None:
    if payment.state != "waiting":
        text = f"nothing of payment {payment.number} waits: it is {payment.state}"
        raise Refused(Problem("nothing-waits", text))
