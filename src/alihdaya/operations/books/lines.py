"""Drill-down: any page of the items behind a line of an invoice, at once, however many there are."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from alihdaya.engagement.invoice import Line
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.time import micros
from alihdaya.operations.books.bill import closed_until, line_items, span
from alihdaya.store import Store, views
from alihdaya.store.project.house import zone_of

PAGE = 100


def line_page(store: Store, terms: Terms, month: str, line: Line, *, first: int = 1, count: int = PAGE) -> list[int]:
    """Give the items first to first + count - 1 (from 1) of a line, in the order of delivery; fewer at its end.

    The days' counts say in which day they begin, and an index of what was delivered the rest; the whole line is only
    read where items of the month were archived. Raises Refused as `line_items`.
    """
    begin, end = span(terms, month)
    low = line.first + first - 1
    high = min(line.last, low + count - 1)
    if first < 1 or high < low:
        return []
    if closed_until(store) >= begin:
        return line_items(store, terms, month, line)[first - 1 :][:count]
    start, before = _jump(store, terms, month, line, low)
    of = (store, terms.engagement, (max(begin, start), end), line.service, line.unit)
    return views.unit_items(*of, first=low - before, last=high - before)


def _jump(store: Store, terms: Terms, month: str, line: Line, position: int) -> tuple[int, int]:
    """Give an instant, and how many of the month's items of this unit came before it: fewer than `position`.

    Days are those of the terms at intake, so the counts are of use where all terms there ever were count the same ones.
    """
    zones = {zone_of(one.terms) for one in store.engagements() if one.id == terms.engagement}
    if zones == {terms.client.time_zone}:
        before = 0
        for day, n in views.delivered_days(store, terms.engagement, month, line.service, line.unit):
            if before + n >= position:
                return micros(datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo(*zones))), before
            before += n
    return 0, 0
