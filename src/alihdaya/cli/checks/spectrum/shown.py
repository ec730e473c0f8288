"""The spectrum in the terminal: nine dots with their intervals, and what is not known."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from alihdaya.cli.checks.questions.shown import bits_told
from alihdaya.cli.settings import figure, mark, say, spread

if TYPE_CHECKING:
    from rich.text import Text

    from alihdaya.cli.checks.questions.scoring import Scored
    from alihdaya.cli.checks.spectrum import Placed
    from alihdaya.planning.spectrum import Foretold, MarginHour, Month, Override, Reading, Service

NAMES = {
    "judgment": (mark("by rules"), mark("by judgment")),
    "complexity": (mark("low complexity"), mark("high complexity")),
    "knowledge": (mark("process expertise"), mark("knowledge expertise")),
    "insight": (mark("volume driven"), mark("insight driven")),
    "coordination": (mark("low coordination"), mark("high coordination")),
    "talent": (mark("communication talent"), mark("professional talent")),
    "level": (mark("low-level process"), mark("high-level process")),
    "arbitrage": (mark("cost arbitrage"), mark("knowledge arbitrage")),
    "applied": (mark("predefined"), mark("applied understanding")),
    "list": (mark("list of BPO services"), mark("list of KPO services")),
}
"""Difference -> what stands at 0 (BPO), and at 1 (KPO)."""

NEEDS = {
    "judgment": mark("no task or rule decides anything"),
    "complexity": mark("no item has a step yet"),
    "knowledge": mark("name the subject's column (--subject)"),
    "insight": mark("eight weeks of items with a price each"),
    "coordination": mark("no task of people is done yet"),
    "talent": mark("name credentials (--professional)"),
    "level": mark("no task checks another (--reviews)"),
    "arbitrage": mark("give what it costs in-house (--study)"),
    "applied": mark("no item has a step yet"),
}
"""Difference -> what would bring its facts."""

_WIDE = 25
_UNITS = {"complexity": mark("{value} bits a case"), "level": mark("{value} working hours")}


def show(placed: "list[Placed]") -> None:
    """Print every service."""
    for one, moved, rules, answers, worth, margins, _ in placed:
        click.echo("\n".join(line.rstrip() for line in _service(one, moved).splitlines()))
        lines = [*_missing(one), *left_told(moved), *map(_rule, rules), *map(answer_told, answers)]
        for line in (*lines, *worth_told(worth), *map(margin_told, margins)):
            click.echo(line)
    for line in _label(placed):
        click.echo(line)


def _service(one: "Service", moved: "Mapping[str, Sequence[Month]]") -> str:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from alihdaya.console.terminal import make_console

    console = make_console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("BPO"), justify="right")
    table.add_column(f"0{'·' * (_WIDE - 2)}1", no_wrap=True, min_width=_WIDE)
    table.add_column(say("KPO"))
    table.add_column(say("Position (95 %)"))
    for reading in one.readings[:-1]:
        low, high = NAMES[reading.difference]
        table.add_row(say(low), _line(reading), say(high), Text(_told(reading, moved.get(reading.difference, ()))))
    head = say("{service}: {cases} items, a {kind} service by its list (S14, S15)")
    with console.capture() as shown:
        console.print(Text(head.format(service=one.id, cases=figure(one.cases), kind=one.kind), "bold"))
        console.print(table)
    return shown.get()


def _line(reading: "Reading") -> "Text":
    """Draw the dot on its interval."""
    from rich.text import Text

    if reading.position is None or reading.low is None or reading.high is None:
        return Text("·" * _WIDE, "dim")
    low, at, high = (round(one * (_WIDE - 1)) for one in (reading.low, reading.position, reading.high))
    line = Text()
    for place in range(_WIDE):
        sign = "●" if place == at else "━" if low <= place <= high else "·"
        line.append(sign, "bold cyan" if sign == "●" else "cyan" if sign == "━" else "dim")
    return line


def _told(reading: "Reading", months: "Sequence[Month]") -> str:
    if reading.state == "too few":
        return say("too few items")
    if reading.position is None:
        return say("no facts")
    told = spread(reading.position, reading.low, reading.high)
    if reading.difference in _UNITS:
        told += ", " + say(_UNITS[reading.difference]).format(value=figure(reading.value, ".1f"))
    if len(months) > 1:
        told += "\n" + say("by month: {figures}").format(figures=months_told(months))
    return told


def _missing(one: "Service") -> list[str]:
    """Say what would bring the facts of what is not measured."""
    return [
        say("{difference}: no facts; {needed}").format(
            difference=say(NAMES[reading.difference][1]), needed=say(NEEDS[reading.difference])
        )
        for reading in one.readings
        if reading.state == "no facts"
    ]


def _rule(rule: "Override") -> str:
    text = say("Rule {decision}: people answered {answered} times after it, otherwise than it did {rate}")
    told = text.format(decision=rule.decision, answered=figure(rule.answered), rate=figure(rule.rate, ".1%"))
    return told + (". " + say("Over 5 %: judgment in disguise.") if rule.flagged else "")


def answer_told(one: "Foretold") -> str:
    """Say how well people's answers to a question are foretold."""
    text = say("Answers {question}: of what the base rate leaves open, a tree on the intake leaves {share} open")
    told = text.format(question=one.question, share=spread(one.ratio, one.low, one.high, ".0%"))
    return told + (" " + say("(it asks for {names})").format(names=", ".join(one.by)) if one.by else "")


