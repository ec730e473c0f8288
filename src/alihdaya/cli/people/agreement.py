"""`alihdaya agreement`: whether two raters see the same."""

import json
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import Settings, figure, say

if TYPE_CHECKING:
    from rich.table import Table

    from alihdaya.operations.people.agreement import Agreement


@click.command(
    help=say(
        "Show how far those who did the user task FIRST and those who did SECOND agree, over all items that had both: "
        "weighted kappa with its interval, for each criterion of their forms. Needs alihdaya[people]."
    )
)
@click.argument("first")
@click.argument("second")
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
@click.pass_obj
def agreement(settings: Settings, first: str, second: str, as_json: bool) -> None:
    """Show how two raters agree."""
    if find_spec("statsmodels") is None:
        raise click.ClickException(say("The statistics are not installed: pip install 'alihdaya[people]'."))
    from alihdaya.console.terminal import make_console
    from alihdaya.operations.people import agreement as raters

    with settings.read() as store:
        pairs = raters.rated(store, first, second)
    if not pairs:
        raise click.ClickException(
            say("No item had both {first} and {second} done.").format(first=first, second=second)
        )
    found = [raters.agreement(criterion, some) for criterion, some in pairs.items()]
    if as_json:
        for one in found:
            click.echo(json.dumps(one._asdict(), ensure_ascii=False))
        return
    console = make_console()
    with console.capture() as shown:
        console.print(_table(found))
    click.echo("\n".join(line.rstrip() for line in shown.get().splitlines()))
    click.echo(say("Kappa has quadratic weights: 0 is chance, 1 is full agreement. The interval is of 95 %."))


def _table(found: "list[Agreement]") -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("Criterion"))
    for head in (say("Pairs"), say("Equal"), say("Kappa"), say("Interval")):
        table.add_column(head, justify="right")
    for one in found:
        kappa = interval = "-"
        if one.kappa is not None:
            kappa, interval = figure(one.kappa, ".2f"), f"{figure(one.low, '.2f')} … {figure(one.high, '.2f')}"
        table.add_row(one.criterion, str(one.pairs), f"{one.equal} %", kappa, interval)
    return table
