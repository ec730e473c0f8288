"""A closed invoice read back from its document, and its adjustments as lines of an EN 16931 invoice."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from alihdaya.engagement.account.adjust import each
from alihdaya.engagement.credit import Credit
from alihdaya.engagement.einvoice.agreement import ServiceVat
from alihdaya.engagement.einvoice.core import CoreInvoice, CoreLine, Vat
from alihdaya.engagement.einvoice.make import Adjusted, make_core, vat_of
from alihdaya.engagement.einvoice.totals import totals_of
from alihdaya.engagement.invoice import Invoice, Line
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.money import Money

_ONE = "C62"
_OUTSIDE = "O"


def invoice_of(document: Mapping[str, Any], terms: Terms) -> Invoice:
    """Give the invoice of a document, without its adjustments; parties are those of `terms`."""
    currency = document["currency"]
    return Invoice(
        number=document["number"],
        engagement=document["engagement"],
        terms=document["terms"],
        month=document["month"],
        first_day=date.fromisoformat(document["first_day"]),
        last_day=date.fromisoformat(document["last_day"]),
        client=terms.client,
        provider=terms.provider,
        currency=currency,
        lines=tuple(_line(line, currency) for line in document["lines"]),
        credits=tuple(_credit(credit, currency) for credit in document["credits"]),
    )


def _line(line: Mapping[str, Any], currency: str) -> Line:
    quantity = line["quantity"]
    numbers: dict[str, Any] = {name: Decimal(line[name]) for name in ("agreed", "indexed", "exchanged") if name in line}
    return Line(
        number=line["number"],
        service=line["service"],
        unit=line["unit"],
        names=tuple(sorted(line["names"].items())),
        tier=line["tier"],
        first=line["first"],
        last=line["last"],
        quantity=quantity if isinstance(quantity, int) else Decimal(quantity),
        price=Decimal(line["price"]),
        amount=Money.of(line["amount"], currency),
        **{name: line[name] for name in ("part", "overtime", "kind", "days", "since") if line.get(name)},
        **numbers,
    )


def _credit(credit: Mapping[str, Any], currency: str) -> Credit:
    shares: dict[str, Any] = {key: Decimal(credit[key]) for key in ("target", "actual", "uncapped", "percent")}
    sums: dict[str, Any] = {key: Money.of(credit[key], currency) for key in ("fee", "amount")}
    more = {key: credit[key] for key in ("kind", "month") if key in credit}
    return Credit(service=credit["service"], clock=credit["clock"], **shares, **sums, **more)


def core_of(terms: Terms, document: Mapping[str, Any], issued: date, language: str = "en") -> CoreInvoice:
    """Give the EN 16931 document of a closed invoice. Raises Refused with every term that is missing."""
    return make_core(invoice_of(document, terms), terms, issued, language, adjustment_lines(document, terms))


def adjustment_lines(document: Mapping[str, Any], terms: Terms, title: str = "Adjustment") -> list[Adjusted]:
    """Give the adjustments of a document as lines (BG-25) of a core invoice; `title` names them in its language.

    A line's price is never negative (BR-27), so what is taken back has a negative quantity.
    """
    return [
        Adjusted(one["service"], _core_line(one, document, terms, title)) for one in document.get("adjustments", ())
    ]


def _core_line(one: Mapping[str, Any], document: Mapping[str, Any], terms: Terms, title: str) -> CoreLine:
    quantity, price = each(one, document["currency"])
    items = ", ".join(map(str, one["items"][:20])) + (", ..." if len(one["items"]) > 20 else "")
    return CoreLine(
        id=str(one["number"]),
        name=f"{title} {one['month']}: {one['names'].get('en') or one['unit']}",
        quantity=quantity,
        unit=_ONE,
        price=price,
        net=Decimal(one["amount"]),
        vat=_vat_of(one, terms),
        description=f"{one['service']}/{one['unit']}" + (f" {items}" if items else ""),
    )


def _vat_of(adjustment: Mapping[str, Any], terms: Terms) -> Vat:
    told = adjustment.get("vat")
    if told is not None:
        rate = None if told["rate"] is None else Decimal(told["rate"])
        return Vat(told["category"], rate, told["reason"], told["code"])
    return vat_of(vat_in(terms, adjustment["service"]))


def vat_in(terms: Terms, service: str) -> ServiceVat | None:
    """Give the VAT of a service; None where the terms say nothing of it, or have no such service."""
    return next((one.vat for one in terms.services if one.id == service), None)


def bearing_tax(adjustment: Mapping[str, Any], then: Terms, now: Terms) -> dict[str, Any]:
    """Give an adjustment with the VAT of its own month (terms `then`), where that of its invoice (`now`) is another.

    It is that of the supply (Directive 2006/112/EC, articles 90 and 93). What is outside of VAT (category O) may
    stand on no invoice with anything else (BR-O-11), so it then bears the tax of its invoice, and the other way round.
    """
    was, is_now = vat_in(then, adjustment["service"]), vat_in(now, adjustment["service"])
    if was is None or was == is_now or (is_now is not None and _OUTSIDE in (was.category, is_now.category)):
        return dict(adjustment)
    rate = None if was.rate is None else f"{was.rate:f}"
    told = {"category": was.category, "rate": rate, "reason": was.reason, "code": was.code}
    return {**adjustment, "vat": told}


def payable_of(terms: Terms, document: Mapping[str, Any]) -> Decimal:
    """Give what the client is to pay, tax included; terms that do not say which VAT a service bears know of none.

    Of a month that is open, as if it were issued on the day after its last one.
    """
    last = date.fromisoformat(document["last_day"])
    issued = date.fromisoformat(document["issued"]) if "issued" in document else last + timedelta(days=1)
    try:
        return totals_of(core_of(terms, document, issued)).due
    except Refused:
        return Decimal(document["total"])
