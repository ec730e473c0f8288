"""Worked cases on the terminal: what differs, with its explanation, and what the cases cover."""

import sys
from pathlib import Path
from typing import Any

import click

from alihdaya.cli.settings import Settings
from alihdaya.console.words import Words, words
from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.notation.dmn.cases import Report, TableCoverage

LIMIT = 16 * 1024 * 1024
"""Largest file of cases, in bytes."""

EXPLAINED = 10
"""So many failures are explained; the others are only named."""


def text_of(path: Path) -> str:
    """Read a file of cases. Raises NotationError where it is too large or not UTF-8."""
    with path.open("rb") as file:
        data = file.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise NotationError(Problem("too-large", f"larger than {LIMIT:,} bytes", Source(str(path))))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotationError(Problem("not-utf8", f"not UTF-8 at byte {error.start}", Source(str(path)))) from None


def show_report(settings: Settings, report: Report, *, as_json: bool = False) -> None:
    """Print how cases came out: each failure with its explanation, then the coverage."""
    if as_json:
        import msgspec

        sys.stdout.write(msgspec.json.Encoder(decimal_format="number").encode(as_plain(report)).decode() + "\n")
        return
    from alihdaya.cli import printable

    spoken = words(settings.language)
    for number, failure in enumerate(report.failures):
        click.echo(printable(spoken.say("error: %(problem)s", problem=failure.problem)))
        if number < EXPLAINED and not any(other.explained is failure.explained for other in report.failures[:number]):
            show_explained(settings, failure.explained)
    show_coverage(settings, report)


def show_explained(settings: Settings, decided: Any) -> None:
    """Print the explanation of one decision."""
    from alihdaya.cli.decide.shown import explanation
    from alihdaya.console.terminal import make_console

    make_console().print(explanation(words(settings.language), decided, None))


def show_coverage(settings: Settings, report: Report) -> None:
    """Print what the cases of a file cover, a line a table, and what they leave out."""
    from alihdaya.cli import printable

    spoken = words(settings.language)
    count = spoken.count("%(n)s case", "%(n)s cases", report.cases)
    wrong = spoken.count("%(n)s value differs", "%(n)s values differ", len(report.failures))
    click.echo(printable(f"{report.file}: {count}, {wrong}"))
    for table in report.coverage:
        click.echo(printable("  " + coverage_line(spoken, table)))
        for line in _gaps(spoken, table):
            click.echo(printable("    " + line))


def coverage_line(spoken: Words, table: TableCoverage) -> str:
    """Say in one line what is covered of a table."""
    return spoken.say(
        "%(name)s: %(fired)s of %(rules)s rules fired, %(seen)s of %(cells)s cells seen true and false",
        name=table.owner,
        fired=table.fired,
        rules=table.rules,
        seen=table.seen,
        cells=table.cells,
    )


def _gaps(spoken: Words, table: TableCoverage) -> list[str]:
    lines = []
    if table.idle:
        lines.append(spoken.say("never fired: rule %(rules)s", rules=", ".join(map(str, table.idle))))
    for message, cells in (
        (spoken.say("never true"), table.never_true),
        (spoken.say("never false"), table.never_false),
    ):
        for cell in cells:
            place = spoken.say("rule %(n)s, %(column)s %(cell)s", n=cell.rule, column=cell.column, cell=cell.text)
            lines.append(f"{message}: {place}")
    return lines


def as_plain(report: Report) -> dict[str, Any]:
    """Give a report as plain data."""
    from dataclasses import asdict

    from alihdaya.notation.dmn.explain import plain

    failures = [
        {
            "row": one.case.source.row,
            "name": one.case.name,
            "column": one.column,
            "expected": plain(one.expected),
            "got": plain(one.got),
            "by": one.how or "both",
            "explanation": plain(one.explained),
        }
        for one in report.failures
    ]
    tables = [asdict(one) | {"fired": one.fired, "seen": one.seen} for one in report.coverage]
    return {"file": report.file, "cases": report.cases, "failures": failures, "coverage": tables}
