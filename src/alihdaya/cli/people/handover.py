"""Between services of one client: hand an item over, give it back or take it back, and see what is awaited."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.settings import Settings, say
from alihdaya.cli.work import ITEM, at_option, do, token_of

if TYPE_CHECKING:
    from alihdaya.operations.commands import Command
    from alihdaya.operations.desk import Desk

_by_option = click.option("--by", "person", required=True, help=say("The person's id."))
_token_option = click.option("--token", type=click.IntRange(min=1), help=say("Which task, where the item has several."))


@click.command(help=say("Hand the task of ITEM over to another service of the same client, with all that is known."))
@click.argument("item", type=ITEM)
@_by_option
@click.option("--service", required=True, help=say("The service that is to have it, as its terms call it."))
@click.option("--engagement", default="", help=say("Which engagement, where several of the client have the service."))
@click.option("--note", default="", help=say("What is asked, and why."))
@click.option("--set", "fields", multiple=True, metavar="COLUMN=VALUE", help=say("A column of its intake."))
@click.option("--paper", "papers", multiple=True, help=say("Where a document lies that belongs to it."))
@click.option("--for-good", "final", is_flag=True, help=say("The item ends here; nothing is awaited back."))
@_token_option
@at_option
@click.pass_obj
def handover(
    settings: Settings,
    item: int,
    person: str,
    service: str,
    engagement: str,
    note: str,
    fields: tuple[str, ...],
    papers: tuple[str, ...],
    final: bool,
    token: int | None,
    at: datetime | None,
) -> None:
    """Hand an item over."""
    from alihdaya.operations.exchange.handover.commands import HandOver

    given = dict(map(_pair, fields))

    def make(desk: "Desk") -> "Command":
        where = token_of(desk, item, token)
        return HandOver(item, where, person, service, engagement, note, given, papers, final)

    there = do(settings, make, at, item)
    click.echo(say("Item {item} is with {service} as item {there}.").format(item=item, service=service, there=there))


def _pair(text: str) -> tuple[str, Any]:
    name, mark, value = text.partition("=")
    if not mark:
        raise click.UsageError(say("{text!r} is not of the form FIELD=VALUE.").format(text=text))
    return name, value


@click.command(help=say("Give ITEM back that was handed over to one, or take back what one's own ITEM handed over."))
@click.argument("item", type=ITEM)
@_by_option
@click.option("--because", "reason", default="", help=say("Why; it goes into the log."))
@_token_option
@at_option
@click.pass_obj
def handback(settings: Settings, item: int, person: str, reason: str, token: int | None, at: datetime | None) -> None:
    """End a hand-over without an answer."""
    from alihdaya.operations.exchange.handover.commands import HandBack

    do(settings, lambda _: HandBack(item, person, reason, token or 0), at, item)
    click.echo(say("The hand-over of item {item} is over.").format(item=item))


@click.command(help=say("List what was handed over between services and is awaited back, the oldest first."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
@click.pass_obj
def handovers(settings: Settings, *, as_json: bool) -> None:
    """List what is awaited back."""
    from alihdaya.kernel.time import iso
    from alihdaya.store.views.open_work import handovers as awaited

    with settings.read() as store:
        found = awaited(store)
    for one in found:
        if as_json:
            click.echo(json.dumps({**one._asdict(), "at": iso(one.at)}, ensure_ascii=False))
        else:
            line = say("item {giver} waits for item {item} of {service}, since {at}")
            told = line.format(giver=one.giver, item=one.item, service=one.service, at=iso(one.at))
            asked = "; ".join(filter(None, (one.person, " ".join(one.note.split()))))
            click.echo(f"{told} ({asked})" if asked else told)
    if not found and not as_json:
        click.echo(say("Nothing is awaited from another service."))
