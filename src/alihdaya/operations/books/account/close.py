"""Closing: a month's invoice becomes a fact with a number, and never changes; what changes later is adjusted."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from alihdaya.engagement.account.adjust import adjusted, differences, hash_of, positions, with_adjustments
from alihdaya.engagement.account.document import bearing_tax, invoice_of, payable_of
from alihdaya.engagement.account.events import InvoiceClosed, ItemRebooked
from alihdaya.engagement.invoice import invoice_to_plain
from alihdaya.engagement.rates.card import OF_ITEMS
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.money import Money
from alihdaya.operations.books.account.agree import standings
from alihdaya.operations.books.account.drafting import (
    Account,
    account_of,
    delivered_anywhere,
    month_of,
)
from alihdaya.operations.books.account.parts import ByParts
from alihdaya.operations.books.bill import bill, line_items, span, terms_of, terms_under
from alihdaya.operations.books.measured import billable
from alihdaya.operations.desk import Desk
from alihdaya.store import Store, views

LATEST = 3653
"""So many days after a month's end its invoice is issued at the latest."""


def plain_month(store: Store, terms: Terms, month: str) -> dict[str, Any]:
    """Give what a month comes to as of now, without adjustments, in plain form. Raises Refused as `bill`."""
    return invoice_to_plain(bill(store, terms, month).invoice)


def pending(store: Store, account: Account, terms: Terms) -> list[dict[str, Any]]:
    """Give the adjustment lines that the next invoice will have: what closed months are today less what was said."""
    book = account.book
    found: list[dict[str, Any]] = []
    for closed in sorted(book.invoices.values(), key=lambda one: one.month):
        today = positions(plain_month(store, terms, closed.month))
        said = positions(closed.document), adjusted(book.adjustments, closed.month)
        found += differences(closed.month, today, *said, items=_moved(store, account, closed))
    return found


def _moved(store: Store, account: Account, closed: InvoiceClosed) -> dict[tuple[str, str], list[int]]:
    """Give (service, unit) -> the items that were rebooked into or out of a month since the last invoice was closed."""
    since = max(one.seq for one in account.book.invoices.values())
    before = {fact.item: fact for seq, fact in account.book.moves if seq <= since}
    after = {fact.item: fact for seq, fact in account.book.moves if seq > since}
    found: dict[tuple[str, str], list[int]] = {}
    for item, fact in after.items():
        delivered = delivered_anywhere(store, item)
        if delivered is None:
            continue
        counted = delivered[1]
        natural = month_of(counted.closed_at, account.agreement.last.terms)
        states = {
            (natural if one is None else one.month or natural, one.unit if one else "")
            for one in (before.get(item), fact)
        }
        for unit in sorted({unit or counted.unit for month, unit in states if month == closed.month}):
            found.setdefault((counted.service, unit), []).append(item)
    return found


def document_of(store: Store, terms: Terms, month: str, counted: dict[str, Any] | None = None) -> dict[str, Any]:
    """Give a month's invoice in plain form: the closed one, else what it comes to now, with adjustments to come.

    `counted`: what it comes to now, where the caller knows it of the same moment of the store.
    """
    with store.moment():
        return _document(store, terms, month, counted)


def _document(store: Store, terms: Terms, month: str, counted: dict[str, Any] | None) -> dict[str, Any]:
    account = account_of(store, terms.engagement)
    closed = account.book.closed(month)
    if closed is not None:
        return closed.document
    plain = counted or plain_month(store, terms, month)
    if account.book.invoices:
        waiting = pending(store, account, terms) if _is_next(store, account, month) else ()
        plain = with_adjustments(plain, _taxed(store, account, plain, waiting))
    payable = payable_of(terms_under(store, plain), plain)
    return plain if payable == Decimal(plain["total"]) else {**plain, "payable": f"{payable:f}"}


