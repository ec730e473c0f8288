"""A closed invoice read back from its document, and its adjustments as lines of an EN 16931 invoice."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from alihdaya.engagement.account.adjust import each
from alihdaya.engagement.credit import Credit
from alihdaya.engagement.einvoice.core import CoreInvoice, CoreLine, Vat
from alihdaya.engagement.einvoice.make import make_core
from alihdaya.engagement.einvoice.totals import totals_of
from alihdaya.engagement.invoice import Invoice, Line
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.money import Money

_ONE = "C62"


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


def with_adjustment_lines(core: CoreInvoice, document: Mapping[str, Any], terms: Terms, title: str) -> CoreInvoice:
    """Give a core invoice with a line (BG-25) for each adjustment of a document; `title` names them in its language.

    A line's price is never negative (BR-27), so what is taken back has a negative quantity.
    """
    return replace(core, lines=(*core.lines, *_core_lines(core, document, terms, title)))


def _core_lines(core: CoreInvoice, document: Mapping[str, Any], terms: Terms, title: str) -> Iterator[CoreLine]:
    vats = {line.id: line.vat for line in core.lines}
    by_service = {line["service"]: vats[str(line["number"])] for line in document["lines"]}
    for one in document.get("adjustments", ()):
        amount = Decimal(one["amount"])
        quantity, price = each(one, core.currency)
        items = ", ".join(map(str, one["items"][:20])) + (", ..." if len(one["items"]) > 20 else "")
        yield CoreLine(
            id=str(one["number"]),
            name=f"{title} {one['month']}: {one['names'].get('en') or one['unit']}",
            quantity=quantity,
            unit=_ONE,
            price=price,
            net=amount,
            vat=by_service.get(one["service"]) or _vat(terms, one["service"]),
            description=f"{one['service']}/{one['unit']}" + (f" {items}" if items else ""),
        )


def _vat(terms: Terms, service: str) -> Vat:
    found = terms.service(service).vat
    return Vat(found.category, found.rate, found.reason, found.code) if found else Vat("O", None)


def core_of(terms: Terms, document: Mapping[str, Any], issued: date, language: str = "en") -> CoreInvoice:
    """Give the EN 16931 document of a closed invoice. Raises Refused with every term that is missing."""
    core = make_core(invoice_of(document, terms), terms, issued, language)
    return with_adjustment_lines(core, document, terms, "Adjustment")


def payable_of(terms: Terms, document: Mapping[str, Any]) -> Decimal:
    """Give what the client is to pay, tax included; terms that do not say which VAT a service bears know of none."""
    try:
        return totals_of(core_of(terms, document, date.fromisoformat(document["issued"]))).due
    except Refused:
        return Decimal(document["total"])
