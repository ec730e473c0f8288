"""Questions, bits and scores in the terminal."""

from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import say

if TYPE_CHECKING:
    from rich.table import Table

    from alihdaya.cli.checks.questions.scoring import Scored
    from alihdaya.operations.books.questions import Question
    from alihdaya.planning.spectrum.bits import Bits


def line(one: "Question") -> str:
    """Tell a question in a line: its name, what is believed now, how often it was answered, its outcome."""
    asked = one.asked
    believed = one.answers[-1].fact.probabilities if one.answers else asked.prior
    held = ", ".join(f"{outcome} {chance}" for outcome, chance in zip(asked.outcomes, believed, strict=True))
    end = one.outcome.outcome if one.outcome else say("open")
    answers = say("answers: {count}").format(count=len(one.answers))
    return f"{asked.question}  {asked.text}  [{held}]  {answers}  {end}"


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
            answers=f"{one.answers:,}", evidence=f"{one.evidence:,}", bits=f"{one.bits:.1f}", hours=f"{one.hours:.1f}"
        )
    ]
    if one.rate is None:
        return [*found, say("Bits an hour: too few questions are answered (a hundred).")]
    text = say("Bits an expert hour: {rate} ({low}-{high})")
    found.append(text.format(rate=f"{one.rate:.2f}", low=f"{one.low:.2f}", high=f"{one.high:.2f}"))
    if one.stated is not None:
        text = say("Of settled questions: {stated} stated, {realised} by what came true")
        found.append(text.format(stated=f"{one.stated:.2f}", realised=f"{one.realised:.2f}"))
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
        table.add_row(row.person or say("All"), f"{row.answers:,}", *(f"{number:.3f}" for number in numbers))
    return table


def _reliability(one: "Scored") -> "Table":
    table = _table(say("Stated"))
    for head in (say("Count"), say("Mean"), say("Came true (95 %)")):
        table.add_column(head, justify="right")
    for row in one.reliability:
        true = f"{row.true:.2f} ({row.true_low:.2f}-{row.true_high:.2f})"
        table.add_row(f"{row.low:.1f}-{row.high:.1f}", f"{row.stated:,}", f"{row.mean:.2f}", true)
    return table


def _table(first: str) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first)
    return table
