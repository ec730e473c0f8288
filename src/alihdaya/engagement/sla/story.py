"""One item's clock, explained: when it ran, when it stood and why, what it came to, and against what."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from alihdaya.engagement.sla import CLOCKS, ClockName, Pause, SlaClock, Verdict, targets, verdict
from alihdaya.engagement.terms import Target
from alihdaya.kernel.time import micros, moment

State = Literal["running", "paused", "closed"]


class Stop(NamedTuple):
    """A pause and the node at which the customer was awaited."""

    start: int
    end: int | None
    node: str


class Segment(NamedTuple):
    """From `start` until before `end` the clock did one thing.

    `why`: of a pause its node; of closed time the name of the holiday, "" outside of the day's hours.
    """

    start: int
    end: int
    state: State
    why: str


@dataclass(frozen=True, slots=True)
class ClockStory:
    """One clock of an item as of `at`. All instants and spans in microseconds.

    `allowed`: working time until it is due; None without a target. `ended`: when it ended, if it has. `due` is None
    while it stands. `percent`: the share of items that must keep it, as text.
    """

    clock: ClockName
    level: str
    target: Target | None
    percent: str
    start: int
    at: int
    ended: int | None
    due: int | None
    allowed: int | None
    segments: tuple[Segment, ...]
    verdict: Verdict

    @property
    def elapsed(self) -> int:
        """How long it ran."""
        return sum(one.end - one.start for one in self.segments if one.state == "running")

    @property
    def late(self) -> int:
        """By how much it is missed: from the due instant until the end, or until now; else 0."""
        until = self.at if self.ended is None else self.ended
        return max(0, until - self.due) if self.due is not None and self.verdict == "missed" else 0

    @property
    def left(self) -> int | None:
        """How much working time is left, negative where it ran over; None without a target."""
        return None if self.allowed is None else self.allowed - self.elapsed


def tell_clock(
    sla: SlaClock, clock: ClockName, start: int, *, level: str, stops: Iterable[Stop], ended: int | None, at: int
) -> ClockStory:
    """Explain one clock of an item that came at `start`, is of `level` ("": none) and whose clocks stood in `stops`."""
    shut = None if ended is None or ended > at else ended
    until = at if shut is None else shut
    stood = [stop for stop in stops if stop.start < until]
    place = CLOCKS.index(clock)
    target = targets(sla.service, level or None)[place]
    first = sla.due_at(start, level or None)[place]
    due = sla.after_pauses(first, start, [Pause(stop.start, stop.end) for stop in stood])
    share = sla.service.sla.attainment if target is None or target.percent is None else target.percent
    stands = first is not None and due is None and shut is None
    return ClockStory(
        clock=clock,
        level=level,
        target=target,
        percent="" if target is None or target.average else f"{share:f}",
        start=start,
        at=at,
        ended=shut,
        due=due,
        allowed=None if first is None else sla.clock.working_between(start, first),
        segments=tuple(segments(sla, start, until, stood)),
        verdict="running" if stands else verdict(due, shut, at),
    )


def segments(sla: SlaClock, start: int, until: int, stops: Sequence[Stop]) -> Iterator[Segment]:
    """Cut [start, until) into what the clock did, in order, without gaps; a pause counts before closed time."""
    reached = start
    for stop in sorted(stops, key=lambda stop: stop.start):
        low = max(stop.start, reached)
        high = until if stop.end is None else min(stop.end, until)
        if high > low:
            yield from _open(sla, reached, low)
            yield Segment(low, high, "paused", stop.node)
            reached = high
    yield from _open(sla, reached, until)


def _open(sla: SlaClock, low: int, high: int) -> Iterator[Segment]:
    if low >= high:
        return
    reached = low
    for begin, end in sla.clock.periods(low, high):
        a, b = max(begin, low), min(end, high)
        yield from _closed(sla, reached, a)
        yield Segment(a, b, "running", "")
        reached = b
    yield from _closed(sla, reached, high)


def _closed(sla: SlaClock, low: int, high: int) -> Iterator[Segment]:
    """Cut closed time where the reason changes, at a local midnight."""
    if low >= high:
        return
    calendar = sla.service.calendar
    zone, named = ZoneInfo(calendar.time_zone), dict(calendar.closed)
    day: date = moment(low, zone).date()
    reached, why = low, named.get(day.isoformat(), "")
    while True:
        day += timedelta(days=1)
        midnight = micros(datetime(day.year, day.month, day.day, tzinfo=zone))
        if midnight >= high:
            break
        then = named.get(day.isoformat(), "")
        if then != why and midnight > reached:
            yield Segment(reached, midnight, "closed", why)
            reached = midnight
        why = then
    yield Segment(reached, high, "closed", why)
