"""Questions, bits and scores in the terminal."""

from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import exact, figure, say, spread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from alihdaya.cli.checks.questions.scoring import Scored
    from alihdaya.operations.books.questions import Question
    from alihdaya.planning.spectrum.bits import Bin, Bits


def show_list(found: "Iterable[Question]") -> None:
    """Print questions, one a line under a header; the text, which may be long, stands last."""
    from rich.cells import cell_len

    rows = [(say("Question"), say("Answers"), say("Outcome"), say("Believed"), say("Text")), *map(_listed, found)]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _listed(one: "Question") -> tuple[str, ...]:
    asked = one.asked
    held = "; ".join(f"{name} {exact(chance)}" for name, chance in zip(asked.outcomes, one.believed, strict=True))
    end = one.outcome.outcome if one.outcome else say("open")
    return asked.question, figure(len(one.answers)), end, held, asked.text


def show(one: "Scored") -> None:
    """Print a service."""
    head = say("{engagement}/{service}: {registered} questions, {answered} answered, {settled} settled")
    click.echo(head.format(**one._asdict(), answered=one.bits.questions))
    for text in bits_told(one.bits):
        click.echo(text)
    if one.scores:
        _print(_scores(one))
        _print(_reliability(one))


def bits_told(one: "Bits") -> list[str]:
    """Say what answers were worth, in lines."""
    if one.state == "no facts":
        return [say("Insight: no answers yet.")]
    text = say("Insight: {answers} answers, {evidence} pieces of evidence opened, {bits} bits in {hours} expert hours")
    found = [
        text.format(
            answers=figure(one.answers),
            evidence=figure(one.evidence),
            bits=figure(one.bits, ".1f"),
            hours=figure(one.hours, ".1f"),
        )
    ]
    if one.rate is None:
        return [*found, say("Bits an hour: too few questions are answered (a hundred).")]
    text = say("Bits an expert hour: {rate} ({low}-{high})")
    found.append(text.format(rate=figure(one.rate, ".2f"), low=figure(one.low, ".2f"), high=figure(one.high, ".2f")))
    if one.stated is not None:
        text = say("Of settled questions: {stated} stated, {realised} by what came true")
        found.append(text.format(stated=figure(one.stated, ".2f"), realised=figure(one.realised, ".2f")))
    return found


def _print(table: "Table") -> None:
    from alihdaya.console.terminal import make_console

    console = make_console()
    with console.capture() as shown:
        console.print(table)
    click.echo("\n".join(text.rstrip() for text in shown.get().strip("\n").splitlines()))


def _scores(one: "Scored") -> "Table":
    table = _table(say("Who"))
    for head in (say("Settled"), say("Brier"), say("of the prior"), say("Log score"), say("of the prior")):
        table.add_column(head, justify="right")
    for row in one.scores:
        numbers = (row.brier, row.prior_brier, row.log, row.prior_log)
        table.add_row(row.person or say("All"), figure(row.answers), *(figure(number, ".3f") for number in numbers))
    return table


def _reliability(one: "Scored") -> "Table":
    table = _table(say("Stated"))
    for head in (say("Count"), say("Mean"), say("Came true (95 %)")):
        table.add_column(head, justify="right")
    for row in one.reliability:
        true = spread(row.true, row.true_low, row.true_high)
        table.add_row(tenth(row), figure(row.stated), figure(row.mean, ".2f"), true)
    return table


def tenth(row: "Bin") -> str:
    """Name a tenth of the scale: "0.1-0.2"."""
    return f"{figure(row.low, '.1f')}-{figure(row.high, '.1f')}"


def _table(first: str) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first)
    return table
