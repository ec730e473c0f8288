"""Reading a function and its options from TOML, and wages from a table of the International Labour Organization."""

import csv
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from alihdaya.engagement.document import Table, load
from alihdaya.kernel.errors import Problem, Source, TermsError
from alihdaya.planning.sourcing.cost import DEFAULTS_OF_ALL, OPTION, SITE
from alihdaya.planning.sourcing.quantity import Quantity, exactly, read_quantity
from alihdaya.planning.sourcing.studio import Function, Site

HOURS_A_MONTH: Final = Decimal(52 * 40) / 12
"""Paid hours a month, by which monthly earnings become an hour's."""

_MOST_A_MONTH: Final = 1_000_000_000
_SPREAD: Final = Decimal("0.2")
Wages = Mapping[str, Quantity]


def read_function(data: bytes, name: str, wages: Wages | None = None) -> Function:
    """Read a study's file. A site without a wage takes its country's from `wages`. Raises TermsError, all at once."""
    document, content = load(data, name)
    root = Table(document, content)
    head = root.table("function")
    home = _site(root.table("in-house"), "in-house", wages or {})
    function = Function(
        name=head.text("name"),
        currency=head.text("currency", like="[A-Z]{3}"),
        volume=read_quantity(head, "volume"),
        months=head.whole("months", Decimal(36), low=1, high=600),
        error_cost=read_quantity(head, "error_cost", Decimal(0)),
        core=head.flag("core"),
        basis=head.text("basis", like="rules|judgment"),
        data_stays=head.flag("data_stays"),
        language=head.text("language", like="[a-z]{2,3}"),
        home=home,
        options=tuple(_site(table, table.text("kind", like="BPO|KPO"), wages or {}) for table in root.tables("option")),
    )
    head.done()
    root.done()
    names = [one.name for one in function.options]
    for n, one in enumerate(names):
        if one in names[:n]:
            document.report("twice", f"option {one!r} is there twice", ("option", n, "name"))
    if "in-house" in names:
        document.report("twice", "an option is not called in-house", ("option", names.index("in-house"), "name"))
    if not document.problems and function.volume.low <= 0:
        head.report("out-of-range", "must be over 0", "volume")
    if document.problems:
        raise TermsError(document.problems)
    return function


def _site(table: Table, kind: str, wages: Wages) -> Site:
    away = kind != "in-house"
    country = table.text("country", like="[A-Z]{2}")
    site = Site(
        name=table.text("name", "in-house") if not away else table.text("name"),
        kind=kind,
        country=country,
        time_zone=_zone(table),
        languages=tuple(str(one) for one in table.items("languages", needed=away)),
        quantities=_quantities(table, wages.get(_named(country)), away=away),
    )
    table.done()
    return site


def _zone(table: Table) -> str:
    name = table.text("time_zone")
    try:
        ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        table.report("no-zone", f"there is no time zone {name!r}", "time_zone")
    return name or "UTC"


def _quantities(table: Table, wage: Quantity | None, *, away: bool) -> dict[str, Quantity]:
    found = {}
    priced = away and "price" in table.data
    for key, most in SITE.items():
        default = DEFAULTS_OF_ALL.get(key, 0 if priced and key == "wage" else None)
        if key == "wage" and key not in table.data and wage is not None:
            found[key] = wage
        else:
            found[key] = read_quantity(table, key, None if default is None else Decimal(default), high=most)
    for key, most in OPTION.items() if away else ():
        if key != "price" or priced:
            found[key] = read_quantity(table, key, Decimal(0), high=most)
    _above_zero(table, found, "minutes", "hours")
    if found["shrinkage"].high >= 1 or found["occupancy"].low <= 0:
        table.report("out-of-range", "shrinkage must stay under 1 and occupancy over 0: nobody would work", "shrinkage")
    return found


def _above_zero(table: Table, found: Mapping[str, Quantity], *keys: str) -> None:
    for key in keys:
        if found[key].low <= 0 and key in table.data:
            table.report("out-of-range", "must be over 0", key)


def _named(code: str) -> str:
    from countryinfo import CountryInfo, CountryNotFoundError

    try:
        return str(CountryInfo(code).name()).casefold()
    except (CountryNotFoundError, ValueError):
        return ""


def read_wages(data: bytes, name: str) -> dict[str, Quantity]:
    """Read monthly earnings by country (columns country, source, year, earnings_ppp); country -> wage an hour.

    The latest year counts, with a fifth to each side, since purchasing power is no exchange rate; both are said in the
    source. Raises TermsError naming the line.
    """
    try:
        rows = csv.DictReader(data.decode("utf-8-sig").splitlines())
    except UnicodeDecodeError as error:
        raise TermsError(Problem("not-utf8", f"not UTF-8 text at byte {error.start}", Source(name))) from None
    latest: dict[str, tuple[int, Quantity]] = {}
    for row in rows:
        try:
            year, month = int(row["year"] or ""), Decimal(row["earnings_ppp"] or "")
            country = str(row["country"])
        except (KeyError, ValueError, InvalidOperation, TypeError):
            raise TermsError(
                Problem("bad-wages", "country, year and earnings_ppp are needed", Source(name, rows.line_num))
            ) from None
        if not (1 <= year <= 9999 and month.is_finite() and 0 <= month < _MOST_A_MONTH):
            raise TermsError(
                Problem("bad-wages", f"no month's earnings: {row['earnings_ppp']!r:.40}", Source(name, rows.line_num))
            )
        if month > 0 and year > latest.get(country.casefold(), (0, None))[0]:
            latest[country.casefold()] = (year, _wage(month, f"{name}: {row.get('source') or ''}, {year}, PPP $ ±20 %"))
    return {country: wage for country, (_, wage) in latest.items()}


def _wage(month: Decimal, source: str) -> Quantity:
    hour = (month / HOURS_A_MONTH).quantize(Decimal("0.01"))
    return Quantity(hour * (1 - _SPREAD), hour, hour * (1 + _SPREAD), source)


def plain(function: Function) -> dict[str, Any]:
    """Give every quantity with its source, for those who ask where a figure comes from."""
    own = {"volume": function.volume, "error_cost": function.error_cost}
    sites = {site.name: site.quantities for site in (function.home, *function.options)}
    return {
        name: {key: one for key, one in quantities.items() if one != exactly(0)}
        for name, quantities in ({"": own} | sites).items()
    }
