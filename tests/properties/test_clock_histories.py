"""Ten thousand random histories of an item's clock, each counted again second by second by a program that is dumber.

The second program shares nothing with the first: it reads the wall clock of every second of some weeks, marks what the
calendar opens, takes away what pauses cover, and counts.
"""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from alihdaya.engagement.calendar import Calendar
from alihdaya.engagement.sla import Pause, SlaClock
from alihdaya.engagement.sla.many import Pauses, due_many, elapsed_many
from alihdaya.engagement.sla.story import ClockStory
from alihdaya.engagement.terms import Cost, Level, Penalty, Service, Sla, Target
from alihdaya.kernel.event import Entry
from alihdaya.kernel.time import SECOND, micros
from alihdaya.operations.instance.sla import clocks_of, facts_of
from alihdaya.work.events import (
    AssignmentWithdrawn,
    ClockPaused,
    ClockResumed,
    ClockTargeted,
    ItemDelivered,
    TaskAssigned,
    TaskDone,
    TaskQueued,
)

HISTORIES = int(os.environ.get("ALIHDAYA_HISTORIES", "10000"))
A_CALENDAR = 40
"""So many histories go by each calendar: laying one out second by second costs more than all that is asked of it."""
DAYS = 26
# The zone, and a UTC date some days before its offset changes (by an hour, half an hour, a day) or does not.
ZONES = [
    ("America/New_York", date(2026, 3, 4)),
    ("America/New_York", date(2026, 10, 27)),
    ("Europe/Berlin", date(2026, 3, 24)),
    ("Europe/Berlin", date(2026, 10, 20)),
    ("Australia/Lord_Howe", date(2026, 4, 1)),
    ("America/Sao_Paulo", date(2018, 10, 30)),
    ("Pacific/Apia", date(2011, 12, 25)),
    ("Asia/Jakarta", date(2026, 8, 14)),
    ("America/St_Johns", date(2010, 11, 2)),
]
LEVELS = ("", "P1", "P2", "P3")


def a_day(rng: Random) -> tuple[tuple[int, int], ...]:
    cuts = sorted(rng.sample(range(0, 1441, rng.choice([1, 15, 30])), 2 * rng.choice([0, 1, 1, 2, 3])))
    return tuple(zip(cuts[::2], cuts[1::2], strict=True))


def a_calendar(rng: Random, zone: str, first: date) -> Calendar:
    if rng.random() < 0.15:
        return Calendar(zone, (((0, 1440),),) * 7)
    week = tuple(a_day(rng) for _ in range(7))
    while not any(week):
        week = tuple(a_day(rng) for _ in range(7))
    shut = {(first + timedelta(days=rng.randrange(DAYS))).isoformat() for _ in range(rng.randrange(4))}
    return Calendar(zone, week, tuple((day, "closed") for day in sorted(shut)))


def a_target(rng: Random) -> Target | None:
    kind = rng.randrange(5)
    if kind == 0:
        return Target(working_days=rng.randrange(4))
    if kind == 1:
        return Target(working_hours=Decimal(rng.randrange(1, 400)) / 10)
    if kind == 2:
        return Target(working_minutes=Decimal(rng.randrange(1, 600)))
    return Target(working_seconds=Decimal(rng.randrange(1, 90_000))) if kind == 3 else None


def a_service(rng: Random, calendar: Calendar) -> Service:
    levels = tuple(Level(name, a_target(rng), a_target(rng)) for name in LEVELS[1:])
    sla = Sla(a_target(rng), a_target(rng), Decimal(90), "priority", levels)
    return Service(
        "s", "p", "ID", calendar, sla, (), Penalty(Decimal(0), (), Decimal(0)), Cost(Decimal(0), Decimal(0), ())
    )


@cache
def wall(zone: str, first: date) -> tuple[np.ndarray, ...]:
    """What the wall clock reads in each minute from midnight UTC of `first`: date as ordinal, weekday, minute."""
    place, start = ZoneInfo(zone), datetime(first.year, first.month, first.day, tzinfo=UTC)
    read = [(start + timedelta(minutes=n)).astimezone(place) for n in range(DAYS * 1440)]
    rows = [(one.date().toordinal(), one.weekday(), one.hour * 60 + one.minute) for one in read]
    return tuple(np.array(column, np.int32) for column in zip(*rows, strict=True))


