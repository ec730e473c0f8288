"""Service level clocks in words, for the terminal and the page alike: the promise, what a clock did, how it ended."""

from typing import TYPE_CHECKING, Any, NamedTuple

from alihdaya.console.words import NOTHING, Words, mark, words
from alihdaya.engagement.sla.story import ClockStory, Segment
from alihdaya.engagement.terms import Target
from alihdaya.kernel.time import SECOND

if TYPE_CHECKING:
    from alihdaya.operations.instance.sla import Told

VERDICTS = {"met": mark("met"), "missed": mark("missed"), "running": mark("still runs"), "none": mark("no target")}
"""What is said of a clock, by engagement.sla.Verdict."""
GIVEN_UP = mark("given up: not counted")

_UNITS = (
    (mark("%(n)s working hour"), mark("%(n)s working hours")),
    (mark("%(n)s working minute"), mark("%(n)s working minutes")),
    (mark("%(n)s working second"), mark("%(n)s working seconds")),
)


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


def promise(words: Words, target: Target | None, percent: str) -> str:
    """Say what the terms promise."""
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


def did(words: Words, one: Segment) -> str:
    """Say what a clock did meanwhile."""
    if one.state == "paused":
        return words.say("stands: the customer is awaited at %(node)s", node=clean(one.why))
    if one.state == "closed":
        return (
            words.say("closed: %(holiday)s", holiday=clean(one.why)) if one.why else words.say("closed: out of hours")
        )
    return words.say("runs")


def summed(words: Words, one: ClockStory) -> list[str]:
    """Say what a clock came to: how long it ran, of how much, until when it was due, when it ended, how late."""
    ran = to_the_second(one.elapsed)
    parts = [words.say("ran %(span)s", span=ran)]
    if one.allowed is not None:
        parts = [words.say("ran %(span)s of %(allowed)s", span=ran, allowed=lasted(one.allowed))]
        due = at(words, one.due) if one.due is not None else words.say("not while it stands")
        parts.append(words.say("due %(due)s", due=due))
    if one.ended is not None:
        parts.append(words.say("ended %(end)s", end=at(words, one.ended)))
    if one.late:
        parts.append(words.say("late by %(span)s", span=to_the_second(one.late)))
    return parts


def at(words: Words, instant: int) -> str:
    """Write an instant to the second."""
    return words.when(instant, "yMMMdHms")


def clean(text: str) -> str:
    """Write a space for every character that is not printable."""
    return "".join(char if char.isprintable() else " " for char in text)


def rows(words: Words, one: ClockStory) -> list[tuple[str, str, str, str, str, str]]:
    """Tell a clock's periods: state, from, until, what it did, how long, and the working time so far ("" of none)."""
    made: list[tuple[str, str, str, str, str, str]] = []
    total = 0
    for each in one.segments:
        span = each.end - each.start
        total += span if each.state == "running" else 0
        counted = to_the_second(total) if each.state == "running" else ""
        cells = (at(words, each.start), at(words, each.end), did(words, each), to_the_second(span), counted)
        made.append((each.state, *cells))
    return made


class Shown(NamedTuple):
    """A clock as the page shows it: its story, and all that is said of it."""

    story: ClockStory
    promise: str
    rows: list[tuple[str, str, str, str, str, str]]
    summed: list[str]
    verdict: str
    mood: str


def clocks_content(language: str, told: "Told | None") -> dict[str, Any]:
    """Give what an item's page tells of its clocks, in the zone of the service's calendar."""
    if told is None:
        return {"clocks": (), "clock_zone": ""}
    spoken = words(language, told.zone)
    return {"clocks": [_shown(spoken, one, told) for one in told.clocks], "clock_zone": spoken.place}


def _shown(spoken: Words, one: ClockStory, told: "Told") -> Shown:
    said = GIVEN_UP if told.given_up else VERDICTS[one.verdict]
    mood = "plain" if told.given_up else one.verdict
    return Shown(
        one, promise(spoken, one.target, one.percent), rows(spoken, one), summed(spoken, one), spoken.say(said), mood
    )
