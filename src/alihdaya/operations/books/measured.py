"""What a month's quantities are, and the facts of the log that each comes from."""

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from alihdaya.engagement.account.holidays import Holidays, holidays_of, observing
from alihdaya.engagement.account.schedule import Agreement
from alihdaya.engagement.calendar import Months
from alihdaya.engagement.credit import month_before
from alihdaya.engagement.events import ExchangeQuoted, IndexPublished, MilestoneReached
from alihdaya.engagement.ratecard import Quantity
from alihdaya.engagement.rates.card import OF_ITEMS, OF_TIME, Rate
from alihdaya.engagement.rates.figures import EXACT, Figures
from alihdaya.engagement.rates.outcome import outcome_of
from alihdaya.engagement.rates.overtime import NORMAL, Hours
from alihdaya.engagement.terms import Service, Terms
from alihdaya.kernel.event import tag_of
from alihdaya.kernel.time import DAY, SECOND, micros
from alihdaya.operations.books.account.drafting import account_of
from alihdaya.store import Store, views
from alihdaya.store.views.billed.deliveries import Deliveries, at_hand, of_outcome, of_unit
from alihdaya.store.views.billed.pieces import Told
from alihdaya.store.views.billed.shifts import Shift, shift_tasks
from alihdaya.store.views.billed.worked import Spent, worked
from alihdaya.store.views.facts import ItemFact, house_facts, item_facts, latest
from alihdaya.store.views.ledger import Counted as Delivery
from alihdaya.store.views.ledger import facts as ledger_facts
from alihdaya.work.events import ItemDelivered, TaskDone
from alihdaya.work.floor.events import LoggedIn, LoggedOut

_UNITS: Final = {"minute": 60, "hour": 3600}
_HOUR: Final = 3600
WORKED: Final = OF_TIME | {"fte", "seat"}
"""Kinds that count the finished tasks of people, where no team is named whose presence counts."""
_NOTHING: Final = Decimal(0)
_ALL_DAYS: Final = (("", "~"),)


class Counted(NamedTuple):
    """A fact that a quantity comes from. `at`: when (microseconds); `item` 0 where it is about none.

    `who`: a person, or a milestone's name; `seconds`: of work or presence that count; `overtime`: seconds (of items:
    1) by class of hours.
    """

    at: int
    item: int
    who: str
    seconds: int
    overtime: Mapping[str, int]


def figures_of(store: Store) -> Figures:
    """Give the exchange rates, index values and milestones that are recorded."""
    kinds = (ExchangeQuoted, IndexPublished, MilestoneReached)
    return Figures.of(fact for _, fact in house_facts(store, [tag_of(kind) for kind in kinds]))


def counted(store: Store, terms: Terms, month: str, service: Service, rate: Rate) -> list[Counted]:
    """Give the facts behind a rate's quantity in a month, in the order in which they happened."""
    return MonthFacts(store, terms, month).counted(service, rate)


def billable(store: Store, terms: Terms) -> list[str]:
    """Give the months in which something is to be billed, oldest first.

    These are the months in which something was delivered; in which people worked or a milestone was reached, where
    that is billed by any of its terms; and, of the months up to the last of these, those in which a minimum held.
    """
    agreement = account_of(store, terms.engagement).agreement
    rates = [rate for one in agreement.segments for service in one.terms.services for rate in service.rates]
    found = set(views.months(store, terms.engagement))
    if not all(rate.simple for rate in rates):
        found |= {one.period for one in views.tallies(store, terms.engagement) if one.counts.get("done")}
        mine = (one for one in figures_of(store).milestones if one.engagement == terms.engagement)
        found |= {one.day[:7] for one in mine}
    if found:
        found |= set(_with_minimum(agreement, max(found)))
    return sorted(found)


