"""Drill-down: any page of the items behind a line of an invoice, at once, however many there are."""

from alihdaya.engagement.invoice import Line
from alihdaya.engagement.terms import Terms
from alihdaya.operations.books.bill import line_items, span
from alihdaya.store import Store, views

PAGE = 100


def line_page(store: Store, terms: Terms, month: str, line: Line, *, first: int = 1, count: int = PAGE) -> list[int]:
    """Give the items first to first + count - 1 (from 1) of a line, in the order of delivery; fewer at its end.

    The whole line is only read where items of the month were archived. Raises Refused as `line_items`.
    """
    low = line.first + first - 1
    high = min(line.last, low + count - 1)
    if first < 1 or high < low:
        return []
    of = (terms.engagement, line.service, line.unit)
    found = views.unit_page(store, of, month, span(terms, month), (low, high))
    return line_items(store, terms, month, line)[first - 1 :][:count] if found is None else found
