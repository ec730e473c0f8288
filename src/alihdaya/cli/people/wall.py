"""`alihdaya wall`: who may not touch which client's work, engagement or item; walls raised and taken down by hand."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.settings import Settings, mark, say
from alihdaya.cli.work import do

if TYPE_CHECKING:
    from alihdaya.operations.people.standing import Walled

_json_option = click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
_ABOUT = (
    click.argument("person"),
    click.option("--client", default="", metavar="NAME", help=say("All work of this client, as the terms name it.")),
    click.option("--engagement", default="", metavar="ID", help=say("All work of this engagement.")),
    click.option("--item", default="", metavar="ITEM", help=say("This item alone.")),
    click.option("--because", "reason", required=True, help=say("Why; it goes into the log.")),
    click.option("--by", default="operator", help=say("Who says so; it goes into the log.")),
)


def _about(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_ABOUT):
        command = option(command)
    return command


@click.group(
    invoke_without_command=True,
    help=say("List conflict walls: those of rosters, and those that were raised or taken down by hand."),
)
@_json_option
@click.pass_context
def wall(ctx: click.Context, *, as_json: bool) -> None:
    """List walls, unless something else is asked for."""
    if ctx.invoked_subcommand is not None:
        return
    from alihdaya.operations.people.standing import plain_wall, walls

    with ctx.obj.read() as store:
        found = walls(store)
    for one in found:
        click.echo(json.dumps(plain_wall(one), ensure_ascii=False) if as_json else _line(ctx.obj, one))
    if not found and not as_json:
        click.echo(say("There are no walls."))


_STANDS = {True: mark("stands"), False: mark("taken down")}


def _line(settings: Settings, one: "Walled") -> str:
    from alihdaya.console.words import words
    from alihdaya.people.walls import told

    how = say("by the roster")
    if one.at is not None:
        how = say("{day}, {who}: {reason}").format(
            day=words(settings.language).when(one.at) + " UTC", who=one.by, reason=_plain(one.reason)
        )
    return f"{one.person}  {_plain(told(one.what))}  {say(_STANDS[one.stands])}  ({how})"


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _set(settings: Settings, person: str, about: tuple[str, str, str], said: tuple[bool, str, str]) -> str:
    """Raise a wall or take it down; gives what it is about."""
    from alihdaya.operations.people.commands import SetWall
    from alihdaya.operations.people.walls import about as wall_about
    from alihdaya.people.walls import told

    what = wall_about(*about)
    do(settings, lambda _: SetWall(person, what, *said), house="people")
    return told(what)


@wall.command(help=say("Keep PERSON away, from now on: what they have of it waits for others."))
@_about
@click.pass_obj
def add(settings: Settings, /, person: str, client: str, engagement: str, item: str, **said: str) -> None:
    """Raise a wall."""
    what = _set(settings, person, (client, engagement, item), (True, said["reason"], said["by"]))
    click.echo(say("A wall keeps {person} from {what}.").format(person=person, what=what))


@wall.command(help=say("Take a wall down. No roster brings it back; it can be added again."))
@_about
@click.pass_obj
def remove(settings: Settings, /, person: str, client: str, engagement: str, item: str, **said: str) -> None:
    """Take a wall down."""
    what = _set(settings, person, (client, engagement, item), (False, said["reason"], said["by"]))
    click.echo(say("No wall keeps {person} from {what} any more.").format(person=person, what=what))
