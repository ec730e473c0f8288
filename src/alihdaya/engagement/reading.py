"""From terms.toml, or from its wire form, to `Terms`: one reader for both, listing every problem it finds."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from alihdaya.engagement.calendar import Calendar, read_calendar, read_zone
from alihdaya.engagement.document import Document, Table, load
from alihdaya.engagement.einvoice.agreement import read_billing, read_registered, read_vat
from alihdaya.engagement.rates.credits import read_penalty
from alihdaya.engagement.rates.loading import read_loading
from alihdaya.engagement.rates.reading import Span, read_rates
from alihdaya.engagement.terms import SPANS, Cost, Level, Party, Service, Sla, Target, Terms
from alihdaya.kernel.errors import TermsError

_NAME: Final = r"[a-z0-9]+(-[a-z0-9]+)*"
_VARIABLE: Final = r"[A-Za-z_]\w*"
_LONGEST: Final = (100_000, 6_000_000, 360_000_000)
"""The most hours, minutes and seconds of a limit."""
_LANGUAGE: Final = r"[a-z]{2,3}"


def parse_terms(data: bytes, name: str) -> Terms:
    """Parse terms.toml. Raises TermsError with every problem found."""
    document, content = load(data, name)
    return _read(Table(document, content))


def read_terms(wire: Mapping[str, Any], name: str = "terms") -> Terms:
    """Read the wire form. Raises TermsError with every problem found."""
    return _read(Table(Document(name), wire))


def _read(root: Table) -> Terms:
    head = root.table("engagement")
    signed, start, until = head.day("signed"), head.day("from"), head.day("until")
    if not signed <= start <= until:
        head.report("bad-dates", "signed, from and until must follow one another", "until")
    years = range(signed.year - 1, until.year + 2) if signed.year <= until.year < signed.year + 100 else range(0)
    currency = head.text("currency", like="[A-Z]{3}")
    terms = Terms(
        engagement=head.text("id", like=_NAME),
        client=_party(root.table("client")),
        provider=_party(root.table("provider")),
        currency=currency,
        signed=signed,
        start=start,
        until=until,
        services=tuple(_service(table, years, (start, until), currency) for table in root.tables("service")),
        billing=read_billing(root),
        recordings=_recordings(root),
    )
    head.done()
    root.done()
    _twice(root, [service.id for service in terms.services])
    if root.document.problems:
        raise TermsError(root.document.problems)
    return terms


def _recordings(root: Table) -> int | None:
    if "recordings" not in root.data:
        root.table("recordings", needed=False)
        return None
    table = root.table("recordings")
    days = table.whole("keep_days", low=0, high=36_500)
    table.done()
    return days


def _twice(root: Table, ids: list[str]) -> None:
    for n, service in enumerate(ids):
        if service in ids[:n]:
            root.document.report("twice", f"service {service!r} is there twice", ("service", n, "id"))


def _party(table: Table) -> Party:
    party = Party(
        name=table.text("name"),
        country=_country(table, "country"),
        subdivision=table.text("subdivision", "", like="[A-Z0-9]{1,3}"),
        city=table.text("city"),
        time_zone=read_zone(table),
        invoice=read_registered(table),
    )
    table.done()
    return party


def _country(table: Table, key: str) -> str:
    from countryinfo import CountryInfo, CountryNotFoundError

    code = table.text(key)
    try:
        known = len(code) == 2 and CountryInfo(code).iso(2) == code
    except (CountryNotFoundError, ValueError):
        known = False
    if code and not known:
        table.report("unknown-country", f"{code!r} is no ISO 3166-1 alpha-2 code, such as ID", key)
    return code


def _service(table: Table, years: range, span: Span, currency: str) -> Service:
    rates = read_rates(table.table("rates"), span, currency)
    sla = table.table("sla")
    calendar = read_calendar(table.table("calendar"), years)
    service = Service(
        id=table.text("id", like=_NAME),
        pack=table.text("pack", like=_NAME),
        delivery_country=_country(table, "delivery_country"),
        calendar=calendar or Calendar.office("UTC"),
        sla=_sla(sla),
        rates=rates,
        penalty=read_penalty(table.table("penalty", needed=False)),
        cost=_cost(table.table("cost", needed=False), {rate.unit for rate in rates}),
        vat=read_vat(table),
    )
    table.done()
    return service


def _sla(table: Table) -> Sla:
    levels = table.table("levels", needed=False)
    sla = Sla(
        _target(table, "respond"),
        _target(table, "resolve"),
        table.number("attainment", over=True, high=100),
        table.text("by", "", like=rf"{_VARIABLE}(/{_VARIABLE})*"),
        tuple(_level(levels.table(name), name) for name in levels.data),
        tuple(_pauses(table)),
    )
    for level in sla.levels:
        if "/" in sla.by and level.name.count("/") > sla.by.count("/"):
            levels.report("bad-level", f"{level.name!r} has more values than by: names variables", level.name)
    if bool(sla.by) != bool(sla.levels):
        table.report("missing", "levels, and only levels, need by: the variable that chooses among them", "by")
    table.done()
    return sla


def _pauses(table: Table) -> Iterator[str]:
    for node in table.items("pauses", needed=False):
        if isinstance(node, str) and node:
            yield node
        else:
            table.report("bad-value", f"pauses are ids of the model's nodes, not {node!r}", "pauses")


def _level(table: Table, name: str) -> Level:
    level = Level(name, _target(table, "respond"), _target(table, "resolve"))
    if level.respond is None and level.resolve is None:
        table.report("missing", "a level sets at least one limit")
    table.done()
    return level


def _target(sla: Table, key: str) -> Target | None:
    if key not in sla.data:
        sla.table(key, needed=False)
        return None
    table = sla.table(key)
    hours, minutes, seconds = (_amount(table, unit, most) for unit, most in zip(SPANS, _LONGEST, strict=True))
    days: int | None = table.whole("working_days", None, high=10_000)
    percent: Decimal | None = table.number("percent", None, over=True, high=100)
    target = Target(hours, days, minutes, seconds, percent, table.flag("average"))
    table.done()
    if sum(amount is not None for amount in (*target.spans, days)) != 1:
        table.report("bad-target", "give one of working_hours, working_minutes, working_seconds and working_days")
    if target.average and (days is not None or target.percent is not None):
        table.report("bad-target", "an average is a limit in working hours, minutes or seconds, without a percent")
    return target


def _amount(table: Table, unit: str, most: int) -> Decimal | None:
    return table.number(unit, None, over=True, high=most)


def _cost(table: Table, units: set[str]) -> Cost:
    overhead = table.table("overhead", needed=False)
    for unit in overhead.data.keys() - units:
        overhead.report("unknown-unit", f"the rate card has no unit {unit!r}", unit)
    cost = Cost(
        shrinkage=table.number("shrinkage", Decimal(0), high=95),
        support=table.number("support", Decimal(0), high=1000),
        overhead=tuple((unit, overhead.number(unit)) for unit in sorted(overhead.data)),
        loading=read_loading(table),
    )
    table.done()
    return cost
