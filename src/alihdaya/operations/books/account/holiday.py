"""A holiday that is added later: what is open is due anew, what is finished is counted anew, each visibly.

Where nodes share a database, the fact is the house's, and each shard observes it as it hears of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from alihdaya.engagement.account.events import HolidayAdded, HolidayRecounted
from alihdaya.engagement.account.holidays import Holidays, holidays_of, observing
from alihdaya.engagement.account.schedule import instant, raise_any
from alihdaya.engagement.sla import Due, SlaClock
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Problem
from alihdaya.kernel.event import Entry
from alihdaya.operations.books.account.agree import Standing, standings
from alihdaya.operations.books.account.drafting import Account, account_of
from alihdaya.operations.books.account.recount import Closing, ended_after, ended_before, recount
from alihdaya.operations.desk import Desk, OpenItem
from alihdaya.operations.exchange.shards.posting import tell
from alihdaya.operations.instance.clocks import set_due
from alihdaya.operations.instance.sla import facts_of
from alihdaya.operations.opening import observed
from alihdaya.store import Store
from alihdaya.store.lease.house import FACTOR
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
    reached = desk.store.reached()
    made = tuple(_fact(account, wish, name, had, reached) for name in names)
    desk.note(desk.at, by, *made)
    after = holidays_of([one.event for one in account.facts] + list(made), wish.engagement)
    moved = tuple(_observe(desk, wish.engagement, frozenset(names), after, by))
    desk.commit()
    desk.standings = standings(desk.store)
    return Added(made, moved)


def _against(account: Account, wish: Wish, now: int) -> Iterator[Problem]:
    first, last = account.agreement.segments[0].terms.start, account.agreement.until
    if not first <= wish.day <= last:
        yield Problem("outside-engagement", f"{wish.day} lies outside of {first} to {last}")
    if not wish.retroactive and instant(wish.day, account.agreement.last.terms) < now:
        text = f"{wish.day} has begun or is over: say that the holiday is retroactive"
        yield Problem("in-the-past", text)


def _useless(terms: Terms, wish: Wish, had: Holidays, names: list[str]) -> Iterator[Problem]:
    if not names:
        known = ", ".join(one.id for one in terms.services)
        yield Problem("no-service", f"{wish.engagement} has no service {wish.service}: {known}")
    for name in names:
        calendar = observing(terms.service(name), had).calendar
        closed = dict(calendar.closed).get(wish.day.isoformat())
        if closed is not None:
            yield Problem("closed-already", f"{wish.day} is closed for {name} already: {closed}")
        elif not calendar.week[wish.day.weekday()]:
            yield Problem("no-working-day", f"{wish.day} is no working day of {name}: nothing changes")


def _fact(
    account: Account, wish: Wish, service: str, had: Holidays, reached: tuple[tuple[int, int], ...]
) -> HolidayAdded:
    """Say what the holiday changes of what is finished."""
    day = wish.day.isoformat()
    after = {**had, service: (*had.get(service, ()), (day, wish.name))}
    closing = Closing(service, day, had, after)
    found = recount(account, closing, ended_before(account.store, account, closing, dict(reached)))
    return HolidayAdded(wish.engagement, service, day, wish.name, wish.reason, *found, reached)


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
    old, due = (_due_by(desk, item, clock) for clock in (former, item.service.clock))
    if due == old:
        return None
    set_due(desk, item, due)
    return ClockTargeted(item.level or "", *due, answered=item.responded_at is not None)


def _due_by(desk: Desk, item: OpenItem, clock: SlaClock) -> Due:
    """Give when an item is due by a clock; an answer that was given by the level that it was given under."""
    stood = [pause for pause in item.pauses if pause.end is not None]
    due = clock.due_at(item.received_at, item.level or None, stood)
    if item.responded_at is None or not clock.levels:
        return due
    pending = (entry for entry in desk.pending if entry.item == item.item)
    level = facts_of(item.item, [*desk.store.read_log(item=item.item), *pending]).answered_level
    return due._replace(respond=clock.due_at(item.received_at, level or None, stood).respond)


def follow_holidays(desk: Desk, facts_of_house: Sequence[HolidayAdded], at: int, by: str) -> None:
    """Let a shard observe what the house added: its open items are due anew, and what ended since is counted anew.

    The house counted what it saw; of later ends a shard tells it, so that nothing is counted twice or not at all.
    """
    for fact in facts_of_house:
        known = [one.event for one in facts(desk.store)] + [one for entry in desk.pending for one in entry.events]
        earlier = [one for one in known if isinstance(one, HolidayAdded) and one not in facts_of_house]
        done = facts_of_house[: facts_of_house.index(fact)]
        before = holidays_of([*earlier, *done], fact.engagement)
        after = holidays_of([*earlier, *done, fact], fact.engagement)
        account = account_of(desk.store, fact.engagement)
        standing = desk.standings.get(fact.engagement)
        empty = Standing(account.agreement, frozenset(), after)
        found = replace(standing, holidays=after) if standing is not None else empty
        desk.standings = {**desk.standings, fact.engagement: found}
        for _ in _observe(desk, fact.engagement, frozenset({fact.service}), after, by):
            pass
        _tell_later_ends(desk, account, fact, Closing(fact.service, fact.day, before, after), at)


def _tell_later_ends(desk: Desk, account: Account, fact: HolidayAdded, closing: Closing, at: int) -> None:
    mark = dict(fact.reached).get(desk.shard, 0)

    def entries_of(item: int) -> list[Entry]:
        return [*desk.store.read_log(item=item), *(one for one in desk.pending if one.item == item)]

    fresh = [*desk.store.read_log(after=mark), *desk.pending]
    found = recount(account, closing, ended_after(account, closing, fresh, entries_of))
    if found.items:
        numbers = tuple(item * FACTOR + desk.shard for item in found.items)
        told = HolidayRecounted(fact.engagement, fact.service, fact.day, found.counts, numbers)
        desk.note(max(at, desk.at), "holiday", told)
        tell(desk, told, max(at, desk.at), "holiday")
