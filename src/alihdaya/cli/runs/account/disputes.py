"""`alihdaya dispute`: what a client does not accept, and the credit note where they are right."""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.runs.account import alone, because_option, engagement_option, json_option, reference_option
from alihdaya.cli.settings import ItemNumber, Settings, exact, mark, refuse_unknown, say

if TYPE_CHECKING:
    from alihdaya.engagement.account.book import Book, Dispute

_STATES = {None: mark("open"), True: mark("upheld"), False: mark("rejected")}
_engagement = click.option("--engagement", help=say("Which engagement, where the store holds several."))
_NUMBER = click.IntRange(1, 2**31)


@click.group(invoke_without_command=True, help=say("List disputes over closed invoices; open one, or decide it."))
@engagement_option
@json_option
@click.pass_context
def dispute(context: click.Context, engagement: str | None, *, as_json: bool) -> None:
    """List disputes, where nothing else is asked for."""
    from alihdaya.operations.books.account.pay import books

    if not alone(context, engagement):
        return
    settings: Settings = context.obj
    with settings.read() as store:
        refuse_unknown(store, engagement)
        mine = [book for name, book in books(store).items() if not engagement or name == engagement]
        found = [(book, one) for book in mine for one in book.disputes.values()]
    for book, one in found:
        click.echo(_plain(one) if as_json else "\n".join(_told(settings, book, one)))
    if not found and not as_json:
        click.echo(say("No dispute."))


def _plain(one: "Dispute") -> str:
    facts = {**one.opened._asdict(), "quantities": dict(one.opened.quantities), "items": list(one.opened.items)}
    return json.dumps({**facts, "state": _STATES[one.upheld], "decided": one.reason}, ensure_ascii=False)


def _told(settings: Settings, book: "Book", one: "Dispute") -> Iterator[str]:
    """Say what is disputed: of which lines how much, what that comes to, why, and how it ended."""
    from alihdaya.console.reports.disputes import disputed_lines
    from alihdaya.console.words import words

    opened = one.opened
    head = say("Dispute {number} of {invoice}").format(number=opened.dispute, invoice=opened.invoice)
    state = f"{say(_STATES[one.upheld])}, {one.reason}" if one.reason else say(_STATES[one.upheld])
    yield f"{head}: {state}"
    own = next((note.number for note in book.credit_notes.values() if note.dispute == opened.dispute), "")
    quantities = {line: Decimal(quantity) for line, quantity in opened.quantities}
    document = book.invoices[opened.invoice].document
    before = book.credited(opened.invoice, before=own)
    for line in disputed_lines(words(settings.language), document, quantities, before):
        yield f"  {line}"
    if opened.items:
        yield "  " + say("items: {items}").format(items=", ".join(map(str, opened.items)))
    yield "  " + say("reason: {reason}").format(reason=opened.reason)
    if opened.reference:
        yield "  " + say("reference: {reference}").format(reference=opened.reference)


def _quantities(texts: tuple[str, ...]) -> dict[str, Decimal]:
    from alihdaya.kernel.money import plain_decimal

    found: dict[str, Decimal] = {}
    for text in texts:
        line, _, quantity = text.partition("=")
        much = plain_decimal(quantity.strip())
        if much is None or line.strip() in found:
            raise click.BadParameter(say("{text} is not a line and a quantity such as 2=10").format(text=text))
        found[line.strip()] = much
    return found


@dispute.command(
    "open",
    help=say("Dispute lines or items of the closed invoice NUMBER. The same again, while it is open, is one dispute."),
)
@click.argument("number")
@click.option("--line", "lines", multiple=True, metavar="LINE=QUANTITY", help=say("This much of a line."))
@click.option("--item", "items", multiple=True, type=ItemNumber(), help=say("This item."))
@reference_option
@because_option
@click.pass_obj
def open_(
    settings: Settings,
    number: str,
    lines: tuple[str, ...],
    items: tuple[int, ...],
    reference: str | None,
    *,
    reason: str,
) -> None:
    """Open a dispute, or show the one that is open."""
    from alihdaya.operations.books.account.dispute import closed_invoice, open_dispute

    with settings.desk("books") as desk:
        made = open_dispute(desk, number, _quantities(lines), items, reason=reason, by="client", reference=reference)
        book, _ = closed_invoice(desk.store, number)
    click.echo("\n".join(_told(settings, book, book.disputes[made.fact.dispute])))
    if not made.new:
        click.echo(say("It was opened before: nothing was added. A further one wants a --reference of its own."))


@dispute.command(help=say("Uphold dispute NUMBER: its credit note is issued."))
@click.argument("number", type=_NUMBER)
@_engagement
@click.option(
    "--issued",
    type=click.DateTime(["%Y-%m-%d"]),
    help=say("Day of issue (else that of the invoice, or of the credit note before it)."),
)
@because_option
@click.pass_obj
def uphold(settings: Settings, number: int, engagement: str | None, issued: datetime | None, reason: str) -> None:
    """Uphold a dispute."""
    made: Any = _decide(settings, engagement, number, reason, upheld=True, issued=issued)
    note = made.fact
    text = say("{number} takes back {amount} {currency} of {invoice}")
    click.echo(text.format(number=note.number, amount=exact(note.gross), currency=note.currency, invoice=note.invoice))
    _tell_again(new=made.new)


@dispute.command(help=say("Reject dispute NUMBER."))
@click.argument("number", type=_NUMBER)
@_engagement
@because_option
@click.pass_obj
def reject(settings: Settings, number: int, engagement: str | None, reason: str) -> None:
    """Reject a dispute."""
    made: Any = _decide(settings, engagement, number, reason, upheld=False)
    click.echo(say("Dispute {number} is rejected.").format(number=number))
    _tell_again(new=made.new)


def _tell_again(*, new: bool) -> None:
    if not new:
        click.echo(say("It was decided so before: nothing was added."))


def _decide(
    settings: Settings,
    engagement: str | None,
    number: int,
    reason: str,
    *,
    upheld: bool,
    issued: datetime | None = None,
) -> Any:
    from alihdaya.operations.books.account.dispute import decide

    day = issued.date() if issued else None
    with settings.desk("books") as desk:
        return decide(desk, engagement, number, reason, "accounts", upheld=upheld, issued=day)
