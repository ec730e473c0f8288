"""An item's service level clocks as the log tells them, and which items of a month missed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from alihdaya.engagement import terms as agreement
from alihdaya.engagement.account.holidays import holidays_of, observing
from alihdaya.engagement.rates.wire import decimal_text
from alihdaya.engagement.sla import CLOCKS, Attainment, ClockName, Due, SlaClock
from alihdaya.engagement.sla.story import ClockStory, Segment, Stop, tell_clock
from alihdaya.engagement.terms import SPANS, Target, Terms
from alihdaya.kernel.event import Entry, Event
from alihdaya.kernel.time import SECOND, iso
from alihdaya.operations.books.bill import span
from alihdaya.store import Store
from alihdaya.store.archive.reading import archived_items
from alihdaya.store.views.items import ItemRow, Month, item_story, late_items
from alihdaya.store.views.ledger import facts as ledger_facts
from alihdaya.store.working import WorkingSet
from alihdaya.work.events import (
    ClockPaused,
    ClockResumed,
    ClockTargeted,
    ItemCancelled,
    ItemDelivered,
    TaskAssigned,
    TaskCancelled,
    TaskDone,
    TaskQueued,
)
from alihdaya.work.handover import HandedOver


@dataclass(slots=True)
class Facts:
    """What the log says of an item's clocks up to some moment. `touched`: a person was asked for."""

    touched: bool = False
    due: Due = field(default=Due(None, None))
    level: str | None = None
    answered_level: str | None = None
    responded_at: int | None = None
    rested_at: int | None = None
    over_at: int | None = None
    given_up: bool = False
    stops: list[Stop] = field(default_factory=list)
    tasks: set[int] = field(default_factory=set)

    @property
    def resolved_at(self) -> int | None:
        """When the clock to resolve ended: when nothing waited for people any more, of an item that is over."""
        return None if self.over_at is None else self.rested_at or self.over_at


def facts_of(item: int, entries: Iterable[Entry], until: int | None = None) -> Facts:
    """Read the entries of an item; those after `until` have not happened."""
    found = Facts()
    for entry in entries:
        if entry.item == item and (until is None or entry.at <= until):
            for one in entry.events:
                _take(found, one, entry.at)
    return found


def _take(found: Facts, one: Any, at: int) -> None:
    match one:
        case TaskQueued():
            found.tasks.add(one.token)
            found.touched, found.rested_at = True, None
            known = zip(found.due, (one.respond_due, one.resolve_due), strict=True)
            found.due = Due(*(asked if former is None else former for former, asked in known))
        case TaskAssigned() if found.responded_at is None:
            found.responded_at, found.answered_level = at, found.level
        case TaskDone() | TaskCancelled():
            found.tasks.discard(one.token)
            found.rested_at = None if found.tasks else at
        case ClockTargeted():
            found.level = one.level
            answered = found.responded_at is not None and not one.answered
            found.due = Due(found.due.respond if answered else one.respond_due, one.resolve_due)
        case ClockPaused():
            found.stops.append(Stop(at, None, one.node))
        case ClockResumed():
            found.stops[-1] = found.stops[-1]._replace(end=at)
            found.due = Due(one.respond_due, one.resolve_due)
        case ItemDelivered() | ItemCancelled():
            found.over_at, found.given_up = at, isinstance(one, ItemCancelled)
        case HandedOver(final=True):
            found.over_at, found.given_up = at, True


class Told(NamedTuple):
    """An item's clocks as of `at`. `agreed`: whether the log's own due instants are those that come out here."""

    item: ItemRow
    zone: str
    at: int
    clocks: tuple[ClockStory, ...]
    given_up: bool
    agreed: bool


def explain(store: WorkingSet, item: int, at: int) -> Told | None:
    """Explain an item's clocks as of `at`; None where there is no such item. Without a person's task none runs."""
    story = item_story(store, item)
    if story is None:
        return None
    row = story.item
    signed = next(one.terms for one in store.engagements() if (one.id, one.digest) == (row.engagement, row.terms))
    closed = row.closed_at if row.status == "delivered" else None
    added = holidays_of(known_by(store, row.engagement, at if closed is None else min(at, closed)), row.engagement)
    sla = SlaClock(observing(agreement.from_wire(signed).service(row.service), added))
    facts = facts_of(item, story.entries, at)
    clocks = tuple(clocks_of(sla, row.received_at, facts, at)) if facts.touched else ()
    noted = dict(zip(CLOCKS, facts.due, strict=True))
    agreed = all(one.due in (None, noted[one.clock]) for one in clocks if _comparable(one, facts))
    return Told(row, sla.service.calendar.time_zone, at, clocks, facts.given_up, agreed)


def known_by(store: WorkingSet, engagement: str, at: int) -> list[Event]:
    """Give what had happened to an engagement by an instant."""
    return [one.event for one in ledger_facts(store, engagement) if one.at <= at]


def _comparable(one: ClockStory, facts: Facts) -> bool:
    """Tell whether the log's due instant was not moved on by a pause after this clock had ended."""
    return one.ended is None or all(stop.start < one.ended for stop in facts.stops)


