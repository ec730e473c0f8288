"""A run in figures: the summary that is printed, the report that is written, the one JSON object for machines."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from alihdaya.cli.reading import StoreReader, vocabulary_of
from alihdaya.console.reports.facts import Counted, Day, Load, Month, ReportFacts, RunSummary, Tally, Wait
from alihdaya.engagement.shore import shore
from alihdaya.engagement.sla.goals import goals
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.money import Money
from alihdaya.kernel.time import HOUR
from alihdaya.operations.books.bill import Bill
from alihdaya.packs.pack import Chart
from alihdaya.packs.vocabulary import Vocabulary
from alihdaya.store import Store, views
from alihdaya.store.views.results import delivered_results, waits

_ENDS = ("delivered", "given_up", "handed_on")

_WAITS = (1, 2, 4, 8, 16, 24, 48)
"""Bands of waiting for a person, in hours of the wall clock."""


@dataclass(frozen=True)
class Facts:
    """What a run leaves to be told: the terms, the bills of all months, and how the run itself went.

    `unbilled`: why months could not be billed, in words.
    """

    store: Store
    terms: Terms
    bills: tuple[Bill, ...]
    seconds: float
    items_per_s: float | None
    replay_equal: bool | None
    seed: int | None
    made_at: int
    unbilled: tuple[str, ...] = ()

    @property
    def totals(self) -> Mapping[str, int]:
        """All that was ever counted for this engagement."""
        return views.totals(self.store, self.terms.engagement)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the pack."""
        return vocabulary_of(self.store, self.terms.engagement)

    def money(self, amounts: Iterable[Money]) -> Money:
        """Add amounts up."""
        return sum(amounts, Money(0, self.terms.currency))


def summary(facts: Facts, files: Mapping[str, str]) -> RunSummary:
    """Give the summary of a run."""
    counts, terms = facts.totals, facts.terms
    floor = StoreReader(facts.store).floor(0, terms.engagement)
    shares = {one.clock: one.percent / Decimal(100) for one in goals(terms.services[0]) if not one.level}
    return RunSummary(
        client=terms.client.name,
        provider=terms.provider.name,
        service=terms.services[0].id,
        items=counts.get("received", 0),
        straight_through=counts.get("straight_through", 0),
        to_people=counts.get("to_people", 0),
        delivered=counts.get("delivered", 0),
        waiting=counts.get("received", 0) - sum(counts.get(end, 0) for end in _ENDS) - floor.stopped,
        stopped=floor.stopped,
        rejected=counts.get("rejected", 0) + counts.get("duplicate", 0),
        refusals=floor.refusals,
        respond=_kept(counts, "respond"),
        resolve=_kept(counts, "resolve"),
        respond_target=shares.get("respond"),
        resolve_target=shares.get("resolve"),
        invoiced=facts.money(bill.invoice.total for bill in facts.bills),
        credits=facts.money(bill.invoice.credited for bill in facts.bills),
        unbilled=facts.unbilled,
        margin=facts.money(bill.margin.amount for bill in facts.bills),
        seconds=facts.seconds,
        items_per_s=facts.items_per_s,
        replay_equal=facts.replay_equal,
        simulated=bool(counts.get("simulated")),
        files=files,
    )


def as_json(facts: Facts) -> dict[str, Any]:
    """Give the one JSON object: counts, amounts as numbers of the currency's major unit, shares from 0 to 1."""
    counts = facts.totals
    respond, resolve = _kept(counts, "respond"), _kept(counts, "resolve")
    met, all_clocks = respond[0] + resolve[0], respond[1] + resolve[1]
    revenue = facts.money(bill.invoice.total for bill in facts.bills)
    margin = facts.money(bill.margin.amount for bill in facts.bills)
    return {
        "items": counts.get("received", 0),
        "straight_through": counts.get("straight_through", 0),
        "to_people": counts.get("to_people", 0),
        "refused_assignments": counts.get("refused", 0),
        "sla_met": round(met / all_clocks, 4) if all_clocks else None,
        "sla": {"respond": list(respond), "resolve": list(resolve)},
        "invoice_total": float(revenue.amount),
        "currency": facts.terms.currency,
        "margin": float(margin.amount),
        "margin_percent": round(100 * margin.minor / revenue.minor, 2) if revenue.minor else None,
        "delivered": counts.get("delivered", 0),
        "rejected": counts.get("rejected", 0) + counts.get("duplicate", 0),
        "simulated_tasks": counts.get("simulated", 0),
        "months": len(facts.bills),
        "unbilled": list(facts.unbilled),
        "seconds": round(facts.seconds, 2),
        "items_per_s": None if facts.items_per_s is None else round(facts.items_per_s),
        "replay_equal": facts.replay_equal,
    }


