"""Working by hand: assign and complete tasks, retry what stopped. Every way passes the gate."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.settings import ItemNumber, Settings, figure, now, say

if TYPE_CHECKING:
    from alihdaya.operations.commands import Command
    from alihdaya.operations.desk import Desk

ITEM = ItemNumber()
at_option = click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%z"]),
    help=say("When it happened, in UTC if nothing else is said (default: now); never before the log's last entry."),
)


@contextmanager
def _desk(settings: Settings, house: str) -> Iterator["Desk"]:
    """Become the writer; what a station noted is durable at the end, even where it refused."""
    with settings.desk(house) as desk:
        try:
            yield desk
        finally:
            desk.commit()


def do(
    settings: Settings,
    make: "Callable[[Desk], Command]",
    at: datetime | None = None,
    item: int | None = None,
    house: str = "",
) -> Any:
    """Carry out a command as the writer, at a time that is not before the log's last entry, and commit.

    Timers of `item` that were due go off first, and a signal goes on to all who are to hear it. Gives what the station
    gives. `house` as in Settings.desk. Raises Refused, StoreLocked, UsageError for a time that cannot be.
    """
    from alihdaya.kernel.event import HOUSE
    from alihdaya.kernel.time import SECOND, iso, micros
    from alihdaya.operations.commands import Fire
    from alihdaya.operations.perform import catch_up, perform

    with _desk(settings, house) as desk:
        moment = max(now(), desk.at)
        if at is not None:
            moment = micros(at if at.tzinfo else at.replace(tzinfo=UTC))
        if moment > max(now(), desk.at) + SECOND * 300:
            raise click.UsageError(say("That lies in the future."))
        if moment < desk.at:
            raise click.UsageError(say("The log is at {last} already.").format(last=iso(desk.at)))
        if item is not None:
            catch_up(desk, item, moment)
        answer = perform(desk, make(desk), moment)
        while desk.board.spreads:
            desk.commit()
            perform(desk, Fire(HOUSE, 0), moment)
        return answer


def token_of(desk: "Desk", item: int, token: int | None) -> int:
    """Find the token of the item's only open task where none was named."""
    waits = desk.open_item(item).instance
    tasks = [found for found, wait in waits.waits.items() if wait.kind == "task"] if waits else []
    if token is None and len(tasks) == 1:
        return tasks[0]
    if token is None:
        listed = ", ".join(map(str, tasks)) or "-"
        raise click.UsageError(say("Name the task with --token; open: {tasks}").format(tasks=listed))
    return token


@click.command(help=say("Give the task that waits at ITEM to a person of the roster. No certificate, no routing."))
@click.argument("item", type=ITEM)
@click.option("--to", "person", required=True, help=say("The person's id."))
@click.option("--token", type=click.IntRange(min=1), help=say("Which task, where the item has several."))
@at_option
@click.pass_obj
def assign(settings: Settings, item: int, person: str, token: int | None, at: datetime | None) -> None:
    """Assign a task."""
    from alihdaya.operations.commands import Assign

    do(settings, lambda desk: Assign(item, token_of(desk, item, token), person, "dispatcher"), at, item)
    click.echo(say("{person} has the task of item {item}.").format(person=person, item=item))


@click.command(help=say("Finish the task of ITEM: one --set FIELD=VALUE for each field of its form."))
@click.argument("item", type=ITEM)
@click.option("--by", "person", required=True, help=say("Who did it, and holds the task."))
@click.option("--set", "fields", multiple=True, metavar="FIELD=VALUE", help=say("A field of the form."))
@click.option(
    "--seconds", type=click.IntRange(0, 10_000_000), help=say("Handling time; else as long as they have had the task.")
)
@click.option("--code", default="", help=say("A wrap-up code."))
@click.option("--token", type=click.IntRange(min=1), help=say("Which task, where the item has several."))
@at_option
@click.pass_obj
def complete(
    settings: Settings,
    item: int,
    person: str,
    fields: tuple[str, ...],
    seconds: int | None,
    code: str,
    token: int | None,
    at: datetime | None,
) -> None:
    """Complete a task."""
    from alihdaya.operations.commands import Complete

    def make(desk: "Desk") -> "Command":
        where = token_of(desk, item, token)
        return Complete(item, where, person, seconds, _result(desk, item, where, fields), code=code)

    took = do(settings, make, at, item)
    click.echo(say("Item {item} goes on.").format(item=item))
    if seconds is None:
        click.echo(say("Handling time, from when {person} had it: {n} s").format(person=person, n=figure(took)))


def _result(desk: "Desk", item: int, token: int, fields: tuple[str, ...]) -> dict[str, Any]:
    """Read FIELD=VALUE texts by the types of the task's form; what cannot be read is left to the form's check."""
    from alihdaya.packs.form import read_field

    found = desk.open_item(item)
    wait = found.instance.waits.get(token) if found.instance else None
    form = found.service.pack.forms.get(found.service.work(wait.node).form) if wait and wait.kind == "task" else None
    kinds = {field.name: field for field in form.fields} if form else {}
    result = {}
    for text in fields:
        name, mark, value = text.partition("=")
        if not mark:
            raise click.UsageError(say("{text!r} is not of the form FIELD=VALUE.").format(text=text))
        result[name] = read_field(kinds[name], value) if name in kinds else value
    return result


@click.command(help=say("Try again what an incident stopped at ITEM."))
@click.argument("item", type=ITEM)
@click.option("--token", type=click.IntRange(min=1), help=say("Which token, where several stopped."))
@click.pass_obj
def retry(settings: Settings, item: int, token: int | None) -> None:
    """Retry an incident."""
    from alihdaya.operations.commands import Retry

    def make(desk: "Desk") -> "Command":
        instance = desk.open_item(item).instance
        stopped = list(instance.incidents) if instance else []
        if token is None and len(stopped) != 1:
            listed = ", ".join(map(str, stopped)) or "-"
            raise click.UsageError(say("Name the token with --token; stopped: {tokens}").format(tokens=listed))
        return Retry(item, stopped[0] if token is None else token)

    do(settings, make)
    click.echo(say("Item {item} was tried again.").format(item=item))
