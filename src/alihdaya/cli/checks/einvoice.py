"""Electronic invoices of others: which rules of EN 16931 they break."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import say, told

if TYPE_CHECKING:
    from alihdaya.engagement.einvoice.received import Received
    from alihdaya.engagement.einvoice.rules.finding import Finding


@click.group(help=say("Check electronic invoices (EN 16931: UBL 2.1, CII)."))
def einvoice() -> None:
    """Group the commands about electronic invoices."""


@einvoice.command(
    help=say(
        "Check FILES against the rules of EN 16931. Exit code 1 where a rule is broken, 2 for what is no "
        "invoice in UBL or CII; all other files are checked nevertheless."
    )
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
def check(files: tuple[str, ...], as_json: bool) -> None:
    """Check invoices."""
    sys.exit(max(_check(name, as_json=as_json) for name in files))


def _check(name: str, *, as_json: bool) -> int:
    """Check one file, and give the exit code that it calls for."""
    from alihdaya.channels.einvoice.read import MOST_BYTES
    from alihdaya.channels.einvoice.verdict import judge
    from alihdaya.kernel.errors import NotationError

    try:
        with Path(name).open("rb") as file:
            document, found = judge(file.read(MOST_BYTES + 1), name)
    except NotationError as error:
        return _unread(*map(told, error.problems))
    except OSError as error:
        return _unread(f"{error.strerror or error}: {name}")
    show = _show_json if as_json else _show
    show(document, found)
    return 1 if any(not one.warning for one in found) else 0


def _unread(*messages: str) -> int:
    from alihdaya.cli import printable

    for message in messages:
        click.echo(f"alihdaya: {printable(message)}", err=True)
    return 2


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
