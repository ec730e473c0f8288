"""How a service moves between BPO and KPO: each measure by month, flagged where it left the month before."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from alihdaya.planning.spectrum.facts import Case
from alihdaya.planning.spectrum.position import LEAST, Given, Reading, estimates, interval

_UNSEEN = 3.0
"""Where n items are all at one end, up to 3 / n may be elsewhere and never have been seen (95 %)."""


class Month(NamedTuple):
    """A measure in a month of receipt (UTC, "2026-03"), with its interval (95 %).

    `left`: "rose" or "fell" where the interval and that of the month before have nothing in common, else "".
    """

    month: str
    cases: int
    position: float
    low: float
    high: float
    left: str = ""


def drift(cases: Sequence[Case], given: Given, *, seed: int = 1, draws: int = 400) -> dict[str, list[Month]]:
    """Give difference -> its months, in their order; a month with too few cases is left out."""
    months: dict[str, list[Case]] = {}
    for case in cases:
        months.setdefault(f"{datetime.fromtimestamp(case.received_at / 1e6, UTC):%Y-%m}", []).append(case)
    found: dict[str, list[Month]] = {}
    for name, some in sorted(months.items()):
        for difference, estimate in estimates(some, given).items() if len(some) >= LEAST else ():
            reading = interval(difference, estimate, len(some), seed=seed, draws=draws)
            one = _month(name, len(some), reading)
            if one is not None:
                former = found.setdefault(difference, [])
                former.append(one._replace(left=_left(former[-1], one)) if former else one)
    return found


def _month(name: str, cases: int, reading: Reading) -> Month | None:
    if reading.position is None or reading.low is None or reading.high is None:
        return None
    return Month(name, cases, reading.position, reading.low, reading.high)


def _left(former: Month, one: Month) -> str:
    (low, high), (before_low, before_high) = _reach(one), _reach(former)
    return "rose" if low > before_high else "fell" if high < before_low else ""


def _reach(one: Month) -> tuple[float, float]:
    """Give the interval; one of no width reaches as far as what n items need not have shown."""
    more = _UNSEEN / one.cases if one.low == one.high else 0.0
    return one.low - more, one.high + more
