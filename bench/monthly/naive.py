"""What the card `kinds` counts, from the generator's own count alone: instant by instant, with the wall clock."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from bench.monthly.made import Counted, terms

_HOURS = (((8, 0), (12, 0)), ((12, 30), (18, 0)))


def expected(counted: Counted) -> dict[str, str]:
    """Give sums of quantities by "service/unit part overtime"."""
    service = terms("kinds").service("claims")
    zone, closed = ZoneInfo(service.calendar.time_zone), {day for day, _ in service.calendar.closed}
    sums = {"weekend": 0, "late": 0}
    instants, _ = counted.order["claims", "judged"]
    for at in instants:
        here = datetime.fromtimestamp(at / 1_000_000, UTC).astimezone(zone)
        if here.weekday() >= 5:
            sums["weekend"] += 1
        elif here.date().isoformat() in closed or not any(a <= (here.hour, here.minute) < b for a, b in _HOURS):
            sums["late"] += 1
    seconds = {person: n for (of, person), n in counted.seconds.items() if of == "claims"}
    hours = Decimal(sum(seconds.values())) / 3600
    return {
        "claims/judged usage ": str(len(instants)),
        **{f"claims/judged overtime {name}": str(n) for name, n in sums.items() if n},
        "claims/hours usage ": str(hours.quantize(Decimal("0.01"), ROUND_HALF_UP)),
        "claims/seats usage ": str(len(seconds)),
        "claims/paid usage ": str(sum(counted.units()["claims"].values())),
    }
