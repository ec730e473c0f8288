"""`alihdaya decide`: the decisions of a DMN file taken for rows of inputs, explained, or tried on worked cases."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import Settings, now, say
from alihdaya.cli.settings import told as in_words

if TYPE_CHECKING:
    from alihdaya.cli.decide.answers import Answered
    from alihdaya.notation.dmn import Model

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    help=say(
        "Take the decisions of the DMN file MODEL. FILE holds their inputs by name: a JSON object, a list of such, "
        "JSON Lines or CSV; - reads the standard input. Texts become dates, times and durations where the model "
        "declares them so. A required decision whose value is given is not taken."
    ),
    epilog=say("Exit code: 0 all rows answered, 1 some rows or cases wrong, 2 nothing could be done."),
)
@click.argument("model", type=_FILE)
@click.option("--input", "place", metavar="FILE", help=say("The inputs."))
@click.option(
    "--decision",
    "names",
    multiple=True,
    metavar="NAME",
    help=say("Take this decision; may be repeated (default: all that no other decision requires)."),
)
@click.option("--explain", "told", is_flag=True, help=say("Say why: rules, cells, inputs, required decisions."))
@click.option(
    "--why-not",
    "rules",
    multiple=True,
    type=click.IntRange(min=1),
    metavar="N",
    help=say("Say which cell kept rule N from firing; may be repeated."),
)
@click.option("--cases", type=_FILE, help=say("Try worked cases: given: and expect: columns, one case a row."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a row."))
@click.pass_obj
def decide(
    settings: Settings,
    model: Path,
    place: str | None,
    names: tuple[str, ...],
    told: bool,
    rules: tuple[int, ...],
    cases: Path | None,
    as_json: bool,
) -> None:
    """Take decisions, or try cases."""
    from alihdaya.cli.decide.model_file import read_model

    if (place is None) == (cases is None):
        raise click.UsageError(say("Say either --input or --cases."))
    source = read_model(model)
    if cases is not None:
        sys.exit(_try_cases(settings, source, cases, as_json=as_json))
    sys.exit(_decide(settings, source, place or "-", names, (told, rules), as_json=as_json))


def _decide(
    settings: Settings,
    source: "Model",
    place: str,
    names: tuple[str, ...],
    asked: tuple[bool, tuple[int, ...]],
    *,
    as_json: bool,
) -> int:
    from alihdaya.cli.decide.answers import Asking, wanted
    from alihdaya.cli.decide.rows import read_rows
    from alihdaya.kernel.time import moment

    told, rules = asked
    rows, single = read_rows(place)
    asking = Asking(source, wanted(source, names), moment(now()), told=told or bool(rules))
    wrong = 0
    answered = []
    for one in asking.all(rows):
        wrong += bool(one.problems)
        if as_json:
            click.echo(_json(one, told=asking.told))
        else:
            answered.append(one)
    if not as_json:
        _show(settings, answered, rules, told=told)
    return (2 if single else 1) if wrong else 0


def _json(one: "Answered", *, told: bool) -> str:
    import msgspec

    from alihdaya.cli.decide.answers import as_plain

    return msgspec.json.Encoder(decimal_format="number").encode(as_plain(one, told=told)).decode()


def _show(settings: Settings, answered: "list[Answered]", rules: tuple[int, ...], *, told: bool) -> None:
    from alihdaya.cli import printable
    from alihdaya.cli.decide.phrases import refused
    from alihdaya.cli.decide.shown import answers_table, explanation, refusals
    from alihdaya.console.terminal import make_console
    from alihdaya.console.words import words

    spoken, console = words(settings.language), make_console()
    for problem in (problem for one in answered for problem in one.problems):
        said = replace(problem, message=refused(spoken, problem.message))
        click.echo(f"alihdaya: {printable(in_words(said))}", err=True)
    good = [one for one in answered if not one.problems]
    if not told and good:
        console.print(answers_table(spoken, good))
    for one in good:
        for answer in one.answers:
            if told and answer.why is not None:
                console.print(explanation(spoken, answer.why, one.row, rules))
            if rules and answer.why is not None:
                console.print(refusals(spoken, answer.why, rules, one.row))


def _try_cases(settings: Settings, source: "Model", cases: Path, *, as_json: bool) -> int:
    from alihdaya.cli.decide.trial import show_report, text_of
    from alihdaya.notation.dmn.cases import try_cases

    report = try_cases(text_of(cases), str(cases), source)
    show_report(settings, report, as_json=as_json)
    return 1 if report.failures else 0
