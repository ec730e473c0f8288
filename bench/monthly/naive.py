"""What the card `kinds` counts, from the generator's own count alone: instant by instant, with the wall clock."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from zoneinfo import ZoneInfo

from alihdaya.kernel.time import MINUTE, SECOND
from bench.monthly.made import Counted, terms

_HOURS = (((8, 0), (12, 0)), ((12, 30), (18, 0)))


def expected(counted: Counted) -> dict[str, str]:
    """Give sums of quantities by "service/unit part overtime"."""
    service = terms("kinds").service("claims")
    zone, closed = ZoneInfo(service.calendar.time_zone), {day for day, _ in service.calendar.closed}

    @cache
    def class_of(minute: int) -> str:
        """Give the class of a minute since 1970: clocks and calendars change at minutes."""
        here = datetime.fromtimestamp(minute * 60, UTC).astimezone(zone)
        if here.weekday() >= 5:
            return "weekend"
        shut = here.date().isoformat() in closed
        return "late" if shut or not any(a <= (here.hour, here.minute) < b for a, b in _HOURS) else ""

    instants, _ = counted.order["claims", "judged"]
    sums = Counter(class_of(at // MINUTE) for at in instants)
    minutes = Counter[str]()
    for end, spent in zip(*counted.tasks["claims"], strict=True):
        minutes.update(_shared(end, spent, class_of))
    seconds = {person: n for (of, person), n in counted.seconds.items() if of == "claims"}
    hours = Decimal(sum(seconds.values())) / 3600
    return {
        "claims/judged usage ": str(len(instants)),
        **{f"claims/judged overtime {name}": str(n) for name, n in sums.items() if name},
        "claims/minutes usage ": _minutes(minutes.total()),
        **{f"claims/minutes overtime {name}": _minutes(n) for name, n in minutes.items() if name and n},
        "claims/hours usage ": str(hours.quantize(Decimal("0.01"), ROUND_HALF_UP)),
        "claims/seats usage ": str(len(seconds)),
        "claims/paid usage ": str(sum(counted.units()["claims"].values())),
    }


def _shared(end: int, seconds: int, class_of: Callable[[int], str]) -> Counter[str]:
    """Share a task's time, rounded up to whole minutes, among classes: minute by minute, the rest where it ended."""
    start, micros = end - seconds * SECOND, Counter[str]()
    for minute in range(start // MINUTE, (end - 1) // MINUTE + 1):
        micros[class_of(minute)] += min(end, (minute + 1) * MINUTE) - max(start, minute * MINUTE)
    found = Counter({name: n // SECOND for name, n in micros.items()})
    found[class_of((end - 1) // MINUTE)] += -(-seconds // 60) * 60 - found.total()
    return found


def _minutes(seconds: int) -> str:
    return str((Decimal(seconds) / 60).quantize(Decimal("0.01"), ROUND_HALF_UP))
