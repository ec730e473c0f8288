"""`alihdaya holiday`: days that are closed though the terms did not know of them."""

import json
from datetime import datetime

import click

from alihdaya.cli.runs.account import because_option, json_option
from alihdaya.cli.settings import Settings, say

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group(help=say("Add a holiday to an engagement's calendars after its signing, or list those that were added."))
def holiday() -> None:
    """Group the commands."""


@holiday.command(
    help=say(
        "Close DAY, called NAME: what is open is due anew. With --retroactive the day may be past: what is finished is "
        "counted anew; closed invoices stay, and the difference is on the next one."
    )
)
@click.argument("day", type=_DAY, metavar="DAY")
@click.argument("name")
@click.option("--engagement", help=say("Which engagement, where the store holds several."))
@click.option("--service", default="", help=say("Only for this service (else for all)."))
@click.option("--retroactive", is_flag=True, help=say("Let the day be past, or begun."))
@because_option
@click.pass_obj
def add(
    settings: Settings,
    day: datetime,
    name: str,
    engagement: str | None,
    service: str,
    reason: str,
    *,
    retroactive: bool,
) -> None:
    """Add a holiday."""
    from alihdaya.operations.books.account import holiday as books
    from alihdaya.operations.books.bill import terms_of

    if not (name.strip() and name.isprintable()):
        raise click.BadParameter(say("a holiday needs a name that can be printed"))
    with settings.desk("books") as desk:
        of = terms_of(desk.store, engagement).engagement
        made = books.add(desk, books.Wish(of, service, day.date(), name, reason, retroactive), "manager")
    for one in made.facts:
        text = say("{service} is closed on {day}: {name}. Counted anew: {n} finished items.")
        click.echo(text.format(service=one.service, day=one.day, name=one.name, n=len(one.items)))
    if settings.shards:
        click.echo(say("Open items are due anew as their shards hear of it: within a second, where nodes work."))
    else:
        click.echo(say("Due anew: {n} open items.").format(n=len(made.moved)))


@holiday.command("list", help=say("List the holidays that were added, in the order in which they were."))
@json_option
@click.pass_obj
def list_(settings: Settings, *, as_json: bool) -> None:
    """List added holidays."""
    from alihdaya.kernel.time import iso
    from alihdaya.operations.books.account.holiday import holidays

    with settings.read() as store:
        found = holidays(store)
    for at, one in found:
        if as_json:
            click.echo(json.dumps({"at": iso(at), **one._asdict()}, ensure_ascii=False))
        else:
            click.echo(f"{one.day}  {one.engagement}/{one.service}: {one.name}  ({one.reason})")
    if not found and not as_json:
        click.echo(say("No holiday was added."))
