"""Checking models: every finding with an input that shows it, as a table, JSON lines or SARIF."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from alihdaya.cli.settings import Settings, say, told


@click.command(
    help=say(
        "Check MODELS, files or folders of them: gaps, overlaps, rules that never decide, types, requirements. "
        "Each finding comes with an input that shows it. Exit code 1 where there are errors, 2 for what is no model."
    )
)
@click.argument("models", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="MODEL...")
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
@click.option("--sarif", type=click.Path(dir_okay=False, path_type=Path), help=say("Also write the findings as SARIF."))
@click.option("--strict", is_flag=True, help=say("Let warnings fail too."))
@click.pass_obj
def check(settings: Settings, models: tuple[Path, ...], as_json: bool, sarif: Path | None, strict: bool) -> None:
    """Check models; exit code 1 where something is wrong, 2 where something cannot be read."""
    from alihdaya.cli.checks.files import checked

    results = checked(models)
    findings = [finding for result in results for finding in result.findings]
    if sarif is not None:
        from alihdaya.cli.checks.sarif import sarif_log

        sarif.write_text(json.dumps(sarif_log(findings, settings.language), ensure_ascii=False, indent=2) + "\n")
    if as_json:
        for finding in findings:
            click.echo(json.dumps(plain(finding, settings.language), ensure_ascii=False))
    else:
        _show(settings, results)
    for result in results:
        for problem in result.problems:
            click.echo(f"alihdaya: {told(problem)}", err=True)
    failing = {"error", "warning"} if strict else {"error"}
    unreadable = any(result.problems for result in results)
    sys.exit(2 if unreadable else 1 if any(finding.level in failing for finding in findings) else 0)


def plain(finding: Any, language: str) -> dict[str, Any]:
    """Give a finding as JSON can hold it."""
    from alihdaya.notation.dmn.analysis.writing import json_value

    place = finding.source
    return {
        "code": finding.code,
        "severity": finding.level,
        "message": finding.message(language),
        "file": place.file,
        "line": place.line,
        "rule": place.row,
        "element": finding.element,
        "sure": finding.sure,
        "example": None if finding.example is None else json_value(finding.example),
    }


def _show(settings: Settings, results: Any) -> None:
    from alihdaya.cli.checks.show import checks_view
    from alihdaya.console.terminal import make_console
    from alihdaya.console.words import words

    make_console().print(checks_view(words(settings.language), results))