def worth_told(worth: "Iterable[Scored]") -> list[str]:
    """Say what answers to registered questions were worth, in lines."""
    return [text for one in worth for text in bits_told(one.bits)]


SIGNS = {"rose": "↑", "fell": "↓", "": ""}
"""How a month left the one before -> the sign at its figure."""


def months_told(months: "Iterable[Month]") -> str:
    """Give the positions of months, with a sign where one left the one before."""
    return " ".join(f"{figure(one.position, '.2f')}{SIGNS[one.left]}" for one in months)


def left_told(moved: "Mapping[str, Sequence[Month]]") -> list[str]:
    """Say which measures left the month before, and what that asks for where it is judgment that fell."""
    text, advice = say("{month}, towards “{end}”: {at}, from {before}"), say("Automate it, and price it anew.")
    found = []
    for difference, months in moved.items():
        for before, one in pairwise(months):
            if one.left:
                side = int(one.left == "rose")
                end = say(NAMES[difference][side])
                figures = (spread(at.position, at.low, at.high) for at in (one, before))
                told = text.format(month=one.month, end=end, **dict(zip(("at", "before"), figures, strict=True)))
                found.append(f"{told}. {advice}" if (difference, one.left) == ("judgment", "fell") else told)
    return found


def margin_told(one: "MarginHour") -> str:
    """Say what an hour leaves, in all and by month."""
    text = say("Margin an hour: {rate} {currency} ({low}-{high}), {left} {currency} of {hours} hours")
    bare = say("Margin an hour: {rate} {currency}, {left} {currency} of {hours} hours")
    numbers = {"rate": one.rate, "left": one.left, "low": one.low or 0.0, "high": one.high or 0.0}
    told = (bare if one.low is None else text).format(
        currency=one.currency,
        hours=figure(one.hours, ",.1f"),
        **{name: figure(value, ",.2f") for name, value in numbers.items()},
    )
    if len(one.months) > 1:
        figures = ", ".join(f"{had.month} {figure(had.rate, ',.2f')}" for had in one.months if had.rate is not None)
        told += "; " + say("by month: {figures}").format(figures=figures)
    return told


def _label(placed: "list[Placed]") -> list[str]:
    """Say how well each difference tells the two lists apart, where there are services of both."""
    from alihdaya.planning.spectrum import DIFFERENCES, auc

    services = [one.service for one in placed]
    found = {}
    for n, name in enumerate(DIFFERENCES[:-1]):
        value = auc(services, lambda one, n=n: one.readings[n].position)  # type: ignore[misc]
        if value is not None:
            found[name] = value
    if not found:
        return [say("The list itself (S14, S15): no facts; it takes a measured BPO and a measured KPO service.")]
    told = ", ".join(f"{say(NAMES[name][1])} {figure(value, '.2f')}" for name, value in found.items())
    return [say("How well each tells the lists apart (AUC): {figures}").format(figures=told)]
