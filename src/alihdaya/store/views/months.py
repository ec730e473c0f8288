"""Counts by day and month, labour, and what was rejected."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import false, func, or_, select

from alihdaya.store.schema import LABOUR, REJECT, TALLY
from alihdaya.store.working import WorkingSet

Dates = tuple[str, str]
"""The first and the last of some local days ("2013-01-31")."""


@dataclass(frozen=True, slots=True)
class Period:
    """A day ("2013-01-31") or month ("2013-01") and what was counted in it, by measure; 0 is left out.

    Measures: received, rejected, duplicate, straight_through, to_people, refused, assigned, done, cancelled, stopped,
    given_up, delivered, delivered:UNIT, respond_met, respond_missed, resolve_met, resolve_missed, seconds_worked,
    handled (of these: seconds of the tasks themselves), simulated (of done: played by a simulation). Where the terms
    have levels: respond_met:LEVEL and so on; where they have averages: respond_time and so on, in microseconds.
    """

    period: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SlaMonth:
    """How the clocks of the items of a service that people touched, and that were delivered in a month, ended."""

    month: str
    service: str
    respond_met: int
    respond_missed: int
    resolve_met: int
    resolve_missed: int


@dataclass(frozen=True, slots=True)
class LabourRow:
    """A person's time and finished tasks for one service of an engagement in one month.

    `seconds` is all of it, which costs; `handled` the handling time of the tasks, which is billed.
    """

    service: str
    person: str
    seconds: int
    tasks: int
    handled: int


@dataclass(frozen=True, slots=True)
class RejectRow:
    """A row of a source that could not become an item."""

    source: int
    row: int
    column: str
    reason: str
    text: str


def tallies(store: WorkingSet, engagement: str, *, by: Literal["day", "month"] = "month") -> list[Period]:
    """Give an engagement's counts by local day or month, oldest first."""
    period: Any = TALLY.c.day if by == "day" else func.substr(TALLY.c.day, 1, 7)
    query = select(period.label("period"), TALLY.c.measure, func.sum(TALLY.c.n))
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    with store.snapshot() as connection:
        where = query.where(TALLY.c.engagement == engagement).group_by("period", TALLY.c.measure)
        for when, measure, n in connection.execute(where.order_by("period", TALLY.c.measure)):
            counts[when][measure] = int(n)
    return [Period(when, found) for when, found in counts.items()]


def totals(store: WorkingSet, engagement: str | None = None) -> dict[str, int]:
    """Give all that was ever counted, by measure, for one engagement or the whole house."""
    query = select(TALLY.c.measure, func.sum(TALLY.c.n)).group_by(TALLY.c.measure)
    if engagement is not None:
        query = query.where(TALLY.c.engagement == engagement)
    with store.snapshot() as connection:
        return {measure: int(n) for measure, n in connection.execute(query.order_by(TALLY.c.measure))}


def months(store: WorkingSet, engagement: str) -> list[str]:
    """Give the local months in which anything was delivered, oldest first."""
    return [found.period for found in tallies(store, engagement) if "delivered" in found.counts]


def delivered(store: WorkingSet, engagement: str, month: str) -> dict[str, dict[str, int]]:
    """Give service -> unit -> quantity of what was counted as delivered in a local month ("2013-01").

    It is what `usage` gives of the items themselves, and stays when they are archived.
    """
    query = select(TALLY.c.service, TALLY.c.measure, func.sum(TALLY.c.n)).where(
        TALLY.c.engagement == engagement, func.substr(TALLY.c.day, 1, 7) == month, TALLY.c.measure.like("delivered:%")
    )
    counts: dict[str, dict[str, int]] = {}
    with store.snapshot() as connection:
        key = (TALLY.c.service, TALLY.c.measure)
        for service, measure, n in connection.execute(query.group_by(*key).order_by(*key)):
            counts.setdefault(service, {})[measure.removeprefix("delivered:")] = int(n)
    return counts


