"""Findings on a terminal: file by file, the gravest first, each with the input that shows it."""

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from alihdaya.cli.checks.files import Checked
from alihdaya.console.words import Words, mark
from alihdaya.notation.dmn.analysis.writing import feel_text
from alihdaya.notation.finding import LEVELS, Finding

_STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan"}
_LEVELS = {"error": mark("error"), "warning": mark("warning"), "note": mark("note")}


def checks_view(words: Words, results: Sequence[Checked]) -> RenderableType:
    """Draw what was found in each file, and the sum at the end."""
    parts: list[RenderableType] = []
    for result in results:
        parts.append(Text(_plain(str(result.path)), "bold"))
        if result.findings:
            parts += [_table(words, result.findings), Text("")]
        elif not result.problems:
            parts += [Text("  " + words.say("nothing found"), "green"), Text("")]
    return Group(*parts, _sum(words, results))


def _table(words: Words, findings: Sequence[Finding]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=True, expand=False)
    table.add_column(words.say("Line"), justify="right", style="dim", no_wrap=True)
    table.add_column(words.say("Code"), no_wrap=True)
    table.add_column(words.say("Finding"), overflow="fold")
    for finding in findings:
        code = Text.assemble((finding.code, _STYLES[finding.level]), "\n", (words.say(_LEVELS[finding.level]), "dim"))
        table.add_row(str(finding.source.line or ""), code, _finding(words, finding))
    return table


def _finding(words: Words, finding: Finding) -> Text:
    said = Text.assemble((finding.title(words.language), "bold"), "  ", _plain(finding.message(words.language)))
    if finding.example is not None:
        shown = ", ".join(f"{name} = {feel_text(value)}" for name, value in finding.example.items())
        said.append("\n" + words.say("shown by") + "  ", "dim")
        said.append(_plain(shown), "green")
    return said


def _sum(words: Words, results: Sequence[Checked]) -> Text:
    found = [finding.level for result in results for finding in result.findings]
    counts = {level: sum(one == level for one in found) for level in LEVELS}
    text = words.say(
        "files %(files)s · errors %(errors)s · warnings %(warnings)s · notes %(notes)s",
        files=len(results),
        errors=counts["error"],
        warnings=counts["warning"],
        notes=counts["note"],
    )
    return Text(text, _STYLES[next((level for level in LEVELS if counts[level]), "note")] if found else "green")


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
