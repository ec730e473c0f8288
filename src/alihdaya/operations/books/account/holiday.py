"""A holiday that is added later: what is open is due anew, what is finished is counted anew, each visibly."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alihdaya.engagement.account.events import HolidayAdded
from alihdaya.engagement.account.holidays import Holidays, holidays_of, observing
from alihdaya.engagement.account.schedule import instant, raise_any
from alihdaya.engagement.sla import SlaClock
from alihdaya.engagement.sla.story import ClockStory
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Problem
from alihdaya.kernel.time import micros
from alihdaya.operations.books.account.agree import standings
from alihdaya.operations.books.account.drafting import Account, account_of, month_of
from alihdaya.operations.desk import Desk, OpenItem
from alihdaya.operations.instance.clocks import set_due
from alihdaya.operations.instance.sla import Facts, clocks_of, facts_of
from alihdaya.operations.opening import observed
from alihdaya.store import Store
from alihdaya.store.archive.reading import archived_items
from alihdaya.store.views.items import ItemRow, finished_items, item_story
from alihdaya.store.views.ledger import facts
from alihdaya.work.events import ClockTargeted


class Wish(NamedTuple):
    """Close a day for one service, or for all ("")."""

    engagement: str
    service: str
    day: date
    name: str
    reason: str
    retroactive: bool = False


class Added(NamedTuple):
    """What came of it: the facts by service, and the open items whose clocks are due anew."""

    facts: tuple[HolidayAdded, ...]
    moved: tuple[int, ...]


def holidays(store: Store) -> list[tuple[int, HolidayAdded]]:
    """Give every holiday that was added, with the instant at which it was, in the order of the log."""
    return [(one.at, one.event) for one in facts(store) if isinstance(one.event, HolidayAdded)]


def add(desk: Desk, wish: Wish, by: str) -> Added:
    """Add a holiday. Raises Refused with every reason against it; durable when it returns."""
    desk.commit()
    account = account_of(desk.store, wish.engagement)
    terms = account.agreement.last.terms
    had = holidays_of((one.event for one in account.facts), wish.engagement)
    names = [one.id for one in terms.services if wish.service in {"", one.id}]
    raise_any([*_against(account, wish, desk.at), *_useless(terms, wish, had, names)])
    made = tuple(_fact(desk.store, account, wish, name, had) for name in names)
    desk.note(desk.at, by, *made)
    after = holidays_of([one.event for one in account.facts] + list(made), wish.engagement)
    moved = tuple(_observe(desk, wish.engagement, frozenset(names), after, by))
    desk.commit()
    desk.standings = standings(desk.store)
    return Added(made, moved)


def _problem(code: str, text: str, *facts: object) -> Problem:
    return Problem(code, text.format(*facts), facts=tuple(map(str, facts)))


def _against(account: Account, wish: Wish, now: int) -> Iterator[Problem]:
    first, last = account.agreement.segments[0].terms.start, account.agreement.until
    if not first <= wish.day <= last:
        yield _problem("outside-engagement", "{0} lies outside of {1} to {2}", wish.day, first, last)
    if not wish.retroactive and instant(wish.day, account.agreement.last.terms) < now:
        text = "{0} has begun or is over: say that the holiday is retroactive"
        yield _problem("in-the-past", text, wish.day)


def _useless(terms: Terms, wish: Wish, had: Holidays, names: list[str]) -> Iterator[Problem]:
    if not names:
        known = ", ".join(one.id for one in terms.services)
        yield _problem("no-service", "{0} has no service {1}: {2}", wish.engagement, wish.service, known)
    for name in names:
        calendar = observing(terms.service(name), had).calendar
        closed = dict(calendar.closed).get(wish.day.isoformat())
        if closed is not None:
            yield _problem("closed-already", "{0} is closed for {1} already: {2}", wish.day, name, closed)
        elif not calendar.week[wish.day.weekday()]:
            yield _problem("no-working-day", "{0} is no working day of {1}: nothing changes", wish.day, name)


def _observe(desk: Desk, engagement: str, names: frozenset[str], days: Holidays, by: str) -> Iterator[int]:
    """Let services know the holidays, and set the clocks of what is under way; gives the items that moved."""
    for key, service in list(desk.services.items()):
        if key[0] == engagement and key[1] in names:
            desk.services[key] = observed(service, days)
    for item in list(desk.items.values()):
        if item.service.engagement == engagement and item.service.name in names:
            former = item.service.clock
            item.service = observed(item.service, days)
            if (targeted := _retargeted(desk, item, former)) is not None:
                desk.append(desk.at, item.item, by, [targeted])
                yield item.item


def _retargeted(desk: Desk, item: OpenItem, former: SlaClock) -> ClockTargeted | None:
    """Set an open item's clocks to its calendar as it is now; None where that changes nothing."""
    if not item.touched:
        return None
    stood = [pause for pause in item.pauses if pause.end is not None]
    old = former.due_at(item.received_at, item.level or None, stood)
    due = item.service.clock.due_at(item.received_at, item.level or None, stood)
    if item.responded_at is not None:
        due = due._replace(respond=old.respond)
    if due == old:
        return None
    set_due(desk, item, due)
    return ClockTargeted(item.level or "", *due)