def sla_months(store: WorkingSet, engagement: str) -> list[SlaMonth]:
    """Give how the service levels were kept, by month of delivery and service, oldest first."""
    clocks = ("respond_met", "respond_missed", "resolve_met", "resolve_missed")
    month = func.substr(TALLY.c.day, 1, 7)
    query = select(month.label("month"), TALLY.c.service, TALLY.c.measure, func.sum(TALLY.c.n))
    query = query.where(TALLY.c.engagement == engagement, TALLY.c.measure.in_(clocks))
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    with store.snapshot() as connection:
        grouped = query.group_by("month", TALLY.c.service, TALLY.c.measure).order_by("month", TALLY.c.service)
        for when, service, measure, n in connection.execute(grouped):
            counts[when, service][measure] = int(n)
    return [SlaMonth(*key, *[found.get(clock, 0) for clock in clocks]) for key, found in counts.items()]


def sla_measures(store: WorkingSet, engagement: str) -> dict[tuple[str, str], dict[str, int]]:
    """Give (month, service) -> all that was counted of the clocks: as SlaMonth, by level, and the time that they ran.

    Measures: respond_met, respond_met:LEVEL, respond_time (microseconds), and so on.
    """
    month = func.substr(TALLY.c.day, 1, 7)
    query = select(month.label("month"), TALLY.c.service, TALLY.c.measure, func.sum(TALLY.c.n))
    clocks = TALLY.c.measure.like("respond_%") | TALLY.c.measure.like("resolve_%")
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    key = ("month", TALLY.c.service, TALLY.c.measure)
    with store.snapshot() as connection:
        grouped = query.where(TALLY.c.engagement == engagement, clocks).group_by(*key).order_by(*key)
        for when, service, measure, n in connection.execute(grouped):
            found[when, service][measure] = int(n)
    return dict(found)


def labour(store: WorkingSet, engagement: str, month: str) -> list[LabourRow]:
    """Give who worked how long on which service in a local month ("2013-01"), by service and person."""
    key = (LABOUR.c.service, LABOUR.c.person)
    sums = [func.sum(column) for column in (LABOUR.c.seconds, LABOUR.c.tasks, LABOUR.c.handled)]
    query = select(*key, *sums).where(
        LABOUR.c.engagement == engagement, LABOUR.c.day >= f"{month}-01", LABOUR.c.day <= f"{month}-31"
    )
    with store.snapshot() as connection:
        rows = connection.execute(query.group_by(*key).order_by(*key))
        return [LabourRow(service, who, *map(int, counts)) for service, who, *counts in rows]


def first_days(store: WorkingSet, of: tuple[str, str], spans: tuple[Dates, ...]) -> Mapping[str, str]:
    """Give who finished tasks for (engagement, service) on some days, and the first of these on which they did."""

    def read() -> dict[str, str]:
        same = (LABOUR.c.engagement == of[0]) & (LABOUR.c.service == of[1]) & (LABOUR.c.tasks > 0)
        same &= or_(false(), *((LABOUR.c.day >= first) & (LABOUR.c.day <= last) for first, last in spans))
        query = select(LABOUR.c.person, func.min(LABOUR.c.day)).where(same).group_by(LABOUR.c.person)
        with store.snapshot() as connection:
            return {row[0]: row[1] for row in connection.execute(query).all()}

    return store.once(("first days", of, spans), read)


def day_sums(store: WorkingSet, of: tuple[str, str], measure: str, dates: Dates) -> Mapping[str, int]:
    """Give what was counted of a measure of (engagement, service), by local day; days without any are left out."""

    def read() -> dict[str, int]:
        query = select(TALLY.c.day, func.sum(TALLY.c.n)).where(
            TALLY.c.engagement == of[0],
            TALLY.c.service == of[1],
            TALLY.c.measure == measure,
            TALLY.c.day >= dates[0],
            TALLY.c.day <= dates[1],
        )
        with store.snapshot() as connection:
            return {day: int(n) for day, n in connection.execute(query.group_by(TALLY.c.day)).all() if n}

    return store.once(("day sums", of, measure, dates), read)


def rejects(store: WorkingSet, source: int, *, limit: int | None = None) -> list[RejectRow]:
    """Give the rows of a source that were rejected, in the file's order."""
    query = select(REJECT).where(REJECT.c.source == source).order_by(REJECT.c.row, REJECT.c.column).limit(limit)
    with store.snapshot() as connection:
        return [RejectRow(*row) for row in connection.execute(query)]
