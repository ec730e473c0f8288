"""Dates, times and durations: reading FEEL's texts, writing them back, arithmetic (DMN 10.3.2.3.4 to 10.3.2.3.9).

Years run to 999,999,999 on either side (those that Python does not have are in `far`), fractions of a second to the
microsecond; anything outside is null.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from alihdaya.notation.feel import far
from alihdaya.notation.feel.values import CONTEXT, YearsMonths

_DATE = re.compile(r"(-?(?:[1-9]\d{4,8}|\d{4}))-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z0-9_+/-]+)?", re.ASCII)
_DAYS = re.compile(
    r"(-?)P(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,14})(?:\.(\d*))?S)?)?", re.ASCII
)
_MONTHS = re.compile(r"(-?)P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?", re.ASCII)
_MICRO = timedelta(microseconds=1)
_DATED = frozenset({date, datetime, far.FarDate, far.FarDateTime})


def date_of(text: str) -> Any:
    """Read `YYYY-MM-DD`, the year with a minus or up to nine digits; null for a day that no calendar has."""
    found = _DATE.fullmatch(text)
    try:
        return far.day(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def time_of(text: str) -> time | None:
    """Read `HH:MM:SS` with an optional fraction and `Z`, `+HH:MM` or `@Zone/Name`; null where it is none."""
    found = _TIME.fullmatch(text)
    if not found:
        return None
    hour, minute, second, fraction, zone = found.groups()
    hour = "00" if text.startswith("24:00:00") and not (fraction or "").strip("0") else hour
    try:
        micros = int((fraction or "").ljust(6, "0")[:6])
        return time(int(hour), int(minute), int(second), micros, zone_of(zone) if zone else None)
    except (ValueError, KeyError, OSError):
        return None


@lru_cache(maxsize=256)
def zone_of(text: str) -> tzinfo:
    """Read `Z`, `+HH:MM[:SS]` or `@Zone/Name`. Raises ValueError or KeyError for a zone that is not known."""
    if text == "Z":
        return UTC
    if text.startswith("@"):
        return ZoneInfo(text[1:])
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    if hours > 14 or minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
    return timezone(-offset if text[0] == "-" else offset)


def datetime_of(text: str) -> Any:
    """Read a date, `T` and a time; a date alone means its midnight (DMN 10.3.4.1), 24:00:00 that of the next day."""
    day_text, separator, time_text = text.partition("T")
    day = date_of(day_text)
    clock = time_of(time_text) if separator else time()
    if day is None or clock is None:
        return None
    moment = far.at(day, clock)
    return far.moved(moment, timedelta(days=1)) if time_text.startswith("24") else moment


def duration_of(text: str) -> timedelta | YearsMonths | None:
    """Read an ISO 8601 duration of either kind; null where both are mixed or nothing is said."""
    if text[-1:] in {"P", "T", "-", ""}:
        return None
    found = _MONTHS.fullmatch(text)
    if found:
        sign, years, months = found.groups()
        total = int(years or 0) * 12 + int(months or 0)
        return YearsMonths(-total if sign else total)
    found = _DAYS.fullmatch(text)
    return _days(found.groups()) if found else None


def _days(parts: tuple[str | None, ...]) -> timedelta | None:
    sign, days, hours, minutes, seconds, fraction = parts
    micros = int((fraction or "").ljust(6, "0")[:6])
    whole = int(days or 0) * 86400 + int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    try:
        length = timedelta(seconds=whole, microseconds=micros)
    except OverflowError:
        return None
    return -length if sign else length


def literal_of(text: str) -> Any:
    """Read the text of an `@"…"` literal as whichever kind its form shows; null where it has none."""
    readers: tuple[Callable[[str], Any], ...] = (time_of, date_of, duration_of)
    if _DATE.match(text) and "T" in text:
        return datetime_of(text)
    return next((value for read in readers if (value := read(text)) is not None), None)


def text_of(value: Any) -> str:
    """Write a date, time, date and time or duration as FEEL's own literal text."""
    if isinstance(value, YearsMonths):
        years, months = divmod(abs(value.months), 12)
        body = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if value.months < 0 else "") + "P" + (body or "0M")
    if isinstance(value, timedelta):
        return _days_text(value)
    if isinstance(value, (far.FarDate, far.FarDateTime)):
        year, plain = far.year_of(value), text_of(value.base)
        return f"{'-' if year < 0 else ''}{abs(year):04d}{plain[4:]}"
    zone = getattr(value, "tzinfo", None)
    if isinstance(zone, ZoneInfo):
        return f"{value.replace(tzinfo=None).isoformat()}@{zone.key}"
    text: str = value.isoformat()
    if value_has_fraction(value):
        clock, dot, rest = text.partition(".")
        text = clock + dot + rest[:6].rstrip("0") + rest[6:]
    return text.removesuffix("+00:00") + "Z" if zone is UTC else text


