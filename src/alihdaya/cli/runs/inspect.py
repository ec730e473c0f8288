"""`alihdaya inspect`: one check of a web site, by hand or by a timer of the machine."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.settings import Settings, now, say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from alihdaya.packs.website.checks.check import Report

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    help=say(
        "Check the web site that SITE (a TOML file) describes, within the limits that it sets, and write what is new "
        "as rows for the pack website: alihdaya run website --input FILE. What was found before and is still there is "
        "shown, and not written again."
    ),
    epilog=say("Exit code: 0 nothing new, 1 something new, 2 the check could not be made."),
)
@click.argument("site", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=_FILE, help=say("Where the new findings go, one JSON object a line."))
@click.option("--memory", type=_FILE, help=say("What the last check saw (default: beside SITE, as .memory.json)."))
@click.option("--json", "as_json", is_flag=True, help=say("Print every finding as one JSON object a line."))
@click.pass_obj
def inspect(settings: Settings, site: Path, out: Path | None, memory: Path | None, as_json: bool) -> None:
    """Check a site once."""
    from alihdaya.packs.website.checks.check import check, rows
    from alihdaya.packs.website.checks.memory import read_memory, write_memory
    from alihdaya.packs.website.checks.site import read_site

    agreed = read_site(site)
    kept = memory or site.with_suffix(".memory.json")
    report = check(agreed, read_memory(kept, agreed.name), now())
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(_lines(rows(report, report.new)), encoding="utf-8")
    write_memory(kept, report.memory)
    if as_json:
        click.echo(_lines(rows(report, report.findings)), nl=False)
    else:
        _show(settings, report)
    sys.exit(1 if report.new else 0)


def _lines(found: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found)


def _show(settings: Settings, report: "Report") -> None:
    from alihdaya.console.terminal import make_console
    from alihdaya.console.words import words

    spoken = words(settings.language)
    screen = make_console()
    if report.findings:
        screen.print(_table(settings.language, report))
    screen.print(
        spoken.say(
            "%(pages)s addresses asked for · %(found)s findings · %(new)s new · kept out of %(kept)s by robots.txt",
            pages=spoken.number(report.pages),
            found=spoken.number(len(report.findings)),
            new=spoken.number(len(report.new)),
            kept=spoken.number(report.kept_out),
        ),
        style="yellow" if report.new else "green",
        highlight=False,
    )


def _table(language: str, report: "Report") -> "RenderableType":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from alihdaya.packs import load, website
    from alihdaya.packs.vocabulary import vocabulary

    named = vocabulary(load(Path(website.__file__).parent).files)
    new = set(report.new)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=True)
    table.add_column(say("Finding"), no_wrap=True)
    table.add_column(say("Address"), overflow="fold")
    table.add_column(say("Seen"), overflow="fold", ratio=1)
    for one in report.findings:
        kind = Text(named.of(one.kind, language) or one.kind, "bold" if one in new else "dim")
        where = Text(_plain(_short(one.url, report.site.start)))
        if one.page and one.page != one.url:
            where.append("\n" + say("on {page}").format(page=_plain(_short(one.page, report.site.start))), "dim")
        table.add_row(kind, where, _plain(one.detail))
    return table


def _short(url: str, start: str) -> str:
    """Leave the host of the site out."""
    home = "/".join(start.split("/", 3)[:3])
    return url.removeprefix(home) or "/" if url.startswith(home + "/") else url


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in text)
