"""`alihdaya token`: who may use the API of the nodes over a PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import Settings, now, say

if TYPE_CHECKING:
    from alihdaya.store.lease.tokens import Token, Tokens


@click.group(help=say("Make, list and revoke the tokens that open the API of a node. Needs --store postgresql://…"))
def token() -> None:
    """Tokens of the API."""


@contextmanager
def _tokens(settings: Settings) -> Iterator["Tokens"]:
    from alihdaya.store.lease.tokens import Tokens

    if not settings.place.startswith("postgresql"):
        raise click.UsageError(say("Tokens are of nodes: name their database with --store postgresql://…"))
    opened = Tokens(settings.place)
    try:
        yield opened
    finally:
        opened.close()


@token.command(help=say("Make a token called NAME and print it. It is shown this once; the database holds a hash."))
@click.argument("name")
@click.option(
    "--right",
    "rights",
    multiple=True,
    required=True,
    type=click.Choice(["read", "work-in", "operate", "worker", "desk"]),
    help=say("What it may do; may be given many times."),
)
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True, help=say("It ends after these."))
@click.pass_obj
def new(settings: Settings, name: str, rights: tuple[str, ...], days: int) -> None:
    """Make a token."""
    from alihdaya.channels.api.login import make_token
    from alihdaya.kernel.time import DAY
    from alihdaya.work.keepable import unkeepable

    if not 1 <= len(name) <= 100 or not name.isprintable() or unkeepable({"name": name}):
        raise click.BadParameter(say("a name has 1 to 100 printable characters"))
    made_at = now()
    text, kept = make_token(name, frozenset(rights), made_at, made_at + days * DAY)
    with _tokens(settings) as tokens:
        tokens.keep(kept)
    click.echo(text)


@token.command("list", help=say("List the tokens: what they may do, until when, and whether they were revoked."))
@click.pass_obj
def list_tokens(settings: Settings) -> None:
    """List tokens."""
    from alihdaya.kernel.time import iso

    moment = now()
    with _tokens(settings) as tokens:
        for one in tokens.all():
            until = iso(one.expires_at) or "-"
            shown = f"{one.id}  {_state(one, moment):<8}  {until:<20}  {' '.join(sorted(one.rights)):<28}  {one.name}"
            click.echo(shown.rstrip())


def _state(one: "Token", moment: int) -> str:
    if one.revoked_at is not None:
        return say("revoked")
    return say("expired") if one.expires_at is not None and moment >= one.expires_at else say("valid")


@token.command(help=say("Revoke the tokens of this id or name. Nodes forget them within five seconds."))
@click.argument("name")
@click.pass_obj
def revoke(settings: Settings, name: str) -> None:
    """Revoke tokens."""
    with _tokens(settings) as tokens:
        count = tokens.revoke(name, now())
    if not count:
        raise click.ClickException(say("There is no such token, or it was revoked already."))
    click.echo(say("Revoked: {count}").format(count=count))
