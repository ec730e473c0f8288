"""The invoice of a month whose terms were amended or whose items were rebooked: each line with the facts behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, partial
from itertools import pairwise

from alihdaya.engagement.account.parts import Part, part_lines
from alihdaya.engagement.credit import Credit
from alihdaya.engagement.invoice import Invoice, Line, invoice_of
from alihdaya.engagement.ratecard import Quantity
from alihdaya.engagement.rates.card import OF_ITEMS, OF_TIME, Rate
from alihdaya.engagement.rates.outcome import outcome_of
from alihdaya.engagement.rates.overtime import NORMAL, Hours
from alihdaya.engagement.sla import Attainment
from alihdaya.engagement.terms import Service
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.books import measured
from alihdaya.operations.books.account.days import When
from alihdaya.operations.books.account.drafting import Month, Stretch
from alihdaya.operations.books.behind import behind, slice_of
from alihdaya.operations.books.measured import MonthFacts
from alihdaya.operations.books.worked import work_page
from alihdaya.store.views.facts import delivery_of
from alihdaya.store.views.ledger import Counted as Delivery
from alihdaya.work.events import ItemDelivered

_NOTHING = Decimal(0)


@dataclass(frozen=True)
class ByParts:
    """A month counted by every set of terms that bills something of it.

    What is about an item follows the terms that held as it came in; time, presence and milestones those of their day.
    """

    month: Month

    @cached_property
    def _log(self) -> MonthFacts:
        return MonthFacts(self.month.account.store, self.month.governing, self.month.month)

    @cached_property
    def _cache(self) -> dict[tuple[int, str, str], list[measured.Counted]]:
        return {}

    def _facts(self, place: int, service: Service, rate: Rate) -> list[measured.Counted]:
        """Give the facts that a part's rate counts; of a seat, those of all parts that have it."""
        key = (place, service.id, rate.unit)
        if key not in self._cache:
            self._cache[key] = list(self._counted(place, service, rate))
        return self._cache[key]

    def _summed(self, place: int, service: Service, rate: Rate) -> list[measured.Counted]:
        """Give facts with the same sums as those that a part's rate counts: of whole days, where that will do."""
        spans = [self.month.days_of(one) for one in (self._same(service.id, rate) if rate.kind == "seat" else [place])]
        if not measured.is_summed(rate):
            found = self._log.spent(service, rate, self.month.stretches[place].window)
            return self._facts(place, service, rate) if found is None else [found]
        if None in spans:
            return self._facts(place, service, rate)
        return self._log.handled(service, rate, [span for span in spans if span is not None])

    def _counted(self, place: int, service: Service, rate: Rate) -> Iterator[measured.Counted]:
        stretch = self.month.stretches[place]
        if rate.kind in OF_ITEMS or rate.kind == "outcome":
            stock = self._stock(place, service, rate)
            yield from self._classed(
                service, rate, list(self._outcomes(service, rate, stretch) if stock is None else stock)
            )
        else:
            same = self._same(service.id, rate) if rate.kind == "seat" else [place]
            for one in same:
                yield from self._log.counted(service, rate, self.month.stretches[one].window)

    def _classed(self, service: Service, rate: Rate, items: Sequence[Delivery]) -> Iterator[measured.Counted]:
        """Give deliveries as facts, each with its class of hours, where that is overtime."""
        hours = self._hours(service, rate, items) if rate.overtime and items else None
        for one in items:
            name = hours.at(one.closed_at) if hours else NORMAL
            yield measured.Counted(one.closed_at, one.item, "", 0, {name: 1} if name else {})

    def _hours(self, service: Service, rate: Rate, items: Sequence[Delivery]) -> Hours:
        """Give a rate's classes of hours in the month, and whenever these items were delivered."""
        instants = [*self.month.within, *(one.closed_at for one in items)]
        return self._log.hours(service, rate, (min(instants), max(instants) + 1))

    def _same(self, service: str, rate: Rate) -> list[int]:
        """Give the parts that count a unit as this rate does."""
        return [
            place
            for place, stretch in enumerate(self.month.stretches)
            if any(
                one.id == service and any((had.unit, had.kind) == (rate.unit, rate.kind) for had in one.rates)
                for one in stretch.terms.services
            )
        ]

    def _outcomes(self, service: Service, rate: Rate, stretch: Stretch) -> Iterator[Delivery]:
        low, high = stretch.window
        for one in self.month.items:
            if one.service == service.id and low <= one.received_at < high:
                delivered = self._deliveries.get(one.item) or delivery_of(self.month.account.store, one.item)
                if delivered is not None and measured.is_counted(rate, delivered):
                    yield one

    @cached_property
    def _deliveries(self) -> dict[int, ItemDelivered]:
        services = {service.id for stretch in self.month.stretches for service in stretch.terms.services}
        found = (one for service in services for one in self._log.facts(service, ItemDelivered))
        return {one.item: one.fact for one in found if isinstance(one.fact, ItemDelivered)}

    def _before(self, place: int, service: Service, rate: Rate) -> Decimal:
        """Give what the parts ahead of one count of a unit, exactly."""
        earlier = [one for one in self._same(service.id, rate) if one < place]
        return sum((self._exactly(one, service.id, rate) for one in earlier), Decimal(0))

    def _exactly(self, place: int, service: str, rate: Rate) -> Decimal:
        own = self.month.stretches[place].terms.service(service)
        if (stock := self._stock(place, own, own.rate(rate.unit))) is not None:
            return Decimal(len(stock))
        facts = self._summed(place, own, own.rate(rate.unit))
        if rate.kind in OF_TIME or rate.kind == "fte":
            return measured.exactly(own, own.rate(rate.unit), sum(one.seconds for one in facts))
        return Decimal(len(facts))

    def _part(self, place: int, stretch: Stretch) -> Part:
        usage: dict[str, dict[str, Quantity]] = {}
        overtime = {}
        for (name, unit), items in stretch.items.items():
            usage.setdefault(name, {})[unit] = len(items)
        for service in stretch.terms.services:
            for rate in service.rates:
                if not rate.simple:
                    quantity, late = self._quantities(place, service, rate)
                    usage.setdefault(service.id, {})[rate.unit] = quantity
                    if late:
                        overtime[service.id, rate.unit] = late
        return Part(stretch.terms, stretch.since, stretch.days, usage, overtime)

    def _quantities(self, place: int, service: Service, rate: Rate) -> tuple[Quantity, dict[str, Quantity]]:
        """Give what a part counts, and how much of it is overtime, by its id."""
        stock = self._stock(place, service, rate)
        late = {rule.id: self._stock(place, service, rate, rule.id) for rule in rate.overtime}
        if stock is not None and None not in late.values():
            return len(stock), {name: len(some) for name, some in late.items() if some}
        facts = self._summed(place, service, rate)
        before = self._before(place, service, rate) if rate.kind in OF_TIME or rate.kind == "fte" else Decimal(0)
        return measured.quantity_of(service, rate, facts, before), measured.overtime_of(service, rate, facts)

    @cached_property
    def lines(self) -> list[tuple[int, Line]]:
        """Every line, with the place of the part that it belongs to. Raises Refused where one cannot be priced."""
        parts = [self._part(place, stretch) for place, stretch in enumerate(self.month.stretches)]
        figures = measured.figures_of(self.month.account.store)
        return [(one.part, one.line) for one in part_lines(parts, self.month.days, figures)]

    def facts(self, number: int) -> list[measured.Counted]:
        """Give the facts behind a line. Raises Refused for a line that there is not."""
        for place, line in self.lines:
            if line.number == number:
                service = self.month.stretches[place].terms.service(line.service)
                rate = service.rate(line.unit)
                before = Decimal(0) if rate.kind == "seat" else self._before(place, service, rate)
                return behind(service, rate, line, self._facts(place, service, rate), before)
        raise Refused(Problem("line-differs", f"{self.month.month} has no line {number}"))

    def page(self, number: int, first: int, count: int) -> list[measured.Counted] | None:
        """Give the facts first to first + count - 1 (from 1) behind a line, in the order of delivery.

        None for a line that there is not, and where only the whole month tells.
        """
        for place, line in self.lines:
            if line.number == number and line.part != "shortfall":
                service = self.month.stretches[place].terms.service(line.service)
                rate = service.rate(line.unit)
                part = slice(first - 1, first - 1 + count)
                if line.part == "overtime" and rate.kind in OF_TIME:
                    late = self._log.shift(service, rate, line.overtime, self.month.stretches[place].window)
                    return None if late is None else list(late[part])
                if line.part == "usage" and rate.kind in measured.WORKED:
                    return self._page_of_work(place, (service, rate), line, (first, count))
                stock = self._stock(place, service, rate, line.overtime)
                if stock is not None:
                    if line.part == "usage":
                        part = slice_of(service, rate, line, (first, count), self._before(place, service, rate))
                    return list(self._classed(service, rate, stock[part]))
        return None

    def _page_of_work(
        self, place: int, rated: tuple[Service, Rate], line: Line, page: tuple[int, int]
    ) -> list[measured.Counted] | None:
        service, rate = rated
        same = self._same(service.id, rate) if rate.kind == "seat" else [place]
        (low, high), held = self.month.within, [self.month.stretches[one].window for one in same]
        cut = ((max(one[0], low), min(one[1], high)) for one in held)
        windows = sorted(one for one in cut if one[0] < one[1])
        if not windows or any(one[1] != other[0] for one, other in pairwise(windows)):
            return None
        before = _NOTHING if rate.kind == "seat" else self._before(place, service, rate)
        window = windows[0][0], windows[-1][1]
        facts = MonthFacts(self.month.account.store, self.month.governing, self.month.month, window)
        return work_page(facts, rated, line, page, before=before)

    def _stock(self, place: int, service: Service, rate: Rate, name: str = NORMAL) -> Sequence[Delivery] | None:
        """Give the items or outcomes that a part counts, in their order; of a class of overtime where one is named.

        None of another rate, and where days do not tell.
        """
        when = self._when(service, rate, name) if name else None
        if rate.kind in OF_ITEMS:
            unit = (service.id, rate.unit)
            return self.month.late(place, unit, when) if when else self.month.stretches[place].items.get(unit, ())
        if (stock := self._log.deliveries(service, rate)) is None:
            return None
        unit = service.id, outcome_of(rate.measure.of, rate.measure.values).key
        return self.month.outcomes(place, unit, stock, partial(self._is_met, rate), when)

    def _when(self, service: Service, rate: Rate, name: str) -> When:
        hours = self._hours(service, rate, self.month.moved.brought)
        return When(hours.spans(name, self.month.within), lambda at: hours.at(at) == name)

    def _is_met(self, rate: Rate, item: int) -> bool:
        delivered = delivery_of(self.month.account.store, item)
        return delivered is not None and measured.is_counted(rate, delivered)

    def behind(self, number: int) -> list[int]:
        """Give the items behind a line, in the order of delivery."""
        return list(dict.fromkeys(one.item for one in self.facts(number) if one.item))

    def invoice(self, attainments: Sequence[Attainment], earlier: Sequence[Credit] = ()) -> Invoice:
        """Make the invoice: the lines of each terms one after the other, credits by those that hold at its end.

        `attainments`: of all months that the credits look at; `earlier`: credits that may be earned back.
        """
        governing, days, month = self.month.governing, self.month.days, self.month.month
        lines = tuple(line for _, line in self.lines)
        return invoice_of(governing, month, (days.first, days.last), lines, attainments, earlier=earlier)
