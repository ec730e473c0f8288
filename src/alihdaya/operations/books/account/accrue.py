"""What was earned and spent but not invoiced yet, month by month; closing a month's invoice reverses it."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from alihdaya.engagement.account.events import InvoiceClosed
from alihdaya.engagement.account.schedule import Agreement
from alihdaya.engagement.credit import Credit, month_before
from alihdaya.engagement.sla import Attainment
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.money import Money
from alihdaya.operations.books.account.close import pending
from alihdaya.operations.books.account.drafting import Account, account_of
from alihdaya.operations.books.bill import Bill, attainments, bill, terms_of
from alihdaya.operations.books.measured import billable
from alihdaya.store import Store

State = Literal["accrued", "reversed", "adjustment"]
_SUMS = ("fees", "credits", "earned", "expected", "adjustments", "revenue", "labour", "overhead", "cost", "balance")
COLUMNS = ("engagement", "month", "state", "currency", *_SUMS, "number", "issued")
"""What is told of a month."""
ENTRY = ("day", "engagement", "month", "entry", "account", "amount", "currency", "document")
"""What is told of a journal entry."""


@dataclass(frozen=True, slots=True)
class Accrual:
    """A month's accrual; amounts in whole minor units of `currency`.

    `credits` (service credits, positive) and `earned` (what was earned back) are in the revenue; `expected` is not: it
    would be earned back of this month's credits if the service levels stay as they were since. `state`: accrued;
    reversed, by the invoice `number` that was issued on the day `issued`; or an adjustment of a closed month that the
    next invoice will have.
    """

    engagement: str
    month: str
    currency: str
    state: State
    fees: int = 0
    credits: int = 0
    earned: int = 0
    expected: int = 0
    adjustments: int = 0
    labour: int = 0
    overhead: int = 0
    number: str = ""
    issued: str = ""

    @property
    def revenue(self) -> int:
        """What the month brought: fees less credits, what was earned back, and adjustments on its invoice."""
        return self.fees - self.credits + self.earned + self.adjustments

    @property
    def cost(self) -> int:
        """What the month cost the provider."""
        return self.labour + self.overhead

    @property
    def balance(self) -> int:
        """The revenue that no invoice has yet: nothing, once an invoice reversed it."""
        return 0 if self.state == "reversed" else self.revenue


def accruals(store: Store, engagement: str | None = None) -> tuple[list[Accrual], list[Problem]]:
    """Give every month of an engagement, or of all, oldest first; and which months could not be counted.

    All of it is of one moment of the store.
    """
    with store.moment():
        return _accruals(store, engagement)


def _accruals(store: Store, engagement: str | None) -> tuple[list[Accrual], list[Problem]]:
    names = [engagement] if engagement else list(dict.fromkeys(one.id for one in store.engagements()))
    found: list[Accrual] = []
    problems: list[Problem] = []
    for name in names:
        terms = terms_of(store, name)
        account = account_of(store, terms.engagement)
        for month in sorted({*billable(store, terms), *(one.month for one in account.book.invoices.values())}):
            try:
                found.append(_month(store, account, terms, month))
            except Refused as refusal:
                problems += [Problem(one.code, f"{month} is not accrued: {one.message}") for one in refusal.problems]
        found += _waiting(store, account, terms)
    return found, problems


def _month(store: Store, account: Account, terms: Terms, month: str) -> Accrual:
    made, closed = bill(store, terms, month), account.book.closed(month)
    base = Accrual(
        engagement=account.engagement,
        month=month,
        currency=terms.currency,
        state="accrued",
        expected=_expected(store, account.agreement, made),
        labour=made.margin.labour.minor,
        overhead=made.margin.overhead.minor,
    )
    if closed is not None:
        return _closed(base, closed)
    given = [one.amount.minor for one in made.invoice.credits]
    earned = -sum(one for one in given if one < 0)
    return replace(base, fees=made.invoice.fees.minor, credits=sum(given) + earned, earned=earned)


def _closed(base: Accrual, invoice: InvoiceClosed) -> Accrual:
    """Give what a closed invoice charged, which is what it reversed."""
    document = invoice.document

    def minor(amounts: Iterable[Decimal]) -> int:
        return Money.of(sum(amounts, Decimal(0)), base.currency).minor

    given = [Decimal(one["amount"]) for one in document["credits"]]
    return replace(
        base,
        state="reversed",
        fees=minor([Decimal(document["fees"])]),
        credits=minor(one for one in given if one > 0),
        earned=-minor(one for one in given if one < 0),
        adjustments=minor([Decimal(document["adjusted"])]),
        number=invoice.number,
        issued=invoice.issued,
    )


def _waiting(store: Store, account: Account, terms: Terms) -> Iterator[Accrual]:
    """Give what the next invoice adjusts of closed months, by the month."""
    sums: dict[str, Decimal] = {}
    for one in pending(store, account, terms):
        sums[one["month"]] = sums.get(one["month"], Decimal(0)) + Decimal(one["amount"])
    for month, amount in sums.items():
        minor = Money.of(amount, terms.currency).minor
        yield Accrual(account.engagement, month, terms.currency, "adjustment", adjustments=minor)


def _expected(store: Store, agreement: Agreement, made: Bill) -> int:
    """Give what would be earned back of a month's credits if the service levels stay as they were since.

    Nothing of what was decided: a credit whose last month is over.
    """
    total = 0
    given = [one for one in made.invoice.credits if one.kind == "credit"]
    terms = agreement.last.terms
    kept = attainments(store, terms) if any(one.penalty.earn_back for one in terms.services) and given else ()
    for service in terms.services:
        rule = service.penalty.earn_back
        mine = [one for one in kept if one.service == service.id]
        if rule is not None:
            latest = max((one.month for one in mine), default=made.month)
            open_ = month_before(latest, rule.months) < made.month
            credits_ = [one for one in given if one.service == service.id] if open_ else []
            total += sum(one.amount.minor for one in credits_ if _on_its_way(one, made.month, mine, rule.above))
    return total


def _on_its_way(credit: Credit, month: str, kept: Sequence[Attainment], above: Decimal) -> bool:
    since = [one for one in kept if one.name == credit.clock and one.month > month and one.met + one.missed]
    return all(100 * one.met >= above * (one.met + one.missed) for one in since)


def shown(found: Sequence[Accrual], month: str | None) -> list[Accrual]:
    """Choose what to show: all of a month, or what no invoice has yet and what may still be earned back."""
    return [one for one in found if (one.month == month if month else one.state != "reversed" or one.expected)]


def entries(found: Sequence[Accrual]) -> Iterator[dict[str, str]]:
    """Give journal entries: a month's amounts at its last day, and their reversal on the day of its invoice.

    Income is positive, cost negative; what was reversed adds up to nothing.
    """
    for one in found:
        amounts = {"fees": one.fees, "service-credits": -one.credits, "earned-back": one.earned}
        amounts |= {"adjustments": one.adjustments, "labour": -one.labour, "overhead": -one.overhead}
        year, month = int(one.month[:4]), int(one.month[5:])
        day = f"{one.month}-{monthrange(year, month)[1]:02}"
        for account, minor in amounts.items():
            if minor:
                yield _entry(one, {"day": day, "entry": "accrual", "account": account, "document": ""}, minor)
            if minor and one.state == "reversed":
                told = {"day": one.issued, "entry": "reversal", "account": account, "document": one.number}
                yield _entry(one, told, -minor)


def _entry(one: Accrual, told: dict[str, str], minor: int) -> dict[str, str]:
    amount = f"{Money(minor, one.currency).amount:f}"
    about = {"engagement": one.engagement, "month": one.month, "amount": amount, "currency": one.currency}
    return {name: {**told, **about}[name] for name in ENTRY}


def to_plain(one: Accrual) -> dict[str, str]:
    """Give an accrual as texts; amounts are decimal texts of the major unit."""
    amounts = {name: f"{Money(getattr(one, name), one.currency).amount:f}" for name in _SUMS}
    head = {"engagement": one.engagement, "month": one.month, "state": one.state, "currency": one.currency}
    return {**head, **amounts, "number": one.number, "issued": one.issued}
