"""Disputes in words: of which lines how much, what that comes to, and why."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from alihdaya.console.phrases import line_name, line_quantity
from alihdaya.console.words import Words
from alihdaya.engagement.account.adjust import charged, taken_back
from alihdaya.kernel.money import Money


def disputed_lines(
    words: Words, invoice: Mapping[str, Any], quantities: Mapping[str, Decimal], before: Mapping[str, Decimal]
) -> Iterator[str]:
    """Yield a sentence a line that is disputed of a closed invoice (in plain form); amounts are without tax.

    `before`: line -> quantity that credit notes took back before this dispute's own.
    """
    lines = {str(one["number"]): one for one in (*invoice["lines"], *invoice.get("adjustments", ()))}
    charges, currency = charged(invoice), invoice["currency"]
    for number, quantity in quantities.items():
        line, of = lines[number], charges[number]
        kind = None if "month" in line else line.get("kind")  # of an adjustment, it says another thing
        amount = taken_back(of.price, before.get(number, Decimal(0)), quantity, currency)
        yield words.say(
            "line %(line)s, %(name)s: %(quantity)s of %(all)s, %(amount)s without tax",
            line=number,
            name=_name(words, line),
            quantity=line_quantity(words, {"quantity": quantity, "kind": kind}),
            all=line_quantity(words, {"quantity": of.quantity, "kind": kind}),
            amount=words.money(Money.of(amount, currency)),
        )


def _name(words: Words, line: Mapping[str, Any]) -> str:
    """Name a line, of an adjustment with the month that it puts right."""
    if "month" not in line:
        return line_name(words, line)
    name = line_name(words, {"names": line["names"], "unit": line["unit"]})
    return words.say("Adjustment of %(month)s: %(name)s", month=words.month(line["month"]), name=name)
