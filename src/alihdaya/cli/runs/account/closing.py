"""`alihdaya close` and `correct`: invoices that never change, and what is put right on the next one."""

import json
from datetime import datetime

import click

from alihdaya.cli.runs.account import because_option
from alihdaya.cli.settings import ItemNumber, Settings, exact, now, refuse_unknown, say

_engagement = click.option("--engagement", help=say("Which engagement, where the store holds several."))


@click.command(
    help=say(
        "Close MONTH (such as 2013-02): its invoice gets the next number and never changes. What is put right later, "
        "or comes late, is on the next one. Closed again, it stays as it is."
    )
)
@click.argument("month")
@_engagement
@click.option("--issued", type=click.DateTime(["%Y-%m-%d"]), help=say("Day of issue (else the day after the month)."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object."))
@click.pass_obj
def close(settings: Settings, month: str, engagement: str | None, issued: datetime | None, *, as_json: bool) -> None:
    """Close a month."""
    from alihdaya.operations.books.account import close as books

    day = issued.date() if issued else None
    with settings.desk("books") as desk:
        made = books.close(desk, engagement, month, now(), "accounts", issued=day)
    document = made.document
    if as_json:
        facts = {"number": made.number, "month": made.month, "issued": made.issued, "lines": made.lines}
        totals = {key: document[key] for key in ("adjusted", "total", "currency")}
        click.echo(json.dumps({**facts, **totals, "payable": document.get("payable", document["total"])}))
        return
    text = say("{number} of {month}, issued on {day}: {total} {currency}")
    told = text.format(
        number=made.number,
        month=made.month,
        day=made.issued,
        total=exact(document.get("payable", document["total"])),  # as the account and the EN 16931 file have it
        currency=document["currency"],
    )
    click.echo(told)
    if document["adjustments"]:
        click.echo(
            "  " + say("of this, adjustments of closed months: {amount}").format(amount=exact(document["adjusted"]))
        )


@click.command(help=say("Let delivered ITEM count otherwise: in another month, as another unit, or on no invoice."))
@click.argument("item", type=ItemNumber())
@click.option(
    "--engagement",
    default="",
    is_eager=True,
    help=say("Of which engagement the item is, where the store holds several."),
)
@click.option("--month", default="", metavar="YYYY-MM", help=say("Count it in this month."))
@click.option("--unit", default="", help=say("Bill it as this unit of the rate card."))
@click.option("--unbilled", is_flag=True, help=say("Do not bill it."))
@because_option
@click.pass_obj
def correct(
    settings: Settings, item: int, engagement: str, month: str, unit: str, reason: str, *, unbilled: bool
) -> None:
    """Correct what an item counts as."""
    from alihdaya.engagement.account.events import ItemRebooked
    from alihdaya.operations.books.account.close import rebook

    with settings.desk("books") as desk:
        refuse_unknown(desk.store, engagement)
        rebook(desk, item, ItemRebooked(engagement, item, month, unit, not unbilled, reason), "accounts")
    click.echo(say("Item {item} counts anew; a closed invoice stays as it is.").format(item=item))
