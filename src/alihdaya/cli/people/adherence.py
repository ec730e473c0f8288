"""`alihdaya adherence`: planned shifts against logged states, by person and day."""

import json
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import Settings, mark, now, say

if TYPE_CHECKING:
    from rich.table import Table

    from alihdaya.operations.people.adherence import Kept

_DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M%z"])
_WEEK = 7 * 86_400_000_000
_HEADS = (mark("Planned"), mark("Kept"), mark("Late"), mark("Left early"), mark("Breaks"), mark("Outside"))


@click.command(
    help=say(
        "Show how people kept to their shifts, by person and day: what was planned and kept, how late they came and "
        "how early they left, their breaks, and how much of their presence was work (occupancy)."
    )
)
@click.option("--from", "since", type=_DAY, help=say("From this day on, UTC (default: a week ago)."))
@click.option("--until", type=_DAY, help=say("Before this day (default: now)."))
@click.option("--person", default="", help=say("Only this person."))
@click.option(
    "--breaks",
    type=click.IntRange(0, 1440),
    default=60,
    show_default=True,
    help=say("So many minutes of break and lunch are part of a shift."),
)
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line, a day each."))
@click.pass_obj
def adherence(
    settings: Settings, since: datetime | None, until: datetime | None, person: str, breaks: int, *, as_json: bool
) -> None:
    """Show adherence."""
    from alihdaya.console.terminal import make_console
    from alihdaya.kernel.time import MINUTE, micros
    from alihdaya.operations.people import adherence as kept

    end = now() if until is None else micros(until if until.tzinfo else until.replace(tzinfo=UTC))
    start = end - _WEEK if since is None else micros(since if since.tzinfo else since.replace(tzinfo=UTC))
    with settings.read() as store:
        found = kept.adherence(store, (start, end), now(), person=person, allowed=breaks * MINUTE)
    if as_json:
        for one in found:
            click.echo(json.dumps(kept.plain_kept(one), ensure_ascii=False))
    elif found:
        console = make_console()
        with console.capture() as shown:
            console.print(_table(found))
        click.echo("\n".join(line.rstrip() for line in shown.get().splitlines()))
        for one in found:
            if one.day.shifted:
                text = say("{person}, {day}: both ends lie {n} h beside the plan: is a clock or a time zone wrong?")
                click.echo(text.format(person=one.day.person, day=one.day.day, n=f"{one.day.shifted:+}"))
    else:
        click.echo(say("No shifts, and nobody was present."))


def _table(found: "list[Kept]") -> "Table":
    from rich import box
    from rich.table import Table

    from alihdaya.operations.people.adherence import total

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("Person"))
    table.add_column(say("Day"))
    for head in _HEADS:
        table.add_column(say(head), justify="right")
    table.add_column("%", justify="right")
    table.add_column(say("Occupancy"), justify="right")
    for person, group in groupby(found, key=lambda one: one.day.person):
        rows = list(group)
        for one in rows:
            table.add_row(person, one.day.day, *_cells(one))
        if len(rows) > 1:
            table.add_row(person, say("all"), *_cells(total(person, rows)), style="bold", end_section=True)
    return table


def _cells(one: "Kept") -> list[str]:
    day = one.day
    spans = (day.planned, day.kept, day.late, day.early, day.paused, day.outside)
    percent = "-" if day.percent is None else f"{day.percent} %"
    occupancy = "-" if one.occupancy is None else f"{one.occupancy} %"
    return [*map(_clock, spans), percent, occupancy]


def _clock(span: int | None) -> str:
    """Write a span as hours and minutes; nothing for none, a word for somebody who never came."""
    if span is None:
        return say("absent")
    minutes = span // 60_000_000
    return f"{minutes // 60}:{minutes % 60:02}" if minutes else ""
