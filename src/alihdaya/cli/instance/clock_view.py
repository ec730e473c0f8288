"""Service level clocks on a terminal: one item's, second by second; a month's, as shares of the target."""

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from alihdaya.console.phrases import term
from alihdaya.console.words import NOTHING, Words, mark
from alihdaya.engagement.sla import Attainment
from alihdaya.engagement.sla.story import ClockStory, Segment
from alihdaya.engagement.terms import Target
from alihdaya.kernel.time import SECOND
from alihdaya.operations.instance.sla import Missed, Told

_VERDICTS = {
    "met": (mark("met"), "green"),
    "missed": (mark("missed"), "red"),
    "running": (mark("still runs"), "yellow"),
    "none": (mark("no target"), "dim"),
}
_UNITS = (
    (mark("%(n)s working hour"), mark("%(n)s working hours")),
    (mark("%(n)s working minute"), mark("%(n)s working minutes")),
    (mark("%(n)s working second"), mark("%(n)s working seconds")),
)
_STYLES = {"running": "", "paused": "yellow", "closed": "dim"}


def lasted(span: int | None) -> str:
    """Write microseconds as hours, minutes and seconds: 107:30:00; with a fraction where there is one."""
    if span is None:
        return NOTHING
    whole, rest = divmod(abs(span), SECOND)
    minutes, seconds = divmod(whole, 60)
    fraction = f".{rest:06}".rstrip("0") if rest else ""
    return f"{'-' if span < 0 else ''}{minutes // 60}:{minutes % 60:02}:{seconds:02}{fraction}"


def to_the_second(span: int) -> str:
    """Write microseconds as `lasted`, without the fraction of what took a second or more."""
    rest = abs(span) % SECOND
    return lasted(span if abs(span) < SECOND or not rest else span - rest if span > 0 else span + rest)


def clocks_view(words: Words, told: Told) -> RenderableType:
    """Explain an item's clocks."""
    row = told.item
    head = Text().append(_clean(row.external_id), "bold").append(f"  {words.say('item %(id)s', id=row.id)}  ", "dim")
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
        title.append(f"  {_clean(one.level)}", "cyan")
    return title.append("  " + _promise(words, one.target, one.percent))


def _promise(words: Words, target: Target | None, percent: str) -> str:
    if target is None:
        return words.say("no target")
    if target.working_days is not None:
        limit = words.count("%(n)s working day", "%(n)s working days", target.working_days, n=target.working_days)
    else:
        unit, amount = next((u, n) for u, n in zip(_UNITS, target.spans, strict=True) if n is not None)
        limit = words.say(unit[amount != 1], n=words.decimal(amount))
    if target.average:
        return words.say("%(limit)s in the month's mean", limit=limit)
    return words.say("%(limit)s for %(percent)s%% of a month's items", limit=limit, percent=percent)


def _segments(words: Words, one: ClockStory) -> Table:
    table = _table(words.say("From"), words.say("Until"), words.say("Clock"))
    table.add_column(words.say("Lasted"), justify="right", no_wrap=True)
    table.add_column(words.say("Sum"), justify="right", no_wrap=True)
    total = 0
    for each in one.segments:
        span = each.end - each.start
        total += span if each.state == "running" else 0
        cells = (_when(words, each.start), _when(words, each.end), _did(words, each), to_the_second(span))
        counted = to_the_second(total) if each.state == "running" else ""
        table.add_row(*[Text(cell) for cell in (*cells, counted)], style=_STYLES[each.state])
    return table


def _did(words: Words, one: Segment) -> str:
    if one.state == "paused":
        return words.say("stands: the customer is awaited at %(node)s", node=_clean(one.why))
    if one.state == "closed":
        return (
            words.say("closed: %(holiday)s", holiday=_clean(one.why)) if one.why else words.say("closed: out of hours")
        )
    return words.say("runs")


def _sum(words: Words, one: ClockStory, *, given_up: bool) -> Text:
    said, colour = _VERDICTS[one.verdict]
    if given_up:
        said, colour = mark("given up: not counted"), "dim"
    ran = to_the_second(one.elapsed)
    parts = [words.say("ran %(span)s", span=ran)]
    if one.allowed is not None:
        parts = [words.say("ran %(span)s of %(allowed)s", span=ran, allowed=lasted(one.allowed))]
        due = _when(words, one.due) if one.due is not None else words.say("not while it stands")
        parts.append(words.say("due %(due)s", due=due))
    if one.ended is not None:
        parts.append(words.say("ended %(end)s", end=_when(words, one.ended)))
    if one.late:
        parts.append(words.say("late by %(span)s", span=to_the_second(one.late)))
    return Text("  ").append(" · ".join(parts) + " · ").append(words.say(said), colour)


def kept_table(words: Words, found: Sequence[Attainment]) -> RenderableType:
    """Show how the service levels were kept: one line for each month, service, clock and level with its own target."""
    if not found:
        return Text(words.say("Nothing was delivered yet that people worked on."))
    table = _table(words.say("Month"), words.say("Service"), words.say("Clock"))
    for name in (words.say("In time"), words.say("Of"), words.say("Share"), words.say("Target")):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("")
    for one in found:
        clock = term(words, one.clock) + (f" {_clean(one.level)}" if one.level else "")
        share = NOTHING if one.percent is None else f"{words.number(one.percent, 2)}%"
        counts = [words.number(one.met), words.number(one.met + one.missed), share, f"{words.decimal(one.target)}%"]
        if one.limit is not None:
            counts = [words.say("mean"), lasted(one.mean), share, lasted(one.limit)]
        verdict = Text(words.say("kept"), "green") if one.kept else Text(words.say("missed"), "red")
        table.add_row(one.month, _clean(one.service), clock, *counts, verdict)
    return table


def missed_table(words: Words, found: Sequence[Missed]) -> RenderableType:
    """List the clocks that were missed."""
    table = _table(words.say("Item"), words.say("Name"), words.say("Clock"), words.say("Due"), words.say("Ended"))
    table.add_column(words.say("Late by"), justify="right", no_wrap=True)
    for one in found:
        clock = term(words, one.clock) + (f" {_clean(one.level)}" if one.level else "")
        times = (_when(words, one.due), _when(words, one.ended), to_the_second(max(0, one.ended - one.due)))
        table.add_row(str(one.item), Text(_clean(one.external_id)), clock, *times)
    return table


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", show_edge=False)
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def _when(words: Words, at: int) -> str:
    return words.when(at, "yMMMdHms")


def _clean(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
