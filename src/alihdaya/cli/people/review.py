"""`alihdaya review`: what was finished and fell into the sample, looking at it, and how everybody fares."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import Settings, now, say
from alihdaya.cli.work import ITEM, do

if TYPE_CHECKING:
    from alihdaya.operations.people.quality import Looked
    from alihdaya.store.views.reviews import Quality

_by_option = click.option("--by", "reviewer", required=True, help=say("The reviewer's id."))
_json_option = click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))


@click.group(
    invoke_without_command=True, help=say("List finished tasks that somebody else is to look at; look at one.")
)
@_json_option
@click.pass_context
def review(ctx: click.Context, *, as_json: bool) -> None:
    """List what waits for a review, unless something else is asked for."""
    if ctx.invoked_subcommand is not None:
        return
    from alihdaya.operations.people.quality import plain_open
    from alihdaya.store.views.reviews import open_reviews

    with ctx.obj.read() as store:
        found = open_reviews(store)
    for one in found:
        text = say("item {item}, task {token}: {node}, done by {person}")
        shown = text.format(item=one.item, token=one.token, node=one.node, person=one.person)
        shown += " " + say("(for the second time)") if one.disputed is not None else ""
        click.echo(json.dumps(plain_open(one), ensure_ascii=False) if as_json else shown)
    if not found and not as_json:
        click.echo(say("Nothing waits for a review."))


@review.command(
    "next", help=say("Show the oldest task that the reviewer may look at: what was filled in, and the card.")
)
@_by_option
@_json_option
@click.pass_obj
def next_(settings: Settings, reviewer: str, *, as_json: bool) -> None:
    """Show the next one."""
    from alihdaya.operations.opening import read_desk
    from alihdaya.operations.people.quality import next_review, plain_looked

    with settings.read() as store:
        found = next_review(read_desk(store, recorded=now), reviewer, now())
    if found is None:
        click.echo("null" if as_json else say("Nothing waits that {person} may review.").format(person=reviewer))
    elif as_json:
        click.echo(json.dumps(plain_looked(found), ensure_ascii=False, default=str))
    else:
        click.echo("\n".join(_shown(settings, found)))


def _shown(settings: Settings, one: "Looked") -> Iterable[str]:
    from alihdaya.packs import say as named
    from alihdaya.work.review import ReviewDisputed

    row = one.row
    text = say("item {item}, task {token}: {node}, done by {person}")
    yield text.format(item=row.item, token=row.token, node=one.name, person=row.person)
    for name, value in one.result.items():
        yield f"  {name}: {_plain(value)}"
    for told in one.before:
        answers = isinstance(told, ReviewDisputed)
        text = say("{person} does not agree: {note}") if answers else say("{person} found {percent} %: {note}")
        who = told.person if answers else told.reviewer
        yield "  " + text.format(person=who, percent=getattr(told, "percent", ""), note=_plain(told.note)).rstrip(" :")
    for line in one.card.criteria:
        fatal = " " + say("(0 spoils the whole)") if line.fatal else ""
        yield f"  {line.name} 0-{line.points}: {named(line.label, settings.language)}{fatal}"


def _plain(value: object) -> str:
    return "".join(char if char.isprintable() else " " for char in str(value))


@review.command(help=say("Say what the review of ITEM found: one --points CRITERION=N for each line of the card."))
@click.argument("item", type=ITEM)
@_by_option
@click.option("--points", "points", multiple=True, metavar="CRITERION=N", help=say("Points of a criterion."))
@click.option("--note", default="", help=say("What they should know who did it."))
@click.option("--seconds", type=click.IntRange(0, 86_400), default=0, help=say("How long it took."))
@click.option("--token", type=click.IntRange(min=1), help=say("Which task, where the item has several."))
@click.pass_obj
def give(
    settings: Settings, item: int, reviewer: str, points: tuple[str, ...], note: str, seconds: int, token: int | None
) -> None:
    """Give a review."""
    from alihdaya.operations.people.commands import Review
    from alihdaya.store.views.reviews import open_reviews

    found = _points(points)
    with settings.read() as store:
        waiting = [one.token for one in open_reviews(store, item=item)]
    if token is None and len(waiting) > 1:
        listed = ", ".join(map(str, waiting))
        raise click.UsageError(say("Name the task with --token; open: {tasks}").format(tasks=listed))
    where = token or (waiting[0] if waiting else 1)
    done = do(settings, lambda _: Review(item, where, reviewer, found, note, seconds))
    text = say("Item {item}: {percent} %, passed.") if done.passed else say("Item {item}: {percent} %, not passed.")
    click.echo(text.format(item=item, percent=done.percent))


def _points(texts: Iterable[str]) -> dict[str, int]:
    found = {}
    for text in texts:
        name, mark, number = text.partition("=")
        if not mark or not (number.isascii() and number.isdigit() and len(number) <= len("1000")):
            raise click.UsageError(say("{text!r} is not of the form CRITERION=N.").format(text=text))
        found[name] = int(number)
    return found


@review.command(
    help=say(
        "Ask for a second review of what one did oneself in ITEM, by somebody else: once, and what it finds stands."
    )
)
@click.argument("item", type=ITEM)
@click.option("--by", "person", required=True, help=say("The person's id."))
@click.option("--note", required=True, help=say("Why the first review is not right."))
@click.option("--token", type=click.IntRange(min=1), help=say("Which task, where the item has several."))
@click.pass_obj
def dispute(settings: Settings, item: int, person: str, note: str, token: int | None) -> None:
    """Ask for a second review."""
    from alihdaya.operations.people.commands import Dispute
    from alihdaya.store.views.reviews import reviewed

    with settings.read() as store:
        theirs = [one.token for one in reviewed(store, person=person, item=item)]
    if token is None and len(theirs) > 1:
        listed = ", ".join(map(str, theirs))
        raise click.UsageError(say("Name the task with --token; open: {tasks}").format(tasks=listed))
    where = token or (theirs[0] if theirs else 1)
    do(settings, lambda _: Dispute(item, where, person, note))
    click.echo(say("Item {item} waits for a second review, by somebody else.").format(item=item))


@review.command(help=say("Show how everybody fares in reviews, by engagement, service and person, programs included."))
@_json_option
@click.pass_obj
def results(settings: Settings, *, as_json: bool) -> None:
    """Show results."""
    from rich import box
    from rich.table import Table

    from alihdaya.console.terminal import make_console
    from alihdaya.operations.people.quality import plain_quality
    from alihdaya.store.views.reviews import quality

    with settings.read() as store:
        found = quality(store)
    if as_json:
        for one in found:
            click.echo(json.dumps(plain_quality(one), ensure_ascii=False))
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in (say("Engagement"), say("Service"), say("Person")):
        table.add_column(head)
    for head in (say("Sample"), say("Reviewed"), say("Passed"), say("Mean")):
        table.add_column(head, justify="right")
    for one in found:
        table.add_row(*_cells(one))
    console = make_console()
    with console.capture() as shown:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in shown.get().splitlines()) if found else say("No reviews."))


def _cells(one: "Quality") -> list[str]:
    mean = "-" if one.percent is None else f"{one.percent} %"
    return [one.engagement, one.service, one.person, str(one.sampled), str(one.reviewed), str(one.passed), mean]
