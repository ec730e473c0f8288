"""The terms of an engagement: who serves whom, from where, how fast, at what price, and what a miss costs."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from alihdaya.engagement.calendar import WEEKDAYS, Calendar
from alihdaya.engagement.einvoice.agreement import Billing, Registered, ServiceVat, wire_of
from alihdaya.engagement.rates.card import Rate
from alihdaya.engagement.rates.credits import Penalty, penalty_wire
from alihdaya.engagement.rates.loading import Loading, loading_to_wire
from alihdaya.engagement.rates.wire import decimal_text, rate_wire

SPANS: Final = ("working_hours", "working_minutes", "working_seconds")
"""Units of a limit that counts by the clock, as terms.toml calls them."""


@dataclass(frozen=True, slots=True)
class Party:
    """A client or a provider. `country`: ISO 3166-1 alpha-2; `subdivision`: the part of ISO 3166-2 after the hyphen.

    `invoice`: address and registrations that an EN 16931 document names.
    """

    name: str
    country: str
    subdivision: str
    city: str
    time_zone: str
    invoice: Registered | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A time limit in working hours, minutes, seconds or days; exactly one of them is given.

    `percent` of a month's items must keep it, where that differs from the service's share. With `average`, the limit
    is for the month's mean instead: the working time that the clocks ran, over all items.
    """

    working_hours: Decimal | None = None
    working_days: int | None = None
    working_minutes: Decimal | None = None
    working_seconds: Decimal | None = None
    percent: Decimal | None = None
    average: bool = False

    @property
    def spans(self) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        """Give hours, minutes, seconds."""
        return self.working_hours, self.working_minutes, self.working_seconds


@dataclass(frozen=True, slots=True)
class Level:
    """Limits of their own for items whose variable `Sla.by` has the value `name`: those of a priority, say.

    Where `Sla.by` names several variables, `name` has a value for each, or for the first of them: "P1/telephone".
    """

    name: str
    respond: Target | None
    resolve: Target | None


