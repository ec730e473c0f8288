"""`alihdaya payments` and `account`: what came in by the bank, and who owes what."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.runs.account import alone, because_option, engagement_option, json_option, reference_option
from alihdaya.cli.settings import Settings, exact, figure, mark, refuse_unknown, say

if TYPE_CHECKING:
    from alihdaya.engagement.account.payment import Due, Payment

_WORDS = {
    "matched": mark("matched"),
    "waiting": mark("waiting"),
    "rejected": mark("rejected"),
    "invoice": mark("invoice"),
    "credit note": mark("credit note"),
    "payment": mark("payment"),
    "reference": mark("by its reference"),
    "amount": mark("by its amount"),
    "by hand": mark("by hand"),
}


class _PaymentNumber(click.IntRange):
    """A payment's number, as the list writes it (P2) or bare (2)."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        bare: Any = value[1:] if isinstance(value, str) and value[:1] in "Pp" else value
        return super().convert(bare, param, ctx)


_NUMBER = _PaymentNumber(1, 2**31)


@click.group(
    invoke_without_command=True,
    help=say("List payments and which invoices they pay, with what may fit for those that wait; or take a file in."),
)
@engagement_option
@json_option
@click.pass_context
def payments(context: click.Context, engagement: str | None, *, as_json: bool) -> None:
    """List payments, where nothing else is asked for; of an engagement, each as a whole."""
    from alihdaya.engagement.account.payment import concerns, totals
    from alihdaya.operations.books.account import pay

    if not alone(context, engagement):
        return
    settings: Settings = context.obj
    with settings.read() as store, store.moment():
        refuse_unknown(store, engagement)
        found, due = pay.payments(store), pay.dues(store)
    if engagement:
        found = {key: one for key, one in found.items() if concerns(one, engagement, due)}
    if not found and not as_json:
        click.echo(say("No payment."))
    for one in found.values():
        if as_json:
            click.echo(json.dumps(_plain(one, due), ensure_ascii=False))
        else:
            click.echo("\n".join(_shown(one, due)))
    if not as_json:
        for currency, sums in sorted(totals(found).items()):
            text = say("{currency}: in {came} = matched {matched} + waiting {waiting} + rejected {rejected}")
            amounts = {key: exact(amount) for key, amount in sums.items()}
            click.echo(text.format(currency=currency, came=amounts.pop("in"), **amounts))


def _plain(one: "Payment", due: "list[Due]") -> dict[str, Any]:
    from alihdaya.engagement.account.payment import NEAR, candidates

    booked = one.booked
    facts = {"payment": one.number, "day": booked.day, "amount": booked.amount, "currency": booked.currency}
    said = {"payer": booked.payer, "text": booked.text, "state": one.state, "reason": one.reason}
    sums = {"matched": f"{one.matched:f}", "waiting": f"{one.waiting:f}", "rejected": f"{one.rejected:f}"}
    kept = ("invoice", "amount", "how", "reference")
    pays = [{name: getattr(match, name) for name in kept} for match in one.matches]
    near = candidates(one, due)[:NEAR] if one.state == "waiting" else []
    return {
        **facts,
        **said,
        **sums,
        "pays": pays,
        "candidates": [{"invoice": match.number, "due": f"{match.amount:f}"} for match in near],
    }


def _shown(one: "Payment", due: "list[Due]") -> list[str]:
    plain = _plain(one, due)
    who = " ".join(text for text in (plain["payer"], plain["text"]) if text)[:60]
    lines = [
        f"P{one.number}  {plain['day']}  {exact(plain['amount'])} {plain['currency']}  {say(_WORDS[one.state])}  {who}"
    ]
    lines += [
        f"    {exact(match['amount'])} -> {match['invoice']}, {say(_WORDS[match['how']])}{_reference(match)}"
        for match in plain["pays"]
    ]
    if one.state == "waiting":
        near = ", ".join(f"{match['invoice']} ({exact(match['due'])})" for match in plain["candidates"]) or "-"
        lines.append(
            "    " + say("{amount} waits; may be for: {near}").format(amount=exact(plain["waiting"]), near=near)
        )
    if one.reason:
        lines.append(f"    {one.reason}")
    return lines


