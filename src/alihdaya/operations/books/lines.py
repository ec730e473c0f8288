"""Drill-down: any page of the items behind a line of an invoice, at once, however many there are."""

from alihdaya.engagement.invoice import Line
from alihdaya.engagement.rates.card import OF_ITEMS
from alihdaya.engagement.terms import Terms
from alihdaya.operations.books.account.close import items_behind
from alihdaya.operations.books.account.drafting import account_of
from alihdaya.operations.books.bill import bill, line_items, span
from alihdaya.operations.books.measured import MonthFacts
from alihdaya.store import Store, views

PAGE = 100


def line_page(store: Store, terms: Terms, month: str, line: Line, *, first: int = 1, count: int = PAGE) -> list[int]:
    """Give the items first to first + count - 1 (from 1) of a line, in the order of delivery; fewer at its end.

    The whole line is only read where items of the month were archived, or count otherwise than they were delivered.
    Raises Refused as `line_items`.
    """
    if first < 1:
        return []
    by_position = line.part == "usage" and line.kind in OF_ITEMS
    if line.part == "overtime" and line.kind == "item" and not account_of(store, terms.engagement).otherwise:
        facts, page = MonthFacts(store, terms, month), (first, first + count - 1)
        if (late := facts.overtime_page(terms.service(line.service), line, page)) is not None:
            return late
    if not by_position or account_of(store, terms.engagement).otherwise:
        return line_items(store, terms, month, line)[first - 1 :][:count]
    low = line.first + first - 1
    high = min(line.last, low + count - 1)
    if high < low:
        return []
    of = (terms.engagement, line.service, line.unit)
    found = views.unit_page(store, of, month, span(terms, month), (low, high))
    return line_items(store, terms, month, line)[first - 1 :][:count] if found is None else found


def page_behind(store: Store, terms: Terms, month: str, number: int, page: int) -> list[int]:
    """Give a page (from 1) of what `items_behind` gives. Raises Refused for a line that there is not."""
    account = account_of(store, terms.engagement)
    first = (page - 1) * PAGE + 1
    lines = {line.number: line for line in bill(store, terms, month).invoice.lines}
    if number not in lines or account.otherwise or account.book.closed(month) is not None:
        return items_behind(store, terms, month, number)[first - 1 :][:PAGE]
    return line_page(store, terms, month, lines[number], first=first)
