"""`alihdaya demo`: the main job."""

from pathlib import Path

import click

from alihdaya.cli.settings import DATA, Settings, say

SEED = 2013


@click.command(
    help=say(
        "Run a year of an airline's disruption desk: all flights that left New York in 2013, with the weather, from "
        "intake to invoice. Real flights, real rules, real commits; people's work is simulated. Killed and started "
        "again, it goes on where it was."
    )
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=DATA / "demo",
    show_default=True,
    help=say("Folder for the store, the report and the invoices."),
)
@click.option("--rows", type=click.IntRange(min=1), help=say("Only the first so many flights."))
@click.option("--seed", type=int, default=SEED, show_default=True, help=say("Seed of the simulated people."))
@click.option("--fresh", is_flag=True, help=say("Begin again from nothing."))
@click.option(
    "--serve", "serving", is_flag=True, help=say("Open the console at 127.0.0.1 while it runs, and keep it open.")
)
@click.option(
    "--port", type=click.IntRange(1024, 65535), default=8321, show_default=True, help=say("Port of the console.")
)
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object last, on its own line."))
@click.pass_obj
def demo(
    settings: Settings, data: Path, rows: int | None, seed: int, fresh: bool, serving: bool, port: int, as_json: bool
) -> None:
    """Run the demo, with the console beside it if wished."""
    from alihdaya.cli.runs.workshop import Order, forget, work_off

    data.mkdir(parents=True, exist_ok=True)
    here = settings.at(data)
    if fresh:
        forget(settings, data)
    file = flights_file(data, rows)
    order = Order("disruption", file, None, None, data, True, seed)
    if serving:
        from alihdaya.cli.server.serve import beside

        with beside(here, port):
            work_off(here, order).publish(as_json=as_json)
    else:
        work_off(here, order).publish(as_json=as_json)


def flights_file(folder: Path, rows: int | None) -> Path:
    """Give the demo's input, made once from the installed data set; always the same bytes."""
    from alihdaya.channels.flights import write_flights

    target = folder / (f"flights-{rows}.parquet" if rows else "flights.parquet")
    if not target.exists():
        write_flights(target, limit=rows)
    return target
