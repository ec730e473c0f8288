"""`alihdaya classify`: what each post of a table is, and why."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.settings import Settings, figure, mark, say

if TYPE_CHECKING:
    from alihdaya.planning.posts import Classified

_WHY = {
    "serves-directly": mark("serves the employer directly (S1)"),
    "no-agreement": mark("no service agreement: nobody outsourced it (S1)"),
    "rules-under-agreement": mark("a provider's, under an agreement, by rules (S12)"),
    "judgment-under-agreement": mark("a provider's, under an agreement, by judgment (S12)"),
    "leads": mark("leads others: such posts mostly stay (S3)"),
    "cares": mark("schools, hospitals and forces employ these themselves"),
    "rules-if-outsourced": mark("by rules, if handed over (S12)"),
    "judgment-if-outsourced": mark("by judgment, if handed over (S12)"),
}
_WORDS = (
    mark("none"),
    mark("text"),
    mark("telephone"),
    mark("voice"),
    mark("non-voice"),
    mark("rules"),
    mark("judgment"),
    mark("managerial"),
    mark("supervisory"),
    mark("skilled"),
    mark("operative"),
    mark("anywhere"),
    mark("on site"),
)
_PLAIN = {"serves-directly", "no-agreement", "leads", "cares"}
"""Reasons to which the points add nothing."""

_MOST = 40


@click.command(
    help=say(
        "Say what each post of TABLE (.csv or .tsv with a column title) is: BPO, KPO or non-BPO, voice or non-voice, "
        "its contact, level and place, and why. Other columns: description, code (SOC), employer, serves, agreement "
        "(yes or no); basis, contact, level and place where you know better. Exit code 1 where a row is no post."
    )
)
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--hardest", type=click.IntRange(1), metavar="N", help=say("Only the N posts nearest to the line."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line, a post each."))
@click.pass_obj
def classify(settings: Settings, table: Path, hardest: int | None, as_json: bool) -> None:  # noqa: ARG001 (pass_obj)
    """Classify posts."""
    from alihdaya.planning import posts
    from alihdaya.planning.posts.table import read_posts

    read, problems = read_posts(table)
    found = [posts.classify(post) for post in read]
    shown = posts.hardest(found, hardest) if hardest else found
    if as_json:
        for one in shown:
            click.echo(json.dumps(_plain(one), ensure_ascii=False))
    elif found:
        _show(found, shown, whole=bool(hardest))
    for problem in problems:
        click.echo(f"alihdaya: {problem}", err=True)
    sys.exit(1 if problems else 0)


def _plain(one: "Classified") -> dict[str, Any]:
    parts = {
        "title": one.post.title,
        "code": one.post.code,
        "kind": one.kind,
        "assumed": one.assumed,
        "why": one.why,
        "channel": one.channel,
        "contact": one.contact,
        "basis": one.basis,
        "level": one.level,
        "place": one.place,
        "judgment": one.judgment,
    }
    return parts | {"evidence": [part._asdict() for part in (*one.evidence, *one.contact_evidence)]}


def _show(found: "list[Classified]", shown: "list[Classified]", *, whole: bool) -> None:
    from collections import Counter

    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in (say("Post"), say("Kind"), say("Work")):
        table.add_column(head)
    table.add_column(say("Points"), justify="right")
    table.add_column(say("Why"), ratio=1)
    for one in shown if whole else shown[:_MOST]:
        kind = f"{one.kind}?" if one.assumed else one.kind
        facts = (one.channel, one.contact if one.contact != "none" else one.channel, one.level, one.place)
        words = ", ".join(say(word) for word in dict.fromkeys(facts))
        table.add_row(
            escape(one.post.title), kind, words, f"{one.judgment:+d}" if one.judgment else "0", escape(_why(one))
        )
    console = Console(soft_wrap=False)
    console.print(table)
    if not whole and len(shown) > _MOST:
        console.print(say("… and {more} more; --json gives all").format(more=figure(len(shown) - _MOST)))
    kinds = Counter(one.kind for one in found)
    console.print(" · ".join(f"{kind} {figure(kinds[kind])}" for kind in ("BPO", "KPO", "non-BPO") if kinds[kind]))
    if any(one.assumed for one in shown):
        console.print(say("?: its employment is not known; this is what it would be. Points above 0: judgment."))


def _why(one: "Classified") -> str:
    parts = []
    for points, reason in one.evidence:
        kind, _, text = reason.partition(":")
        parts.append(f"SOC {text} {points:+d}" if kind == "group" else f"“{text}…” {points:+d}")
    return say(_WHY[one.why]) + (": " + ", ".join(parts) if parts and one.why not in _PLAIN else "")