def _with_minimum(agreement: Agreement, last: str) -> Iterator[str]:
    """Give the months up to the `last` one in which terms held that have a minimum."""
    following = [one.effect - timedelta(days=1) for one in agreement.segments[1:]]
    for one, until in zip(agreement.segments, [*following, agreement.until], strict=True):
        month = min(last, f"{min(until, agreement.until):%Y-%m}")
        if any(rate.minimum for service in one.terms.services for rate in service.rates):
            while month >= f"{one.effect:%Y-%m}":
                yield month
                month = month_before(month)


def measured(
    store: Store, terms: Terms, month: str, usage: Mapping[str, Mapping[str, Quantity]]
) -> dict[tuple[str, str], tuple[Quantity, dict[str, Quantity]]]:
    """Give (service, unit) -> quantity and overtime, of all rates that are not simply per item.

    `usage`: service -> unit -> what was delivered in the month.
    """
    book = MonthFacts(store, terms, month)
    return {
        (service.id, rate.unit): book.quantities(service, rate, usage.get(service.id, {}).get(rate.unit, 0))
        for service in terms.services
        for rate in service.rates
        if not rate.simple
    }


class MonthFacts:
    """The facts of one month of one engagement, read from the log once; whichever of its terms hold."""

    def __init__(self, store: Store, terms: Terms, month: str, window: tuple[int, int] | None = None) -> None:
        """`window`: only what happened within it, too (microseconds)."""
        self.store, self.terms, self.month = store, terms, month
        low, high = Months(terms.client.time_zone).limits(month)
        self.within = (max(low, window[0]), min(high, window[1])) if window else (low, high)
        self._facts: dict[type, list[ItemFact]] = {}
        self._hours_of: dict[tuple[int, int, tuple[int, int]], tuple[Hours, tuple[Service, Rate]]] = {}
        self._deliveries: dict[tuple[str, str, str], Deliveries | None] = {}

    def facts(self, service: str, kind: type) -> Iterator[ItemFact]:
        """Give the deliveries, or the finished tasks, of a service in the month."""
        if kind not in self._facts:
            self._facts[kind] = item_facts(self.store, self.terms.engagement, self.within, (kind,), [tag_of(kind)])
        return (one for one in self._facts[kind] if one.service == service)

    def counted(self, service: Service, rate: Rate, window: tuple[int, int] | None = None) -> list[Counted]:
        """Give the facts behind a rate's quantity, within the month or within a window of it."""
        low, high = window or self.within
        within = max(low, self.within[0]), min(high, self.within[1])
        if rate.measure.team and rate.kind != "milestone":
            return sorted(self._presence(frozenset(rate.measure.team), within))
        found = self._milestones(service, rate) if rate.kind == "milestone" else self._of_items(service, rate)
        return [one for one in found if within[0] <= one.at < within[1]]

    def quantities(self, service: Service, rate: Rate, usage: Quantity) -> tuple[Quantity, dict[str, Quantity]]:
        """Give a month's quantity, rounded half up once, and how much of it is overtime, each rounded once.

        `usage`: what was delivered of the unit, where it is one of items.
        """
        if (stock := self.deliveries(service, rate)) is not None:
            counts = {rule.id: len(self.late(stock, service, rate, rule.id)) for rule in rate.overtime}
            count = usage if rate.kind in OF_ITEMS else len(stock)
            return count, {name: n for name, n in counts.items() if n}
        facts = self.summed(service, rate)
        return quantity_of(service, rate, facts), overtime_of(service, rate, facts)

    def deliveries(self, service: Service, rate: Rate) -> Deliveries | None:
        """Give the deliveries of the month that a rate per item or outcome counts.

        None for another rate, and where they are not at hand.
        """
        if not (rate.kind in OF_ITEMS or rate.kind == "outcome") or not self._at_hand:
            return None
        unit = rate.unit if rate.kind in OF_ITEMS else outcome_of(rate.measure.of, rate.measure.values).key
        key = (rate.kind, service.id, unit)
        if key not in self._deliveries:
            found = of_unit if rate.kind in OF_ITEMS else of_outcome
            self._deliveries[key] = found(self.store, (self.terms.engagement, service.id, unit), self.within)
        return self._deliveries[key]

    @cached_property
    def _at_hand(self) -> bool:
        return at_hand(self.store, self.within)

    def late(self, stock: Deliveries, service: Service, rate: Rate, name: str) -> Sequence[Delivery]:
        """Give the deliveries of a stock that lie in a class of overtime, in their order."""
        spans = self.hours(service, rate, self.within).spans(name, self.within)
        return stock.pieces((span, None) for span in spans)

    def summed(self, service: Service, rate: Rate) -> list[Counted]:
        """Give facts with the same sums: those that were counted as the work was done, where that will do.

        What was spent beside the tasks is nobody's to pay for.
        """
        if not is_summed(rate):
            found = self.spent(service, rate, self.within)
            return self.counted(service, rate) if found is None else [found]
        return self.handled(service, rate)

    def handled(self, service: Service, rate: Rate, spans: Sequence[tuple[str, str]] = _ALL_DAYS) -> list[Counted]:
        """Give facts of tasks with the sums of a rate that `is_summed`: of a seat each person, else all time at once.

        `spans`: on days of these alone, each from its first day to before its second one.
        """
        of, days = (self.terms.engagement, service.id), days_within(self.month, spans)
        if rate.kind == "seat":
            return [Counted(0, 0, person, 0, {}) for person in views.first_days(self.store, of, days)]
        seconds = (n for span in days for n in views.day_sums(self.store, of, "handled", span).values())
        return [Counted(0, 0, "", sum(seconds), {})]

    def spent(self, service: Service, rate: Rate, window: tuple[int, int]) -> Counted | None:
        """Give one fact that is the sum of all that a rate of people's time counts within a window of the month.

        None for another rate, and where quarters of an hour do not tell.
        """
        if rate.kind not in OF_TIME or rate.measure.team:
            return None
        within = max(window[0], self.within[0]), min(window[1], self.within[1])
        hours = self.hours(service, rate, within)
        if within[0] >= within[1] or not hours.at_quarters(within):
            return None
        of = Spent(self.terms.engagement, service.id, rate.measure.increment)
        found = worked(self.store, of, within, hours.at)
        if found is None:
            return None
        return Counted(within[0], 0, "", found.total(), {name: n for name, n in found.items() if name and n})

    def shift(self, service: Service, rate: Rate, name: str, window: tuple[int, int]) -> Sequence[Counted] | None:
        """Give the facts of people's time in a class of overtime within a window of the month, in their order.

        None for another rate, and where quarters of an hour do not tell.
        """
        within = max(window[0], self.within[0]), min(window[1], self.within[1])
        if rate.kind not in OF_TIME or rate.measure.team or within[0] >= within[1]:
            return None
        hours, counted = self.hours(service, rate, within), self.teller(service, rate)
        if not hours.at_quarters(within):
            return None
        spans = hours.spans(name, (within[0] - DAY, within[1]))
        held = Shift(spans, lambda at: hours.at(at) == name, lambda one: bool(counted(one).overtime.get(name)))
        found = shift_tasks(self.store, Spent(self.terms.engagement, service.id), within, held)
        return None if found is None else Told(found, counted)

    def _of_items(self, service: Service, rate: Rate) -> Iterator[Counted]:
        if rate.kind in OF_ITEMS or rate.kind == "outcome":
            return self.classed(service, rate, self._each(service, rate))
        return self._worked(service, rate)

    def _hours(self, service: Service, rate: Rate) -> Hours | None:
        return self.hours(service, rate, self.within) if rate.overtime else None

    def hours(self, service: Service, rate: Rate, within: tuple[int, int]) -> Hours:
        """Give the classes of hours of a rate, holidays that were added included."""
        key = id(service), id(rate), within
        if key not in self._hours_of:
            made = Hours(observing(service, self._holidays).calendar, rate.overtime, *within)
            self._hours_of[key] = made, (service, rate)  # which stay, so nobody else gets their numbers
        return self._hours_of[key][0]

    @cached_property
    def _holidays(self) -> Holidays:
        engagement = self.terms.engagement
        return holidays_of((one.event for one in ledger_facts(self.store, engagement)), engagement)

    def classed(self, service: Service, rate: Rate, delivered: Iterable[tuple[int, int]]) -> Iterator[Counted]:
        """Give deliveries, (instant, item), as facts: each with its class of hours, where that is overtime."""
        hours = self._hours(service, rate)
        classes: dict[str, Mapping[str, int]] = {NORMAL: {}, **{rule.id: {rule.id: 1} for rule in rate.overtime}}
        for at, item in delivered:
            yield Counted(at, item, "", 0, classes[hours.at(at) if hours else NORMAL])

    def _each(self, service: Service, rate: Rate) -> Iterable[tuple[int, int]]:
        """Give (instant, item) of what counts for a rate, in the order of delivery."""
        if (stock := self.deliveries(service, rate)) is not None:
            return stock.every()
        return ((one.at, one.item) for one in self.facts(service.id, ItemDelivered) if is_counted(rate, one.fact))

    def _worked(self, service: Service, rate: Rate) -> Iterator[Counted]:
        return map(self.teller(service, rate), self._finished(service.id))

    def teller(self, service: Service, rate: Rate) -> Callable[[views.FinishedTask], Counted]:
        """Give what tells a finished task of the month as a rate of people's time counts it."""
        hours, increment = self._hours(service, rate), rate.measure.increment

        def counted(one: views.FinishedTask) -> Counted:
            overtime = _overtime(hours, one.at, one.seconds, increment) if hours else {}
            return Counted(one.at, one.item, one.person, rounded_up(one.seconds, increment), overtime)

        return counted

    def _finished(self, service: str) -> Iterable[views.FinishedTask]:
        """Give the finished tasks of a service in the month, in their order."""
        found = views.finished(self.store, self.terms.engagement, service, self.within)
        if found is None:
            done: Iterator[Any] = self.facts(service, TaskDone)
            return (views.FinishedTask(one.at, one.item, one.fact.person, one.fact.seconds) for one in done)
        return found

    def _milestones(self, service: Service, rate: Rate) -> Iterator[Counted]:
        key = (self.terms.engagement, service.id, rate.unit)
        for fact in figures_of(self.store).milestones:
            if (fact.engagement, fact.service, fact.unit) == key and fact.day.startswith(self.month):
                yield Counted(self._midnight(fact.day), 0, fact.milestone, 0, {})

    def _midnight(self, day: str) -> int:
        zone = ZoneInfo(self.terms.client.time_zone)
        return micros(datetime.combine(date.fromisoformat(day), time(), zone))

    def _presence(self, team: frozenset[str], within: tuple[int, int]) -> Iterator[Counted]:
        """Give each time that somebody of a team was present within a window, cut to it."""
        came: dict[str, int] = {}
        tags = [tag_of(LoggedIn), tag_of(LoggedOut)]
        for at, fact in house_facts(self.store, tags, who=team, since=within[0]):
            if isinstance(fact, LoggedIn):
                came.setdefault(fact.person, at)
            elif isinstance(fact, LoggedOut) and fact.person in came:
                yield from _stay(fact.person, (came.pop(fact.person), at), within)
        for person, since in came.items():  # still present: until the log's last entry
            yield from _stay(person, (since, latest(self.store)), within)


