"""Electronic invoices of others: which rules of EN 16931 they break."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import say

if TYPE_CHECKING:
    from alihdaya.engagement.einvoice.received import Received
    from alihdaya.engagement.einvoice.rules.finding import Finding


@click.group(help=say("Check electronic invoices (EN 16931: UBL 2.1, CII)."))
def einvoice() -> None:
    """Group the commands about electronic invoices."""


@einvoice.command(
    help=say(
        "Check FILES against the rules of EN 16931. Exit code 1 where a rule is broken, 2 for what is no "
        "invoice in UBL or CII."
    )
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
def check(files: tuple[str, ...], as_json: bool) -> None:
    """Check invoices."""
    from alihdaya.channels.einvoice.verdict import judge

    broken = False
    for name in files:
        document, found = judge(Path(name).read_bytes(), name)
        broken = broken or any(not one.warning for one in found)
        show = _show_json if as_json else _show
        show(document, found)
    sys.exit(1 if broken else 0)


def _show(document: "Received", found: tuple["Finding", ...]) -> None:
    from alihdaya.cli import printable
    from alihdaya.cli.checks.meaning import meaning

    number, due = _head(document)
    click.echo(printable(f"{document.file}: {document.syntax} {number} {due}".rstrip()))
    for one in found:
        kind = say("warning") if one.warning else say("error")
        place = f"{document.file}:{one.line}"
        click.echo(printable(f"  {place}  {one.rule}  {kind}  {one.element}: {meaning(one.rule)}"))
    if not found:
        click.echo("  " + say("keeps to EN 16931"))


def _show_json(document: "Received", found: tuple["Finding", ...]) -> None:
    from alihdaya.cli.checks.meaning import meaning

    for one in found:
        severity = "warning" if one.warning else "error"
        click.echo(
            json.dumps(
                {
                    "file": document.file,
                    "line": one.line,
                    "rule": one.rule,
                    "severity": severity,
                    "element": one.element,
                    "message": meaning(one.rule),
                },
                ensure_ascii=False,
            )
        )


def _head(document: "Received") -> tuple[str, str]:
    root = document.root
    totals = root.below("BG-22")
    due = (totals[0].text("BT-115") or "").strip() if totals else ""
    return (root.text("BT-1") or "").strip(), f"{due} {(root.text('BT-5') or '').strip()}".strip()
