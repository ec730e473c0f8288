"""From our own invoice to a core invoice, and from a core invoice to the credit note that takes it back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from alihdaya.engagement.account.adjust import taken_back
from alihdaya.engagement.credit import Credit
from alihdaya.engagement.einvoice.agreement import Billing, Registered, ServiceVat
from alihdaya.engagement.einvoice.core import (
    CREDIT_NOTE,
    Address,
    Adjustment,
    Contact,
    CoreInvoice,
    CoreLine,
    Identifier,
    Payment,
    Period,
    Preceding,
    Trader,
    Vat,
)
from alihdaya.engagement.invoice import Invoice, Line
from alihdaya.engagement.rates.card import named
from alihdaya.engagement.terms import Party, Terms
from alihdaya.kernel.errors import Problem, Refused, Source
from alihdaya.kernel.money import Money, exponent

_ONE = "C62"
_REC_20 = {"minute": "MIN", "hour": "HUR", "seat": "IE"}
"""Codes of UN/ECE Recommendation 20 for what is no piece: minutes, hours, persons."""
_DISCOUNT = "95"
_SHORT = {"en": "short of the minimum", "id": "kurang dari minimum"}
_TRANSFERS = frozenset({"30", "58"})
_OUTSIDE = "O"
_NOTHING: Mapping[str, Decimal] = MappingProxyType({})


class Adjusted(NamedTuple):
    """A line (BG-25) that adjusts an earlier month, and the service whose fee it is."""

    service: str
    line: CoreLine


def make_core(
    invoice: Invoice, terms: Terms, issued: date, language: str = "en", more: Sequence[Adjusted] = ()
) -> CoreInvoice:
    """Make the EN 16931 document of a month's invoice, issued on a day; service credits become allowances (BG-20).

    Each line keeps its number (BT-126), so that it leads back to the items that it bills. `more`: lines that adjust
    earlier months, with the tax that they bear. Raises Refused with every obligatory term that is missing, and where in
    the engagement file it is written.
    """
    problems = list(_missing(invoice, terms, issued, more))
    if problems:
        raise Refused(problems)
    vats = {service.id: vat_of(service.vat) for service in terms.services}
    borne = [*(vats[line.service] for line in invoice.lines), *(one.line.vat for one in more)]
    outside = any(vat.category == _OUTSIDE for vat in borne)
    billing = terms.billing or Billing()
    return CoreInvoice(
        number=invoice.number,
        issued=issued,
        currency=invoice.currency,
        seller=_trader(invoice.provider, hide_vat=outside),
        buyer=_trader(invoice.client, hide_vat=outside),
        lines=(*(_line(line, vats[line.service], language) for line in invoice.lines), *(one.line for one in more)),
        adjustments=tuple(_allowance(credit, vats[credit.service]) for credit in invoice.credits),
        period=Period(invoice.first_day, invoice.last_day),
        due=None if billing.days is None else issued + timedelta(days=billing.days),
        terms=billing.terms,
        buyer_reference=billing.buyer_reference,
        order=billing.order,
        contract=billing.contract or invoice.engagement,
        payment=_payment(billing, invoice.number),
        delivered_to=_delivered(invoice.client, [*vats.values(), *borne]),
        vat_currency=_accounting(billing, invoice.currency),
        vat_rate=rate_on(billing, issued),
    )


def credit_note(
    core: CoreInvoice,
    number: str,
    issued: date,
    quantities: Mapping[str, Decimal] | None = None,
    before: Mapping[str, Decimal] = _NOTHING,
) -> CoreInvoice:
    """Make the credit note (type 381) of an invoice: of all of it, or of a quantity of some lines, by line id.

    `before`: what earlier ones took back of these lines. A line that is not quantity times price to the cent, so that
    all of them together come to what was invoiced, is one piece of its amount. Raises Refused for a line that is not
    there, a quantity that is not above 0, more than was invoiced, or so little of a price that it comes to nothing.
    """
    lines, adjustments = core.lines, core.adjustments
    if quantities is not None:
        lines, adjustments = tuple(_credited(core, quantities, before)), ()
    return replace(
        core,
        kind=CREDIT_NOTE,
        number=number,
        issued=issued,
        due=None,
        lines=lines,
        adjustments=adjustments,
        prepaid=Decimal(0),
        preceding=Preceding(core.number, core.issued),
    )


def rate_on(billing: Billing, day: date) -> Decimal | None:
    """Give the rate to the VAT accounting currency that holds on a day: the newest that has begun; None without."""
    begun = [one for one in billing.exchange if one.since <= day]
    return max(begun, key=lambda one: one.since).rate if begun else None


def _credited(
    core: CoreInvoice, quantities: Mapping[str, Decimal], before: Mapping[str, Decimal]
) -> Iterator[CoreLine]:
    known = {line.id: line for line in core.lines}
    for key, quantity in quantities.items():
        line, had = known.get(key), before.get(key, Decimal(0))
        if line is None or not (quantity.is_finite() and 0 < quantity <= line.quantity - had):
            most = f"{line.quantity - had} at most" if line else f"lines {', '.join(known)} only"
            text = f"{core.number} bills {most}; {quantity} of line {key} cannot be credited"
            raise Refused(Problem("not-invoiced", text))
        net = taken_back(line.price, had, quantity, core.currency)
        if line.price and not net:
            text = f"{quantity} of line {key} at {line.price} comes to 0 {core.currency}: nothing is credited"
            raise Refused(Problem("nothing-credited", text))
        if net == Money.of(line.price * quantity, core.currency).amount:
            yield replace(line, quantity=quantity, net=net)
        else:
            yield replace(line, quantity=Decimal(1), unit=_ONE, price=net, net=net)


def _missing(invoice: Invoice, terms: Terms, issued: date, more: Sequence[Adjusted]) -> Iterator[Problem]:
    if exponent(invoice.currency) > 2:
        yield _problem("too-many-decimals", f"{invoice.currency} has 3 decimals; EN 16931 allows two", "currency")
    if not (invoice.lines or more):
        yield _problem("empty", f"{invoice.number} has no line (BG-25)", "")
    yield from _untaxed(invoice, terms, more)
    billing = terms.billing or Billing()
    if billing.days is None and not billing.terms:
        yield _problem("missing-term", "neither a due date (BT-9) nor payment terms (BT-20)", "invoice.days")
    if billing.means in _TRANSFERS and not billing.account:
        yield _problem("missing-term", "no account to pay to (BT-84)", "invoice.account")
    if _accounting(billing, invoice.currency) and rate_on(billing, issued) is None:
        text = f"no rate from {invoice.currency} to {billing.vat_currency} on {issued} (BT-111)"
        yield _problem("no-rate", text, "invoice.exchange")


def _untaxed(invoice: Invoice, terms: Terms, more: Sequence[Adjusted]) -> Iterator[Problem]:
    billed = {line.service for line in invoice.lines}
    untold = {one.service for one in more if one.line.vat.category == _OUTSIDE}
    services = [service for service in terms.services if service.id in billed | untold]
    for service in services:
        if service.vat is None:
            text = f"service {service.id} has no VAT category (BT-151)"
            yield _problem("missing-term", text, "service.vat.category")
    categories = {service.vat.category for service in services if service.vat and service.id in billed}
    categories |= {one.line.vat.category for one in more}
    if _OUTSIDE in categories and len(categories) > 1:
        yield _problem("mixed-vat", "category O stands on an invoice alone (BR-O-11)", "service.vat.category")
    yield from _unregistered(categories, invoice)


def _unregistered(categories: set[str], invoice: Invoice) -> Iterator[Problem]:
    seller, buyer = (party.invoice or Registered() for party in (invoice.provider, invoice.client))
    if not (seller.vat or seller.tax) and categories - {_OUTSIDE}:
        yield _problem("missing-term", "no VAT number of the provider (BT-31)", "provider.invoice.vat")
    elif not seller.vat and categories & {"K", "G"}:
        yield _problem(
            "missing-term", "categories K and G need the provider's VAT number (BT-31)", "provider.invoice.vat"
        )
    if _OUTSIDE in categories and not seller.registration:
        text = "an invoice outside of VAT names the provider by its registration (BT-30)"
        yield _problem("missing-term", text, "provider.invoice.registration")
    if not buyer.vat and (("K" in categories) or ("AE" in categories and not buyer.registration)):
        yield _problem("missing-term", "no VAT number of the client (BT-48)", "client.invoice.vat")


def _problem(code: str, message: str, key: str) -> Problem:
    place = Source("terms.toml", element=key) if key else Source()
    return Problem(code, f"this invoice cannot be an EN 16931 document: {message}", place)


def vat_of(agreed: ServiceVat | None) -> Vat:
    """Give the VAT that a line bears by what is agreed on of its service; outside of VAT where that is nothing."""
    return Vat(agreed.category, agreed.rate, agreed.reason, agreed.code) if agreed else Vat(_OUTSIDE, None)


def _trader(party: Party, *, hide_vat: bool) -> Trader:
    found = party.invoice or Registered()
    legal, electronic = found.registration, found.electronic
    contact = Contact(found.contact, found.phone, found.mail)
    return Trader(
        name=party.name,
        address=Address(party.country, found.street, found.more, party.city, found.postcode, party.subdivision),
        vat="" if hide_vat else found.vat,
        tax=found.tax,
        legal=Identifier(legal, found.registration_scheme) if legal else None,
        electronic=Identifier(electronic, found.electronic_scheme) if electronic else None,
        contact=contact if contact != Contact() else None,
    )


def _line(line: Line, vat: Vat, language: str) -> CoreLine:
    name = named(dict(line.names), language, line.unit)
    if line.part == "shortfall":
        name += f" ({_SHORT.get(language, _SHORT['en'])})"
    return CoreLine(
        id=str(line.number),
        name=name,
        quantity=Decimal(line.quantity),
        unit=_REC_20.get(line.kind, _ONE) if line.part == "usage" else _ONE,
        price=line.price,
        net=line.amount.amount,
        vat=vat,
        description=" ".join([f"{line.service}/{line.unit} {line.first}-{line.last}", *_explained(line)]),
    )


def _explained(line: Line) -> Iterator[str]:
    """Say by which terms, and for how many days, a line is priced in a month that has several."""
    if line.since:
        yield f"({line.since}: {line.days})" if line.days else f"({line.since})"


def _allowance(credit: Credit, vat: Vat) -> Adjustment:
    """Make a service credit an allowance (BG-20), and one that was earned back a charge (BG-21)."""
    if credit.amount.minor < 0:
        reason = f"{credit.service}: {credit.clock} {credit.month} earned back"
        return Adjustment(amount=-credit.amount.amount, vat=vat, reason=reason, charge=True)
    kept = f"{credit.actual.normalize():f} % < {credit.target.normalize():f} %"
    return Adjustment(
        amount=credit.amount.amount,
        vat=vat,
        reason=f"{credit.service}: {credit.clock} {kept}",
        code=_DISCOUNT,
        base=credit.fee.amount,
        percent=credit.percent,
    )


def _payment(billing: Billing, number: str) -> Payment:
    return Payment(billing.means, billing.account, billing.holder, billing.bank, number)


def _delivered(client: Party, vats: Iterable[Vat]) -> Address | None:
    return Address(client.country) if any(vat.category == "K" for vat in vats) else None


def _accounting(billing: Billing, currency: str) -> str:
    return billing.vat_currency if billing.vat_currency != currency else ""
