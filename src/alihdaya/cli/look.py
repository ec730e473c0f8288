"""Looking: items, one item's story, invoices, and the replay that proves them."""

import json
import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.runs.account.behind import Asked, show_line, show_work
from alihdaya.cli.runs.einvoice import FORMATS, Order, issued_note, refuse_contradictions, write_invoice
from alihdaya.cli.settings import ItemNumber, Settings, figure, say

if TYPE_CHECKING:
    from alihdaya.console.words import Words
    from alihdaya.operations.books.bill import Bill
    from alihdaya.operations.books.replay import Verdict

_SEVERAL = 2
_STATES = ("running", "waiting", "stopped", "suspended", "delivered", "cancelled", "returned", "handed-over")


@click.command(help=say("List items in the order of intake; filters combine."))
@click.option("--state", type=click.Choice(_STATES), help=say("Only items in this state."))
@click.option("--number", help=say("Only items of this number of the client."))
@click.option("--engagement", help=say("Only items of this engagement."))
@click.option("--service", help=say("Only items of this service."))
@click.option("--outcome", help=say("Only items that ended at this end event."))
@click.option("--month", metavar="YYYY-MM", help=say("Only items delivered in this month of the client."))
@click.option("--after", type=click.IntRange(min=0), default=0, help=say("Begin after this item."))
@click.option("--limit", type=click.IntRange(1, 100_000), default=40, show_default=True, help=say("At most so many."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
@click.pass_obj
def items(
    settings: Settings,
    /,
    *,
    number: str | None,
    month: str | None,
    after: int,
    limit: int,
    as_json: bool,
    **wanted: str | None,
) -> None:
    """List items."""
    from alihdaya.cli.reading import vocabulary_of
    from alihdaya.console.words import words
    from alihdaya.kernel.time import iso
    from alihdaya.operations.books.bill import span, terms_of
    from alihdaya.store import views

    with settings.read() as store:
        engagement = wanted["engagement"]
        one = engagement or month or len({signed.id for signed in store.engagements()}) < _SEVERAL
        terms = terms_of(store, engagement) if one else None  # the items of several clients are told in UTC
        within = span(terms, month) if terms and month else None
        these = None if number is None else views.named(store, number)
        wanted["status"] = wanted.pop("state")
        found = views.items(store, **wanted, these=these, month=within, limit=limit, after=after)
        if terms is None:
            spoken = words(settings.language)
        else:
            spoken = words(settings.language, terms.client.time_zone, vocabulary_of(store, terms.engagement))
    if not as_json:
        _show_items(spoken, found)
        if len(found) == limit:
            click.echo(say("More: --after {item}, or a higher --limit.").format(item=found[-1].id))
        return
    for row in found:
        plain = {"item": row.id, "external_id": row.external_id, "service": row.service, "state": row.status}
        times = {"received_at": iso(row.received_at), "closed_at": iso(row.closed_at)}
        click.echo(json.dumps({**plain, "outcome": row.outcome, "unit": row.unit, "touched": row.touched, **times}))


def _show_items(spoken: "Words", found: list[Any]) -> None:
    from alihdaya.console.terminal import ItemRow, items_table, make_console

    rows = [
        ItemRow(row.id, row.external_id, row.status, row.outcome or "", row.received_at, row.closed_at) for row in found
    ]
    make_console().print(items_table(spoken, rows))


@click.command(
    help=say("Tell the whole story of item ITEM: what came in, what was decided by which rule, who did what.")
)
@click.argument("item", type=ItemNumber())
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object."))
@click.pass_obj
def item(settings: Settings, item: int, as_json: bool) -> None:  # the argument is the item's number
    """Tell an item's story."""
    from alihdaya.cli.reading import StoreReader
    from alihdaya.console.terminal import make_console, story_tree
    from alihdaya.console.words import words

    with settings.read() as store:
        story = StoreReader(store).story(item)
    if story is None:
        raise click.ClickException(say("There is no item {item}.").format(item=item))
    if as_json:
        click.echo(_story_json(story))
        return
    make_console().print(story_tree(words(settings.language, story.zone, story.vocabulary), story))
    if story.archived:
        click.echo(say("From the archive: {folder}").format(folder=story.archived))


def _story_json(story: Any) -> str:
    import msgspec

    from alihdaya.kernel.time import iso

    told = [
        {"seq": one.seq, "at": iso(one.at), "by": one.by, "event": one.tag, "simulated": one.simulated, **one.facts}
        for one in story.happenings
    ]
    head = {"item": story.item, "external_id": story.external_id, "service": story.service, "state": story.state}
    from_archive = {"archived": story.archived} if story.archived else {}
    places = [
        {
            "month": one.month,
            "invoice": one.number,
            "lines": [line.number for line in one.lines],
            "adjusts": one.adjusts,
        }
        for one in story.billed.places
    ]
    billed = {"places": places, "disputes": [one._asdict() for one in story.billed.disputes]}
    return msgspec.json.encode(
        {**head, "data": story.data, "result": story.result, "billed": billed, **from_archive, "story": told}
    ).decode()


@click.command(
    help=say(
        "Show the invoice of MONTH (such as 2013-02), worked out from the log. With --line, list the items that this "
        "line bills."
    )
)
@click.argument("month")
@click.option("--engagement", help=say("Which engagement, where the store holds several."))
@click.option("--line", type=click.IntRange(min=1), help=say("List the items behind this line."))
@click.option(
    "--page",
    type=click.IntRange(min=1),
    help=say("With --line, list this page of 100 (else the first; with --json or --work, all)."),
)
@click.option("--work", is_flag=True, help=say("With --line, say when each was done, by whom, and in how long."))
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help=say("Write the invoice as a page."))
@click.option("--margin", is_flag=True, help=say("Show the provider's margin, which the client does not see."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object."))
@click.option("--format", "kind", type=click.Choice(FORMATS), help=say("Write the invoice as an EN 16931 document."))
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help=say("Where to write it."))
@click.option("--issued", type=click.DateTime(["%Y-%m-%d"]), help=say("Day of issue (else the day after the month)."))
@click.option("--credit-note", metavar="NUMBER", help=say("Write a credit note with this number instead."))
@click.option("--credited", multiple=True, metavar="LINE=QUANTITY", help=say("Credit only this much of a line."))
@click.pass_obj
def invoice(
    settings: Settings,
    month: str,
    engagement: str | None,
    line: int | None,
    page: int | None,
    work: bool,
    html: Path | None,
    margin: bool,
    as_json: bool,
    kind: str | None,
    out: Path | None,
    issued: datetime | None,
    credit_note: str | None,
    credited: tuple[str, ...],
) -> None:
    """Show an invoice, its items, or its margin; or write it."""
    from alihdaya.engagement.invoice import invoice_to_plain
    from alihdaya.operations.books.account.close import document_of
    from alihdaya.operations.books.bill import bill, terms_of, terms_under

    order = Order(kind or "", out, issued.date() if issued else None, credit_note, credited)
    refuse_contradictions(order)

    with settings.read() as store, store.moment():
        terms = terms_of(store, engagement)
        if line is not None:
            (show_work if work else show_line)(Asked(settings, store, terms, month, line, page), as_json=as_json)
            return
        made = bill(store, terms, month)
        plain = document_of(store, terms, month, invoice_to_plain(made.invoice))
        order, terms = issued_note(store, terms, order), terms_under(store, plain)
    if kind is not None:
        click.echo(str(write_invoice(settings, terms, made, plain, order)))
        return
    _show_invoice(settings, made, plain, html, margin=margin, as_json=as_json)


def _show_invoice(
    settings: Settings, made: "Bill", plain: dict[str, Any], html: Path | None, *, margin: bool, as_json: bool
) -> None:
    from alihdaya.console.engagement.invoice_page import invoice_html, invoice_json
    from alihdaya.console.terminal import invoice_table, make_console, margin_table
    from alihdaya.console.words import words
    from alihdaya.engagement.margin import margin_to_plain

    if html is not None:
        html.write_text(invoice_html(plain, settings.language), encoding="utf-8")
    if margin:
        left = margin_to_plain(made.margin)
        if as_json:
            click.echo(json.dumps(left))
        else:
            make_console().print(margin_table(words(settings.language), left))
    elif as_json:
        sys.stdout.buffer.write(invoice_json(plain))
    else:
        make_console().print(invoice_table(words(settings.language), plain))


@click.command(
    help=say(
        "Rebuild every state row and view from the log alone, in a store of its own, and compare with what stands."
    ),
    epilog=say("Exit code: 0 equal, 1 different."),
)
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object."))
@click.pass_obj
def replay(settings: Settings, as_json: bool) -> None:
    """Prove the log."""
    verdict = _proven(settings)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "entries": verdict.entries,
                    "replay_equal": verdict.equal,
                    "differences": [str(one) for one in verdict.differences],
                }
            )
        )
    elif verdict.equal:
        click.echo(say("equal: {n} entries give every row of every table again").format(n=figure(verdict.entries)))
    else:
        click.echo(say("DIFFERENT: the first {n} rows that differ").format(n=len(verdict.differences)))
        for one in verdict.differences:
            click.echo(f"  {one}")
    sys.exit(0 if verdict.equal else 1)


def _proven(settings: Settings) -> "Verdict":
    """Prove the store; of a database that nodes share, each shard and the house's own log."""
    from alihdaya.cli.runs.bars import bar
    from alihdaya.operations.books.replay import Verdict, prove
    from alihdaya.store.lease.house import parts_of

    shards = parts_of(settings.place) if settings.shards else ()
    with ExitStack() as stack:
        stores = [settings.shard(number) for number in shards] or [settings.read()]
        for store in stores:
            stack.enter_context(store)
        show = stack.enter_context(bar(settings, say("Replay: every table from the log alone")))
        found = [prove(store, report=show) for store in stores]
    differences = tuple(one for verdict in found for one in verdict.differences)
    return Verdict(sum(verdict.entries for verdict in found), differences)
