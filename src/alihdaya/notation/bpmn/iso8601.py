"""ISO 8601 durations, instants and repeating intervals, as timer events write them (BPMN 2.0, 10.5.5)."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from alihdaya.kernel.time import SECOND

_DURATION = re.compile(
    r"(?P<sign>-)?P(?=.)(?:(?P<years>\d{1,5})Y)?(?:(?P<months>\d{1,6})M)?(?:(?P<weeks>\d{1,9})W)?"
    r"(?:(?P<days>\d{1,9})D)?(?:T(?=.)(?:(?P<hours>\d{1,12})H)?(?:(?P<minutes>\d{1,12})M)?"
    r"(?:(?P<seconds>\d{1,12})(?:\.(?P<fraction>\d{1,6}))?S)?)?",
    re.ASCII,
)
_TIMES = re.compile(r"([1-9]\d{0,2})x", re.ASCII)
_MOST_PAUSES = 100
_PARTS = ("years", "months", "weeks", "days", "hours", "minutes", "seconds")
_CYCLE = re.compile(r"R(?P<times>(?:[1-9]\d{0,8})?)/(?:(?P<start>[^P/][^/]*)/)?(?P<duration>P[^/]*)", re.ASCII)


class Span(NamedTuple):
    """A duration: whole months of the calendar, then exact microseconds."""

    months: int
    micros: int


class Cycle(NamedTuple):
    """A repeating interval: `times` repetitions (None = for ever), the first at `start` or one span from now."""

    times: int | None
    span: Span
    start: datetime | None


def parse_duration(text: str) -> Span | None:
    """Read a duration such as PT2H30M or P1M; None where the text is none."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    years, months, weeks, days, hours, minutes, seconds = (int(match[name] or 0) for name in _PARTS)
    whole = ((((weeks * 7 + days) * 24 + hours) * 60) + minutes) * 60 + seconds
    micros = whole * SECOND + int((match["fraction"] or "").ljust(6, "0"))
    sign = -1 if match["sign"] else 1
    return Span(sign * (12 * years + months), sign * micros)


def parse_pauses(text: str) -> tuple[Span, ...] | None:
    """Read the pauses before one attempt after another, such as "PT1M PT5M" or "PT1M 3x PT10M"; None for others.

    There are 1 to 100 of them, none negative.
    """
    found: list[Span] = []
    times = 1
    for word in text.split():
        count = _TIMES.fullmatch(word)
        span = parse_duration(word)
        if count is not None and times == 1:
            times = int(count[1])
        elif span is not None and min(span) >= 0:
            found += [span] * times
            times = 1
        else:
            return None
    return tuple(found) if times == 1 and 0 < len(found) <= _MOST_PAUSES else None


def parse_instant(text: str) -> datetime | None:
    """Read a date or date and time; without an offset it is UTC, and a date means its midnight. None if neither."""
    if not text[:4].isdigit():
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def parse_cycle(text: str) -> Cycle | None:
    """Read R3/PT1H, R/P1D or R3/2026-01-01T00:00:00Z/PT1H; None where the text is none or its span not positive."""
    match = _CYCLE.fullmatch(text)
    span = parse_duration(match["duration"]) if match else None
    if match is None or span is None or min(span) < 0 or span == (0, 0):
        return None
    start = parse_instant(match["start"]) if match["start"] else None
    if match["start"] and start is None:
        return None
    return Cycle(int(match["times"]) if match["times"] else None, span, start)


def add_months(moment: datetime, months: int) -> datetime:
    """Move a moment by calendar months; a day that the month lacks becomes its last day."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    following = date(year + month // 11, (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return datetime.combine(date(year, month + 1, min(moment.day, last)), time.min, moment.tzinfo) + timedelta(
        hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond
    )
