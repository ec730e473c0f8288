"""Margins on the terminal: a table with a bar a row, so that a trend is seen at once."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from alihdaya.console.phrases import term
from alihdaya.console.terminal import plain_table
from alihdaya.console.words import NOTHING, Words, mark
from alihdaya.engagement.contribution import Contribution, in_all
from alihdaya.engagement.rates.loading import PARTS
from alihdaya.kernel.money import Money, exponent

if TYPE_CHECKING:
    from alihdaya.operations.books.shares import Share

_WIDTH = 8
PART_NAMES = {
    "wage": mark("wages for the time worked on items"),
    "burden": mark("employer's contributions"),
    "benefits": mark("benefits"),
    "space": mark("space and lines"),
    "attrition": mark("leavers replaced"),
    "training": mark("training"),
    "shrinkage": mark("paid, not at work (shrinkage)"),
    "idle": mark("at work, without work (idle)"),
    "support": mark("supervision and quality (support)"),
}
_AMOUNTS = (mark("Fees"), mark("Credits"), mark("Labour"), mark("Overhead"), mark("Margin"), mark("Share"))
_HEADS = {
    "service": mark("Service"),
    "person": mark("Person"),
    "item": mark("Item"),
}


def margins_table(words: Words, rows: Sequence[Contribution], currency: str, by: str) -> RenderableType:
    """Show a row a month and thing, their sum where there are several, and what labour consists of."""
    if not rows:
        return Text(words.say("Nothing was delivered yet."))
    named = by != "engagement"
    table = _heads(words, currency, *[words.say(_HEADS.get(by, ""))] * named)
    largest = max(abs(row.amount) for row in rows) or 1
    for row in rows:
        head: list[Any] = [row.month, *[Text(row.name or words.say("by rule"))] * named]
        table.add_row(*head, *_cells(words, row, currency), _bar(row.amount, largest))
    total = in_all(rows, "")
    if len(rows) > 1:
        table.add_section()
        table.add_row(Text(words.say("Together"), "bold"), *[""] * named, *_cells(words, total, currency), "")
    return Group(table, "", _labour(words, total, currency))


def _heads(words: Words, *first: str) -> Table:
    table = plain_table(*[(one, "left") for one in first], *[(words.say(one), "right") for one in _AMOUNTS])
    for place, column in enumerate(table.columns):
        column.no_wrap = place == 0 or place >= len(first)
    table.add_column("", no_wrap=True)
    return table


def _cells(words: Words, row: Contribution, currency: str) -> list[Any]:
    amounts = [row.fees, -row.credits, -row.labour, -row.overhead]
    texts: list[Any] = [_number(words, one, currency) if one else NOTHING for one in amounts]
    share = NOTHING if row.percent is None else words.percent(row.percent / 100)
    style = "bold" if row.amount >= 0 else "bold red"
    return [*texts, Text(_number(words, row.amount, currency), style), share]


def _number(words: Words, minor: int, currency: str) -> str:
    from babel.numbers import format_decimal

    places = exponent(currency)
    return format_decimal(Money(minor, currency).amount, "#,##0" + "." * bool(places) + "0" * places, words.language)


def _bar(amount: int, largest: int) -> Text:
    length = round(_WIDTH * 8 * abs(amount) / largest)
    text = "█" * (length // 8) + ("" if length % 8 == 0 else " ▏▎▍▌▋▊▉"[length % 8])
    return Text(text, "green") if amount >= 0 else Text("-" + text, "red")


def _labour(words: Words, total: Contribution, currency: str) -> RenderableType:
    table = plain_table((words.say("Labour"), "left"), (currency, "right"), ("", "right"))
    for part, minor in zip(PARTS, total.parts, strict=False):
        if minor:
            share = words.percent(Decimal(minor) / total.labour)
            table.add_row(words.say(PART_NAMES[part]), _number(words, minor, currency), share)
    return table if table.row_count else Text("")


def items_table(words: Words, shares: Sequence["Share"], total: int, currency: str) -> RenderableType:
    """List items with their shares; `total` where these are only the first of more."""
    table = _heads(words, words.say("Item"), words.say("Unit"), words.say("Time"))
    for one in shares:
        row = Contribution("", "", 1, one.seconds, one.fees, one.credits, one.labour, one.overhead)
        unit = term(words, one.unit) if one.unit else words.say("not delivered yet") if one.item else NOTHING
        name = str(one.item) if one.item else words.say("no item")
        table.add_row(name, unit, words.length(one.seconds or None), *_cells(words, row, currency), "")
    more = words.count("… and %(n)s more item", "… and %(n)s more items", total - len(shares))
    return table if total <= len(shares) else Group(table, Text(more, "dim"))
