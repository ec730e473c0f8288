"""Invoices of our own to be judged: seeded, over all rate kinds, VAT categories, service credits and currencies."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeVar

from alihdaya.channels.einvoice.cii import write_cii
from alihdaya.channels.einvoice.ubl import write_ubl
from alihdaya.engagement.account.document import adjustment_lines, bearing_tax
from alihdaya.engagement.calendar import Calendar
from alihdaya.engagement.credit import Credit
from alihdaya.engagement.einvoice.agreement import Billing, Exchange, Registered, ServiceVat
from alihdaya.engagement.einvoice.core import CATEGORIES, CoreInvoice
from alihdaya.engagement.einvoice.make import credit_note, make_core
from alihdaya.engagement.events import ExchangeQuoted, IndexPublished
from alihdaya.engagement.invoice import Invoice, Known, make_invoice
from alihdaya.engagement.rates.card import (
    KINDS,
    WHOLE,
    Conversion,
    Indexation,
    Measure,
    Minimum,
    Overtime,
    Rate,
    Tier,
)
from alihdaya.engagement.rates.credits import Band, Critical, EarnBack, Penalty
from alihdaya.engagement.rates.figures import Figures
from alihdaya.engagement.sla import Attainment, attain
from alihdaya.engagement.terms import Cost, Party, Service, Sla, Terms
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.money import Money

COUNT: Final = 200
_SEED: Final = "einvoice"
_CURRENCIES: Final = ("EUR", "USD", "IDR", "JPY", "GBP", "PLN", "CHF", "SGD", "HUF", "KRW")
_RATES: Final = {"S": ("19", "7", "21", "5.5", "25"), "L": ("7", "3"), "M": ("4", "10")}
_CODES: Final = {"AE": "VATEX-EU-AE", "K": "VATEX-EU-IC", "G": "VATEX-EU-G", "O": "VATEX-EU-O"}
_CARD: Final = (
    (Tier(None, Decimal("0.012")),),
    (Tier(None, Decimal(0)),),
    (Tier(100, Decimal("1.005")), Tier(None, Decimal("0.995"))),
    (Tier(10, Decimal("12.3456")), Tier(500, Decimal("11.1")), Tier(None, Decimal("9.99"))),
    (Tier(1, Decimal(2500)), Tier(None, Decimal("33.335"))),
)
"""Rates: a flat price, a free unit, two and three tiers, a first item that is dear."""
_PENALTIES: Final = (
    Penalty(Decimal(0), (), Decimal(0)),
    Penalty(Decimal("1.5"), (), Decimal(12)),
    Penalty(Decimal(0), (Band(Decimal(95), Decimal(3)), Band(Decimal(80), Decimal(10))), Decimal(10)),
    Penalty(
        Decimal(1),
        (),
        Decimal(8),
        (("resolve", Decimal(0), (Band(Decimal(90), Decimal("2.5")),)),),
        EarnBack(2, Decimal(80)),
        Critical(Decimal(75)),
    ),
)
_FOREIGN: Final = "SEK"
_DAY: Final = date(2026, 6, 30)
_OVERTIME: Final = (
    Overtime("night", (("en", "Night"), ("id", "Malam")), Decimal("1.5"), "hours", (), ((0, 360),)),
    Overtime("holiday", (("en", "Holiday"),), Decimal(2), "holidays"),
)
_BY_INDEX: Final = Indexation(series="CPI", start=date(2026, 6, 1), cap=Decimal(4), floor=Decimal(0))
_CONVERSIONS: Final = (
    Conversion(_FOREIGN, "day"),
    Conversion(_FOREIGN, "month"),
    Conversion(_FOREIGN, "fixed", fixed=Decimal("0.0951")),
)
_MEASURES: Final = {"fte": Measure(standard=Decimal(160)), "outcome": Measure(of="ruling", values=("granted",))}
_T = TypeVar("_T")


class Own(NamedTuple):
    """One document of ours: what it is, and its bytes in both syntaxes."""

    id: str
    core: CoreInvoice
    ubl: bytes
    cii: bytes


@dataclass(slots=True)
class _Draw:
    """Chance that is the same on every machine: a digest of the seed, the invoice and a count."""

    number: int
    count: int = 0

    def below(self, limit: int) -> int:
        self.count += 1
        text = f"{_SEED}:{self.number}:{self.count}".encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:8]) % limit

    def pick(self, choices: Sequence[_T]) -> _T:
        return choices[self.below(len(choices))]


def own_documents(first: int = 0, count: int = COUNT) -> Iterator[Own]:
    """Make our documents; every fourth is a credit note, of all of an invoice or of a part of it."""
    for number in range(first, first + count):
        draw = _Draw(number)
        core = _invoice(draw)
        if number % 4 == 3:
            core = _credit(draw, core)
        yield Own(f"own-{number}", core, write_ubl(core), write_cii(core))


def _credit(draw: _Draw, core: CoreInvoice) -> CoreInvoice:
    part = {line.id: Decimal(1 + draw.below(int(line.quantity) or 1)) for line in core.lines[:2]}
    part = {line.id: min(part[line.id], line.quantity) for line in core.lines[:2]}
    issued = date(2026, 8, 3)
    try:
        return credit_note(core, f"{core.number}-C", issued, None if draw.below(2) else part)
    except Refused:  # so few of so small a price come to nothing
        return credit_note(core, f"{core.number}-C", issued)


def _invoice(draw: _Draw) -> CoreInvoice:
    terms = _terms(draw)
    usage = {one.id: {rate.unit: _quantity(draw, rate) for rate in one.rates} for one in terms.services}
    invoice = make_invoice(terms, "2026-06", usage, _attained(draw, terms), _known(draw, terms, usage))
    issued, language = date(2026, 7, 1 + draw.below(20)), draw.pick(("en", "id"))
    more = adjustment_lines(_adjusted(draw, terms, invoice), terms) if draw.number % 5 == 2 else []
    if draw.number % 20 == 2:  # a month of nothing but adjustments
        invoice = replace(invoice, lines=(), credits=())
    return make_core(invoice, terms, issued, language, more)


def _adjusted(draw: _Draw, terms: Terms, invoice: Invoice) -> dict[str, Any]:
    """Give what adjusts May: of each service something taken back and something billed, by the tax of that month."""
    made, number = list[dict[str, Any]](), len(invoice.lines)
    for service in terms.services:
        vat = service.vat
        was = vat and vat.rate and replace(service, vat=replace(vat, rate=vat.rate + Decimal("0.5")))
        for sign in (-1, 1):
            number += 1
            amount = Money(sign * (1 + draw.below(90_000)), terms.currency).amount
            plain = {"number": number, "month": "2026-05", "service": service.id, "unit": "unit-0", "names": {}}
            plain |= {"quantity": f"{sign * 3}", "amount": f"{amount:f}", "price": "2.5", "items": [7, 8]}
            then = replace(terms, services=(was or service,))
            made.append(bearing_tax(plain, then, terms))
    return {"currency": terms.currency, "adjustments": made}


def _quantity(draw: _Draw, rate: Rate) -> int | Decimal:
    if rate.kind in WHOLE or rate.kind == "included":
        return 1 + draw.below(900)
    return Decimal(1 + draw.below(90_000)).scaleb(-rate.quantity_digits)


def _known(draw: _Draw, terms: Terms, usage: dict[str, dict[str, int | Decimal]]) -> Known:
    """Give exchange rates and index values, some overtime, and a credit of April that June may earn back."""
    rates = [(one.id, rate) for one in terms.services for rate in one.rates if rate.overtime]
    overtime = {
        (service, rate.unit): {rule.id: usage[service][rate.unit] // 4 for rule in rate.overtime}
        for service, rate in rates
    }
    facts = [ExchangeQuoted(_FOREIGN, terms.currency, on, "0.0945", "bank") for on in ("2026-06", f"{_DAY}")]
    values = [
        IndexPublished("CPI", month, value, "bureau") for month, value in (("2025-04", "99.7"), ("2026-04", "104"))
    ]
    earlier = tuple(
        Credit(one.id, "respond", Decimal(95), Decimal(90), Decimal(5), Decimal(5), fee, amount, "2026-04")
        for one in terms.services
        for fee, amount in [(Money(100_000, terms.currency), Money(1 + draw.below(5000), terms.currency))]
    )
    return Known(Figures.of([*facts, *values]), overtime, earlier)


def _attained(draw: _Draw, terms: Terms) -> Iterator[Attainment]:
    for service in terms.services:
        for clock in ("respond", "resolve"):
            yield from attain(service, "2026-05", {clock: (100, 0)})
            yield from attain(service, "2026-06", {clock: (70 + draw.below(31), draw.below(25))})


def _terms(draw: _Draw) -> Terms:
    first = CATEGORIES[draw.number % len(CATEGORIES)]
    others = [one for one in CATEGORIES if one != "O"] if first != "O" else ["O"]
    categories = [first, *(draw.pick(others) for _ in range(draw.below(3)))]
    foreign = bool(draw.below(3) == 0)
    return Terms(
        engagement=f"engagement-{draw.number}",
        client=_party("FR", _registered(draw, "FR12345678901")),
        provider=_party("DE", _registered(draw, "DE123456789")),
        currency=draw.pick(_CURRENCIES),
        signed=date(2026, 1, 1),
        start=date(2026, 1, 1),
        until=date(2027, 12, 31),
        services=tuple(_service(draw, f"service-{n}", category) for n, category in enumerate(categories)),
        billing=_billing(draw, foreign=foreign),
    )


def _party(country: str, registered: Registered) -> Party:
    return Party(f"Muster & Söhne <{country}>", country, "", "Umpama", "Europe/Berlin", registered)


def _registered(draw: _Draw, vat: str) -> Registered:
    full = draw.below(2) == 1
    return Registered(
        street="Contohstraße 1" if full else "",
        postcode="10115" if full else "",
        vat=vat,
        registration="123456789",
        registration_scheme="0002" if full else "",
        electronic="invoices@muster.example" if full else "",
        electronic_scheme="EM" if full else "",
        contact="Accounts" if full else "",
        mail="accounts@muster.example" if full else "",
    )


def _billing(draw: _Draw, *, foreign: bool) -> Billing:
    return Billing(
        days=draw.pick((0, 14, 30)),
        means=draw.pick(("30", "58", "30")),
        account=draw.pick(("DE02120300000000202051", "0012345678")),
        holder=draw.pick(("", "Muster")),
        bank=draw.pick(("", "BYLADEM1001")),
        terms=draw.pick(("", "14 days net")),
        buyer_reference=draw.pick(("", "PO-dept 7")),
        order=draw.pick(("", "4500012345")),
        vat_currency="NOK" if foreign else "",
        exchange=(Exchange(date(2026, 1, 1), Decimal("11.8765")),) if foreign else (),
    )


def _rate(draw: _Draw, n: int) -> Rate:
    """Give a rate of any kind; the first one of a service is billed for sure."""
    kind = draw.pick(KINDS if n else KINDS[:-1])
    overtime = draw.below(3) == 0 and kind in {"item", "outcome", "minute", "hour"}
    least = Minimum(Decimal(draw.pick((50, 600)))) if draw.below(2) else Minimum(amount=Decimal(draw.pick((10, 9000))))
    return Rate(
        unit=f"unit-{n}",
        names=(("en", f"Case {n}"), ("id", f"Kasus {n}")),
        tiers=draw.pick(_CARD),
        kind=kind,
        volume=draw.below(3) == 0,
        minimum=least if draw.below(3) == 0 and kind not in {"milestone", "included"} else None,
        overtime=_OVERTIME if overtime else (),
        indexation=draw.pick((None, None, Indexation(steps=((date(2026, 5, 1), Decimal("2.35")),)), _BY_INDEX)),
        conversion=draw.pick((None, None, None, *_CONVERSIONS)),
        measure=_MEASURES.get(kind, Measure()),
    )


def _service(draw: _Draw, name: str, category: str) -> Service:
    rates = tuple(_rate(draw, n) for n in range(1 + draw.below(4)))
    rate = Decimal(draw.pick(_RATES[category])) if category in _RATES else Decimal(0)
    reason = "Exempt by article 132" if category == "E" else ""
    return Service(
        id=name,
        pack="sample",
        delivery_country="DE",
        calendar=Calendar.office("UTC"),
        sla=Sla(None, None, Decimal(95)),
        rates=rates,
        penalty=draw.pick(_PENALTIES),
        cost=Cost(Decimal(0), Decimal(0), ()),
        vat=ServiceVat(category, None if category == "O" else rate, reason, _CODES.get(category, "")),
    )
