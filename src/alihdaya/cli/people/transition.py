"""`alihdaya transition`: begin one out of a sourcing study, and the register of posts (S4)."""

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import Settings, mark, now, say

if TYPE_CHECKING:
    from alihdaya.planning.transition import PostRecord

_WORDS = {
    "": "",
    "stays": mark("stays"),
    "moves": mark("moves to the provider"),
    "retrained": mark("retrained"),
    "redundant": mark("redundant"),
    "in person": mark("in person"),
    "in writing": mark("in writing"),
    "by representative": mark("by a representative"),
    "not reached": mark("not reached"),
    "agrees": mark("agrees"),
    "objects": mark("objects"),
    "says nothing": mark("says nothing"),
    "agreed": mark("agreed in mediation"),
    "stands": mark("mediated, both stand"),
    "another way": mark("another way is sought"),
    "fate": mark("a fate"),
    "consultation": mark("a consultation"),
    "consent": mark("consent"),
    "mediation": mark("a mediation"),
    "open": mark("open"),
    "carried out": mark("carried out"),
    "put back": mark("put back"),
    "as it was": mark("as it was"),
}
_HEADS = (mark("Item"), mark("Post"), mark("Becomes"), mark("Consulted"), mark("Says"), mark("Stands"))
_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%z"])


@click.group(help=say("Begin a transition out of a sourcing study, and list what becomes of every affected post."))
def transition() -> None:
    """Transitions."""


@transition.command(
    help=say(
        "List every post of the transitions in the log: what becomes of it, how whoever holds it was consulted, what "
        "they said, and what is lacking. Exit code 1 where a post that is open lacks something."
    )
)
@click.option("--item", type=click.IntRange(1, 2**62), help=say("Only those of this item."))
@click.option("--open", "lacking", is_flag=True, help=say("Only posts that are open and lack something."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line, a post each."))
@click.pass_obj
def posts(settings: Settings, item: int | None, *, lacking: bool, as_json: bool) -> None:
    """List posts."""
    from alihdaya.planning.transition import PROCESS, register
    from alihdaya.store.views.bound import items_following

    with settings.read() as store:
        wanted = [one for one in items_following(store, PROCESS) if item in (None, one)]
        if item is not None and not wanted:
            raise click.ClickException(say("Item {item} is no transition.").format(item=item))
        found = [
            post
            for one in wanted
            for post in register(one, (event for entry in store.read_log(item=one) for event in entry.events))
        ]
    if lacking:
        found = [one for one in found if _lacks(one)]
    if as_json:
        for one in found:
            click.echo(json.dumps(asdict(one), ensure_ascii=False))
    elif found:
        _show(found)
    else:
        click.echo(say("No posts."))
    sys.exit(1 if any(map(_lacks, found)) else 0)


def _lacks(one: "PostRecord") -> bool:
    return one.came_to == "open" and one.lack != "nothing"


def _show(found: "list[PostRecord]") -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from alihdaya.console.terminal import make_console

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in _HEADS:
        table.add_column(say(head), justify="right" if head == "Item" else "left")
    for one in found:
        stands = say("lacks {what}").format(what=_word(one.lack)) if _lacks(one) else _word(one.came_to)
        says = ", ".join(_word(part) for part in (one.answer, one.mediated) if part)
        cells = (one.post, _word(one.fate), _word(one.consulted), says)
        table.add_row(str(one.item), *map(Text, cells), Text(stands, "red" if _lacks(one) else ""))
    console = make_console()
    with console.capture() as shown:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in shown.get().splitlines()))
    click.echo(_sums(found))


def _sums(found: "Iterable[PostRecord]") -> str:
    counts = Counter(one.fate or "open" for one in found)
    named = ("stays", "moves", "retrained", "redundant", "open")
    return ", ".join(f"{_word(one)} {counts[one]}" for one in named if counts[one])


def _word(code: str) -> str:
    return say(_WORDS[code]) if _WORDS.get(code) else code


@transition.command(
    help=say(
        "Write the row that begins a transition: STUDY is a file of `alihdaya source`, --to one of its options, and "
        "--posts a CSV file with the columns title and holder, a row for every post of the function."
    )
)
@click.argument("study", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "site", required=True, help=say("The option's name."))
@click.option("--posts", "names", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", required=True, help=say("What the transition is called."))
@click.option("--announced", required=True, type=_MOMENT, help=say("When those affected were told, in UTC."))
@click.option("--go-live", required=True, type=_MOMENT, help=say("It does not go live before, in UTC."))
@click.option("--parallel-days", type=click.IntRange(1, 90), default=5, help=say("So long both do the work."))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help=say("Write to this file."))
@click.pass_obj
def begin(
    settings: Settings,  # noqa: ARG001 (pass_obj)
    study: Path,
    site: str,
    names: Path,
    name: str,
    announced: datetime,
    go_live: datetime,
    parallel_days: int,
    out: Path | None,
) -> None:
    """Write the row."""
    from random import Random

    from alihdaya.kernel.time import micros
    from alihdaya.planning import sourcing
    from alihdaya.planning.transition import begin_row, read_names

    read = sourcing.read_function(study.read_bytes(), str(study))
    chance = Random(1).random  # noqa: S311 (the row needs no draw: one is made, and left unused)
    made = sourcing.study(read, chance, datetime.fromtimestamp(now() / 1e6, UTC).date(), 1)
    option = next((one for one in made.options if one.site.name == site), None)
    if option is None:
        options = ", ".join(one.site.name for one in made.options)
        raise click.UsageError(say("{study} has no option {site!r}; it has {options}.").format_map(
            {"study": study, "site": site, "options": options}
        ))  # fmt: skip
    told, live = (micros(at if at.tzinfo else at.replace(tzinfo=UTC)) for at in (announced, go_live))
    found = read_names(names)
    row = begin_row(made, option, found, name=name, announced=told, go_live=live, parallel_days=parallel_days)
    text = StringIO()
    writer = csv.DictWriter(text, list(row), lineterminator="\n")
    writer.writeheader()
    writer.writerow(row)
    if out is None:
        click.echo(text.getvalue(), nl=False)
    else:
        out.write_text(text.getvalue(), encoding="utf-8")
