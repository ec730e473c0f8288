"""`alihdaya sla`: the clocks of an item second by second, and how a month's service levels were kept."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import ItemNumber, Settings, now, say

if TYPE_CHECKING:
    from alihdaya.operations.instance.sla import Missed

_TIME = click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%z"])


@click.command(
    help=say(
        "Explain the service level clocks of ITEM second by second, out of the log: when they ran, stood and were "
        "closed, and why. Without ITEM: how the service levels were kept, month by month, as the invoices count."
    )
)
@click.argument("item", type=ItemNumber(), required=False)
@click.option("--at", type=_TIME, help=say("As it was then, in UTC if nothing else is said (default: now)."))
@click.option("--month", metavar="YYYY-MM", help=say("Only this month of the client."))
@click.option("--missed", is_flag=True, help=say("List the items that missed, with --month."))
@click.option("--engagement", help=say("Which engagement, where the store holds several."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object; of a list, one a line."))
@click.pass_obj
def sla(  # the options of two questions
    settings: Settings,
    *,
    item: int | None,
    at: datetime | None,
    month: str | None,
    missed: bool,
    engagement: str | None,
    as_json: bool,
) -> None:
    """Explain an item's clocks, or show how the service levels were kept."""
    if item is not None and (month or missed or engagement):
        raise click.UsageError(say("--month, --missed and --engagement go without ITEM."))
    if item is None and at is not None:
        raise click.UsageError(say("--at goes with ITEM."))
    if missed and not month:
        raise click.UsageError(say("--missed goes with --month."))
    if item is not None:
        _explain(settings, item, at, as_json=as_json)
    elif missed and month:
        _missed(settings, engagement, month, as_json=as_json)
    else:
        _kept(settings, engagement, month, as_json=as_json)


def _explain(settings: Settings, item: int, at: datetime | None, *, as_json: bool) -> None:
    from alihdaya.cli.instance.clock_view import clocks_view
    from alihdaya.console.terminal import make_console
    from alihdaya.console.words import words
    from alihdaya.kernel.time import micros
    from alihdaya.operations.instance.sla import explain, plain

    until = now() if at is None else micros(at if at.tzinfo else at.replace(tzinfo=UTC))
    with settings.read() as store:
        told = explain(store, item, until)
    if told is None:
        raise click.ClickException(say("There is no item {item}.").format(item=item))
    if as_json:
        click.echo(json.dumps(plain(told), ensure_ascii=False))
    else:
        make_console().print(clocks_view(words(settings.language, told.zone), told))


def _kept(settings: Settings, engagement: str | None, month: str | None, *, as_json: bool) -> None:
    from alihdaya.cli.instance.clock_view import kept_table
    from alihdaya.console.terminal import make_console
    from alihdaya.console.words import words
    from alihdaya.operations.books.bill import attainments, span, terms_of
    from alihdaya.operations.instance.sla import kept_plain

    with settings.read() as store:
        terms = terms_of(store, engagement)
        if month:
            span(terms, month)
        found = attainments(store, terms, month)
    if as_json:
        for one in found:
            click.echo(json.dumps(kept_plain(one), ensure_ascii=False))
    else:
        make_console().print(kept_table(words(settings.language), found))


def _missed(settings: Settings, engagement: str | None, month: str, *, as_json: bool) -> None:
    from alihdaya.cli.instance.clock_view import missed_table
    from alihdaya.console.terminal import make_console
    from alihdaya.console.words import words
    from alihdaya.operations.books.bill import terms_of
    from alihdaya.operations.instance.sla import missed

    with settings.read() as store:
        terms = terms_of(store, engagement)
        found = missed(store, terms, month)
    if as_json:
        for one in found:
            click.echo(json.dumps(_missed_plain(one), ensure_ascii=False))
    elif found:
        make_console().print(missed_table(words(settings.language, terms.client.time_zone), found))
    else:
        click.echo(say("Nothing was missed in {month}.").format(month=month))


def _missed_plain(one: "Missed") -> dict[str, object]:
    from alihdaya.kernel.time import iso
    from alihdaya.operations.instance.sla import seconds

    late = {"due": iso(one.due), "ended": iso(one.ended), "late_seconds": seconds(max(0, one.ended - one.due))}
    return {**one._asdict(), **late}
