"""What a delivery manager asks every morning, as sheets of plain rows: the page and every file show the same."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from alihdaya.engagement.contribution import by_service, in_all
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.money import Money
from alihdaya.kernel.time import DAY, HOUR, SECOND, micros, moment
from alihdaya.operations.books.bill import bills, labour_of
from alihdaya.people.shift import Shifts
from alihdaya.store import Store, views
from alihdaya.store.views.open_work import open_items, running_tasks

Kind = Literal["text", "term", "day", "month", "when", "count", "share", "money", "hours"]
"""How a column is shown: `term` is a code with a name; `share` is of 1; `when` an aware datetime."""

DAYS = 14
MONTHS = 13
AGES = (1, 2, 5, 10)
"""Bands of the age of open items, in days; the last is open."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: columns as (id, kind) and rows in their order."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    rows: tuple[tuple[Any, ...], ...]

    def column(self, name: str) -> list[Any]:
        """Give a column's values."""
        place = [one for one, _ in self.columns].index(name)
        return [row[place] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Morning:
    """The report of one engagement as of `at` (microseconds): intake, backlog, risk, attainment, and so on."""

    terms: Terms
    at: int
    sheets: tuple[Sheet, ...]

    def sheet(self, name: str) -> Sheet:
        """Give a sheet by its name."""
        return next(one for one in self.sheets if one.name == name)

    @property
    def today(self) -> date:
        """The client's day."""
        return moment(self.at, ZoneInfo(self.terms.client.time_zone)).date()


def morning(store: Store, terms: Terms, at: int) -> Morning:
    """Make the report as of `at`, of one moment of the store.

    What is open is what the store has open; its days and months up to that of `at` are whole. Of what was at a time of
    the past, it is made of the store as it was then (as_of).
    """
    with store.moment():
        return Morning(terms, at, _sheets(store, terms, at))


def _sheets(store: Store, terms: Terms, at: int) -> tuple[Sheet, ...]:
    zone = ZoneInfo(terms.client.time_zone)
    today = moment(at, zone).date()
    periods = {one.period: one.counts for one in views.tallies(store, terms.engagement, by="day")}
    span = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    days = [(day, periods.get(day.isoformat(), {})) for day in span]
    return (
        Sheet("intake", _INTAKE, tuple(_intake(days))),
        Sheet("backlog", _BACKLOG, tuple(_backlog(store, terms, at))),
        Sheet("risk", _RISK, tuple(_risk(store, terms, at, zone))),
        Sheet("attainment", _ATTAINMENT, tuple(_attainment(store, terms, today))),
        Sheet("quality", _QUALITY, tuple(_quality(days))),
        Sheet("utilisation", _UTILISATION, tuple(_utilisation(store, terms, at, zone))),
        Sheet("margin", _MARGIN, tuple(_margin(store, terms, today))),
    )


_INTAKE: tuple[tuple[str, Kind], ...] = (
    ("day", "day"),
    ("received", "count"),
    ("straight_through", "count"),
    ("to_people", "count"),
    ("delivered", "count"),
    ("rejected", "count"),
)


def _intake(days: Sequence[tuple[date, Any]]) -> Iterator[tuple[Any, ...]]:
    for day, counts in days:
        away = counts.get("rejected", 0) + counts.get("duplicate", 0)
        yield (day, *[counts.get(name, 0) for name, _ in _INTAKE[1:-1]], away)


_BANDS = (*[f"under_{days}d" for days in AGES], f"over_{AGES[-1]}d")
_BACKLOG: tuple[tuple[str, Kind], ...] = (
    ("service", "term"),
    ("status", "term"),
    *[(band, "count") for band in _BANDS],
    ("open", "count"),
    ("oldest", "day"),
)


def _backlog(store: Store, terms: Terms, at: int) -> Iterator[tuple[Any, ...]]:
    counts: Counter[tuple[str, str, int]] = Counter()
    oldest: dict[tuple[str, str], int] = {}
    for one in open_items(store, terms.engagement):
        key = (one.service, one.status)
        counts[*key, bisect_right(AGES, max(0, at - one.received_at) // DAY)] += 1
        oldest.setdefault(key, one.received_at)
    zone = ZoneInfo(terms.client.time_zone)
    for key in sorted(oldest):
        bands = [counts[*key, band] for band in range(len(_BANDS))]
        yield (*key, *bands, sum(bands), moment(oldest[key], zone).date())


_RISK: tuple[tuple[str, Kind], ...] = (
    ("item", "text"),
    ("reference", "text"),
    ("service", "term"),
    ("task", "text"),
    ("person", "text"),
    ("clock", "term"),
    ("due", "when"),
    ("state", "term"),
)


def _risk(store: Store, terms: Terms, at: int, zone: ZoneInfo) -> Iterator[tuple[Any, ...]]:
    end = _midnight(moment(at, zone).date() + timedelta(days=1), zone)
    for one in running_tasks(store, terms.engagement, end):
        state = "overdue" if one.due < at else "within_the_hour" if one.due < at + HOUR else "today"
        due = moment(one.due, zone)
        yield str(one.item), one.external_id, one.service, one.name, one.person or "", one.clock, due, state


_ATTAINMENT: tuple[tuple[str, Kind], ...] = (
    ("month", "month"),
    ("service", "term"),
    ("clock", "term"),
    ("met", "count"),
    ("missed", "count"),
    ("share", "share"),
    ("target", "share"),
)


def _attainment(store: Store, terms: Terms, today: date) -> Iterator[tuple[Any, ...]]:
    targets = {one.id: one.sla.attainment / 100 for one in terms.services}
    first = _months_back(today, MONTHS - 1)
    for one in views.sla_months(store, terms.engagement):
        if not first <= one.month <= today.isoformat()[:7]:
            continue
        clocks = (
            ("respond", one.respond_met, one.respond_missed),
            ("resolve", one.resolve_met, one.resolve_missed),
        )
        for clock, met, missed in clocks:
            if met + missed:
                share = Decimal(met) / (met + missed)
                yield one.month, one.service, clock, met, missed, share, targets.get(one.service)


_QUALITY: tuple[tuple[str, Kind], ...] = (
    ("day", "day"),
    ("delivered", "count"),
    ("straight_share", "share"),
    ("respond_missed", "count"),
    ("resolve_missed", "count"),
    ("stopped", "count"),
    ("refused", "count"),
    ("given_up", "count"),
)


def _quality(days: Sequence[tuple[date, Any]]) -> Iterator[tuple[Any, ...]]:
    for day, counts in days:
        delivered = counts.get("delivered", 0)
        straight = Decimal(counts.get("straight_through", 0)) / delivered if delivered else None
        yield (day, delivered, straight, *[counts.get(name, 0) for name, _ in _QUALITY[3:]])


_UTILISATION: tuple[tuple[str, Kind], ...] = (
    ("person", "text"),
    ("name", "text"),
    ("tasks", "count"),
    ("worked", "hours"),
    ("on_shift", "hours"),
    ("share", "share"),
)


def _utilisation(store: Store, terms: Terms, at: int, zone: ZoneInfo) -> Iterator[tuple[Any, ...]]:
    """Yield who worked how much of their shifts since the month began; nobody without shifts or work."""
    start = _midnight(moment(at, zone).date().replace(day=1), zone)
    done: dict[str, list[int]] = {}
    for row in views.labour(store, terms.engagement, moment(at, zone).isoformat()[:7]):
        sums = done.setdefault(row.person, [0, 0])
        sums[0], sums[1] = sums[0] + row.tasks, sums[1] + row.seconds
    for one in store.persons():
        person = one.facts
        tasks, seconds = done.get(person.person, (0, 0))
        hours = Decimal(_on_shift(Shifts(person.time_zone, person.shifts), start, at)) / HOUR if person.shifts else None
        if hours or seconds:
            worked = Decimal(seconds) * SECOND / HOUR
            share = worked / hours if hours else None
            yield person.person, person.name, tasks, worked, hours, share


def _on_shift(shifts: Shifts, start: int, end: int) -> int:
    """Give how long somebody is on shift from `start` to `end`, in microseconds."""
    total, at = 0, start
    while at < end:
        reached = shifts.next_end(at) if shifts.at_work(at) else shifts.next_start(at)
        if reached is None:
            break
        if shifts.at_work(at):
            total += min(reached, end) - at
        at = reached
    return total


_MARGIN: tuple[tuple[str, Kind], ...] = (
    ("month", "month"),
    ("fees", "money"),
    ("credits", "money"),
    ("labour", "money"),
    ("overhead", "money"),
    ("margin", "money"),
    ("share", "share"),
)


def _margin(store: Store, terms: Terms, today: date) -> Iterator[tuple[Any, ...]]:
    first, last = _months_back(today, MONTHS - 1), today.isoformat()[:7]
    for made in bills(store, terms)[0]:
        if first <= made.month <= last:
            row = in_all(
                by_service(terms, made.invoice, labour_of(store, terms, made.month), made.margin), terms.engagement
            )
            amounts = (row.fees, -row.credits, -row.labour, -row.overhead, row.amount)
            share = None if row.percent is None else row.percent / 100
            yield (made.month, *[Money(one, terms.currency).amount for one in amounts], share)


def _months_back(today: date, months: int) -> str:
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return f"{year:04}-{month + 1:02}"


def _midnight(day: date, zone: ZoneInfo) -> int:
    return micros(datetime.combine(day, datetime.min.time(), zone))