def _days_text(length: timedelta) -> str:
    sign = "-" if length < timedelta() else ""
    micros = abs(length) // _MICRO
    seconds, fraction = divmod(micros, 1_000_000)
    days, seconds = divmod(seconds, 86400)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if seconds or fraction:
        clock += f"{seconds}" + (f".{fraction:06d}".rstrip("0") if fraction else "") + "S"
    body = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"{sign}P{body or 'T0S'}"


def value_has_fraction(value: Any) -> bool:
    """Tell whether a time, or date and time, has a part of a second."""
    return bool(getattr(value, "microsecond", 0))


def add_months(moment: Any, months: int) -> Any:
    """Move a date, or a date and time, by whole months; the day is held inside the month (31 Jan + P1M = 28 Feb)."""
    base, cycles = far.split(moment)
    year, month = divmod(base.year * 12 + base.month - 1 + months, 12)
    extra = (year - 2000) // far.CYCLE_YEARS
    for day in range(base.day, 27, -1) if base.day > 28 else (base.day,):
        try:
            found = base.replace(year=year - extra * far.CYCLE_YEARS, month=month + 1, day=day)
        except ValueError:
            continue
        return far.joined(found, cycles + extra)
    return None


def shift(moment: Any, length: Any, sign: int) -> Any:
    """Add (`sign` 1) or take away (-1) a duration: from a date, time, date and time or duration; null if unfit."""
    kind, by = type(moment), type(length)
    try:
        if by is YearsMonths:
            if kind is YearsMonths:
                return YearsMonths(moment.months + sign * length.months)
            return add_months(moment, sign * length.months) if kind in _DATED else None
        if by is not timedelta:
            return None
        if kind in _DATED:
            return far.moved(moment, sign * length)
        if kind is time:
            return (datetime.combine(date(2000, 1, 2), moment) + timedelta(0, (sign * length).seconds)).timetz()
        return moment + sign * length if kind is timedelta else None
    except OverflowError:
        return None


def gap(left: Any, right: Any) -> timedelta | None:
    """Give the time between two dates, times, or dates and times; null where only one of them has a zone."""
    if type(left) is time and type(right) is time:
        day = date(2000, 1, 2)
        left, right = datetime.combine(day, left), datetime.combine(day, right)
    dates = [type(value) in {date, far.FarDate} for value in (left, right)]
    if dates[0] is not dates[1]:
        left, right = _midnight(left), _midnight(right)
    try:
        return far.gap(left, right)
    except (TypeError, OverflowError):
        return None


def _midnight(moment: Any) -> Any:
    return far.at(moment, time(tzinfo=UTC)) if type(moment) in {date, far.FarDate} else moment


def scale(length: Any, factor: int | Decimal, *, divide: bool = False) -> timedelta | YearsMonths | None:
    """Multiply or divide a duration by a number; a part of a month or of a microsecond is cut off."""
    units = length.months if type(length) is YearsMonths else length // _MICRO
    result = (CONTEXT.divide if divide else CONTEXT.multiply)(Decimal(units), Decimal(factor))
    if not result.is_finite():
        return None
    try:
        return YearsMonths(int(result)) if type(length) is YearsMonths else timedelta(microseconds=int(result))
    except OverflowError:
        return None


def ratio(left: Any, right: Any) -> Decimal | None:
    """Divide a duration by one of the same kind; null for division by a duration of length zero."""
    if type(left) is YearsMonths:
        result = CONTEXT.divide(Decimal(left.months), Decimal(right.months))
    else:
        result = CONTEXT.divide(Decimal(left // _MICRO), Decimal(right // _MICRO))
    return result if result.is_finite() else None
