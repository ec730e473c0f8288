"""A month's invoice for the client, as a page to print (A4) and as JSON. The margin is the provider's own and absent.

An invoice comes as the plain form that engagement.invoice makes. Each line may further carry `items`, the numbers of
the items that it bills, and `items_file`, where a list of them lies.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from alihdaya.console.pages import page, style
from alihdaya.console.phrases import credit_name, line_name, line_price, line_quantity, line_terms
from alihdaya.console.picture import Behind
from alihdaya.console.words import words
from alihdaya.kernel.money import Money
from alihdaya.operations.books.lines import PAGE

_SECRET = frozenset({"margin", "labour", "overhead", "cost"})


def ranges(numbers: Iterable[int]) -> str:
    """Write item numbers in rising order with runs shortened: "1-3, 7"."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return ", ".join(str(a) if a == b else f"{a}\N{EN DASH}{b}" for a, b in runs)


def invoice_html(
    invoice: Mapping[str, Any], language: str, *, alone: bool = True, files: Mapping[str, str] | None = None
) -> str:
    """Render an invoice, each line of which leads to the pages of what is behind it.

    `alone`: for a file of its own, with its style inside and no links to the console.
    `files`: what to name below as going with it, file name -> what it is (already in the reader's language).
    """
    spoken = words(language)
    currency = invoice["currency"]

    def money(text: str) -> str:
        return spoken.money(Money.of(Decimal(text), currency))

    return page(
        "invoice.html",
        spoken.language,
        invoice=invoice,
        money=money,
        exact=Decimal,
        price=lambda text: spoken.price(Decimal(text), currency),
        percent=lambda text: spoken.rate(Decimal(text) / 100),
        named=lambda line: line_name(spoken, line),
        quantity=lambda line: line_quantity(spoken, line),
        made_of=lambda line: line_price(spoken, line),
        by=lambda line: line_terms(spoken, line),
        credit_name=lambda credit: credit_name(spoken, credit),
        items=lambda line: line.get("items", ()),
        behind="" if alone else invoice["engagement"],
        ranges=ranges,
        css=style("tone", "paper") if alone else "",
        files=files or {},
    )


def line_content(language: str, behind: Behind) -> dict[str, Any]:
    """Give what the page of what is behind a line is filled with, apart from that itself."""
    spoken, line, invoice = words(language), behind.line, behind.invoice
    adjusts = "month" in line
    amount = Money.of(Decimal(line["amount"]), invoice["currency"])
    counted = spoken.decimal(Decimal(line["quantity"])) if adjusts else line_quantity(spoken, line)
    return {
        "name": line_name(spoken, line),
        "adjusts": spoken.month(line["month"]) if adjusts else "",
        "counted": counted,
        "amount": spoken.money(amount),
        "price": spoken.price(Decimal(line["price"]), invoice["currency"]) if line["price"] else "",
        "first": (behind.page - 1) * PAGE + 1,
        "timed": any(row.seconds for row in behind.rows),
        "named": any(row.who for row in behind.rows),
        "itemised": any(row.item for row in behind.rows),
    }


def invoice_json(invoice: Mapping[str, Any]) -> bytes:
    """Write an invoice as indented UTF-8 JSON, without anything that only the provider may know."""
    shown = {name: value for name, value in invoice.items() if name not in _SECRET}
    return msgspec.json.format(msgspec.json.encode(shown), indent=2) + b"\n"