@dataclass(frozen=True, slots=True)
class Sla:
    """Limits to begin and to finish a person's task, and the share in percent that must be kept in a month.

    `levels` have limits of their own, chosen by the variable `by` of the item, or by several ("priority/channel"); all
    other items have `respond` and `resolve`. The share is that of all levels together, but of those that have a share
    or an average of their own. Both clocks stand while an item waits at one
    of the nodes `pauses` (ids in the pack's model) and at nothing that is the provider's to do.
    """

    respond: Target | None
    resolve: Target | None
    attainment: Decimal
    by: str = ""
    levels: tuple[Level, ...] = ()
    pauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What delivery costs the provider beside the wage; the client never sees it.

    `shrinkage`: percent of paid time that is not worked on items (leave, training, breaks, waiting);
    `support`: percent on labour for supervision, quality and space; `overhead`: unit -> cost an item.
    `loading`: what an hour costs beside the wage, where the roster has gross wages.
    """

    shrinkage: Decimal
    support: Decimal
    overhead: tuple[tuple[str, Decimal], ...]
    loading: Loading | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """One service of an engagement, done by a pack, delivered from a country."""

    id: str
    pack: str
    delivery_country: str
    calendar: Calendar
    sla: Sla
    rates: tuple[Rate, ...]
    penalty: Penalty
    cost: Cost
    vat: ServiceVat | None = None

    def rate(self, unit: str) -> Rate:
        """Give the rate of a unit. Raises KeyError for a unit that the rate card does not price."""
        for rate in self.rates:
            if rate.unit == unit:
                return rate
        raise KeyError(unit)


@dataclass(frozen=True)
class Terms:
    """All that client and provider agreed on (S17). `start` and `until` are both covered."""

    engagement: str
    client: Party
    provider: Party
    currency: str
    signed: date
    start: date
    until: date
    services: tuple[Service, ...]
    billing: Billing | None = None
    recordings: int | None = None
    """So many days after their item is over recordings of people are kept; None: nothing is agreed on."""

    def service(self, service: str) -> Service:
        """Give a service by its id. Raises KeyError for one that the terms do not name."""
        for found in self.services:
            if found.id == service:
                return found
        raise KeyError(service)

    @cached_property
    def digest(self) -> str:
        """First 32 hex digits of sha256 over the canonical wire form: the same for files that differ in layout."""
        text = json.dumps(to_wire(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def to_wire(terms: Terms) -> dict[str, Any]:
    """Give the terms as plain dicts, lists and texts: the layout of terms.toml, holidays written out by date."""
    return {
        "engagement": {
            "id": terms.engagement,
            "currency": terms.currency,
            "signed": terms.signed.isoformat(),
            "from": terms.start.isoformat(),
            "until": terms.until.isoformat(),
        },
        "client": _party(terms.client),
        "provider": _party(terms.provider),
        "service": [_service(service) for service in terms.services],
        **_given("invoice", terms.billing),
        **({} if terms.recordings is None else {"recordings": {"keep_days": terms.recordings}}),
    }


def from_wire(wire: Mapping[str, Any]) -> Terms:
    """Turn the wire form back into terms. Raises TermsError where it is not whole."""
    from alihdaya.engagement.reading import read_terms

    return read_terms(wire)


def parse(data: bytes, name: str = "terms.toml") -> Terms:
    """Parse terms.toml. Raises TermsError with every problem found, each with file, line and key."""
    from alihdaya.engagement.reading import parse_terms

    return parse_terms(data, name)


def _given(key: str, one: Registered | ServiceVat | Billing | None) -> dict[str, Any]:
    """Terms that say nothing of it keep the digest that they had before there was such a table."""
    return {} if one is None else {key: wire_of(one)}


def _party(party: Party) -> dict[str, Any]:
    return {
        "name": party.name,
        "country": party.country,
        "subdivision": party.subdivision,
        "city": party.city,
        "time_zone": party.time_zone,
        **_given("invoice", party.invoice),
    }


def _service(service: Service) -> dict[str, Any]:
    return {
        "id": service.id,
        "pack": service.pack,
        "delivery_country": service.delivery_country,
        "calendar": _calendar(service.calendar),
        "sla": {
            "attainment": decimal_text(service.sla.attainment),
            **_target("respond", service.sla.respond),
            **_target("resolve", service.sla.resolve),
            **_levels(service.sla),
            **({"pauses": list(service.sla.pauses)} if service.sla.pauses else {}),
        },
        "rates": {rate.unit: rate_wire(rate) for rate in service.rates},
        "penalty": penalty_wire(service.penalty),
        "cost": {
            "shrinkage": decimal_text(service.cost.shrinkage),
            "support": decimal_text(service.cost.support),
            "overhead": {unit: decimal_text(cost) for unit, cost in service.cost.overhead},
            **loading_to_wire(service.cost.loading),
        },
        **_given("vat", service.vat),
    }


def _calendar(calendar: Calendar) -> dict[str, Any]:
    week = {
        name: [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in periods]
        for name, periods in zip(WEEKDAYS, calendar.week, strict=True)
    }
    rules = {"country": calendar.country, "subdivision": calendar.subdivision}
    named = {key: text for key, text in rules.items() if text}
    return {"time_zone": calendar.time_zone, **week, "holidays": {**named, "dates": dict(calendar.closed)}}


def _target(name: str, target: Target | None) -> dict[str, Any]:
    if target is None:
        return {}
    wire: dict[str, Any] = {} if target.working_days is None else {"working_days": target.working_days}
    spans = zip(SPANS, target.spans, strict=True)
    wire |= {unit: decimal_text(amount) for unit, amount in spans if amount is not None}
    if target.percent is not None:
        wire["percent"] = decimal_text(target.percent)
    return {name: {**wire, "average": True} if target.average else wire}


def _levels(sla: Sla) -> dict[str, Any]:
    if not sla.levels:
        return {}
    levels = {
        level.name: {**_target("respond", level.respond), **_target("resolve", level.resolve)} for level in sla.levels
    }
    return {"by": sla.by, "levels": levels}
