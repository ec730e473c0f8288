"""An engagement's months in a reader's words."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from alihdaya.console.words import NOTHING, mark, words
from alihdaya.kernel.money import Money

if TYPE_CHECKING:
    from alihdaya.operations.books.account.months import MonthRow

_STATES = {
    "open": mark("open"),
    "refused": mark("cannot be billed"),
    "closed": mark("closed"),
    "disputed": mark("disputed"),
    "credited": mark("credited"),
    "paid": mark("paid"),
}


def months_content(language: str, rows: "Sequence[MonthRow]") -> dict[str, Any]:
    """Give what the page of months is filled with; `owed`: what is still to be paid of all that is closed."""
    spoken = words(language)

    def money(amount: Decimal | None, currency: str) -> str:
        return NOTHING if amount is None else spoken.money(Money.of(amount, currency))

    owed: dict[str, Decimal] = {}
    for one in rows:
        if one.left is not None:
            owed[one.currency] = owed.get(one.currency, Decimal(0)) + one.left
    return {
        "rows": rows,
        "money": money,
        "state": lambda code: spoken.say(_STATES[code]),
        "owed": [money(amount, currency) for currency, amount in owed.items()],
    }
