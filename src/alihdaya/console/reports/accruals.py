"""Accruals on the terminal: what no invoice has yet, month by month."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text

from alihdaya.console.terminal import plain_table
from alihdaya.console.words import NOTHING, Words, mark
from alihdaya.kernel.money import Money

if TYPE_CHECKING:
    from alihdaya.operations.books.account.accrue import Accrual

_AMOUNTS = (
    (mark("Fees"), "fees"),
    (mark("Credits"), "credits"),
    (mark("Earned back"), "earned"),
    (mark("Adjusted"), "adjustments"),
    (mark("Not invoiced"), "balance"),
    (mark("Cost"), "cost"),
    (mark("May be earned back"), "expected"),
)
_STATES = {"accrued": mark("open"), "reversed": mark("reversed"), "adjustment": mark("on the next invoice")}


def accruals_table(words: Words, found: Sequence["Accrual"]) -> RenderableType:
    """Show a row a month, and the sum of what no invoice has yet by currency."""
    if not found:
        return Text(words.say("Nothing waits for an invoice."))
    used = [(head, name) for head, name in _AMOUNTS if name in {"fees", "balance", "cost"} or _any(found, name)]
    table = plain_table(
        (words.say("Engagement"), "left"),
        (words.say("Month"), "left"),
        (words.say("State"), "left"),
        *[(words.say(head), "right") for head, _ in used],
    )
    for one in found:
        state = words.say(_STATES[one.state]) + (f": {one.number}" if one.number else "")
        table.add_row(Text(one.engagement), one.month, Text(state), *[_money(words, one, name) for _, name in used])
    table.add_section()
    for currency in dict.fromkeys(one.currency for one in found):
        total = sum(one.balance for one in found if one.currency == currency)
        text = words.say("%(currency)s not invoiced", currency=currency)
        cells = [words.money(Money(total, currency)) if name == "balance" else "" for _, name in used]
        table.add_row(Text(text, "bold"), "", "", *[Text(cell, "bold") for cell in cells])
    return Group(table)


def _any(found: Sequence["Accrual"], name: str) -> bool:
    return any(getattr(one, name) for one in found)


def _money(words: Words, one: "Accrual", name: str) -> Any:
    minor = getattr(one, name)
    return words.money(Money(-minor if name == "credits" else minor, one.currency)) if minor else NOTHING
