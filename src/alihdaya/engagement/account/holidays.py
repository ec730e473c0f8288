"""Holidays that were added after the signing: which they are, and a service whose calendar knows them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from alihdaya.engagement.account.events import HolidayAdded, HolidayRecounted
from alihdaya.engagement.terms import Service
from alihdaya.kernel.event import Event

Holidays = Mapping[str, tuple[tuple[str, str], ...]]
"""Service -> (ISO date, name) of what was added, in the order in which it was."""


def holidays_of(facts: Iterable[Event], engagement: str) -> Holidays:
    """Fold the facts of an engagement."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for one in facts:
        if isinstance(one, HolidayAdded) and one.engagement == engagement:
            found[one.service] = (*found.get(one.service, ()), (one.day, one.name))
    return found


def observing(service: Service, added: Holidays) -> Service:
    """Give a service of the terms with the holidays that were added to it."""
    days = added.get(service.id)
    return replace(service, calendar=service.calendar.with_closed(days)) if days else service


def recounted(counted: dict[tuple[str, str], dict[str, int]], facts: Iterable[Event], engagement: str) -> None:
    """Add what added holidays changed of finished clocks to what was counted: (month, service) -> measure -> n."""
    for one in facts:
        if isinstance(one, HolidayAdded | HolidayRecounted) and one.engagement == engagement:
            for month, measure, n in one.counts:
                measures = counted.setdefault((month, one.service), {})
                measures[measure] = measures.get(measure, 0) + n
