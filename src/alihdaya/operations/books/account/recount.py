"""What a day that is closed later changes of finished clocks: counted anew, by the calendar before and after."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alihdaya.engagement.account.holidays import Holidays, observing
from alihdaya.engagement.sla import SlaClock
from alihdaya.engagement.sla.story import ClockStory
from alihdaya.kernel.event import Entry
from alihdaya.kernel.time import micros
from alihdaya.operations.books.account.drafting import Account, month_of
from alihdaya.operations.instance.sla import Facts, clocks_of, facts_of
from alihdaya.store import Store
from alihdaya.store.archive.reading import archived_items
from alihdaya.store.views.items import ItemRow, finished_items, item_story
from alihdaya.work.events import ItemDelivered, ItemReceived


class Closing(NamedTuple):
    """A day (ISO) of a service that is closed, and the calendars `before` and `after` it was known."""

    service: str
    day: str
    before: Holidays
    after: Holidays

    def span(self, account: Account) -> tuple[int, int]:
        """Give the instants between which the day lies."""
        zone = ZoneInfo(account.agreement.last.terms.service(self.service).calendar.time_zone)
        first = date.fromisoformat(self.day)
        start, end = (micros(datetime.combine(one, time(), zone)) for one in (first, first + timedelta(days=1)))
        return start, end


class Ended(NamedTuple):
    """An item that was delivered at `at`, by the entry `seq`: its number, and what its log says."""

    item: int
    terms: str
    received_at: int
    at: int
    seq: int
    entries: Sequence[Entry]


class Recount(NamedTuple):
    """(month, measure, n) by which the clocks of `items` come out otherwise; months and measures in order."""

    counts: tuple[tuple[str, str, int], ...]
    items: tuple[int, ...]


def recount(account: Account, closing: Closing, ended: Iterable[Ended]) -> Recount:
    """Count these items anew."""
    counts: Counter[tuple[str, str]] = Counter()
    items = []
    for one in ended:
        changed = _changed(account, closing, one)
        if changed:
            items.append(one.item)
            month = month_of(one.at, account.agreement.last.terms)
            for measure, n in changed.items():
                counts[month, measure] += n
    return Recount(tuple((*key, n) for key, n in sorted(counts.items()) if n), tuple(items))


def ended_before(store: Store, account: Account, closing: Closing, reached: Mapping[int, int]) -> Iterator[Ended]:
    """Give the delivered items that a person worked on and whose clocks may have seen the day, by number.

    `reached`: shard -> the last entry of it that counts; what came after that shard counts itself. Empty: all does.
    """
    import polars as pl

    span = closing.span(account)
    mine = (pl.col("engagement") == account.engagement) & (pl.col("service") == closing.service) & pl.col("touched")
    seen = (pl.col("status") == "delivered") & (pl.col("closed_at") >= span[0]) & (pl.col("received_at") < span[1])
    gone = [ItemRow(*row) for row in archived_items(store, mine & seen)]
    rows = [*gone, *finished_items(store, account.engagement, closing.service, span)]
    for row in sorted(rows, key=lambda one: one.id):
        story = item_story(store, row.id)
        if story is None:
            continue
        seq = _delivered_by(story.entries).seq
        if not reached or seq // store.factor <= reached.get(seq % store.factor, 0):
            yield Ended(row.id, row.terms, row.received_at, row.closed_at or 0, seq, story.entries)


def ended_after(
    account: Account, closing: Closing, fresh: Iterable[Entry], entries_of: Callable[[int], Sequence[Entry]]
) -> Iterator[Ended]:
    """Give the same of one shard, out of its last entries (`fresh`)."""
    start, end = closing.span(account)
    for entry in fresh:
        if not any(isinstance(one, ItemDelivered) for one in entry.events):
            continue
        entries = entries_of(entry.item)
        came = next((one for one in entries[0].events if isinstance(one, ItemReceived)), None)
        mine = came is not None and (came.engagement, came.service) == (account.engagement, closing.service)
        if mine and came and entries[0].at < end and entry.at >= start and facts_of(entry.item, entries).touched:
            yield Ended(entry.item, came.terms, entries[0].at, entry.at, entry.seq, entries)


def _delivered_by(entries: Sequence[Entry]) -> Entry:
    return next((one for one in entries if any(isinstance(event, ItemDelivered) for event in one.events)), entries[-1])


def _changed(account: Account, closing: Closing, one: Ended) -> dict[str, int]:
    """Give measure -> by how much an item's clocks come out otherwise."""
    signed = next((part.terms for part in account.agreement.segments if part.terms.digest == one.terms), None)
    if signed is None:
        return {}
    found = facts_of(one.item, one.entries)
    sums: Counter[str] = Counter()
    for sign, days in ((-1, closing.before), (1, closing.after)):
        sla = SlaClock(observing(signed.service(closing.service), days))
        for clock in clocks_of(sla, one.received_at, found, one.at):
            for measure, n in _measures(sla, clock, found).items():
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
