"""`alihdaya recordings`: what applicants recorded, until when it is kept, and its end."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.settings import ItemNumber, Settings, mark, now, say

if TYPE_CHECKING:
    from datetime import datetime

    from alihdaya.operations.people.keeping import Kept

_WHY = {"request": mark("it was asked for"), "consent": mark("consent was withdrawn"), "term": mark("its time is over")}

_json = click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
_dry_run = click.option("--dry-run", is_flag=True, help=say("Only say what would go."))
_by = click.option("--by", default="operator", show_default=True, help=say("Who does it; the log keeps it."))
_at = click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help=say("Count from this time, in UTC, instead of from now."),
)


@click.group(help=say("List the recordings of spoken tests, and delete them: by rule, on request, without consent."))
def recordings() -> None:
    """Group the commands about recordings."""


@recordings.command("list", help=say("List the recordings that are there, whose they are, and until when."))
@_json
@_at
@click.pass_obj
def list_(settings: Settings, at: "datetime | None", *, as_json: bool) -> None:
    """List recordings."""
    when = _when(at)
    for one in _found(settings):
        click.echo(json.dumps(_plain(one, when)) if as_json else _line(one, when))


@recordings.command(
    help=say(
        "Delete the recordings whose time is over: so many days after their item was, as [recordings] keep_days of the "
        "terms says. Their scores stay. The log says of each that it is gone."
    ),
    epilog=say("Exit code: 0 all that was due is gone, 1 a file could not be deleted."),
)
@_dry_run
@_by
@_at
@_json
@click.pass_obj
def sweep(settings: Settings, by: str, at: "datetime | None", *, dry_run: bool, as_json: bool) -> None:
    """Delete what is due."""
    when = _when(at)
    due = [one for one in _found(settings) if one.due(when)]
    _delete(settings, due, ("term", "", by), dry_run=dry_run, as_json=as_json)


@recordings.command(
    help=say("Delete all recordings of ITEM now. The score stays, and so does all else that people wrote.")
)
@click.argument("item", type=ItemNumber())
@click.option(
    "--because",
    "why",
    type=click.Choice(["request", "consent"]),
    required=True,
    help=say("The applicant asked for it, or withdrew their consent."),
)
@click.option("--note", default="", help=say("What the log keeps of it, such as the date of a letter."))
@_dry_run
@_by
@_json
@click.pass_obj
def delete(settings: Settings, item: int, why: str, note: str, by: str, *, dry_run: bool, as_json: bool) -> None:
    """Delete the recordings of an item."""
    from alihdaya.kernel.errors import Problem, Refused

    found = [one for one in _found(settings) if item in one.items]
    if not found:
        raise Refused(Problem("no-recording", f"there is no recording of item {item}"))
    _delete(settings, found, (why, note, by), dry_run=dry_run, as_json=as_json)


def _found(settings: Settings) -> "list[Kept]":
    from alihdaya.operations.people.keeping import kept
    from alihdaya.packs.recordings import RECORDINGS, folder_of_recordings

    if folder_of_recordings() is None:
        raise click.UsageError(say("{variable} names no folder of recordings.").format(variable=RECORDINGS))
    with settings.read() as store:
        return kept(store)


def _when(at: "datetime | None") -> int:
    from datetime import UTC

    from alihdaya.kernel.time import micros

    return now() if at is None else micros(at.replace(tzinfo=UTC))


def _delete(
    settings: Settings, chosen: "list[Kept]", said: tuple[str, str, str], *, dry_run: bool, as_json: bool
) -> None:
    """Delete what was chosen; exits 1 where a file could not be."""
    if not chosen and not as_json:
        click.echo(say("Nothing is due."))
    if dry_run or not chosen:
        for one in chosen:
            _tell(one, said[0], None, as_json=as_json)
        return
    bad = False
    for one, problem in _gone(settings, chosen, said):
        bad |= bool(problem)
        _tell(one, said[0], problem, as_json=as_json)
    sys.exit(1 if bad else 0)


def _gone(settings: Settings, chosen: "list[Kept]", said: tuple[str, str, str]) -> "Iterator[tuple[Kept, str]]":
    """Delete one after the other; gives each with why it is still there, or ""."""
    from alihdaya.operations.people.commands import Forget
    from alihdaya.operations.people.keeping import delete as let_go

    with _writer(settings) as do:
        for one in chosen:
            try:
                let_go(one, Forget(one.item, one.recording, *said), do)
            except OSError as error:
                yield one, error.strerror or str(error)
            else:
                yield one, ""


@contextmanager
def _writer(settings: Settings) -> Iterator[Any]:
    from alihdaya.operations.perform import perform

    with settings.desk() as desk:

        def do(wish: Any) -> None:
            perform(desk, wish, max(now(), desk.at))
            desk.commit()

        yield do


def _tell(one: "Kept", why: str, problem: str | None, *, as_json: bool) -> None:
    """Say that a recording is gone, or why it is not; None: it would go."""
    if as_json:
        plain = {"recording": one.recording, "item": one.item or None, "why": why, "deleted": problem == ""}
        click.echo(json.dumps(plain | {"problem": problem or None}))
        return
    how = say("would go") if problem is None else problem or say("deleted")
    click.echo(f"{one.recording}  {_whose(one)}  {how}: {say(_WHY[why])}", err=bool(problem))


def _whose(one: "Kept") -> str:
    return say("item {item}").format(item=f"{one.item} ({one.external_id})") if one.item else say("no item")


def _plain(one: "Kept", when: int) -> dict[str, Any]:
    from alihdaya.kernel.time import iso

    instants = {"handed_in": one.handed_in, "over": one.over, "until": one.until}
    told = {name: None if at is None else iso(at) for name, at in instants.items()}
    head = {"recording": one.recording, "item": one.item or None, "external_id": one.external_id or None}
    return {**head, **told, "keep_days": one.days, "due": one.due(when)}


def _line(one: "Kept", when: int) -> str:
    plain = _plain(one, when)
    if one.noted or one.aside:
        state = say("was deleted, and is there again: due")
    elif not one.item:
        state = say("belongs to no item: nothing says until when it is kept")
    elif one.days is None:
        state = say("the terms say nothing of its time")
    elif one.over is None:
        state = say("kept until {days} days after its item is over").format(days=one.days)
    else:
        state = (say("due since {day}") if plain["due"] else say("kept until {day}")).format(day=plain["until"][:10])
    return f"{one.recording}  {_whose(one)}  {state}"