def report(facts: Facts, files: Mapping[str, str]) -> ReportFacts:
    """Gather what the report shows."""
    terms, store = facts.terms, facts.store
    word = shore(terms.client.country, terms.services[0].delivery_country)
    days = [_day(period) for period in views.tallies(store, terms.engagement, by="day")]
    results = list(delivered_results(store, terms.engagement))
    return ReportFacts(
        run=summary(facts, files),
        engagement=terms.engagement,
        first_day=days[0].day if days else terms.start,
        last_day=days[-1].day if days else terms.start,
        made_at=facts.made_at,
        zone=terms.client.time_zone,
        countries=(terms.client.country, terms.services[0].delivery_country),
        shore=word.word,
        shore_reasons=word.reasons,
        days=tuple(day for day in days if day.items),
        months=tuple(_months(facts)),
        counts=tuple(one for chart in facts.vocabulary.charts if (one := _counted(chart, results)).tallies),
        vocabulary=facts.vocabulary,
        waits=tuple(_waits(store, terms.engagement)),
        loads=tuple(_loads(facts)),
        sources=tuple(source.name for source in store.sources()),
        simulated_tasks=facts.totals.get("simulated", 0),
        seed=facts.seed,
        log_entries=store.last_seq(),
    )


def _kept(counts: Mapping[str, int], clock: str) -> tuple[int, int]:
    met = counts.get(f"{clock}_met", 0)
    return met, met + counts.get(f"{clock}_missed", 0)


def _day(period: views.Period) -> Day:
    counts = period.counts
    return Day(date.fromisoformat(period.period), counts.get("received", 0), counts.get("to_people", 0))


def _months(facts: Facts) -> Iterator[Month]:
    counts = {one.period: one.counts for one in views.tallies(facts.store, facts.terms.engagement)}
    for bill in facts.bills:
        found = counts.get(bill.month, {})
        respond, resolve = _kept(found, "respond"), _kept(found, "resolve")
        yield Month(
            month=bill.month,
            items=found.get("delivered", 0),
            straight_through=found.get("straight_through", 0),
            respond_met=respond[0],
            respond_total=respond[1],
            resolve_met=resolve[0],
            resolve_total=resolve[1],
            revenue=bill.invoice.fees,
            cost=bill.margin.labour + bill.margin.overhead,
            credits=bill.invoice.credited,
            invoice=bill.invoice.number,
            invoice_file=f"invoices/{bill.month}.html",
        )


def _counted(chart: Chart, results: Iterable[Mapping[str, Any]]) -> Counted:
    values = [value for result in results if (value := result.get(chart.of)) is not None]
    several = any(isinstance(value, Mapping | list) for value in values)
    return Counted(chart.title, _tallies(name for value in values for name in _named(value)), several)


def _named(value: Any) -> Iterator[str]:
    """Give what a result counts as: a text as itself, yes and no as such, a context by the names that it grants."""
    if isinstance(value, Mapping):
        yield from (str(name) for name, granted in value.items() if granted is True)
    elif isinstance(value, bool):
        yield "yes" if value else "no"
    elif isinstance(value, list):
        yield from (name for one in value for name in _named(one))
    elif isinstance(value, str | int | Decimal):
        yield str(value)


def _tallies(names: Iterable[str]) -> tuple[Tally, ...]:
    return tuple(
        Tally(name, count) for name, count in sorted(Counter(names).items(), key=lambda one: (-one[1], one[0]))
    )


def _waits(store: Store, engagement: str) -> Iterator[Wait]:
    left = sorted(waits(store, engagement))
    if not left:
        return
    begin = 0
    for hours in _WAITS:
        end = sum(wait < hours * HOUR for wait in left)
        yield Wait(hours * 3600, end - begin)
        begin = end
    yield Wait(None, len(left) - begin)


def _loads(facts: Facts) -> Iterator[Load]:
    people = {one.facts.person: one.facts.name for one in facts.store.persons()}
    tasks: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for month in views.months(facts.store, facts.terms.engagement):
        for row in views.labour(facts.store, facts.terms.engagement, month):
            tasks[row.person] += row.tasks
            seconds[row.person] += row.seconds
    for person, name in sorted(people.items()):
        yield Load(person, name, tasks[person], seconds[person])
