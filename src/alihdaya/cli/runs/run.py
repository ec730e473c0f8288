"""`alihdaya run` and `load`: a user's own file through a pack."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from alihdaya.cli.settings import DATA, Settings, figure, say

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


_EXITS = say("Exit code: 0 all rows taken, 1 some rejected, 2 nothing could be done.")
_SHARED = (
    click.argument("pack"),
    click.option("--input", "file", type=_FILE, required=True, help=say("The file.")),
    click.option("--terms", type=_FILE, help=say("Terms (default: as signed here, else those that the pack offers).")),
    click.option("--roster", type=_FILE, help=say("The people (default: those that the pack offers).")),
    click.option(
        "--clock",
        type=click.Choice(["data", "now"]),
        default="data",
        show_default=True,
        help=say("When items came in: as the pack's column says, or now."),
    ),
    click.option("--trust", is_flag=True, help=say("Run the programs (steps.py, jobs.py) of a pack that is a folder.")),
    click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object last, on its own line.")),
)


def _takes_a_file(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command what every command has that takes a file through a pack."""
    for option in reversed(_SHARED):
        command = option(command)
    return command


@click.command(
    help=say(
        "Take the rows of FILE (CSV, Parquet or JSON Lines) through PACK: decide each by rule, queue what needs a "
        "person, bill what was delivered. Bad rows go to rejects.csv with row, column and reason; those of a second "
        "file of the store to rejects-2.csv. Started again, it goes on where it was; a row that came before is not "
        "taken twice."
    ),
    epilog=_EXITS,
)
@_takes_a_file
@click.option(
    "--out", type=_FOLDER, default=DATA, show_default=True, help=say("Where reports, invoices and rejects go.")
)
@click.option(
    "--simulate-people",
    "seed",
    type=int,
    metavar="SEED",
    help=say("Let a seeded simulation play the people's work; it is labelled as such."),
)
@click.pass_obj
def run(
    settings: Settings,
    pack: str,
    file: Path,
    terms: Path | None,
    roster: Path | None,
    out: Path,
    clock: str,
    seed: int | None,
    trust: bool,
    as_json: bool,
) -> None:
    """Run a file from intake to invoice."""
    from alihdaya.cli.runs.workshop import Order, work_off

    order = Order(pack, file, terms, roster, out, clock == "data", seed, trust=trust)
    outcome = work_off(settings.at(out), order)
    outcome.publish(as_json=as_json)
    sys.exit(1 if outcome.has_rejects else 0)


@click.command(
    help=say("Take the rows of FILE in, as far as rules carry them, and stop there: no simulation, no report."),
    epilog=_EXITS,
)
@_takes_a_file
@click.option("--out", type=_FOLDER, default=DATA, show_default=True, help=say("Where rejected rows go."))
@click.pass_obj
def load(
    settings: Settings,
    pack: str,
    file: Path,
    terms: Path | None,
    roster: Path | None,
    out: Path,
    clock: str,
    trust: bool,
    as_json: bool,
) -> None:
    """Load a file and print the counts."""
    from alihdaya.cli.runs.functions import JOBS_WAIT
    from alihdaya.cli.runs.workshop import Order, take_in

    ran, rejects, before = take_in(
        settings.at(out), Order(pack, file, terms, roster, out, clock == "data", None, trust=trust)
    )
    counts: dict[str, Any] = {
        "rows": max(ran.last - ran.first + 1, 0),
        "received": ran.received,
        "rejected": ran.turned_away,
    }
    if as_json:
        click.echo(json.dumps(counts))
    else:
        click.echo(before or say("{rows} rows read: {received} received, {rejected} rejected").format(**counts))
        if rejects:
            click.echo(say("Rejected rows: {file}").format(file=rejects))
        if ran.jobs:
            click.echo(say(JOBS_WAIT).format(count=figure(ran.jobs)))
    sys.exit(1 if rejects else 0)