class Counter:
    """The second program: an item's clock by counting seconds."""

    def __init__(self, calendar: Calendar, first: date) -> None:
        dates, weekday, minute = wall(calendar.time_zone, first)
        minutes = np.zeros(DAYS * 1440, bool)
        for day, periods in enumerate(calendar.week):
            for opens, closes in periods:
                minutes |= (weekday == day) & (opens <= minute) & (minute < closes)
        for day, _ in calendar.closed:
            minutes[dates == date.fromisoformat(day).toordinal()] = False
        self.worked = np.repeat(minutes, 60)  # no offset here changes within a minute
        worked = np.flatnonzero(minutes)
        # A date can come back: in St John's the first minute of a day was followed by the last hour of the day before.
        last = {int(day): int(at) + 1 for day, at in zip(dates[worked], worked, strict=True)}
        self.closes = np.array(sorted(last.values())[:-1]) * 60  # the window may cut the last day

    def allowed(self, start: int, target: Target) -> int | None:
        """Working seconds until it is due; None where the window is too short to tell."""
        if target.working_days is None:
            hours, minutes, seconds = (part or Decimal(0) for part in target.spans)
            return int((hours * 60 + minutes) * 60 + seconds)
        later = self.closes[self.closes > start]
        if len(later) <= target.working_days:
            return None
        return int(np.count_nonzero(self.worked[start : later[target.working_days]]))

    def running(self, start: int, stops: list[tuple[int, int]]) -> np.ndarray:
        """Mark the seconds from `start` on in which the clock runs."""
        runs = self.worked[start:].copy()
        for a, b in stops:
            runs[a - start : b - start] = False
        return runs

    def due(self, start: int, runs: np.ndarray, allowed: int | None) -> int | None:
        """Count on until so many seconds have run; None where they have not within the window."""
        left = allowed
        for low in range(0, len(runs), 86400) if left is not None else ():
            here = np.count_nonzero(runs[low : low + 86400])
            if here >= left:
                return start + low + int(np.flatnonzero(runs[low : low + 86400])[left - 1]) + 1
            left -= here
        return None


class History(NamedTuple):
    """An item's life in whole seconds from the first day: receipt, what happened, end; and its level at first."""

    start: int
    level: str
    events: list[tuple[int, str, Any]]
    end: int

    def of(self, what: str) -> list[tuple[int, Any]]:
        return [(at, fact) for at, kind, fact in self.events if kind == what]


def a_history(rng: Random) -> History:
    at = start = rng.randrange(1 * 86400, 3 * 86400)
    events: list[tuple[int, str, Any]] = []
    for _ in range(rng.randrange(7)):
        at += rng.choice([rng.randrange(1, 300), rng.randrange(1, 90_000)])
        what = rng.choice(["pause", "pause", "level", "hands"])
        if what == "pause":
            until = at + rng.choice([1, rng.randrange(1, 100_000)])
            events.append((at, what, until))
            at = until
        else:
            events.append((at, what, rng.choice(LEVELS)))
    return History(start, rng.choice(LEVELS), events, at + rng.randrange(1, 90_000))


def entries(epoch: int, told: History) -> Iterator[Entry]:
    """Write a history as the log has it. The due instants in it are not read here: zeros."""
    queued = TaskQueued(1, "n", "n", "s", ("", "", "", ""), 0, 0, 0)
    yield Entry(1, epoch + told.start * SECOND, 1, "", (ClockTargeted(told.level, 0, 0), queued))
    for seq, (at, what, fact) in enumerate(told.events):
        here = epoch + at * SECOND
        if what == "pause":
            yield Entry(2 * seq + 2, here, 1, "", (ClockPaused("asked"),))
            yield Entry(2 * seq + 3, epoch + fact * SECOND, 1, "", (ClockResumed(here, 0, 0),))
        elif what == "level":
            yield Entry(2 * seq + 2, here, 1, "", (ClockTargeted(fact, 0, 0),))
        else:
            yield Entry(2 * seq + 2, here, 1, "", (AssignmentWithdrawn(1, "ana", ()), TaskAssigned(1, "budi")))
    over = (TaskDone(1, "ana", 1, {}, simulated=False), ItemDelivered("e", "u", {}, touched=True))
    yield Entry(99, epoch + told.end * SECOND, 1, "", over)