def _stay(person: str, stay: tuple[int, int], within: tuple[int, int]) -> Iterator[Counted]:
    low, high = max(stay[0], within[0]), min(stay[1], within[1])
    if low < high or low == high == stay[0]:
        yield Counted(low, 0, person, (high - low) // SECOND, {})


def days_within(month: str, spans: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Give the days of a month ("2013-01") that lie in some spans, each from its first day to before its second one.

    As (first day, last day), in order; what follows on another is one with it.
    """
    year, number = map(int, month.split("-"))
    every = [f"{month}-{day:02}" for day in range(1, monthrange(year, number)[1] + 1)]
    held = [any(low <= day < high for low, high in spans) for day in every]
    found: list[tuple[str, str]] = []
    for n, (day, inside) in enumerate(zip(every, held, strict=True)):
        if inside and n and held[n - 1]:
            found[-1] = (found[-1][0], day)
        elif inside:
            found.append((day, day))
    return tuple(found)


def is_summed(rate: Rate) -> bool:
    """Whether a rate's quantity follows from the sums of each person's days, as they are counted while work is done."""
    measure = rate.measure
    return rate.kind in WORKED and not (rate.overtime or measure.increment or measure.team)


def is_counted(rate: Rate, delivered: Any) -> bool:
    """Whether a delivery counts for a rate: as an item of its unit, or as an outcome."""
    if rate.kind in OF_ITEMS:
        return bool(delivered.unit == rate.unit)
    return outcome_of(rate.measure.of, rate.measure.values).met(delivered.result)


def rounded_up(seconds: int, increment: int) -> int:
    """Round up to a whole number of increments, where there are any."""
    return -(-seconds // increment) * increment if increment else seconds


def _overtime(hours: Hours, end: int, seconds: int, increment: int) -> dict[str, int]:
    """Give the seconds of work in each class of overtime; it ended at `end`, and what is rounded up belongs there."""
    found = Counter({name: micro // SECOND for name, micro in hours.share(end - seconds * SECOND, end).items()})
    found[hours.at(end - 1)] += rounded_up(seconds, increment) - sum(found.values())
    return {name: count for name, count in found.items() if name and count}


def seconds_in(service: Service, rate: Rate) -> Decimal:
    """Give how many seconds of work are one unit of a rate that counts time, exactly."""
    if rate.kind != "fte":
        return Decimal(_UNITS[rate.kind])
    hours = EXACT.multiply(rate.measure.standard or Decimal(1), _HOUR)
    if rate.measure.hours == "paid":
        hours = EXACT.multiply(hours, EXACT.subtract(1, EXACT.scaleb(service.cost.shrinkage, -2)))
    return hours


def quantity_of(service: Service, rate: Rate, facts: list[Counted], before: Decimal = _NOTHING) -> Quantity:
    """Give the quantity of facts, rounded half up once.

    `before`: what other terms count of the month ahead of them, exactly; all are rounded together, not each.
    """
    if rate.kind == "seat":
        return len({one.who for one in facts})
    if rate.kind not in OF_TIME and rate.kind != "fte":
        return len(facts)
    whole = EXACT.add(before, exactly(service, rate, sum(one.seconds for one in facts)))
    return EXACT.subtract(_rounded(rate, whole), _rounded(rate, before))


def overtime_of(service: Service, rate: Rate, facts: list[Counted]) -> dict[str, Quantity]:
    """Give how much of the facts is overtime, by its id, each rounded once."""
    parts = {name: sum(one.overtime.get(name, 0) for one in facts) for name in (rule.id for rule in rate.overtime)}
    if rate.kind not in OF_TIME:
        return {name: count for name, count in parts.items() if count}
    return {name: _rounded(rate, exactly(service, rate, seconds)) for name, seconds in parts.items() if seconds}


def exactly(service: Service, rate: Rate, seconds: int) -> Decimal:
    """Give the exact quantity of so many seconds, for a rate that counts time."""
    return EXACT.divide(seconds, seconds_in(service, rate))


def _rounded(rate: Rate, quantity: Decimal) -> Decimal:
    return quantity.quantize(Decimal(1).scaleb(-rate.quantity_digits), ROUND_HALF_UP, EXACT)
