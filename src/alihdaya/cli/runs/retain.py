"""`alihdaya retain`: months that are old and done with leave the store for Parquet files."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.settings import Settings, mark, now, say

if TYPE_CHECKING:
    from alihdaya.console.words import Words
    from alihdaya.operations.books.retain import Candidate, Gone, Reason

_WHY = {
    "open-items": mark("{n} items are not over, the first of them item {which}"),
    "outbox": mark("{n} messages or jobs of its items are still to go out"),
    "unbilled": mark("{which} is not billed: {why}"),
    "counts-differ": mark("what was counted in {which} is not what its items say: run alihdaya replay"),
    "earlier-month": mark("{which} stays, and months go oldest first"),
}


@click.command(
    help=say(
        "Archive months: what happened in them goes into Parquet files, with a manifest that proves them, and leaves "
        "the store. A month goes only when nothing of it is in use any more: its items are over, delivered and billed. "
        "Invoices and service levels stay as they are, and archived items are told from their files."
    ),
    epilog=say("Exit code: 0 all that is old enough went, 1 something has to stay."),
)
@click.option(
    "--older-than",
    type=(click.IntRange(1, 1200), click.Choice(["month", "months", "year", "years"])),
    required=True,
    metavar=say("N months"),
    help=say("Months that were over so many whole months (or years) ago."),
)
@click.option("--dry-run", is_flag=True, help=say("Only say what would go, and why a month cannot go yet."))
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help=say("The archive's folder (default: the last one, else FILE.archive beside a store that is a file)."),
)
@click.option("--by-nodes", "url", metavar="URL", help=say("Have running nodes do it: the address of any of them."))
@click.option("--unbilled", is_flag=True, help=say("Let months go that cannot be billed."))
@click.option("--by", default="operator", show_default=True, help=say("Who does it; the log keeps it."))
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help=say("Count from this time, in UTC, instead of from now."),
)
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line, for each month."))
@click.pass_obj
def retain(
    settings: Settings,
    older_than: tuple[int, str],
    dry_run: bool,
    folder: Path | None,
    url: str | None,
    unbilled: bool,
    by: str,
    at: datetime | None,
    as_json: bool,
) -> None:
    """Archive what is old."""
    from alihdaya.kernel.time import micros

    months = older_than[0] * (12 if older_than[1].startswith("year") else 1)
    when = now() if at is None else micros(at.replace(tzinfo=UTC))
    if settings.shards:
        from alihdaya.cli.server.months import of_all_shards

        gone, left = of_all_shards(settings, url, (months, when), dry_run=dry_run, unbilled=unbilled, by=by, to=folder)
    else:
        gone, left = _of_one(settings, (months, when), dry_run=dry_run, unbilled=unbilled, by=by, to=folder)
    if as_json:
        for shard, month in (*gone, *left):
            click.echo(json.dumps(({"shard": shard} if shard else {}) | _plain(month)))
    else:
        _show(settings, gone, left, dry_run=dry_run)
    sys.exit(1 if any(one.reasons for _, one in left) else 0)


def _of_one(
    settings: Settings, span: tuple[int, int], *, dry_run: bool, unbilled: bool, by: str, to: Path | None
) -> "tuple[list[tuple[int, Gone]], list[tuple[int, Candidate]]]":
    """Archive as the store's writer, and see what is left; nothing is a shard's."""
    from alihdaya.operations.books.retain import candidates, retain

    gone: list[Gone] = []
    if not dry_run:
        with settings.desk() as desk:
            gone = list(retain(desk, *span, unbilled=unbilled, by=by, folder=to))
    with settings.read() as store:
        left = list(candidates(store, *span, unbilled=unbilled))
    return [(0, one) for one in gone], [(0, one) for one in left]


def _plain(month: "Candidate") -> dict[str, Any]:
    from alihdaya.operations.books.retain import Gone

    plain: dict[str, Any] = {"month": month.month, "entries": month.entries, "items": month.items}
    plain |= {"bytes": month.bytes, "first": month.first, "last": month.last}
    if isinstance(month, Gone):
        return plain | {"archived": True, "folder": str(month.folder), "written": month.written}
    return plain | {"archived": False, "reasons": [one._asdict() for one in month.reasons]}


def _show(
    settings: Settings, gone: "list[tuple[int, Gone]]", left: "list[tuple[int, Candidate]]", *, dry_run: bool
) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from alihdaya.console.terminal import make_console
    from alihdaya.console.words import words

    if not gone and not left:
        click.echo(say("Nothing is that old."))
        return
    spoken = words(settings.language)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", show_edge=False)
    many = any(shard for shard, _ in (*gone, *left))
    for name in [say("Shard")] * many:
        table.add_column(name, justify="right")
    for place, name in enumerate((say("Month"), say("Entries"), say("Items"), "kB", "")):
        table.add_column(name, justify="right" if place in {1, 2, 3} else "left", no_wrap=place < 4, overflow="fold")
    for shard, month in (*gone, *left):
        size = spoken.number(-(-month.bytes // 1000))
        counts = (spoken.number(month.entries), spoken.number(month.items), size)
        table.add_row(*[str(shard)] * many, month.month, *counts, Text(_word(spoken, month, dry_run=dry_run)))
    make_console().print(table)
    if gone:
        archive = gone[0][1].folder.parent
        click.echo(say("The files are in {folder}").format(folder=archive.parent if many else archive))


def _word(spoken: "Words", month: "Candidate", *, dry_run: bool) -> str:
    from alihdaya.operations.books.retain import Gone

    if isinstance(month, Gone):
        return say("archived: {size} kB of files").format(size=spoken.number(-(-month.written // 1000)))
    if not month.reasons:
        return say("would go") if dry_run else say("can go now")
    return "\n".join(_why(reason) for reason in month.reasons)


def _why(reason: "Reason") -> str:
    return say(_WHY[reason.kind]).format(n=reason.n, which=reason.which, why=reason.why)
