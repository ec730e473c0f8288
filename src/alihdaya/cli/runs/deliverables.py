"""`alihdaya deliverables`: payslips and other papers, the bank's file and the journal, out of the log."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import DATA, Settings, exact, refuse_unknown, say, told

if TYPE_CHECKING:
    from alihdaya.channels.documents.folder import Written
    from alihdaya.store import Store

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(
    help=say(
        "Write what the client gets beside the results, as the pack's deliverables.toml says: a document for each "
        "item as HTML and PDF, payment files (ISO 20022) and the journal. MONTH (2018-03) is that of the documents' "
        "day; without it, all. The same log gives the same bytes."
    ),
    epilog=say("Exit code: 0 all written, 1 some items could not be written, 2 nothing could be done."),
)
@click.argument("month", required=False, default="")
@click.option("--to", "folder", type=_FOLDER, default=f"{DATA}/deliverables", show_default=True, help=say("Where to."))
@click.option("--engagement", default="", help=say("Only those of this engagement."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object."))
@click.pass_obj
def deliverables(settings: Settings, month: str, folder: Path, engagement: str, as_json: bool) -> None:
    """Write the deliverables."""
    from alihdaya.kernel.errors import Problem, Refused

    with settings.read() as store:
        refuse_unknown(store, engagement)
        written = hand_over(store, folder, month, engagement)
        missing = _missing(store, engagement)
    if written is None:
        raise Refused(Problem("nothing", say("nothing was delivered for which a pack has deliverables")))
    if as_json:
        paid = {currency: {"payments": count, "sum": sum_} for currency, (count, sum_) in written.payments.items()}
        problems = [str(problem) for problem in written.problems]
        click.echo(json.dumps({"documents": written.documents, "paid": paid, "problems": problems, **missing}))
    else:
        click.echo(say("{n} documents, each as HTML and PDF").format(n=written.documents))
        for currency, (count, sum_) in written.payments.items():
            click.echo(say("{n} payments of {sum} {currency}").format(n=count, sum=exact(sum_), currency=currency))
        click.echo(str(folder))
        for line in _told(missing):
            click.echo(line, err=True)
        for problem in written.problems:
            click.echo(f"{say('error')}: {told(problem)}", err=True)
    sys.exit(1 if written.problems else 0)


def _missing(store: "Store", engagement: str) -> dict[str, int]:
    """Count what no papers can hold yet: items with people or stopped, rejected rows; and tasks that were played."""
    from alihdaya.store import views

    names = [engagement] if engagement else [one.id for one in store.engagements()]
    counts = [views.totals(store, name) for name in dict.fromkeys(names)]
    received, delivered, rejected, played = (
        sum(one.get(name, 0) for one in counts) for name in ("received", "delivered", "rejected", "simulated")
    )
    return {"not_delivered": received - delivered, "rejected": rejected, "simulated_tasks": played}


def _told(missing: dict[str, int]) -> Iterator[str]:
    if missing["not_delivered"]:
        yield say("not in it: {n} items that are not delivered yet (alihdaya items --state waiting)").format(
            n=missing["not_delivered"]
        )
    if missing["rejected"]:
        yield say("not in it: {n} rows that were rejected at intake").format(n=missing["rejected"])
    if missing["simulated_tasks"]:
        yield say("SIMULATED: {n} tasks were played, nobody approved them; nothing of this is for a bank").format(
            n=missing["simulated_tasks"]
        )


def hand_over(store: "Store", folder: Path, month: str = "", engagement: str = "") -> "Written | None":
    """Write the deliverables of what a store holds, of a month and an engagement or of all; None where there are none.

    Raises Refused where the day of an item cannot be worked out.
    """
    from alihdaya.channels.documents.folder import write_deliverables
    from alihdaya.channels.documents.gather import delivered
    from alihdaya.engagement.terms import from_wire

    items = delivered(store, month, engagement)
    issuers = {one.id: from_wire(one.terms).client.name for one in store.engagements()}
    return write_deliverables(items, folder, issuers) if items else None