def check(sla: SlaClock, counter: Counter, epoch: int, told: History) -> None:
    begin, end = epoch + told.start * SECOND, epoch + told.end * SECOND
    hands, levels = told.of("hands"), [(told.start, told.level), *told.of("level")]
    answered = hands[0][0] if hands else told.end
    found = clocks_of(sla, begin, facts_of(1, entries(epoch, told)), end + SECOND)
    for one, ended in zip(found, (answered, told.end), strict=True):
        level = [name for at, name in levels if at <= ended][-1]
        stops = [(a, b) for a, b in told.of("pause") if a < ended]
        assert (one.level, one.ended) == (level, epoch + ended * SECOND)
        check_clock(sla, counter, epoch, told.start, one, stops)


def check_clock(
    sla: SlaClock, counter: Counter, epoch: int, start: int, one: ClockStory, stops: list[tuple[int, int]]
) -> None:
    ended = (one.ended - epoch) // SECOND
    on = counter.running(start, stops)
    runs = on[: ended - start]
    assert one.elapsed == int(np.count_nonzero(runs)) * SECOND
    reached = 0
    for segment in one.segments:
        low, high = ((at - epoch) // SECOND - start for at in segment[:2])
        assert low == reached
        assert runs[low:high].all() if segment.state == "running" else not runs[low:high].any()
        reached = high
    assert reached == ended - start
    target = getattr(
        next((each for each in sla.service.sla.levels if each.name == one.level), sla.service.sla), one.clock
    )
    if target is None:
        assert (one.due, one.verdict) == (None, "none")
        return
    allowed = counter.allowed(start, target)
    due = counter.due(start, on, allowed)
    if due is None:
        assert one.due >= epoch + (DAYS - 2) * 86400 * SECOND
        return
    assert (one.due, one.allowed) == (epoch + due * SECOND, allowed * SECOND)
    assert one.verdict == ("met" if ended <= due else "missed")


def check_many(sla: SlaClock, epoch: int, histories: list[History]) -> None:
    """The arrays give for all of them at once what the clock gives one by one."""
    begins = np.array([epoch + told.start * SECOND for told in histories])
    ends = np.array([epoch + told.end * SECOND for told in histories])
    stops = [[Pause(epoch + a * SECOND, epoch + b * SECOND) for a, b in told.of("pause")] for told in histories]
    rows = [(n, *stop) for n, each in enumerate(stops) for stop in each]
    pauses = Pauses(*np.array(rows, np.int64).reshape(-1, 3).T)
    ran = elapsed_many(sla.clock, begins, ends, pauses)
    dues = due_many(sla, begins, [told.level or None for told in histories], pauses)
    for n, told in enumerate(histories):
        assert ran[n] == sla.elapsed(int(begins[n]), int(ends[n]), stops[n])
        due = sla.due_at(int(begins[n]), told.level or None, stops[n])
        assert [-1 if part is None else part[n] for part in dues] == [-1 if part is None else part for part in due]


def test_every_history_comes_to_what_counting_seconds_comes_to():
    for batch in range(-(-HISTORIES // A_CALENDAR)):
        rng = Random(batch)
        zone, first = ZONES[batch % len(ZONES)]
        calendar = a_calendar(rng, zone, first)
        sla, counter = SlaClock(a_service(rng, calendar)), Counter(calendar, first)
        epoch = micros(datetime(first.year, first.month, first.day, tzinfo=UTC))
        histories = [a_history(rng) for _ in range(A_CALENDAR)]
        for told in histories:
            check(sla, counter, epoch, told)
        check_many(sla, epoch, histories)
