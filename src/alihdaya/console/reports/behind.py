"""What is behind a line of an invoice, on the terminal: items by both numbers; of a minimum, how it was worked out."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from rich.console import RenderableType
from rich.text import Text

from alihdaya.console.phrases import line_quantity, term
from alihdaya.console.terminal import plain_table
from alihdaya.console.words import Words
from alihdaya.kernel.money import Money

_BY_DAYS = frozenset({"seat"})
"""Kinds whose lines of one month with several terms all bill the same persons, each for its days."""

Line = Mapping[str, Any]


class Billed(NamedTuple):
    """An item behind a line: our number, the client's, when it was delivered (microseconds; None: it is open)."""

    item: int
    external_id: str
    delivered: int | None


def billed_table(words: Words, rows: Iterable[Billed]) -> RenderableType:
    """List items in the order of the line."""
    table = plain_table(
        (words.say("Item"), "right"),
        (words.say("Number of the client"), "left"),
        (words.zoned(words.say("Delivered")), "left"),
    )
    for row in rows:
        name = "".join(sign if sign.isprintable() else " " for sign in row.external_id)
        table.add_row(str(row.item), Text(name), words.when(row.delivered))
    return table


def shortfall(words: Words, invoice: Mapping[str, Any], line: Line, *, of_amount: bool) -> str:
    """Say what a line bills that is short of a minimum, and how that was worked out; of an invoice in plain form.

    `of_amount`: the minimum is an amount, not a quantity.
    """
    name = line["names"].get(words.language) or line["names"].get("en") or term(words, line["unit"])
    head = words.say(
        "Line %(line)s bills no items: it is what %(name)s is short of the agreed minimum in %(month)s.",
        line=line["number"],
        name=name,
        month=words.month(invoice["month"]),
    )
    same = [one for one in invoice["lines"] if (one["service"], one["unit"]) == (line["service"], line["unit"])]
    told = _amounts(words, invoice, line, same) if of_amount else _quantities(words, invoice, line, same)
    return f"{head} {told}"


def _amounts(words: Words, invoice: Mapping[str, Any], line: Line, same: list[Line]) -> str:
    billed = sum((Decimal(one["amount"]) for one in same if "part" not in one), Decimal(0))
    missing = sum((Decimal(one["amount"]) for one in same if one.get("part") == "shortfall"), Decimal(0))
    least, came, short = (
        words.money(Money.of(one, invoice["currency"])) for one in (billed + missing, billed, Decimal(line["amount"]))
    )
    return words.say(
        "At least %(least)s is billed; its other lines come to %(billed)s, so %(missing)s is added.",
        least=least,
        billed=came,
        missing=short,
    )


def _quantities(words: Words, invoice: Mapping[str, Any], line: Line, same: list[Line]) -> str:
    if line.get("kind") in _BY_DAYS:
        same = [one for one in same if one.get("since") == line.get("since")]
    counted = sum((Decimal(str(one["quantity"])) for one in same if "part" not in one), Decimal(0))
    missing = sum((Decimal(str(one["quantity"])) for one in same if one.get("part") == "shortfall"), Decimal(0))

    def told(number: Decimal) -> str:
        return line_quantity(words, {"quantity": number, "kind": line.get("kind")})

    return words.say(
        "At least %(least)s are billed, %(counted)s were counted, %(missing)s are missing: "
        "%(quantity)s at %(price)s come to %(amount)s.",
        least=told(counted + missing),
        counted=told(counted),
        missing=told(missing),
        quantity=told(Decimal(str(line["quantity"]))),
        price=words.price(Decimal(line["price"]), invoice["currency"]),
        amount=words.money(Money.of(Decimal(line["amount"]), invoice["currency"])),
    )
