"""What service credits an agreement knows: rules by clock, the cap, how they are earned back, the critical level."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from alihdaya.engagement.document import Table
from alihdaya.engagement.rates.wire import decimal_text

_ALL: Final = 100


@dataclass(frozen=True, slots=True)
class Band:
    """An attainment below `below` percent costs `percent` of the month's fee of the service."""

    below: Decimal
    percent: Decimal


@dataclass(frozen=True, slots=True)
class EarnBack:
    """A credit is taken back where each of the `months` after it attains `above` percent at least."""

    months: int
    above: Decimal


@dataclass(frozen=True, slots=True)
class Critical:
    """A clock below `below` percent in `months` months in a row lets the client terminate."""

    below: Decimal
    months: int = 1


@dataclass(frozen=True, slots=True)
class Penalty:
    """Service credits in percent of the month's fee: per begun percentage point below target, or by bands.

    `at_risk` caps the sum of a service's credits in a month, in percent of its fee. `clocks`: rules of single clocks,
    as (clock, percent per point, bands), instead of the common ones.
    """

    per_point: Decimal
    bands: tuple[Band, ...]
    at_risk: Decimal
    clocks: tuple[tuple[str, Decimal, tuple[Band, ...]], ...] = ()
    earn_back: EarnBack | None = None
    critical: Critical | None = None

    def rule(self, clock: str) -> tuple[Decimal, tuple[Band, ...]]:
        """Give what a clock's miss costs: percent per point, bands."""
        return next(
            ((point, bands) for name, point, bands in self.clocks if name == clock), (self.per_point, self.bands)
        )


def read_penalty(table: Table) -> Penalty:
    """Read the table `penalty` of a service."""
    per_point, bands = _rule(table)
    clocks = table.table("clocks", needed=False)
    penalty = Penalty(
        per_point,
        bands,
        table.number("at_risk", Decimal(0), high=_ALL),
        tuple((name, *_clock(clocks.table(name))) for name in sorted(clocks.data)),
        _earn_back(table) if "earn_back" in table.data else None,
        _critical(table) if "critical" in table.data else None,
    )
    if (bands or per_point or penalty.clocks) and not penalty.at_risk:
        table.report("missing", "a penalty needs at_risk, its cap in percent of the month's fee", "at_risk")
    if penalty.earn_back and not penalty.at_risk:
        table.report("two-rules", "without service credits, none can be earned back", "earn_back")
    table.done()
    return penalty


def _rule(table: Table) -> tuple[Decimal, tuple[Band, ...]]:
    bands = tuple(_band(band) for band in table.tables("bands", needed=False))
    per_point = table.number("per_point", Decimal(0), high=_ALL)
    if bands and per_point:
        table.report("two-rules", "give either per_point or bands")
    if any(a.below <= b.below or a.percent >= b.percent for a, b in pairwise(bands)):
        table.report("bands-out-of-order", "each band must lie below the one before and cost more", "bands")
    return per_point, bands


def _clock(table: Table) -> tuple[Decimal, tuple[Band, ...]]:
    found = _rule(table)
    table.done()
    return found


def _band(table: Table) -> Band:
    band = Band(table.number("below", over=True, high=_ALL), table.number("percent", over=True, high=_ALL))
    table.done()
    return band


def _earn_back(penalty: Table) -> EarnBack:
    table = penalty.table("earn_back")
    found = EarnBack(table.whole("months", low=1, high=24), table.number("above", over=True, high=_ALL))
    table.done()
    return found


def _critical(penalty: Table) -> Critical:
    table = penalty.table("critical")
    found = Critical(table.number("below", over=True, high=_ALL), table.whole("months", 1, low=1, high=24))
    table.done()
    return found


def penalty_wire(penalty: Penalty) -> dict[str, Any]:
    """Give it as plain dicts, lists and texts: the layout of terms.toml."""
    given = dict(_given(penalty))
    return {**_rule_wire(penalty.per_point, penalty.bands), "at_risk": decimal_text(penalty.at_risk), **given}


def _rule_wire(per_point: Decimal, bands: tuple[Band, ...]) -> dict[str, Any]:
    listed = [{"below": decimal_text(band.below), "percent": decimal_text(band.percent)} for band in bands]
    return {"bands": listed} if listed else {"per_point": decimal_text(per_point)}


def _given(penalty: Penalty) -> Iterator[tuple[str, Any]]:
    """Terms that say nothing of it keep the digest that they had before there was such a table."""
    if penalty.clocks:
        yield "clocks", {name: _rule_wire(point, bands) for name, point, bands in penalty.clocks}
    if penalty.earn_back:
        yield "earn_back", {"months": penalty.earn_back.months, "above": decimal_text(penalty.earn_back.above)}
    if penalty.critical:
        yield "critical", {"below": decimal_text(penalty.critical.below), "months": penalty.critical.months}
