"""What a closed month would say today, less what its invoices said: visible adjustment lines, exact to the cent.

All of it works on the plain form of invoices (engagement.invoice), so that a document of years ago is read as it was.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from alihdaya.kernel.money import Money

Plain = Mapping[str, Any]
LINE = "line"
"""The kind of a position that counts what was delivered; others are parts of a rate, or credits."""
_CREDITS = frozenset({"credit", "earn-back"})


class Position(NamedTuple):
    """What lines are told apart by, from one state of a month to the next. `unit` is a clock for a credit."""

    kind: str
    service: str
    unit: str
    tier: int
    price: str


class Sum(NamedTuple):
    """Quantity and amount of a position."""

    quantity: Decimal
    amount: Decimal
    names: tuple[tuple[str, str], ...] = ()


def positions(invoice: Plain) -> dict[Position, Sum]:
    """Give what an invoice says of its own month, by position; credits are negative amounts."""
    found: dict[Position, Sum] = {}
    for line in invoice["lines"]:
        kind = ":".join(part for part in (line.get("part", LINE), line.get("overtime", "")) if part)
        key = Position(kind, line["service"], line["unit"], line["tier"], line["price"])
        _add(found, key, Decimal(str(line["quantity"])), Decimal(line["amount"]), line["names"])
    for credit in invoice["credits"]:
        key = Position(credit.get("kind", "credit"), credit["service"], credit["clock"], 0, "")
        _add(found, key, Decimal(0), -Decimal(credit["amount"]), {})
    return found


def position_of(adjustment: Plain) -> Position:
    """Give the position that an adjustment line is of."""
    return Position(*(adjustment[name] for name in Position._fields))


def adjusted(adjustments: Iterable[Plain], month: str) -> dict[Position, Sum]:
    """Give what adjustments on later invoices said of a month already."""
    found: dict[Position, Sum] = {}
    for one in adjustments:
        if one["month"] == month:
            _add(found, position_of(one), Decimal(one["quantity"]), Decimal(one["amount"]), one["names"])
    return found


def _add(
    found: dict[Position, Sum], key: Position, quantity: Decimal, amount: Decimal, names: Mapping[str, str]
) -> None:
    old = found.get(key, Sum(Decimal(0), Decimal(0)))
    found[key] = Sum(old.quantity + quantity, old.amount + amount, tuple(sorted(names.items())) or old.names)


def differences(
    month: str, today: Mapping[Position, Sum], *said: Mapping[Position, Sum], items: Mapping[tuple[str, str], list[int]]
) -> list[dict[str, Any]]:
    """Give the adjustment lines of a month: what it is today less all that was said of it.

    `items`: (service, unit) -> the items that changed since, which the lines name. Lines that took a price back come
    before those that put another in its place. Their sum is the difference of the sums, to the cent.
    """
    keys = dict.fromkeys([*(key for one in said for key in one), *today])
    made = []
    for key in keys:
        now = today.get(key, Sum(Decimal(0), Decimal(0)))
        before = [one[key] for one in said if key in one]
        quantity = now.quantity - sum((one.quantity for one in before), Decimal(0))
        amount = now.amount - sum((one.amount for one in before), Decimal(0))
        if not quantity and not amount:
            continue
        names = next((one.names for one in (now, *before) if one.names), ())
        made.append(
            {
                "month": month,
                **key._asdict(),
                "names": dict(names),
                "quantity": f"{quantity:f}",
                "amount": f"{amount:f}",
                "items": items.get((key.service, key.unit), []) if key.kind == LINE else [],
            }
        )
    return sorted(made, key=lambda one: (Decimal(one["amount"]) >= 0, one["service"], one["unit"], one["tier"]))


def with_adjustments(invoice: Plain, adjustments: Iterable[Plain]) -> dict[str, Any]:
    """Give an invoice in plain form with adjustment lines, numbered on after its own, and the total that follows."""
    listed = list(adjustments)
    first = max((line["number"] for line in invoice["lines"]), default=0) + 1
    numbered = [{"number": n, **one} for n, one in enumerate(listed, first)]
    total = Decimal(invoice["total"]) + sum((Decimal(one["amount"]) for one in listed), Decimal(0))
    shown = Money.of(total, invoice["currency"]).amount
    adjusted_by = Money.of(sum((Decimal(one["amount"]) for one in listed), Decimal(0)), invoice["currency"]).amount
    return {**invoice, "adjustments": numbered, "adjusted": f"{adjusted_by:f}", "total": f"{shown:f}"}


def each(adjustment: Plain, currency: str) -> tuple[Decimal, Decimal]:
    """Give quantity and price of an adjustment line as documents write it: the price is never negative (BR-27).

    Where its amount is not quantity times price to the cent, the line is one piece of that amount.
    """
    quantity, amount = Decimal(adjustment["quantity"]), Decimal(adjustment["amount"])
    price = Decimal(adjustment["price"] or 0)
    if not quantity or Money.of(price * quantity, currency).amount != amount:
        return Decimal(-1 if amount < 0 else 1), abs(amount)
    return quantity, price


class Charged(NamedTuple):
    """What a line of a closed invoice charges: `month` it is of, and quantity and price as a document writes them.

    Lines of one `place` cannot be told apart from one state of their month to the next.
    """

    month: str
    place: Position
    quantity: Decimal
    price: Decimal

    @property
    def of(self) -> tuple[str, str, str]:
        """Month, service and unit."""
        return self.month, self.place.service, _what(self.place.kind, self.place.unit)


def charged(document: Plain) -> dict[str, Charged]:
    """Give line -> what it charges, adjustment lines that charge something included."""
    found = {}
    for line in document["lines"]:
        (place,) = positions({"lines": [line], "credits": []})
        quantity, price = Decimal(str(line["quantity"])), Decimal(line["price"])
        found[str(line["number"])] = Charged(document["month"], place, quantity, price)
    for one in document.get("adjustments", ()):
        if Decimal(one["amount"]) > 0:
            found[str(one["number"])] = Charged(one["month"], position_of(one), *each(one, document["currency"]))
    return found


def fees(documents: Iterable[Plain], waiting: Iterable[Plain] = ()) -> dict[tuple[str, str, str], Decimal]:
    """Give (month, service, unit) -> what invoices charge of it by now, whatever they took back or put right included.

    `waiting`: adjustment lines that no invoice has yet; they count where they take something back. Of a service credit,
    which has its clock for a unit, it is what adjustments charge.
    """
    found: dict[tuple[str, str, str], Decimal] = {}
    later: dict[tuple[str, str, str], Decimal] = {}
    for document in documents:
        lines = [(document["month"], line) for line in document["lines"]]
        _sum_up(found, [*lines, *((one["month"], one) for one in document.get("adjustments", ()))])
    _sum_up(later, ((one["month"], one) for one in waiting))
    return {key: amount + min(later.get(key, Decimal(0)), Decimal(0)) for key, amount in found.items()}


def _sum_up(found: dict[tuple[str, str, str], Decimal], lines: Iterable[tuple[str, Plain]]) -> None:
    for month, line in lines:
        key = month, line["service"], _what(line.get("kind", ""), line["unit"])
        found[key] = found.get(key, Decimal(0)) + Decimal(line["amount"])


def _what(kind: str, unit: str) -> str:
    return f"{kind} {unit}" if kind in _CREDITS else unit


def taken_back(price: Decimal, before: Decimal, quantity: Decimal, currency: str) -> Decimal:
    """Give what a credit note takes back of a line, of which those before it took back a quantity of `before`.

    All of a line, in however many pieces, is what the line charged, to the cent.
    """
    return (Money.of(price * (before + quantity), currency) - Money.of(price * before, currency)).amount


def hash_of(document: Plain) -> str:
    """Give the sha256, in hex, of all that a document charges and credits."""
    parts = {key: document.get(key, []) for key in ("lines", "credits", "adjustments", "total", "currency")}
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