def _fact(store: Store, account: Account, wish: Wish, service: str, had: Holidays) -> HolidayAdded:
    """Say what the holiday changes of what is finished."""
    counts: Counter[tuple[str, str]] = Counter()
    items = []
    after = {**had, service: (*had.get(service, ()), (wish.day.isoformat(), wish.name))}
    for row in sorted(_finished(store, account, wish, service), key=lambda one: one.id):
        changed = _recounted(store, account, row, (had, after))
        if changed:
            items.append(row.id)
            month = month_of(row.closed_at or 0, account.agreement.last.terms)
            for measure, n in changed.items():
                counts[month, measure] += n
    listed = tuple((*key, n) for key, n in sorted(counts.items()) if n)
    return HolidayAdded(wish.engagement, service, wish.day.isoformat(), wish.name, wish.reason, listed, tuple(items))


def _finished(store: Store, account: Account, wish: Wish, service: str) -> list[ItemRow]:
    """Give the delivered items that a person worked on and whose clocks may have seen the day."""
    import polars as pl

    zone = ZoneInfo(account.agreement.last.terms.service(service).calendar.time_zone)
    start, end = (micros(datetime.combine(day, time(), zone)) for day in (wish.day, wish.day + timedelta(days=1)))
    mine = (pl.col("engagement") == account.engagement) & (pl.col("service") == service) & pl.col("touched")
    seen = (pl.col("status") == "delivered") & (pl.col("closed_at") >= start) & (pl.col("received_at") < end)
    gone = [ItemRow(*row) for row in archived_items(store, mine & seen)]
    return [*gone, *finished_items(store, account.engagement, service, (start, end))]


def _recounted(store: Store, account: Account, row: ItemRow, calendars: tuple[Holidays, Holidays]) -> dict[str, int]:
    """Give measure -> by how much an item's clocks come out otherwise."""
    story = item_story(store, row.id)
    every = (*account.agreement.segments, *account.agreement.replaced)
    signed = next((one.terms for one in every if one.terms.digest == row.terms), None)
    if story is None or signed is None:
        return {}
    found = facts_of(row.id, story.entries)
    sums: Counter[str] = Counter()
    for sign, days in zip((-1, 1), calendars, strict=True):
        sla = SlaClock(observing(signed.service(row.service), days))
        for one in clocks_of(sla, row.received_at, found, row.closed_at or 0):
            for measure, n in _measures(sla, one, found).items():
                sums[measure] += sign * n
    return {measure: n for measure, n in sums.items() if n}


def _measures(sla: SlaClock, one: ClockStory, found: Facts) -> dict[str, int]:
    """Give what the projection counts of a finished clock."""
    if one.verdict not in {"met", "missed"}:
        return {}
    unanswered = one.clock == "respond" and found.responded_at is None
    name = f"{one.clock}_{'missed' if unanswered else one.verdict}"
    level = f":{found.level}" if found.level and sla.closes else ""
    made = {name: 1, f"{name}{level}": 1}
    if sla.closes and one.target is not None and one.target.average:
        made[f"{one.clock}_time{level}"] = one.elapsed
    return made
