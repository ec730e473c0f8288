"""`alihdaya accruals`: what was delivered and spent, and is on no invoice yet."""

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alihdaya.cli.runs.account import json_option
from alihdaya.cli.settings import Settings, exact, say, told

if TYPE_CHECKING:
    from alihdaya.operations.books.account.accrue import Accrual


@click.command(
    help=say(
        "Show what was delivered and is on no invoice yet, by engagement and month: fees, service credits, what may "
        "be earned back of them, cost, and adjustments that wait. With --month (such as 2013-02), that month, and the "
        "invoice that reversed it."
    )
)
@click.option("--month", metavar="YYYY-MM", help=say("Only this month, closed or not."))
@click.option("--engagement", help=say("Only this engagement."))
@click.option("--journal", is_flag=True, help=say("Show journal entries: each accrual, and its reversal."))
@click.option("--csv", "file", type=click.Path(dir_okay=False, path_type=Path), help=say("Write them to this file."))
@json_option
@click.pass_obj
def accruals(
    settings: Settings, month: str | None, engagement: str | None, file: Path | None, *, journal: bool, as_json: bool
) -> None:
    """Show accruals."""
    from alihdaya.operations.books.account import accrue
    from alihdaya.operations.books.bill import span, terms_of

    with settings.read() as store:
        terms = terms_of(store, engagement) if engagement else None
        known = terms or next((terms_of(store, one.id) for one in store.engagements()), None)
        if month and known:
            span(known, month)
        found, problems = accrue.accruals(store, engagement)
    for problem in problems:
        click.echo(say("warning: {problem}").format(problem=told(problem)), err=True)
    chosen = [one for one in found if month in {None, one.month}] if journal else accrue.shown(found, month)
    _show(settings, chosen, file, journal=journal, as_json=as_json)


def _show(settings: Settings, found: Sequence["Accrual"], file: Path | None, *, journal: bool, as_json: bool) -> None:
    from alihdaya.console.reports.accruals import accruals_table
    from alihdaya.console.terminal import make_console
    from alihdaya.console.words import words
    from alihdaya.operations.books.account import accrue

    rows = list(accrue.entries(found)) if journal else [accrue.to_plain(one) for one in found]
    if as_json:
        sys.stdout.writelines(json.dumps(row) + "\n" for row in rows)
    if file is not None:
        _write(file, rows, accrue.ENTRY if journal else accrue.COLUMNS)
        click.echo(str(file), err=as_json)
    elif not as_json and journal:
        for row in rows:
            head = f"{row['day']}  {row['engagement']}  {row['month']}  {row['entry']:8}  {row['account']:15}"
            click.echo(f"{head} {exact(row['amount']):>14} {row['currency']}  {row['document']}".rstrip())
    elif not as_json:
        make_console().print(accruals_table(words(settings.language), found))


def _write(file: Path, rows: Sequence[dict[str, str]], columns: Sequence[str]) -> None:
    with file.open("w", newline="", encoding="utf-8") as target:
        out = csv.DictWriter(target, columns)
        out.writeheader()
        out.writerows(rows)