def _reference(match: dict[str, str]) -> str:
    return f" ({match['reference']})" if match["reference"] else ""


@payments.command("import", help=say("Take in a bank statement: camt.053, MT940 or CSV; each booking once."))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_(settings: Settings, file: Path) -> None:
    """Import a statement."""
    from alihdaya.channels.documents.bank.reading import read_statement
    from alihdaya.operations.books.account.pay import take_in

    statement = read_statement(file.read_bytes(), str(file))
    with settings.desk("books") as desk:
        bookings, new = take_in(desk, statement, "bank")
    text = say("{file}: {kind}, {bookings} bookings, {new} of them new")
    click.echo(text.format(file=file, kind=statement.kind, bookings=bookings, new=new))


@payments.command(
    help=say("Let payment PAYMENT pay INVOICE, all that waits of it or --amount. The same again is one match.")
)
@click.argument("payment", type=_NUMBER)
@click.argument("invoice")
@click.option("--amount", help=say("Only this much."))
@reference_option
@click.pass_obj
def match(settings: Settings, payment: int, invoice: str, amount: str | None, reference: str | None) -> None:
    """Match by hand."""
    from alihdaya.kernel.money import plain_decimal
    from alihdaya.operations.books.account.pay import match_by_hand

    much = None if amount is None else plain_decimal(amount)
    if amount is not None and much is None:
        raise click.BadParameter(say("{text} is no amount such as 125.70").format(text=amount))
    with settings.desk("books") as desk:
        made = match_by_hand(desk, payment, invoice, much, "accounts", reference=reference)
    amount = exact(made.fact.amount)
    click.echo(say("{amount} of P{number} pays {invoice}.").format(amount=amount, number=payment, invoice=invoice))
    if not made.new:
        click.echo(say("It was matched before: nothing was added. A further one wants a --reference of its own."))


@payments.command(help=say("Say that what waits of payment PAYMENT pays none of our invoices."))
@click.argument("payment", type=_NUMBER)
@because_option
@click.pass_obj
def reject(settings: Settings, payment: int, reason: str) -> None:
    """Reject a payment."""
    from alihdaya.operations.books.account import pay

    with settings.desk("books") as desk:
        new = pay.reject(desk, payment, reason, "accounts")
    click.echo(say("P{number} pays nothing of ours.").format(number=payment))
    if not new:
        click.echo(say("That was said before: nothing was added."))


@click.command(help=say("Show the statement of account: invoices, credit notes and payments, with the balance."))
@click.option("--engagement", help=say("Which engagement, where the store holds several."))
@json_option
@click.pass_obj
def account(settings: Settings, engagement: str | None, *, as_json: bool) -> None:
    """Show a statement of account."""
    from alihdaya.kernel.money import Money
    from alihdaya.operations.books.account.statement import statement
    from alihdaya.operations.books.bill import terms_of

    with settings.read() as store:
        terms = terms_of(store, engagement)
        rows = statement(store, terms.engagement)
    if rows and not as_json:
        day, amount, balance = say("Day"), say("Amount"), say("Balance")
        click.echo(f"{day:<78} {amount:>12} {balance:>12}")
    for row in rows:
        if as_json:
            click.echo(json.dumps({**row._asdict(), "amount": f"{row.amount:f}", "balance": f"{row.balance:f}"}))
        else:
            about = f" ({row.about})" if row.about else ""
            what = f"{say(_WORDS[row.kind])} {row.document}{about}"
            amount, balance = (figure(Money.of(one, terms.currency).amount) for one in (row.amount, row.balance))
            click.echo(f"{row.day}  {what:<66} {amount:>12} {balance:>12}")
    if not as_json:
        owed = Money.of(rows[-1].balance if rows else 0, terms.currency)
        click.echo(say("Balance: {amount} {currency}").format(amount=figure(owed.amount), currency=terms.currency))
