"""The last station: from what the log counts to invoices and margins, month by month."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from alihdaya.engagement import terms as agreement
from alihdaya.engagement.invoice import Invoice, Line, make_invoice
from alihdaya.engagement.margin import Labour, Margin, make_margin
from alihdaya.engagement.sla import Attainment, attain
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.time import micros
from alihdaya.store import Store, views


@dataclass(frozen=True, slots=True)
class Bill:
    """One month of an engagement: what the client gets, and what stays with the provider."""

    month: str
    invoice: Invoice
    margin: Margin
    attainments: tuple[Attainment, ...]


def terms_of(store: Store, engagement: str | None = None) -> Terms:
    """Give the terms signed last, of an engagement or of the only one. Raises Refused where none or several fit."""
    signed = {one.id: one.terms for one in store.engagements()}
    if engagement is None and len(signed) == 1:
        engagement = next(iter(signed))
    if engagement not in signed:
        why = f"name one of the engagements: {', '.join(signed)}" if signed else "no engagement is signed here yet"
        raise Refused(Problem("which-engagement", why))
    return agreement.from_wire(signed[engagement])


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
    """Make the bill of a month. Raises Refused for a month outside of the engagement."""
    usage = views.usage(store, terms.engagement, span(terms, month))
    attainments = tuple(_attainments(store, terms, month))
    invoice = make_invoice(terms, month, usage, attainments)
    return Bill(month, invoice, make_margin(terms, invoice, _labour(store, terms, month)), attainments)


def bills(store: Store, terms: Terms) -> tuple[tuple[Bill, ...], tuple[Problem, ...]]:
    """Make the bill of every month in which something was delivered; and say which months could not be billed."""
    made, problems = [], []
    for month in views.months(store, terms.engagement):
        try:
            made.append(bill(store, terms, month))
        except Refused as refusal:
            problems += [Problem(one.code, f"{month} is not billed: {one.message}") for one in refusal.problems]
    return tuple(made), tuple(problems)


def line_items(store: Store, terms: Terms, month: str, line: Line) -> list[int]:
    """Give the items behind a line of an invoice, in the order of delivery."""
    found = views.unit_items(
        store, terms.engagement, span(terms, month), line.service, line.unit, first=line.first, last=line.last
    )
    if len(found) != line.quantity:
        raise Refused(
            Problem("line-differs", f"line {line.number} bills {line.quantity} items, {len(found)} are there")
        )
    return found


def _attainments(store: Store, terms: Terms, month: str) -> Iterator[Attainment]:
    kept = {(one.month, one.service): one for one in views.sla_months(store, terms.engagement)}
    for service in terms.services:
        found = kept.get((month, service.id))
        if found is not None:
            counts = {
                "respond": (found.respond_met, found.respond_missed),
                "resolve": (found.resolve_met, found.resolve_missed),
            }
            yield from attain(service, month, counts)  # type: ignore[arg-type]  # the keys are the clocks' names


def _labour(store: Store, terms: Terms, month: str) -> list[Labour]:
    wages = {one.facts.person: one.facts for one in store.persons()}
    return [
        Labour(row.service, row.person, row.seconds, Decimal(wages[row.person].wage), wages[row.person].currency)
        for row in views.labour(store, terms.engagement, month)
    ]
