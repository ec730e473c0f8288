"""What the console shows of one engagement among several: its figures, its service levels, and what its bills hold."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from alihdaya.console import picture
from alihdaya.engagement.rates.card import OF_ITEMS
from alihdaya.engagement.sla import Attainment
from alihdaya.engagement.sla.goals import attained
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import SECOND, moment
from alihdaya.operations.books.account.close import document_of
from alihdaya.operations.books.bill import attainments
from alihdaya.operations.books.lines import PAGE, facts_behind, page_behind
from alihdaya.store import Store, views
from alihdaya.store.archive.reading import archived_item
from alihdaya.store.views.items import ItemRow
from alihdaya.store.views.open_work import open_items

_PERCENT = Decimal(100)
_OF_ITEMS = OF_ITEMS | {"outcome"}
"""Kinds of lines behind which each item is once, with its delivery."""


class Part(NamedTuple):
    """An engagement's part of the floor. `counts`: by the fields of the picture; `played`: people are simulated."""

    counts: Mapping[str, int]
    sla: tuple[picture.Attainment, ...]
    played: bool


def part_of(store: Store, terms: Terms, found: views.Floor, *, alone: bool) -> Part:
    """Give an engagement's figures; `alone`: no other has any part in what the floor counts."""
    totals = found.totals if alone else views.totals(store, terms.engagement)
    rejected = totals.get("rejected", 0) + totals.get("duplicate", 0)
    counts = {name: totals.get(name, 0) for name in ("received", "delivered", "straight_through", "to_people")}
    stopped = found.stopped if alone else sum(one.status == "stopped" for one in open_items(store, terms.engagement))
    levels = tuple(_levels(store, terms, found, alone=alone))
    return Part({**counts, "stopped": stopped, "rejected": rejected}, levels, bool(totals.get("simulated")))


def _levels(store: Store, terms: Terms, found: views.Floor, *, alone: bool) -> Iterator[picture.Attainment]:
    """Give how each promise of each service is kept; today's only of the only service: the log counts days for all."""
    day = moment(found.at, ZoneInfo(terms.client.time_zone)).date().isoformat()
    this = {(one.service, one.name): one for one in attainments(store, terms, day[:7])}
    only = len(terms.services) == 1
    today = (found.today if alone else _today(store, terms, day)) if only else {}
    for service in terms.services:
        for one in attained(service, day, today):
            month = this.get((service.id, one.name))
            yield _attainment(one, month, today=(one.met, one.met + one.missed) if only else None)


def _today(store: Store, terms: Terms, day: str) -> Mapping[str, int]:
    days = views.tallies(store, terms.engagement, by="day")
    return next((one.counts for one in reversed(days) if one.period == day), {})


def _attainment(one: Attainment, month: Attainment | None, *, today: tuple[int, int] | None) -> picture.Attainment:
    share = one.target / _PERCENT
    if one.limit is not None:
        mean = month.mean / SECOND if month is not None and month.mean is not None else None
        kept = (int(month.kept), 1) if month is not None and mean is not None else (0, 0)
        limit = one.limit / SECOND
        return picture.Attainment(one.clock, share, None, kept, one.service, one.level, limit, mean)
    kept = (0, 0) if month is None else (month.met, month.met + month.missed)
    return picture.Attainment(one.clock, share, today, kept, one.service, one.level)


def behind(store: Store, terms: Terms, month: str, number: int, page: int) -> picture.Behind | None:
    """Give a page (from 1) of what is behind a line of a month's invoice; None where there is no such line or page."""
    with store.moment():
        try:
            document = document_of(store, terms, month)
            line = next(one for one in _listed(document) if one["number"] == number)
            found = _rows(store, terms, month, line, page)
            more = len(found) == PAGE and bool(_rows(store, terms, month, line, page + 1))
        except (Refused, StopIteration):
            return None
        if not found and page > 1:
            return None
        known = _items_of(store, {item for item, *_ in found if item})
    rows = []
    for item, at, who, seconds in found:
        row = known.get(item)
        when = row.closed_at if row is not None and not at else at or None
        rows.append(picture.BehindRow(item, row.external_id if row else "", when, who, seconds))
    return picture.Behind(document, line, page, tuple(rows), more, terms.client.time_zone)


def _listed(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [*document["lines"], *document.get("adjustments", ())]


def _rows(
    store: Store, terms: Terms, month: str, line: Mapping[str, Any], page: int
) -> list[tuple[int, int, str, int]]:
    """Give (item, instant or 0, who, seconds) behind a line: of work when, by whom and how long; else the items."""
    of = (store, terms, month, line["number"])
    if "month" not in line and line.get("kind", "item") not in _OF_ITEMS:  # no adjustment of an earlier month
        with suppress(Refused):
            return [(one.item, one.at, one.who, one.seconds) for one in facts_behind(*of, page)]
    return [(item, 0, "", 0) for item in page_behind(*of, page)]


def _items_of(store: Store, numbers: set[int]) -> dict[int, ItemRow]:
    """Give items by number, from the archive those that are not in the store any more."""
    found = {one.id: one for one in views.items(store, these=list(numbers), limit=len(numbers))}
    gone = (archived_item(store, number) for number in sorted(numbers - set(found)))
    return found | {row[0]: ItemRow(*row) for row, *_ in filter(None, gone)}
