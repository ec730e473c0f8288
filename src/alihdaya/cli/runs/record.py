"""Figures from outside that bills need: record exchange rates, index values and milestones; list what is recorded."""

import json
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.settings import Settings, exact, say
from alihdaya.cli.work import do

if TYPE_CHECKING:
    from alihdaya.operations.books.record import Figure

_source = click.option("--source", default="", metavar="TEXT", help=say("Who published it."))
_instead = click.option("--instead", is_flag=True, help=say("It corrects what is recorded already."))


@click.group(help=say("Record what bills need from outside, or list it: exchange rates, index values, milestones."))
def record() -> None:
    """Group the commands."""


@record.command(help=say("One unit of BASE is RATE units of QUOTE, on a day (2026-03-31) or in a month (2026-03)."))
@click.argument("base")
@click.argument("quote")
@click.argument("on")
@click.argument("rate")
@_source
@_instead
@click.pass_obj
def exchange(settings: Settings, base: str, quote: str, on: str, rate: str, source: str, *, instead: bool) -> None:
    """Record an exchange rate."""
    from alihdaya.engagement.events import ExchangeQuoted

    _record(settings, ExchangeQuoted(base, quote, on, rate, source), instead=instead)


@record.command(help=say("The index SERIES has this VALUE for MONTH (2026-03)."))
@click.argument("series")
@click.argument("month")
@click.argument("value")
@_source
@_instead
@click.pass_obj
def index(settings: Settings, series: str, month: str, value: str, source: str, *, instead: bool) -> None:
    """Record an index value."""
    from alihdaya.engagement.events import IndexPublished

    _record(settings, IndexPublished(series, month, value, source), instead=instead)


@record.command(help=say("A MILESTONE was reached on DAY; UNIT of the service's rate card is its price."))
@click.argument("unit")
@click.argument("milestone")
@click.argument("day")
@click.option("--engagement", help=say("Which engagement, where the store holds several."))
@click.option("--service", help=say("Which service, where the engagement has several."))
@click.option("--evidence", default="", metavar="TEXT", help=say("What the client accepted."))
@_instead
@click.pass_obj
def milestone(
    settings: Settings,
    unit: str,
    milestone: str,
    day: str,
    engagement: str | None,
    service: str | None,
    evidence: str,
    *,
    instead: bool,
) -> None:
    """Record a milestone."""
    from alihdaya.engagement.events import MilestoneReached
    from alihdaya.operations.books.bill import terms_of

    with settings.read() as store:
        terms = terms_of(store, engagement)
    names = [one.id for one in terms.services]
    if service is None and len(names) > 1:
        raise click.UsageError(say("Name the service with --service: {names}").format(names=", ".join(names)))
    fact = MilestoneReached(terms.engagement, service or names[0], unit, milestone, day, evidence)
    _record(settings, fact, instead=instead)


def _record(settings: Settings, fact: "Figure", *, instead: bool) -> None:
    from alihdaya.operations.books.record import Record

    new = do(settings, lambda _: Record(fact, "operator", instead), house="books")
    click.echo(say("Recorded.") if new else say("It was recorded already."))


@record.command("list", help=say("List all that is recorded, in the order in which it was; a later one corrects."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
@click.pass_obj
def list_(settings: Settings, *, as_json: bool) -> None:
    """List figures."""
    from alihdaya.kernel.event import tag_of
    from alihdaya.kernel.time import iso
    from alihdaya.operations.books.record import KINDS, recorded
    from alihdaya.store.views.facts import house_facts

    with settings.read() as store:
        found = recorded(house_facts(store, [tag_of(kind) for kind in KINDS]))
    for at, fact in found:
        plain: dict[str, Any] = {"at": iso(at), "figure": tag_of(type(fact)).partition(".")[2], **fact._asdict()}
        click.echo(json.dumps(plain, ensure_ascii=False) if as_json else _told(fact))
    if not found and not as_json:
        click.echo(say("Nothing is recorded."))


def _told(fact: Any) -> str:
    from alihdaya.engagement.events import ExchangeQuoted, IndexPublished

    source = f"  ({fact[-1]})" if fact[-1] else ""
    if isinstance(fact, ExchangeQuoted):
        return f"{fact.on}  1 {fact.base} = {exact(fact.rate)} {fact.quote}{source}"
    if isinstance(fact, IndexPublished):
        return f"{fact.month}  {fact.series} = {exact(fact.value)}{source}"
    return f"{fact.day}  {fact.engagement}/{fact.service}/{fact.unit}: {fact.milestone}{source}"
