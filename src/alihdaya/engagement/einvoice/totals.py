"""Totals of a core invoice (BG-22) and its VAT breakdown (BG-23), exact and rounded half up where the standard rounds.

Rounding, by clause 6.5.2 and BR-CO-17: the tax of each category and rate is rounded once, over the sum of its lines;
never line by line. All other totals are sums of amounts that are rounded already.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from alihdaya.engagement.einvoice.core import CATEGORIES, CoreInvoice, Vat
from alihdaya.kernel.money import exponent

_MOST_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Subtotal:
    """One category and rate of the VAT breakdown (BG-23): `taxable` BT-116, `tax` BT-117; category, rate, reasons."""

    vat: Vat
    taxable: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """Document totals (BG-22).

    `lines` BT-106, `allowances` BT-107, `charges` BT-108, `without_vat` BT-109, `vat` BT-110, `vat_accounted` BT-111
    (in the VAT accounting currency), `with_vat` BT-112, `due` BT-115.
    """

    lines: Decimal
    allowances: Decimal
    charges: Decimal
    without_vat: Decimal
    vat: Decimal
    vat_accounted: Decimal | None
    with_vat: Decimal
    due: Decimal
    breakdown: tuple[Subtotal, ...]


def decimals(currency: str) -> int:
    """Give how many decimals amounts of a currency have on an invoice: its own, but at most the standard's two."""
    return min(exponent(currency), _MOST_DECIMALS)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round half away from zero to the decimals that a currency has on an invoice; no zero is below zero."""
    return amount.quantize(Decimal(1).scaleb(-decimals(currency)), ROUND_HALF_UP) + Decimal(0)


def totals_of(invoice: CoreInvoice) -> Totals:
    """Work out all totals. Raises ValueError where a VAT accounting currency comes without a rate."""
    zero = rounded(Decimal(0), invoice.currency)
    lines = sum((line.net for line in invoice.lines), zero)
    allowances = sum((one.amount for one in invoice.adjustments if not one.charge), zero)
    charges = sum((one.amount for one in invoice.adjustments if one.charge), zero)
    breakdown = tuple(_breakdown(invoice))
    vat = sum((part.tax for part in breakdown), zero)
    with_vat = lines - allowances + charges + vat
    return Totals(
        lines=lines,
        allowances=allowances,
        charges=charges,
        without_vat=lines - allowances + charges,
        vat=vat,
        vat_accounted=_accounted(invoice, vat),
        with_vat=with_vat,
        due=with_vat - invoice.prepaid + invoice.rounding,
        breakdown=breakdown,
    )


def _accounted(invoice: CoreInvoice, vat: Decimal) -> Decimal | None:
    if not invoice.vat_currency:
        return None
    if invoice.vat_rate is None:
        raise ValueError(f"{invoice.currency} has no rate to {invoice.vat_currency}")
    return rounded(vat * invoice.vat_rate, invoice.vat_currency)


def _breakdown(invoice: CoreInvoice) -> Iterator[Subtotal]:
    """Give a subtotal for each category and rate; all of E, say, are one, with the reasons of the first."""
    sums: dict[tuple[int, Decimal | None], Decimal] = defaultdict(Decimal)
    first: dict[tuple[int, Decimal | None], Vat] = {}
    parts = [(line.vat, line.net) for line in invoice.lines]
    parts += [(one.vat, one.amount if one.charge else -one.amount) for one in invoice.adjustments]
    for vat, amount in parts:
        key = (CATEGORIES.index(vat.category), vat.rate)
        first.setdefault(key, vat)
        sums[key] += amount
    for key in sorted(sums, key=lambda one: (one[0], one[1] or 0)):
        tax = rounded(sums[key] * (key[1] or 0) / 100, invoice.currency)
        yield Subtotal(first[key], rounded(sums[key], invoice.currency), tax)
