"""Messages and signals by hand: to who waits for them, and what became of those that nobody took."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.settings import Settings, mark, say
from alihdaya.cli.work import do

if TYPE_CHECKING:
    from alihdaya.store.views.messages import MessageRow


def _duration(_context: click.Context, _option: click.Parameter, value: str) -> int:
    """Read a duration of days or less, in microseconds."""
    from alihdaya.notation.bpmn.iso8601 import parse_duration

    span = parse_duration(value)
    if span is None or span.months or span.micros < 0:
        raise click.BadParameter(say("{value!r} is no duration such as PT1H or P3D").format(value=value))
    return span.micros


_set = click.option("--set", "fields", multiple=True, metavar="NAME=TEXT", help=say("A variable that comes with it."))


def _payload(fields: tuple[str, ...]) -> dict[str, Any]:
    return {field: value for field, _, value in (text.partition("=") for text in fields)}


@click.command(
    help=say(
        "Deliver the message NAME to the item that waits for it with KEY, or to the process that it starts. With "
        "--waiting, list the messages that nobody has taken."
    )
)
@click.argument("name", required=False)
@click.option("--key", default="", help=say("The correlation key."))
@_set
@click.option(
    "--keep", metavar="DURATION", default="PT0S", callback=_duration, help=say("How long it waits for its receiver.")
)
@click.option("--waiting", is_flag=True, help=say("List messages that wait, and those that nobody took."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
@click.pass_obj
def message(
    settings: Settings, name: str | None, key: str, fields: tuple[str, ...], keep: int, *, waiting: bool, as_json: bool
) -> None:
    """Deliver a message, or list those that nobody took."""
    from alihdaya.operations.commands import Deliver

    if waiting == bool(name):
        raise click.UsageError(say("Give the NAME of a message, or --waiting."))
    if name is None:
        _list(settings, as_json=as_json)
        return
    item = do(settings, lambda _: Deliver(name, key, _payload(fields), keep))
    if as_json:
        click.echo(json.dumps({"item": item or None, "kept": not item}))
    else:
        click.echo(say("Delivered to item {item}.").format(item=item) if item else say("Nobody waits yet; it is kept."))


@click.command(help=say("Broadcast the signal NAME to all items that wait for it and all processes that it starts."))
@click.argument("name")
@_set
@click.pass_obj
def signal(settings: Settings, name: str, fields: tuple[str, ...]) -> None:
    """Broadcast a signal."""
    from alihdaya.operations.exchange.commands import Broadcast

    reached = do(settings, lambda _: Broadcast(name, _payload(fields)))
    click.echo(say("Heard by {count}.").format(count=reached))


def _list(settings: Settings, *, as_json: bool) -> None:
    from alihdaya.kernel.time import iso
    from alihdaya.store.views.messages import messages

    with settings.read() as store:
        rows = messages(store)
    if as_json:
        for row in rows:
            click.echo(json.dumps({**asdict(row), "at": iso(row.at), "until": iso(row.until)}))
    else:
        _show(settings, rows)


def _show(settings: Settings, rows: "list[MessageRow]") -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from alihdaya.console.terminal import make_console
    from alihdaya.console.words import words

    spoken, console = words(settings.language), make_console()
    if not rows:
        console.print(say("No messages wait."))
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", show_edge=False)
    heads = (
        say("Message"),
        say("Key"),
        say("From item"),
        spoken.zoned(say("Sent")),
        spoken.zoned(say("Waits until")),
        say("State"),
    )
    for head in heads:
        table.add_column(head, justify="right" if head == heads[2] else "left", overflow="fold")
    for row in rows:
        times = [spoken.when(at, "dHm") for at in (row.at, row.until)]
        state = _STATES.get(row.lost, row.lost)
        table.add_row(escape(row.name), escape(row.key), _thrower(row.item), *times, say(state))
    console.print(table)


def _thrower(item: int) -> str:
    return say("shard {number}").format(number=-item) if item < 0 else str(item or "-")


_STATES = {
    "": mark("waits"),
    "expired": mark("expired"),
    "nobody-waits": mark("nobody waited"),
    "duplicate": mark("came before"),
    "cannot-be-taken-in": mark("could not be taken in"),
    "endless-chain": mark("chain without end"),
}
