"""When a timer event is due, from its ISO 8601 text or the value of its FEEL expression."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from alihdaya.engine.plan import DueAt, Stuck
from alihdaya.kernel.time import micros, moment
from alihdaya.notation import feel
from alihdaya.notation.bpmn.details import Timer
from alihdaya.notation.bpmn.iso8601 import Cycle, Span, add_months, parse_cycle, parse_duration, parse_instant
from alihdaya.notation.feel.values import YearsMonths

_MICRO = timedelta(microseconds=1)


def due_at(timer: Timer) -> DueAt:
    """Compile a timer event definition (10.5.5). A value that is no time of its kind is a Stuck when it is needed.

    A date and time without an offset counts as UTC, a date as its midnight. A cycle is due one span from now unless
    it names its start.
    """
    reader = _READERS[timer.kind]
    if timer.formula is None:
        constant = reader(timer.text)
        return lambda _, now: _plan(constant, now)
    formula = feel.compile_expression(timer.formula.expr)
    return lambda variables, now: _plan(_read(reader, timer, formula(variables)), now)


def after(due: int, months: int, exact: int) -> int:
    """Give the instant `months` of the calendar (UTC) and `exact` microseconds after `due`; Stuck beyond year 9999."""
    try:
        shifted = micros(add_months(moment(due), months)) if months else due
        moment(shifted + exact)
    except (OverflowError, ValueError):
        raise Stuck("timer-value", "the timer's due time is beyond the calendar") from None
    return shifted + exact


def _read(reader: Callable[[Any], Any], timer: Timer, value: Any) -> Any:
    found = reader(value)
    if found is None:
        raise Stuck("timer-value", f"{timer.text!r} gives {value!r}, which is no {timer.kind} of a timer")
    return found


def _plan(value: Span | int | Cycle, now: int) -> tuple[int, int, int, int]:
    if isinstance(value, int):
        return value, 0, 0, 0
    if isinstance(value, Span):
        return after(now, *value), 0, 0, 0
    first = after(now, *value.span) if value.start is None else micros(value.start)
    return first, -1 if value.times is None else value.times - 1, value.span.months, value.span.micros


def _duration(value: Any) -> Span | None:
    if isinstance(value, str):
        return parse_duration(value)
    if isinstance(value, timedelta):
        return Span(0, value // _MICRO)
    return Span(value.months, 0) if isinstance(value, YearsMonths) else None


def _date(value: Any) -> int | None:
    if isinstance(value, str):
        value = parse_instant(value)
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    if not isinstance(value, datetime):
        return None
    return micros(value if value.tzinfo else value.replace(tzinfo=UTC))


def _cycle(value: Any) -> Cycle | None:
    if isinstance(value, str):
        return parse_cycle(value)
    span = _duration(value)
    return Cycle(None, span, None) if span is not None and min(span) >= 0 and max(span) > 0 else None


_READERS: dict[str, Callable[[Any], Any]] = {"duration": _duration, "date": _date, "cycle": _cycle}
