"""One running instance in an operator's hands: how it stands, its whole path, and what can be done to it."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from alihdaya.cli.settings import ItemNumber, Settings, say
from alihdaya.cli.work import at_option, do

if TYPE_CHECKING:
    from alihdaya.operations.commands import Command
    from alihdaya.operations.desk import Desk


class Chosen(NamedTuple):
    """The item that the command is about."""

    settings: Settings
    item: int


class OfItem(click.Group):
    """A group whose options may stand behind the item, too: `alihdaya instance 5 --trace`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words as `arranged`."""
        return super().parse_args(ctx, self.arranged(args))

    def arranged(self, args: list[str]) -> list[str]:
        """Bring the group's own options before the item."""
        first = next((place for place, word in enumerate(args) if word in self.commands), len(args))
        return [*sorted(args[:first], key=lambda word: not word.startswith("-")), *args[first:]]


@click.group(
    cls=OfItem,
    invoke_without_command=True,
    help=say("Show how item ITEM stands in its process: its tokens, what they wait for, its variables; or act on it."),
    subcommand_metavar="[COMMAND [ARGS]…]",
)
@click.argument("item", type=ItemNumber())
@click.option("--trace", "path", is_flag=True, help=say("Show the whole path: each node, when, how long, by whom."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object."))
@click.pass_context
def instance(ctx: click.Context, item: int, path: bool, as_json: bool) -> None:
    """Show an instance, or hand the item on to what is to be done to it."""
    settings: Settings = ctx.obj
    ctx.obj = Chosen(settings, item)
    if ctx.invoked_subcommand is None:
        _show(settings, item, path=path, as_json=as_json)
    elif path or as_json:
        raise click.UsageError(say("--trace and --json show an instance; they go with no other command."))


def _show(settings: Settings, item: int, *, path: bool, as_json: bool) -> None:
    from alihdaya.cli.instance.view import standing_view, trace_view
    from alihdaya.console.terminal import make_console
    from alihdaya.operations.instance.picture import as_json as written
    from alihdaya.operations.instance.picture import read

    with settings.read() as store:
        found = read(store, item)
        if found is None:
            raise click.ClickException(say("There is no item {item}.").format(item=item))
        spoken = _words(settings, store, found)
    if as_json:
        click.echo(written(found, path=path))
    else:
        make_console().print(trace_view(spoken, found) if path else standing_view(spoken, found))


def _words(settings: Settings, store: Any, found: Any) -> Any:
    from alihdaya.cli.reading import vocabulary_of
    from alihdaya.console.words import words
    from alihdaya.operations.books.bill import terms_of

    terms = terms_of(store, found.story.item.engagement)
    return words(settings.language, terms.client.time_zone, vocabulary_of(store, terms.engagement))


_by = click.option("--by", default="operator", show_default=True, help=say("Who does it; the log keeps it."))
_reason = click.option("--reason", default="", help=say("Why; the log keeps it."))
_token = click.option("--token", type=click.IntRange(1, 2**62), help=say("Which token, where the item has several."))
_set = click.option(
    "--set",
    "facts",
    multiple=True,
    metavar="NAME=VALUE",
    help=say("A variable to set before; NAME:=FEEL for any value."),
)


def _act(chosen: Chosen, make: "Callable[[Desk], Command]", at: datetime | None, said: str) -> None:
    do(chosen.settings, make, at, chosen.item)
    click.echo(said.format(item=chosen.item))


@instance.command(help=say("Give the item up: all that it waits for is withdrawn, nothing is delivered or billed."))
@_reason
@_by
@at_option
@click.pass_obj
def cancel(chosen: Chosen, reason: str, by: str, at: datetime | None) -> None:
    """Cancel an item."""
    from alihdaya.operations.instance.commands import CancelItem

    _act(chosen, lambda _: CancelItem(chosen.item, reason, by), at, say("Item {item} is cancelled."))


@instance.command(help=say("Let nothing of the item go on: its tasks are not offered, its timers wait."))
@_reason
@_by
@at_option
@click.pass_obj
def suspend(chosen: Chosen, reason: str, by: str, at: datetime | None) -> None:
    """Suspend an item."""
    from alihdaya.operations.instance.commands import Suspend

    _act(chosen, lambda _: Suspend(chosen.item, reason, by), at, say("Item {item} is suspended."))


@instance.command(help=say("Let a suspended item go on; its timers that came due go off at once."))
@_by
@at_option
@click.pass_obj
def resume(chosen: Chosen, by: str, at: datetime | None) -> None:
    """Resume an item."""
    from alihdaya.operations.instance.commands import Resume

    _act(chosen, lambda _: Resume(chosen.item, by), at, say("Item {item} goes on."))


@instance.command(help=say("Move a token to NODE, in the same scope: what it waits for is withdrawn, NODE is entered."))
@click.argument("node")
@_token
@_by
@at_option
@click.pass_obj
def move(chosen: Chosen, node: str, token: int | None, by: str, at: datetime | None) -> None:
    """Move a token."""
    from alihdaya.operations.instance.commands import MoveToken

    def make(desk: "Desk") -> "Command":
        standing = desk.open_item(chosen.item).instance
        return MoveToken(chosen.item, _only(token, list(standing.tokens) if standing else []), node, by)

    _act(chosen, make, at, say("Item {item} goes on there."))


@instance.command(name="set", help=say("Set variables: NAME=VALUE, or NAME:=FEEL for any value."))
@click.argument("facts", nargs=-1, required=True, metavar="NAME=VALUE…")
@click.option("--token", type=click.IntRange(1, 2**62), default=None, help=say("As this token sees them."))
@_by
@at_option
@click.pass_obj
def set_(chosen: Chosen, facts: tuple[str, ...], token: int | None, by: str, at: datetime | None) -> None:
    """Set variables."""
    from alihdaya.cli.instance.facts import read_facts
    from alihdaya.operations.instance.commands import SetFacts

    def make(desk: "Desk") -> "Command":
        return SetFacts(chosen.item, read_facts(facts, desk.open_item(chosen.item).instance), token or 0, by)

    _act(chosen, make, at, say("The variables of item {item} are set."))


@instance.command(
    help=say("Try again what an incident or a dead letter stopped, with variables set before if you like.")
)
@_token
@_set
@_by
@at_option
@click.pass_obj
def retry(chosen: Chosen, token: int | None, facts: tuple[str, ...], by: str, at: datetime | None) -> None:
    """Retry, as one with setting variables."""
    from alihdaya.cli.instance.facts import read_facts
    from alihdaya.operations.commands import Retry
    from alihdaya.operations.instance.commands import Amend

    def make(desk: "Desk") -> "Command":
        standing = desk.open_item(chosen.item).instance
        dead = [send.token for send in desk.outbox.values() if send.dead and send.item == chosen.item]
        where = _only(token, [*(standing.incidents if standing else ()), *dead])
        return Amend(chosen.item, where, read_facts(facts, standing), by) if facts else Retry(chosen.item, where)

    _act(chosen, make, at, say("Item {item} was tried again."))


def _only(token: int | None, found: list[int]) -> int:
    """Give the token that was named, else the only one there is."""
    if token is None and len(found) != 1:
        listed = ", ".join(map(str, sorted(found))) or "-"
        raise click.UsageError(say("Name the token with --token; there are: {tokens}").format(tokens=listed))
    return found[0] if token is None else token