def clocks_of(sla: SlaClock, start: int, facts: Facts, at: int) -> Iterator[ClockStory]:
    """Explain the clocks of an item that came at `start`, as of `at`, of what the log says of it up to then."""
    level = facts.level if facts.level is not None else _former_level(sla, start, facts)
    answered = facts.answered_level if facts.answered_level is not None else level
    for clock, ended in zip(CLOCKS, (facts.responded_at, facts.resolved_at), strict=True):
        of = answered if clock == "respond" and facts.responded_at is not None else level
        end = facts.over_at if ended is None else ended
        yield tell_clock(sla, clock, start, level=of, stops=facts.stops, ended=end, at=at)


def _former_level(sla: SlaClock, start: int, facts: Facts) -> str:
    """Find the level of an item whose log does not name it: entries of older versions have its due instants only."""
    names = [] if facts.stops else [level.name for level in sla.service.sla.levels]
    return next((name for name in names if sla.due_at(start, name) == facts.due), "")


class Missed(NamedTuple):
    """A clock that an item of a month missed: due and ended at these instants, in microseconds."""

    item: int
    external_id: str
    service: str
    clock: ClockName
    level: str
    due: int
    ended: int


def missed(store: Store, terms: Terms, month: str) -> list[Missed]:
    """Give every clock that was missed by an item delivered in a month, as the invoice counts; in the order of items.

    Archived items are read from their files.
    """
    within = span(terms, month)
    rows = [*_archived_late(store, terms.engagement, within), *late_items(store, terms.engagement, within)]
    return [one for row in sorted(rows, key=lambda row: row.id) for one in _missed(store, row)]


def _missed(store: Store, row: ItemRow) -> Iterator[Missed]:
    story = item_story(store, row.id)
    facts = facts_of(row.id, story.entries if story else ())
    over = row.closed_at or 0
    ends = (facts.responded_at or over, facts.resolved_at or over)
    levels = (facts.answered_level if facts.responded_at else facts.level, facts.level)
    dues = (row.respond_due, row.resolve_due)
    for clock, due, ended, level in zip(CLOCKS, dues, ends, levels, strict=True):
        unanswered = clock == "respond" and facts.responded_at is None
        if due is not None and (ended > due or unanswered):
            yield Missed(row.id, row.external_id, row.service, clock, level or "", due, ended)


def _archived_late(store: Store, engagement: str, within: Month) -> Iterator[ItemRow]:
    import polars as pl

    delivered = pl.col("closed_at").is_between(*within, closed="left") & (pl.col("status") == "delivered")
    late = (pl.col("respond_due") < pl.col("responded_at")) | (pl.col("resolve_due") < pl.col("closed_at"))
    unanswered = pl.col("respond_due").is_not_null() & pl.col("responded_at").is_null()
    wanted = delivered & (pl.col("engagement") == engagement) & pl.col("touched")
    rows = archived_items(store, wanted & (late.fill_null(value=False) | unanswered))
    return (ItemRow(*row) for row in rows)


def plain(told: Told) -> dict[str, Any]:
    """Give it as plain values: instants as ISO 8601 in UTC, spans in seconds."""
    row = told.item
    return {
        "item": row.id,
        "external_id": row.external_id,
        "service": row.service,
        "state": row.status,
        "at": iso(told.at),
        "time_zone": told.zone,
        "agrees_with_log": told.agreed,
        "clocks": [_clock(one, given_up=told.given_up) for one in told.clocks],
    }


def kept_plain(one: Attainment) -> dict[str, object]:
    """Give how a service level was kept in a month as plain values."""
    head = {"month": one.month, "service": one.service, "clock": one.clock, "level": one.level}
    if one.limit is None:
        counts: dict[str, object] = {"met": one.met, "missed": one.missed}
    else:
        counts = {"mean_seconds": seconds(one.mean), "limit_seconds": seconds(one.limit)}
    percent = None if one.percent is None else f"{one.percent:f}"
    return {**head, **counts, "percent": percent, "target": f"{one.target:f}", "kept": one.kept}


def _clock(one: ClockStory, *, given_up: bool) -> dict[str, Any]:
    return {
        "clock": one.clock,
        "level": one.level,
        "target": target_to_plain(one.target, one.percent),
        "start": iso(one.start),
        "ended": iso(one.ended),
        "due": iso(one.due),
        "allowed_seconds": seconds(one.allowed),
        "elapsed_seconds": seconds(one.elapsed),
        "left_seconds": seconds(one.left),
        "verdict": "given up" if given_up else one.verdict,
        "late_seconds": seconds(one.late),
        "segments": [_segment(each) for each in one.segments],
    }


def target_to_plain(target: Target | None, percent: str) -> dict[str, Any] | None:
    """Give a limit as the terms write it, with the share that must keep it."""
    if target is None:
        return None
    spans = zip(SPANS, target.spans, strict=True)
    made: dict[str, Any] = {unit: decimal_text(amount) for unit, amount in spans if amount is not None}
    if target.working_days is not None:
        made["working_days"] = target.working_days
    return {**made, "average": True} if target.average else {**made, "percent": percent}


def _segment(one: Segment) -> dict[str, Any]:
    lasted = seconds(one.end - one.start)
    return {"from": iso(one.start), "until": iso(one.end), "state": one.state, "why": one.why, "seconds": lasted}


def seconds(lasted: int | None) -> float | int | None:
    """Give microseconds as seconds, whole where they are."""
    if lasted is None:
        return None
    return lasted // SECOND if lasted % SECOND == 0 else lasted / SECOND
