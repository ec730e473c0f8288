"""Figures from outside are recorded as facts: exchange rates, index values, milestones."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from alihdaya.engagement import terms as agreement
from alihdaya.engagement.einvoice.codes import known
from alihdaya.engagement.events import ExchangeQuoted, IndexPublished, MilestoneReached
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import HOUSE, tag_of
from alihdaya.kernel.money import plain_decimal
from alihdaya.kernel.time import moment
from alihdaya.operations.desk import Desk
from alihdaya.store.views.facts import house_facts

Figure = ExchangeQuoted | IndexPublished | MilestoneReached
KINDS: Final = (ExchangeQuoted, IndexPublished, MilestoneReached)
_KEYS: Final = {ExchangeQuoted: 3, IndexPublished: 2, MilestoneReached: 4}
"""So many first fields say what a figure is of; the next one is what it says."""
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MONTH: Final = re.compile(r"\d{4}-\d\d")
_LONGEST: Final = 200
_DIGITS: Final = 12


class Record(NamedTuple):
    """Write a figure down. `instead`: it corrects the one that is recorded; bills that are not closed follow it."""

    fact: Figure
    by: str = "operator"
    instead: bool = False


def record(desk: Desk, wish: Record, at: int) -> bool:
    """Record a figure; gives whether it was new. Raises Refused for one that cannot be, or contradicts another."""
    problems = list(_impossible(desk, wish.fact, at))
    if problems:
        raise Refused(problems)
    fact = _plain(wish.fact)
    width = _KEYS[type(fact)]
    last = next((one for one in reversed(_all(desk)) if type(one) is type(fact) and one[:width] == fact[:width]), None)
    if last is not None and last[width] == fact[width]:
        return False
    if last is not None and not wish.instead:
        text = f"{' '.join(map(str, fact[:width]))} is recorded as {last[width]} already; a correction has to say so"
        raise Refused(Problem("recorded", text))
    desk.note(at, wish.by, fact)
    return True


def recorded(store_facts: Iterator[tuple[int, object]]) -> list[tuple[int, Figure]]:
    """Keep the figures of (instant, fact) pairs."""
    return [(at, fact) for at, fact in store_facts if isinstance(fact, KINDS)]


def _all(desk: Desk) -> list[Figure]:
    stored = recorded(house_facts(desk.store, [tag_of(kind) for kind in KINDS]))
    pending = [fact for entry in desk.pending if entry.item == HOUSE for fact in entry.events]
    return [fact for _, fact in stored] + [fact for fact in pending if isinstance(fact, KINDS)]


def _plain(fact: Figure) -> Figure:
    """Write numbers in one way, so that 1.50 is 1.5."""
    if isinstance(fact, ExchangeQuoted):
        return fact._replace(rate=f"{Decimal(fact.rate).normalize():f}")
    if isinstance(fact, IndexPublished):
        return fact._replace(value=f"{Decimal(fact.value).normalize():f}")
    return fact


def _impossible(desk: Desk, fact: Figure, at: int) -> Iterator[Problem]:
    if isinstance(fact, ExchangeQuoted):
        yield from _bad_exchange(fact)
    elif isinstance(fact, IndexPublished):
        yield from _bad_text("series", fact.series)
        yield from _bad_number(fact.value)
        yield from _bad_day(fact.month, _MONTH, "a month such as 2026-03")
    else:
        yield from _bad_milestone(desk, fact, at)
    yield from _bad_text("source", fact[-1]) if fact[-1] else ()


def _bad_exchange(fact: ExchangeQuoted) -> Iterator[Problem]:
    for currency in (fact.base, fact.quote):
        if not known(currency, "iso-4217"):
            yield Problem("unknown-currency", f"{currency!r} is no currency of ISO 4217")
    if fact.base == fact.quote:
        yield Problem("same-currency", f"{fact.base} has no rate to itself")
    yield from _bad_number(fact.rate)
    pattern = _DAY if _DAY.fullmatch(fact.on) else _MONTH
    yield from _bad_day(fact.on, pattern, "a day such as 2026-03-31 or a month such as 2026-03")


def _bad_number(text: str) -> Iterator[Problem]:
    number = plain_decimal(text)
    if number is None or number <= 0:
        yield Problem("bad-number", f"{text!r} is no number above 0")
    elif number.adjusted() >= _DIGITS or -int(number.as_tuple().exponent) > _DIGITS:
        yield Problem("bad-number", f"{text!r} has over {_DIGITS} digits on a side of the point")


def _bad_day(text: str, pattern: re.Pattern[str], kind: str) -> Iterator[Problem]:
    try:
        good = bool(pattern.fullmatch(text) and date.fromisoformat(f"{text}-01"[:10]))
    except ValueError:
        good = False
    if not good:
        yield Problem("bad-day", f"{text!r} is not {kind}")


def _bad_text(what: str, text: str) -> Iterator[Problem]:
    if not (text.strip() and text.isprintable() and len(text) <= _LONGEST):
        yield Problem("bad-text", f"the {what} must be 1 to {_LONGEST} characters that can be printed, not {text!r}")


def _bad_milestone(desk: Desk, fact: MilestoneReached, at: int) -> Iterator[Problem]:
    yield from _bad_text("milestone", fact.milestone)
    problems = list(_bad_day(fact.day, _DAY, "a day such as 2026-03-31"))
    yield from problems
    signed = {one.id: one.terms for one in desk.store.engagements()}
    if fact.engagement not in signed:
        yield Problem("no-engagement", f"no engagement {fact.engagement!r} is signed here")
        return
    terms = agreement.from_wire(signed[fact.engagement])
    rates = {(one.id, rate.unit): rate.kind for one in terms.services for rate in one.rates}
    if rates.get((fact.service, fact.unit)) != "milestone":
        named = ", ".join(f"{service}/{unit}" for (service, unit), kind in rates.items() if kind == "milestone")
        text = f"{fact.service}/{fact.unit} is no milestone of the rate card; it has {named or 'none'}"
        yield Problem("no-milestone", text)
    if not problems and not terms.start <= date.fromisoformat(fact.day) <= terms.until:
        yield Problem("outside-engagement", f"{fact.day} lies outside of {terms.start} to {terms.until}")
    if not problems and fact.day > moment(at, ZoneInfo(terms.client.time_zone)).date().isoformat():
        yield Problem("in-future", f"{fact.day} lies in the future")
