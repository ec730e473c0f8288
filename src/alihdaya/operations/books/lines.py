"""Drill-down: any page of what is behind a line of an invoice, at once, however much there is."""

from alihdaya.engagement.account.document import invoice_of
from alihdaya.engagement.invoice import Line
from alihdaya.engagement.rates.card import OF_ITEMS
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.books.account.close import items_behind
from alihdaya.operations.books.account.drafting import account_of
from alihdaya.operations.books.account.parts import ByParts
from alihdaya.operations.books.behind import slice_of
from alihdaya.operations.books.bill import draft, line_facts, line_items, span
from alihdaya.operations.books.measured import Counted, MonthFacts
from alihdaya.operations.books.worked import work_page
from alihdaya.store import Store

PAGE = 100
_EVERY = 2**31


def line_page(store: Store, terms: Terms, month: str, line: Line, *, first: int = 1, count: int = PAGE) -> list[int]:
    """Give the items first to first + count - 1 (from 1) of a line, in its order; fewer at its end.

    What counts work has a place for each finished task, so an item on which people worked twice has two of them.
    The whole line is only read where items of the month were archived, or count otherwise than they were delivered.
    Raises Refused as `line_items`.
    """
    if first < 1 or line.part == "shortfall":
        return []
    if line.kind not in OF_ITEMS:
        return [one.item for one in facts_page(store, terms, month, line, first=first, count=count) if one.item]
    if not account_of(store, terms.engagement).otherwise:
        found = _delivered(store, terms, month, line, (first, count))
        if found is not None:
            return [one.item for one in found]
    return line_items(store, terms, month, line)[first - 1 :][:count]


def facts_page(
    store: Store, terms: Terms, month: str, line: Line, *, first: int = 1, count: int = PAGE
) -> list[Counted]:
    """Give the facts first to first + count - 1 (from 1) behind a line; of work, its finished tasks."""
    if first < 1:
        return []
    if not account_of(store, terms.engagement).otherwise:
        found = _delivered(store, terms, month, line, (first, count))
        if found is not None:
            return found
        rated = terms.service(line.service), terms.service(line.service).rate(line.unit)
        done = work_page(MonthFacts(store, terms, month), rated, line, (first, count))
        if done is not None:
            return done
    return line_facts(store, terms, month, line)[first - 1 :][:count]


def page_behind(store: Store, terms: Terms, month: str, number: int, page: int) -> list[int]:
    """Give a page (from 1) of what is behind a line of a month's invoice.

    Raises Refused for a line that there is not.
    """
    first = (page - 1) * PAGE + 1
    with store.moment():
        line = _line(store, terms, month, number)
        if line is not None:
            return line_page(store, terms, month, line, first=first)
        found = _amended_page(store, terms, month, number, first)
        if found is None:
            return items_behind(store, terms, month, number)[first - 1 :][:PAGE]
        return [one.item for one in found]


def facts_behind(store: Store, terms: Terms, month: str, number: int, page: int | None = None) -> list[Counted]:
    """Give the facts behind a line of a month's invoice: a page of them (from 1), or all.

    Those of a closed month are as they were when it was closed. Raises Refused for a line that there is not, and for
    one of a closed month that adjusts earlier ones: it names its items alone.
    """
    with store.moment():
        return _facts_behind(store, terms, month, number, page)


def _facts_behind(store: Store, terms: Terms, month: str, number: int, page: int | None) -> list[Counted]:
    line = _line(store, terms, month, number)
    account = account_of(store, terms.engagement)
    if line is None and not account.otherwise:
        items_behind(store, terms, month, number)  # says which lines there are
    if line is not None:
        first, count = (1, _EVERY) if page is None else ((page - 1) * PAGE + 1, PAGE)
        return facts_page(store, terms, month, line, first=first, count=count)
    parts = _parts(store, terms, month)
    if account.book.closed(month) is not None and all(line.number != number for _, line in parts.lines):
        items_behind(store, terms, month, number)  # says which lines there are
        text = f"line {number} of the closed {month} adjusts earlier months: it only names its items"
        raise Refused(Problem("counts-otherwise", text))
    if page is None:
        return parts.facts(number)
    first = (page - 1) * PAGE + 1
    found = parts.page(number, first, PAGE)
    return parts.facts(number)[first - 1 :][:PAGE] if found is None else found


def _line(store: Store, terms: Terms, month: str, number: int) -> Line | None:
    """Give a line that pages can be had of; None for one of another kind, or that there is not."""
    account = account_of(store, terms.engagement)
    closed = account.book.closed(month)
    if account.otherwise or (closed and account_of(store, terms.engagement, until=closed.seq).otherwise):
        return None
    lines = invoice_of(closed.document, terms).lines if closed else draft(store, terms, month, at_once=True).lines
    return next((one for one in lines if one.number == number), None)


def _amended_page(store: Store, terms: Terms, month: str, number: int, first: int) -> list[Counted] | None:
    """Give a page of a line of items or outcomes of a month with amended terms or rebooked items, see ByParts.page."""
    return _parts(store, terms, month).page(number, first, PAGE)


def _parts(store: Store, terms: Terms, month: str) -> ByParts:
    """Give a month by the terms that bill something of it; a closed one as it was when it was closed."""
    account = account_of(store, terms.engagement)
    closed = account.book.closed(month)
    if closed is not None:
        account = account_of(store, terms.engagement, until=closed.seq)
    return ByParts(account.month(month, span(terms, month)))


def _delivered(store: Store, terms: Terms, month: str, line: Line, page: tuple[int, int]) -> list[Counted] | None:
    """Give a page, (first, count), of items, outcomes or overtime; None of another and of what is not here."""
    service = terms.service(line.service)
    rate = service.rate(line.unit)
    facts = MonthFacts(store, terms, month)
    if line.part == "overtime" and (late := facts.shift(service, rate, line.overtime, facts.within)) is not None:
        return list(late[page[0] - 1 : sum(page) - 1])
    if line.part == "shortfall" or (stock := facts.deliveries(service, rate)) is None:
        return None
    if line.part == "overtime":
        found = facts.late(stock, service, rate, line.overtime)[page[0] - 1 : sum(page) - 1]
    else:
        found = stock.all_of_it[slice_of(service, rate, line, page)]
    return list(facts.classed(service, rate, ((one.closed_at, one.item) for one in found)))
