"""Service level clocks on a terminal: one item's, second by second; a month's, as shares of the target."""

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from alihdaya.console.engagement.clocks import (
    GIVEN_UP,
    VERDICTS,
    at,
    clean,
    lasted,
    promise,
    rows,
    summed,
    to_the_second,
)
from alihdaya.console.phrases import term
from alihdaya.console.words import NOTHING, Words
from alihdaya.engagement.sla import Attainment
from alihdaya.engagement.sla.story import ClockStory
from alihdaya.operations.instance.sla import Missed, Told

_COLOURS = {"met": "green", "missed": "red", "running": "yellow", "none": "dim"}
_STYLES = {"running": "", "paused": "yellow", "closed": "dim"}


def clocks_view(words: Words, told: Told) -> RenderableType:
    """Explain an item's clocks."""
    row = told.item
    head = Text().append(clean(row.external_id), "bold").append(f"  {words.say('item %(id)s', id=row.id)}  ", "dim")
    head.append(term(words, row.status), "yellow")
    head.append("  " + words.say("times in %(zone)s", zone=words.place), "dim")
    if not told.clocks:
        return Group(head, Text(""), Text(words.say("No person was asked for: no clock runs.")))
    parts: list[RenderableType] = [head]
    for one in told.clocks:
        table = [_segments(words, one)] if one.segments else []
        parts += [Text(""), _title(words, one), *table, _sum(words, one, given_up=told.given_up)]
    if not told.agreed:
        parts += [Text(""), Text(words.say("The log has another due instant than comes out here."), "bold red")]
    return Group(*parts)


def _title(words: Words, one: ClockStory) -> Text:
    title = Text().append(term(words, one.clock), "bold")
    if one.level:
        title.append(f"  {clean(one.level)}", "cyan")
    return title.append("  " + promise(words, one.target, one.percent))


def _segments(words: Words, one: ClockStory) -> Table:
    table = _table(words.say("From"), words.say("Until"), words.say("Clock"))
    table.add_column(words.say("Lasted"), justify="right", no_wrap=True)
    table.add_column(words.say("Sum"), justify="right", no_wrap=True)
    for state, *cells in rows(words, one):
        table.add_row(*map(Text, cells), style=_STYLES[state])
    return table


def _sum(words: Words, one: ClockStory, *, given_up: bool) -> Text:
    said, colour = (GIVEN_UP, "dim") if given_up else (VERDICTS[one.verdict], _COLOURS[one.verdict])
    return Text("  ").append(" · ".join(summed(words, one)) + " · ").append(words.say(said), colour)


def kept_table(words: Words, found: Sequence[Attainment]) -> RenderableType:
    """Show how the service levels were kept: one line for each month, service, clock and level with its own target."""
    if not found:
        return Text(words.say("Nothing was delivered yet that people worked on."))
    table = _table(words.say("Month"), words.say("Service"), words.say("Clock"))
    for name in (words.say("In time"), words.say("Of"), words.say("Share"), words.say("Target")):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("")
    for one in found:
        clock = term(words, one.clock) + (f" {clean(one.level)}" if one.level else "")
        share = NOTHING if one.percent is None else f"{words.number(one.percent, 2)}%"
        counts = [words.number(one.met), words.number(one.met + one.missed), share, f"{words.decimal(one.target)}%"]
        if one.limit is not None:
            counts = [words.say("mean"), lasted(one.mean), share, lasted(one.limit)]
        verdict = Text(words.say("kept"), "green") if one.kept else Text(words.say("missed"), "red")
        table.add_row(one.month, clean(one.service), clock, *counts, verdict)
    return table


def missed_table(words: Words, found: Sequence[Missed]) -> RenderableType:
    """List the clocks that were missed."""
    table = _table(words.say("Item"), words.say("Name"), words.say("Clock"), words.say("Due"), words.say("Ended"))
    table.add_column(words.say("Late by"), justify="right", no_wrap=True)
    for one in found:
        clock = term(words, one.clock) + (f" {clean(one.level)}" if one.level else "")
        times = (at(words, one.due), at(words, one.ended), to_the_second(max(0, one.ended - one.due)))
        table.add_row(str(one.item), Text(clean(one.external_id)), clock, *times)
    return table


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", show_edge=False)
    for name in names:
        table.add_column(name, overflow="fold")
    return table
