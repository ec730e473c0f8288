"""What a bank booked, and which invoice it pays: by reference, by amount, or by hand."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import NamedTuple

from alihdaya.engagement.account.events import PaymentBooked, PaymentMatched, PaymentRejected
from alihdaya.kernel.event import Event

NEAR = 3
"""So many candidates a waiting payment is listed with."""


class Booking(NamedTuple):
    """One entry of a bank statement; `amount` is negative for what left the account. `reference` is the bank's own."""

    account: str
    day: date
    amount: Decimal
    currency: str
    payer: str
    text: str
    reference: str


class Statement(NamedTuple):
    """A bank statement's bookings, in the file's order. `kind`: camt.053, MT940 or CSV."""

    name: str
    kind: str
    digest: str
    bookings: tuple[Booking, ...]


class Due(NamedTuple):
    """A closed invoice and what is still to be paid of it."""

    engagement: str
    number: str
    client: str
    amount: Decimal
    currency: str


class Match(NamedTuple):
    """So much of a booking pays that invoice."""

    engagement: str
    invoice: str
    amount: Decimal
    how: str


@dataclass(slots=True)
class Payment:
    """A booking and what became of it: `matches`, the rest of it waits, unless it was rejected with a `reason`."""

    number: int
    booked: PaymentBooked
    matches: list[PaymentMatched] = field(default_factory=list)
    reason: str = ""

    @property
    def amount(self) -> Decimal:
        """What was booked."""
        return Decimal(self.booked.amount)

    @property
    def matched(self) -> Decimal:
        """What pays invoices."""
        return sum((Decimal(one.amount) for one in self.matches), Decimal(0))

    @property
    def rejected(self) -> Decimal:
        """What pays none of ours."""
        return self.amount - self.matched if self.reason else Decimal(0)

    @property
    def waiting(self) -> Decimal:
        """What nobody knows of yet."""
        return self.amount - self.matched - self.rejected

    @property
    def state(self) -> str:
        """Matched, waiting or rejected: as a whole, or what its rest is."""
        if self.reason:
            return "rejected"
        return "waiting" if self.waiting else "matched"


def keys(bookings: Iterable[Booking]) -> list[str]:
    """Name each booking for ever: by reference, day and amount, else by all that it says.

    Equal ones in a file are told apart by their number. A reference alone is not enough: banks begin anew with every
    statement.
    """
    seen: dict[str, int] = {}
    found = []
    for one in bookings:
        sum_ = f"{one.amount.normalize():f}"
        told = (one.account, one.reference, one.day, sum_, one.currency) if one.reference else one
        own = "\n".join(map(str, told))
        seen[own] = seen.get(own, 0) + 1
        found.append(sha256(f"{own}\n{seen[own]}".encode()).hexdigest()[:32])
    return found


def payments_of(facts: Iterable[Event]) -> dict[str, Payment]:
    """Fold the ledger's facts about payments: key -> payment, in the order in which they were booked."""
    found: dict[str, Payment] = {}
    for fact in facts:
        if isinstance(fact, PaymentBooked):
            found[fact.key] = Payment(len(found) + 1, fact, reason=fact.reason if fact.state == "rejected" else "")
        elif isinstance(fact, PaymentMatched):
            found[fact.key].matches.append(fact)
        elif isinstance(fact, PaymentRejected):
            found[fact.key].reason = fact.reason
    return found


def match(payment: Payment, due: Sequence[Due]) -> list[Match]:
    """Say what a payment's rest pays: the invoices that it names, else the only one of exactly this amount.

    Of several that are named, all are paid if the sum fits, to the cent; of one, as much as is due, and the rest waits.
    What a payment was matched to before is not looked for again.
    """
    left = payment.waiting
    if left <= 0:
        return []
    open_now = [one for one in due if one.currency == payment.booked.currency and one.amount > 0]
    named = _named(payment.booked.text, open_now)
    if len(named) == 1:
        (one,) = named
        return [Match(one.engagement, one.number, min(left, one.amount), "reference")]
    if named:
        whole = sum((one.amount for one in named), Decimal(0)) == left
        return [Match(one.engagement, one.number, one.amount, "reference") for one in named] if whole else []
    same = [one for one in open_now if one.amount == left]
    if len(same) == 1 and not payment.matches:
        return [Match(same[0].engagement, same[0].number, left, "amount")]
    return []


def candidates(payment: Payment, due: Iterable[Due]) -> list[Due]:
    """Give the invoices that a waiting payment may be for, the nearest first: named, from the payer, of like amount."""
    open_now = [one for one in due if one.currency == payment.booked.currency and one.amount > 0]
    named = {one.number for one in _named(payment.booked.text, open_now)}
    payer = _folded(payment.booked.payer)

    def far(one: Due) -> tuple[bool, bool, Decimal]:
        return one.number not in named, not payer or payer not in _folded(one.client), abs(one.amount - payment.waiting)

    return sorted(open_now, key=far)


def concerns(payment: Payment, engagement: str, due: Iterable[Due]) -> bool:
    """Whether a payment pays an invoice of an engagement, or waits and is near to one of them (`candidates`)."""
    near = candidates(payment, due)[:NEAR] if payment.state == "waiting" else []
    return engagement in {*(one.engagement for one in payment.matches), *(one.engagement for one in near)}


def _named(text: str, due: Iterable[Due]) -> list[Due]:
    """Give the invoices whose number stands in a text, however it is spaced; one within another's number is not it."""
    said = text.casefold()
    found = [one for one in due if _pattern(one.number).search(said)]
    longer = [_folded(one.number) for one in found]
    return [one for one in found if not any(_folded(one.number) in other != _folded(one.number) for other in longer)]


@cache
def _pattern(number: str) -> re.Pattern[str]:
    """Give what finds an invoice's number however it is spaced, and neither within a word nor a longer number."""
    return re.compile(r"(?<![0-9a-z])" + "[^0-9a-z]*".join(_folded(number)) + r"(?![0-9])")


def _folded(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text.casefold())


def totals(payments: Mapping[str, Payment]) -> dict[str, dict[str, Decimal]]:
    """Give by currency what came in and what became of it: in = matched + waiting + rejected."""
    found: dict[str, dict[str, Decimal]] = {}
    for one in payments.values():
        sums = found.setdefault(
            one.booked.currency, dict.fromkeys(("in", "matched", "waiting", "rejected"), Decimal(0))
        )
        for key, amount in zip(sums, (one.amount, one.matched, one.waiting, one.rejected), strict=True):
            sums[key] += amount
    return found