def _taxed(
    store: Store, account: Account, plain: Mapping[str, Any], waiting: Iterable[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield adjustments with the tax that they bear on an invoice in plain form."""
    now = terms_under(store, plain)
    for one in waiting:
        closed = account.book.closed(one["month"])
        yield one if closed is None else bearing_tax(one, terms_under(store, closed.document), now)


def _is_next(store: Store, account: Account, month: str) -> bool:
    """Whether a month is the first one that is not closed: the one that adjustments go into."""
    return month == min(open_months(store, account), default=month)


def open_months(store: Store, account: Account) -> list[str]:
    """Give the months that are not closed and in which something counts, oldest first."""
    terms = account.agreement.last.terms
    closed = {one.month for one in account.book.invoices.values()}
    moved = {one.month for one in account.book.rebooked.values() if one.month}
    delivered = set(views.months(store, account.engagement))
    found = sorted({*billable(store, terms), *moved} - closed)
    kept = delivered if _each_is_priced(account) and not account.book.rebooked else set()
    return [month for month in found if month in kept or _counts(store, account, month)]


def _each_is_priced(account: Account) -> bool:
    """Whether every item that counts is on a line: no terms ever included any that another rate pays for."""
    rates = (rate for one in account.agreement.segments for service in one.terms.services for rate in service.rates)
    return all(rate.kind != "included" for rate in rates)


def _counts(store: Store, account: Account, month: str) -> bool:
    """Whether a month has an item that is billed, or a line: of a minimum, say, or of work on what is not delivered."""
    terms = account.agreement.last.terms
    if account.book.rebooked and _each_is_priced(account) and account.month(month, span(terms, month)).counts:
        return True
    try:
        return _says_something(plain_month(store, terms, month))
    except Refused as refusal:
        return all(one.code != "outside-engagement" for one in refusal.problems)


def _says_something(document: Mapping[str, Any]) -> bool:
    return any(document.get(part) for part in ("lines", "credits", "adjustments"))


def items_behind(store: Store, terms: Terms, month: str, number: int) -> list[int]:
    """Give the items behind a line of a month's invoice; of a closed one, those that it counted when it was closed.

    Raises Refused for a line that there is not.
    """
    with store.moment():
        return _items_behind(store, terms, month, number)


def _items_behind(store: Store, terms: Terms, month: str, number: int) -> list[int]:
    document = document_of(store, terms, month)
    found = [one for one in (*document["lines"], *document.get("adjustments", ())) if one["number"] == number]
    if not found:
        last = max((one["number"] for one in (*document["lines"], *document.get("adjustments", ()))), default=0)
        raise Refused(Problem("no-line", f"invoice {document['number']} has lines 1 to {last}"))
    if "items" in found[0]:
        return list(found[0]["items"])
    closed = account_of(store, terms.engagement).book.closed(month)
    (line,) = (one for one in invoice_of(document, terms).lines if one.number == number)
    if closed is not None:
        account = account_of(store, terms.engagement, until=closed.seq)
        if account.otherwise or account_of(store, terms.engagement).otherwise:
            return ByParts(account.month(month, span(terms, month))).behind(number)
    return line_items(store, terms, month, line)


def close(
    desk: Desk, engagement: str | None, month: str, now: int, by: str, *, issued: date | None = None
) -> InvoiceClosed:
    """Close a month: give its invoice the next number and keep it for ever. A month that is closed is given as it is.

    It happens at the end of the month on the log's clock, or where that is by now. Raises Refused for a month that is
    not over, that comes after one with deliveries that is open, that has nothing to bill, or that is issued on a day
    before its end. Durable when it returns.
    """
    desk.commit()
    terms = terms_of(desk.store, engagement)
    account = account_of(desk.store, terms.engagement)
    if (closed := account.book.closed(month)) is not None:
        return closed
    _, end = span(terms, month)
    if end > max(now, desk.at):
        raise Refused(Problem("not-over", f"{month} is not over for the client: nothing is closed yet"))
    earlier = [one for one in open_months(desk.store, account) if one < month]
    if earlier:
        raise Refused(
            Problem("earlier-open", f"close {earlier[0]} first: invoices are numbered in the order of months")
        )
    plain, waiting = plain_month(desk.store, terms, month), pending(desk.store, account, terms)
    document = with_adjustments(plain, _taxed(desk.store, account, plain, waiting))
    if not _says_something(document):
        raise Refused(Problem("nothing-to-bill", f"nothing was delivered in {month}, and nothing is to be adjusted"))
    number = f"{terms.engagement}-{len(account.book.invoices) + 1:05}"
    day = _issue_day(document, issued, max((one.issued for one in account.book.invoices.values()), default=""))
    document = {**document, "number": number, "issued": day.isoformat()}
    document["payable"] = f"{payable_of(terms_under(desk.store, document), document):f}"
    last = desk.store.number(desk.seq)
    fact = InvoiceClosed(terms.engagement, month, number, day.isoformat(), hash_of(document), last, document)
    desk.note(max(desk.at, end), by, fact)
    desk.commit()
    desk.standings = standings(desk.store)
    return fact


def _issue_day(document: dict[str, Any], issued: date | None, former: str) -> date:
    """Give the day of issue: the one that is wished for, else that after the last one. Raises Refused for another.

    It is never before the day on which the `former` invoice was issued ("": there is none), whose number is lower.
    """
    last = date.fromisoformat(document["last_day"])
    first = max(last, date.fromisoformat(former)) if former else last
    if issued is None:
        return max(first, last + timedelta(days=1))
    if last <= issued < first:
        raise Refused(Problem("bad-day", f"{issued} lies before {first}, when the invoice before it was issued"))
    if not last <= issued <= max(first, last + timedelta(days=LATEST)):
        text = f"{issued} is no day of issue of {document['month']}, whose last day is {last}: that day or later"
        raise Refused(Problem("bad-day", f"{text}, within ten years"))
    return issued


def rebook(desk: Desk, item: int, change: ItemRebooked, by: str) -> None:
    """Let a delivered item count otherwise. Raises Refused where it cannot. Durable when it returns.

    An item of another engagement than the change names is refused, too; it may name none.
    """
    from alihdaya.operations.books.account.left import refuse_taken  # which reads closed invoices, as this module does

    found = delivered_anywhere(desk.store, item)
    if found is None:
        raise Refused(Problem("not-delivered", f"item {item} was not delivered: nothing of it is billed"))
    engagement, counted = found
    if change.engagement not in {"", engagement}:
        raise Refused(Problem("other-engagement", f"item {item} is of {engagement}, not of {change.engagement}"))
    terms = terms_of(desk.store, engagement)
    refuse_taken(desk.store, engagement, item)
    first, last = (f"{day:%Y-%m}" for day in _bounds(desk.store, engagement))
    if change.month and (span(terms, change.month) and not first <= change.month <= last):
        raise Refused(Problem("outside-engagement", f"{change.month} lies outside of {first} to {last}"))
    if change.unit:
        own = account_of(desk.store, engagement).agreement.at(counted.received_at).terms
        units = [rate.unit for rate in own.service(counted.service).rates if rate.kind in OF_ITEMS]
        if change.unit not in units:
            why = f"the terms price no unit {change.unit!r} of {counted.service}: {', '.join(units)}"
            raise Refused(Problem("no-price", why))
    desk.note(desk.at, by, change._replace(engagement=engagement))
    desk.commit()


def _bounds(store: Store, engagement: str) -> tuple[date, date]:
    agreement = account_of(store, engagement).agreement
    return agreement.segments[0].terms.start, agreement.last.terms.until


@dataclass(frozen=True, slots=True)
class Sums:
    """What an engagement comes to: closed invoices, months that are open, adjustments that wait."""

    closed: Money
    open: Money
    adjustments: Money

    @property
    def total(self) -> Money:
        """All together: what counting every item anew comes to."""
        return self.closed + self.open + self.adjustments


def sums_of(store: Store, terms: Terms) -> Sums:
    """Add up what was closed and what accrued since. Raises Refused for a month that cannot be billed."""
    with store.moment():
        return _sums(store, terms)


def _sums(store: Store, terms: Terms) -> Sums:
    account = account_of(store, terms.engagement)
    closed = sum((Decimal(one.document["total"]) for one in account.book.invoices.values()), Decimal(0))
    accrued = sum((Decimal(plain_month(store, terms, one)["total"]) for one in open_months(store, account)), Decimal(0))
    waiting = sum((Decimal(one["amount"]) for one in pending(store, account, terms)), Decimal(0))
    return Sums(*(Money.of(amount, terms.currency) for amount in (closed, accrued, waiting)))
