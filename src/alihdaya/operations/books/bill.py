"""The last station: from what the log counts to invoices and margins, month by month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from alihdaya.engagement import terms as agreement
from alihdaya.engagement.account.holidays import recounted
from alihdaya.engagement.credit import Credit, month_before
from alihdaya.engagement.invoice import Invoice, Known, Line, make_invoice
from alihdaya.engagement.margin import Labour, Margin, make_margin
from alihdaya.engagement.ratecard import Quantity
from alihdaya.engagement.rates.card import OF_ITEMS
from alihdaya.engagement.rates.figures import Figures
from alihdaya.engagement.sla import Attainment
from alihdaya.engagement.sla.goals import attained
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.money import Money
from alihdaya.kernel.time import micros
from alihdaya.operations.books.account.drafting import Account, Month, account_of
from alihdaya.operations.books.account.parts import ByParts
from alihdaya.operations.books.behind import behind
from alihdaya.operations.books.measured import Counted, billable, counted, figures_of, measured
from alihdaya.store import Store, views
from alihdaya.store.archive.reading import archived, archived_items
from alihdaya.store.views import ItemRow
from alihdaya.store.views.ledger import facts
from alihdaya.store.working import WorkingSet

Measures = Mapping[tuple[str, str], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Bill:
    """One month of an engagement: what the client gets, and what stays with the provider."""

    month: str
    invoice: Invoice
    margin: Margin
    attainments: tuple[Attainment, ...]


def terms_of(store: WorkingSet, engagement: str | None = None) -> Terms:
    """Give the terms signed last, of an engagement or of the only one. Raises Refused where none or several fit."""
    signed = {one.id: one.terms for one in store.engagements()}
    if engagement is None and len(signed) == 1:
        engagement = next(iter(signed))
    if engagement not in signed:
        names = ", ".join(signed)
        if not signed:
            why = "no engagement is signed here yet"
        elif engagement is None:  # only commands may leave it open
            why = f"several engagements are signed here, name one with --engagement: {names}"
        else:
            why = f"no engagement {engagement[:100]!r} is signed here; there are: {names}"
        raise Refused(Problem("which-engagement", why))
    return agreement.from_wire(signed[engagement])


def terms_under(store: WorkingSet, document: Mapping[str, Any]) -> Terms:
    """Give the terms by which an invoice in plain form was made, which it names: whatever was agreed on since.

    They say what tax it bears, who its parties are and how it is paid.
    """
    signed = {one.digest: one.terms for one in store.engagements() if one.id == document["engagement"]}
    if document["terms"] in signed:
        return agreement.from_wire(signed[document["terms"]])
    return terms_of(store, document["engagement"])


def span(terms: Terms, month: str) -> tuple[int, int]:
    """Give the instants at which a month ("2013-02") begins and ends for the client. Raises Refused for no month."""
    try:
        first = date.fromisoformat(f"{month}-01")
        following = (first + timedelta(days=31)).replace(day=1)
    except (ValueError, OverflowError):
        raise Refused(Problem("bad-month", f"{month!r} is not a month such as 2013-02")) from None
    zone = ZoneInfo(terms.client.time_zone)
    start, end = (micros(datetime(day.year, day.month, 1, tzinfo=zone)) for day in (first, following))
    return start, end


def bill(store: Store, terms: Terms, month: str) -> Bill:
    """Make the bill of a month, of one moment of the store. Raises Refused for a month outside of the engagement."""
    with store.moment():
        return _bill(store, terms, month)


def _bill(store: Store, terms: Terms, month: str) -> Bill:
    within = span(terms, month)  # first of all: it refuses what is no month
    account = account_of(store, terms.engagement)
    apart = account.month(month, within) if account.otherwise else None
    terms = apart.governing if apart else terms
    kept = attainments(store, terms, month)
    invoice = _apart(account, apart) if apart else draft(store, terms, month, credits_before(store, terms, month))
    delivered = used(store, terms, month)
    notes = {one: Money.of(amount, terms.currency) for one, amount in account.book.noted(month).items()}
    margin = make_margin(terms, invoice, labour_of(store, terms, month), delivered, notes)
    return Bill(month, invoice, margin, kept)


def _apart(account: Account, apart: Month) -> Invoice:
    """Make the invoice of a month with amended terms or rebooked items, and with what it earns back."""
    store, terms, month = account.store, apart.governing, apart.month
    first = f"{account.agreement.segments[0].effect:%Y-%m}"
    earlier: list[Credit] = []
    for service in terms.services:
        rule = service.penalty.earn_back
        before = month_before(month, rule.months) if rule else ""
        if rule and first <= before:
            missed = ByParts(account.month(before, span(terms, before)))
            given = missed.invoice(attainments(store, terms, before))
            earlier += [one for one in given.credits if one.service == service.id]
    kept = [one for when in _looked_at(terms, month) for one in attainments(store, terms, when)]
    return ByParts(apart).invoice(kept, earlier)


def draft(
    store: Store, terms: Terms, month: str, earlier: tuple[Credit, ...] = (), *, at_once: bool = False
) -> Invoice:
    """Make a month's invoice; `earlier`: the credits that it may earn back. Raises Refused.

    `at_once`: its lines alone, without credits, by what was counted as it was delivered.
    """
    usage = used(store, terms, month, at_once=at_once)
    rates = [rate for service in terms.services for rate in service.rates]
    extra = {} if all(rate.simple for rate in rates) else measured(store, terms, month, usage)
    for (service, unit), (quantity, _) in extra.items():
        usage.setdefault(service, {})[unit] = quantity
    overtime = {key: parts for key, (_, parts) in extra.items() if parts}
    outside = any(rate.indexation or rate.conversion for rate in rates)
    known = Known(figures_of(store) if outside else Figures(), overtime, earlier)
    looked_at = () if at_once else _looked_at(terms, month)
    kept = [one for when in looked_at for one in attainments(store, terms, when)]
    return make_invoice(terms, month, usage, kept, known)


def _looked_at(terms: Terms, month: str) -> list[str]:
    """Give the months whose attainments an invoice looks at: its own, those that earn back, those that are critical."""
    penalties = [service.penalty for service in terms.services]
    back = max((one.earn_back.months for one in penalties if one.earn_back), default=1)
    back = max(back, max((one.critical.months for one in penalties if one.critical), default=1))
    return [month_before(month, n) for n in reversed(range(back))]


def credits_before(store: Store, terms: Terms, month: str) -> tuple[Credit, ...]:
    """Give the credits of earlier months that could be earned back in this one."""
    found: list[Credit] = []
    for service in terms.services:
        rule = service.penalty.earn_back
        before = month_before(month, rule.months) if rule else ""
        if rule and f"{terms.start:%Y-%m}" <= before:
            found += [one for one in draft(store, terms, before).credits if one.service == service.id]
    return tuple(found)


def used(store: Store, terms: Terms, month: str, *, at_once: bool = False) -> dict[str, dict[str, Quantity]]:
    """Give service -> unit -> quantity of what was delivered in a month.

    Once items of it are archived, as it was counted day by day; before that too where `at_once` says so.
    """
    of, within = terms.engagement, span(terms, month)
    quick = at_once or closed_until(store) >= within[0]
    asked = ("used", of, month, within, quick)
    found = store.once(asked, lambda: views.delivered(store, of, month) if quick else views.usage(store, of, within))
    return {service: dict(units) for service, units in found.items()}


def closed_until(store: Store) -> int:
    """Give when the last archived item was delivered: months that began by then are closed books."""
    return max((one.until for one in archived(store)), default=0)


def bills(store: Store, terms: Terms) -> tuple[tuple[Bill, ...], tuple[Problem, ...]]:
    """Make the bill of every month that has something to bill, all of one moment; and say which could not be billed."""
    made, problems = [], []
    with store.moment():
        for month in billable(store, terms):
            try:
                made.append(bill(store, terms, month))
            except Refused as refusal:
                problems += [Problem(one.code, f"{month} is not billed: {one.message}") for one in refusal.problems]
    return tuple(made), tuple(problems)


def line_items(store: Store, terms: Terms, month: str, line: Line) -> list[int]:
    """Give the items behind a line of an invoice, in the order of delivery."""
    account, within = account_of(store, terms.engagement), span(terms, month)
    if account.otherwise or line.part != "usage" or line.kind not in OF_ITEMS:
        return list(dict.fromkeys(one.item for one in line_facts(store, terms, month, line, account) if one.item))
    of = (store, terms.engagement, within, line.service, line.unit)
    if closed_until(store) >= within[0]:
        found = _with_archived(*of)[max(line.first, 1) - 1 : line.last]
    else:
        found = views.unit_items(*of, first=line.first, last=line.last)
    if len(found) != line.quantity:
        raise Refused(
            Problem("line-differs", f"line {line.number} bills {line.quantity} items, {len(found)} are there")
        )
    return found


def line_facts(store: Store, terms: Terms, month: str, line: Line, account: Account | None = None) -> list[Counted]:
    """Give the facts of the log behind a line of an invoice, in the order in which they happened.

    `account`: as it was when the invoice was closed; else as it is.
    """
    account = account or account_of(store, terms.engagement)
    if account.otherwise:
        return ByParts(account.month(month, span(terms, month))).facts(line.number)
    service = terms.service(line.service)
    rate = service.rate(line.unit)
    return behind(service, rate, line, counted(store, terms, month, service, rate))


def _with_archived(store: Store, engagement: str, within: tuple[int, int], service: str, unit: str) -> list[int]:
    """Give the items of a unit delivered within a month in the order of delivery, archived or not."""
    import polars as pl

    wanted = {"engagement": engagement, "service": service, "unit": unit, "status": "delivered"}
    delivered = pl.col("closed_at").is_between(*within, closed="left")
    same = pl.all_horizontal(delivered, *[pl.col(name) == value for name, value in wanted.items()])
    row = [ItemRow(*row) for row in archived_items(store, same)]
    here = [one for one in views.month_items(store, engagement, within) if (one.service, one.unit) == (service, unit)]
    return [one.id for one in sorted([*row, *here], key=lambda one: (one.closed_at or 0, one.id))]


def attainments(store: Store, terms: Terms, month: str | None = None) -> tuple[Attainment, ...]:
    """Give how the service levels were kept in a month, or in every one, as the invoice counts it."""
    counted = views.sla_measures(store, terms.engagement)
    recounted(counted, (one.event for one in facts(store, terms.engagement)), terms.engagement)
    return attainments_of(terms, counted, month)


def attainments_of(terms: Terms, counted: Measures, month: str | None = None) -> tuple[Attainment, ...]:
    """Give how the service levels were kept, of what was counted: (month, service) -> measure -> n."""
    months = sorted({when for when, _ in counted}) if month is None else [month]
    found = ((when, service) for when in months for service in terms.services if (when, service.id) in counted)
    return tuple(one for when, service in found for one in attained(service, when, counted[when, service.id]))


def labour_of(store: Store, terms: Terms, month: str) -> list[Labour]:
    """Give who worked how long on which service in a month, with their wages."""
    wages = {one.facts.person: one.facts for one in store.persons()}
    return [
        Labour(row.service, row.person, row.seconds, Decimal(wages[row.person].wage), wages[row.person].currency)
        for row in views.labour(store, terms.engagement, month)
    ]
