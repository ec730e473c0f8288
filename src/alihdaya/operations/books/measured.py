"""What a month's quantities are, and the facts of the log that each comes from."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from alihdaya.engagement.calendar import Months
from alihdaya.engagement.credit import month_before
from alihdaya.engagement.events import ExchangeQuoted, IndexPublished, MilestoneReached
from alihdaya.engagement.invoice import Line
from alihdaya.engagement.ratecard import Quantity
from alihdaya.engagement.rates.card import OF_TIME, Rate
from alihdaya.engagement.rates.figures import EXACT, Figures
from alihdaya.engagement.rates.overtime import NORMAL, Hours
from alihdaya.engagement.terms import Service, Terms
from alihdaya.kernel.event import tag_of
from alihdaya.kernel.time import SECOND, micros
from alihdaya.store import Store, views
from alihdaya.store.views.facts import ItemFact, house_facts, item_facts, latest
from alihdaya.work.events import ItemDelivered, TaskDone
from alihdaya.work.floor.events import LoggedIn, LoggedOut

_UNITS: Final = {"minute": 60, "hour": 3600}
_HOUR: Final = 3600


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
    return _Month(store, terms, month).counted(service, rate)


def billable(store: Store, terms: Terms) -> list[str]:
    """Give the months in which something is to be billed, oldest first.

    These are the months in which something was delivered; in which people worked or a milestone was reached, where
    that is billed; and, where a rate has a minimum, every month from the first of the engagement to the last of these.
    """
    rates = [rate for service in terms.services for rate in service.rates]
    found = set(views.months(store, terms.engagement))
    if not all(rate.simple for rate in rates):
        found |= {one.period for one in views.tallies(store, terms.engagement) if one.counts.get("done")}
        mine = (one for one in figures_of(store).milestones if one.engagement == terms.engagement)
        found |= {one.day[:7] for one in mine}
    if found and any(rate.minimum for rate in rates):
        month = max(found)
        while month > f"{terms.start:%Y-%m}":
            month = month_before(month)
            found.add(month)
    return sorted(found)


def measured(store: Store, terms: Terms, month: str) -> dict[tuple[str, str], tuple[Quantity, dict[str, Quantity]]]:
    """Give (service, unit) -> quantity and overtime, of all rates that are not simply per item."""
    book = _Month(store, terms, month)
    return {
        (service.id, rate.unit): _quantities(service, rate, book.counted(service, rate))
        for service in terms.services
        for rate in service.rates
        if not rate.simple
    }


class _Month:
    """One month of one engagement, read from the log once."""

    def __init__(self, store: Store, terms: Terms, month: str) -> None:
        self.store, self.terms, self.month = store, terms, month
        self.within = Months(terms.client.time_zone).limits(month)
        self._facts: list[ItemFact] | None = None

    def facts(self, service: str, kind: type) -> Iterator[ItemFact]:
        if self._facts is None:
            kinds = (ItemDelivered, TaskDone)
            tags = [tag_of(one) for one in kinds]
            self._facts = item_facts(self.store, self.terms.engagement, self.within, kinds, tags)
        return (one for one in self._facts if one.service == service and isinstance(one.fact, kind))

    def counted(self, service: Service, rate: Rate) -> list[Counted]:
        if rate.kind == "milestone":
            return list(self._milestones(service, rate))
        if rate.measure.team:
            return sorted(self._presence(frozenset(rate.measure.team)))
        if rate.kind in {"item", "outcome"}:
            return list(self._delivered(service, rate))
        return list(self._worked(service, rate))

    def _hours(self, service: Service, rate: Rate) -> Hours | None:
        return Hours(service.calendar, rate.overtime, *self.within) if rate.overtime else None

    def _delivered(self, service: Service, rate: Rate) -> Iterator[Counted]:
        hours = self._hours(service, rate)
        for one in self.facts(service.id, ItemDelivered):
            if _counts(rate, one.fact):
                name = hours.at(one.at) if hours else NORMAL
                yield Counted(one.at, one.item, "", 0, {name: 1} if name else {})

    def _worked(self, service: Service, rate: Rate) -> Iterator[Counted]:
        hours = self._hours(service, rate)
        for one in self.facts(service.id, TaskDone):
            done: Any = one.fact
            overtime = _overtime(hours, one.at, done.seconds, rate.measure.increment) if hours else {}
            yield Counted(one.at, one.item, done.person, _up(done.seconds, rate.measure.increment), overtime)

    def _milestones(self, service: Service, rate: Rate) -> Iterator[Counted]:
        key = (self.terms.engagement, service.id, rate.unit)
        for fact in figures_of(self.store).milestones:
            if (fact.engagement, fact.service, fact.unit) == key and fact.day.startswith(self.month):
                yield Counted(self._midnight(fact.day), 0, fact.milestone, 0, {})

    def _midnight(self, day: str) -> int:
        zone = ZoneInfo(self.terms.client.time_zone)
        return micros(datetime.combine(date.fromisoformat(day), time(), zone))

    def _presence(self, team: frozenset[str]) -> Iterator[Counted]:
        """Give each time that somebody of a team was present within the month, cut to it."""
        came: dict[str, int] = {}
        for at, fact in house_facts(self.store, [tag_of(LoggedIn), tag_of(LoggedOut)]):
            if isinstance(fact, LoggedIn) and fact.person in team:
                came.setdefault(fact.person, at)
            elif isinstance(fact, LoggedOut) and fact.person in came:
                yield from self._stay(fact.person, came.pop(fact.person), at)
        for person, since in came.items():  # still present: until the log's last entry
            yield from self._stay(person, since, latest(self.store))

    def _stay(self, person: str, came: int, left: int) -> Iterator[Counted]:
        low, high = max(came, self.within[0]), min(left, self.within[1])
        if low < high or low == high == came:
            yield Counted(low, 0, person, (high - low) // SECOND, {})


def _counts(rate: Rate, delivered: Any) -> bool:
    if rate.kind == "item":
        return bool(delivered.unit == rate.unit)
    return rate.measure.of in delivered.result and told(delivered.result[rate.measure.of]) in rate.measure.values


def told(value: Any) -> str:
    """Write a value of a result as rate cards name it: texts as they are, yes and no as true and false."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _up(seconds: int, increment: int) -> int:
    """Round up to a whole number of increments, where there are any."""
    return -(-seconds // increment) * increment if increment else seconds


def _overtime(hours: Hours, end: int, seconds: int, increment: int) -> dict[str, int]:
    """Give the seconds of work in each class of overtime; it ended at `end`, and what is rounded up belongs there."""
    found = Counter({name: micro // SECOND for name, micro in hours.share(end - seconds * SECOND, end).items()})
    found[hours.at(end - 1)] += _up(seconds, increment) - sum(found.values())
    return {name: count for name, count in found.items() if name and count}


def weight(service: Service, rate: Rate, one: Counted) -> Decimal:
    """Give how much of the rate's unit a fact is, exactly."""
    if rate.kind in OF_TIME:
        return EXACT.divide(one.seconds, _UNITS[rate.kind])
    if rate.kind == "fte":
        hours = EXACT.divide(one.seconds, _HOUR)
        if rate.measure.hours == "paid":
            hours = EXACT.divide(hours, EXACT.subtract(1, EXACT.scaleb(service.cost.shrinkage, -2)))
        return EXACT.divide(hours, rate.measure.standard or 1)
    return Decimal(1)


def _quantities(service: Service, rate: Rate, facts: list[Counted]) -> tuple[Quantity, dict[str, Quantity]]:
    """Give a month's quantity, rounded half up once, and how much of it is overtime, each rounded once."""
    if rate.kind == "seat":
        return len({one.who for one in facts}), {}
    parts = {name: sum(one.overtime.get(name, 0) for one in facts) for name in (rule.id for rule in rate.overtime)}
    if rate.kind not in OF_TIME and rate.kind != "fte":
        return len(facts), {name: count for name, count in parts.items() if count}
    whole = Counted(0, 0, "", sum(one.seconds for one in facts), {})
    overtime: dict[str, Quantity] = {
        name: _rounded(service, rate, whole._replace(seconds=s)) for name, s in parts.items() if s
    }
    return _rounded(service, rate, whole), overtime


def _rounded(service: Service, rate: Rate, all_of_it: Counted) -> Decimal:
    digit = Decimal(1).scaleb(-rate.quantity_digits)
    return weight(service, rate, all_of_it).quantize(digit, ROUND_HALF_UP, EXACT)


def behind(service: Service, rate: Rate, line: Line, facts: Iterable[Counted]) -> list[Counted]:
    """Give those of a month's facts that a line bills; a fact that lies on the edge of two tiers is behind both."""
    if line.part == "shortfall":
        return []
    if line.part == "overtime":
        return [one for one in facts if one.overtime.get(line.overtime)]
    if rate.kind == "seat":
        return _of_seats(line, list(facts))
    found, low = [], Decimal(0)
    for one in facts:
        high = EXACT.add(low, weight(service, rate, one))
        if rate.volume or (low < line.last and high > line.first - 1):
            found.append(one)
        low = high
    return found


def _of_seats(line: Line, facts: list[Counted]) -> list[Counted]:
    persons = list(dict.fromkeys(one.who for one in facts))
    mine = set(persons[line.first - 1 : line.last])
    return [one for one in facts if one.who in mine]
