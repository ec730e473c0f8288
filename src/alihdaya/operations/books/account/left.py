"""What is left of closed invoices to be disputed: never more, all together, than they charge by now."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from alihdaya.engagement.account.adjust import LINE, Charged, adjusted, charged, fees, taken_back
from alihdaya.engagement.account.book import Book
from alihdaya.engagement.account.events import InvoiceClosed
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.books.account.close import items_behind, pending
from alihdaya.operations.books.account.drafting import Account, account_of
from alihdaya.operations.books.bill import terms_of
from alihdaya.store import Store

Quantities = Mapping[str, Decimal]
_NONE = Decimal(0)
_OF_ITEMS = frozenset({"item", "outcome"})
"""Kinds of lines that bill items; others bill time, persons or milestones, and only name items."""


def lines_of(store: Store, book: Book, invoice: InvoiceClosed, items: Iterable[int]) -> dict[int, list[str]]:
    """Give item -> the lines that bill one of it: as an item, as an outcome, and what its overtime adds.

    Of an adjustment's items, the first stand for the line that has the lowest number. An item without lines is left
    out.
    """
    found: dict[int, list[str]] = {item: [] for item in items}
    if not found:
        return {}
    terms = terms_of(store, invoice.engagement)
    for line in invoice.document["lines"]:
        if line.get("kind", "item") in _OF_ITEMS and line.get("part") != "shortfall":
            for item in items_behind(store, terms, invoice.month, line["number"]):
                if item in found:
                    found[item].append(str(line["number"]))
    for item, number in _adjusting(book, invoice):
        if item in found:
            found[item].append(number)
    return {item: lines for item, lines in found.items() if lines}


def _adjusting(book: Book, invoice: InvoiceClosed) -> Iterator[tuple[int, str]]:
    """Give (item, adjustment line that charges it)."""
    places: dict[tuple[str, str, str], list[str]] = {}
    items: dict[tuple[str, str, str], list[int]] = {}
    for one in invoice.document["adjustments"]:
        if one["kind"] == LINE and one["items"] and Decimal(one["amount"]) > 0:
            key = one["month"], one["service"], one["unit"]
            places.setdefault(key, []).extend([str(one["number"])] * int(Decimal(one["quantity"])))
            items[key] = [item for item in one["items"] if _counts_as(book, item, one["month"], one["unit"])]
    for key, numbers in places.items():
        yield from zip(items[key], numbers, strict=False)


def _counts_as(book: Book, item: int, month: str, unit: str) -> bool:
    """Whether nobody said that an item that was billed as this counts otherwise."""
    fact = book.rebooked.get(item)
    return fact is None or (fact.billed and fact.month in {"", month} and fact.unit in {"", unit})


def refuse_too_much(store: Store, book: Book, invoice: InvoiceClosed, wanted: Quantities) -> None:
    """Refuse to dispute more of lines than they charge, less what was taken back of them, or is disputed already.

    Adjustments take back too: where lines of a month cannot be told apart, of all of them together. And whatever became
    of a unit's price since, what is taken back of it in a month is never more than was charged for it.
    """
    lines, taken = charged(invoice.document), book.taken(invoice.number)
    waiting = pending(store, account_of(store, invoice.engagement), terms_of(store, invoice.engagement))
    left = _left(book, invoice, lines, waiting)
    for line, quantity in wanted.items():
        one = lines.get(line)
        own = one.quantity - taken.get(line, _NONE) if one else _NONE
        most = min(own, left[_kind(one)]) if one else _NONE
        if one is None or not 0 < quantity <= most or _digits(quantity) > max(_digits(one.quantity), 0):
            text = f"{quantity} of line {line} of {invoice.number} cannot be disputed: {most} of it is left"
            raise Refused(Problem("not-invoiced", text))
        left[_kind(one)] -= quantity
    _refuse_beyond_fees(book, invoice, wanted, waiting)


def _kind(one: Charged) -> tuple[str, Any]:
    return one.month, one.place


def _left(
    book: Book, invoice: InvoiceClosed, lines: Mapping[str, Charged], waiting: Iterable[Mapping[str, Any]]
) -> dict[tuple[str, Any], Decimal]:
    """Give (month, position) -> the quantity that an invoice charges and nobody took back, or disputes."""
    listed = [*waiting]
    for later in book.invoices.values():
        listed += later.document["adjustments"] if later.seq > invoice.seq else ()
    taken = book.taken(invoice.number)
    found: dict[tuple[str, Any], Decimal] = {}
    for number, one in lines.items():
        found[_kind(one)] = found.get(_kind(one), _NONE) + one.quantity - taken.get(number, _NONE)
    for month, place in found:
        since = adjusted(listed, month).get(place)
        found[month, place] -= max(-since.quantity, _NONE) if since else _NONE
    return {key: max(quantity, _NONE) for key, quantity in found.items()}


def _refuse_beyond_fees(
    book: Book, invoice: InvoiceClosed, wanted: Quantities, waiting: Iterable[Mapping[str, Any]]
) -> None:
    charges = fees((one.document for one in book.invoices.values()), waiting)
    back: dict[tuple[str, str, str], Decimal] = {}
    touched = {}
    for one in book.invoices.values():
        lines, taken = charged(one.document), book.taken(one.number)
        if one.number == invoice.number:
            taken |= {line: taken.get(line, _NONE) + quantity for line, quantity in wanted.items()}
            touched = {lines[line].of: line for line in wanted}
        for line, quantity in taken.items():
            amount = taken_back(lines[line].price, _NONE, quantity, one.document["currency"])
            back[lines[line].of] = back.get(lines[line].of, _NONE) + amount
    for key, line in touched.items():
        if back[key] > charges[key]:
            month, service, unit = key
            text = (
                f"of {service}/{unit} in {month}, {charges[key]} is charged by now, and {back[key]} would be disputed"
            )
            raise Refused(Problem("not-invoiced", f"line {line} of {invoice.number} cannot be disputed: {text}"))


def refuse_taken(store: Store, engagement: str, item: int) -> None:
    """Refuse to take back by an adjustment what a credit note takes back already, or may: by its items, or its line."""
    account = account_of(store, engagement)
    for one in account.book.disputes.values():
        if one.upheld is not False and item in one.opened.items:
            text = f"item {item} is disputed on {one.opened.invoice}: a credit note takes it back"
            raise Refused(Problem("disputed-already", text))
    for number in sorted({one.opened.invoice for one in account.book.disputes.values() if one.upheld is not False}):
        _refuse_without_it(store, account, account.book.invoices[number], item)


def _refuse_without_it(store: Store, account: Account, invoice: InvoiceClosed, item: int) -> None:
    lines, waiting = charged(invoice.document), pending(store, account, terms_of(store, account.engagement))
    left = _left(account.book, invoice, lines, waiting)
    for number in lines_of(store, account.book, invoice, [item]).get(item, ()):
        line = lines[number]
        if left[_kind(line)] < 1 and _counts_as(account.book, item, line.month, line.place.unit):
            text = (
                f"line {number} of {invoice.number}, which bills item {item}, is disputed: a credit note takes it back"
            )
            raise Refused(Problem("disputed-already", text))


def _digits(number: Decimal) -> int:
    return -int(number.normalize().as_tuple().exponent)
