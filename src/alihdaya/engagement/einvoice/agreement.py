"""What an engagement file says so that its invoices can be EN 16931 documents; all of it may be left out.

`[provider.invoice]` and `[client.invoice]` register the parties, `[service.vat]` taxes a service, `[invoice]` says how
to pay. Whoever only wants our own invoices needs none of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from alihdaya.engagement.document import Table
from alihdaya.engagement.einvoice.core import CATEGORIES

_CURRENCY = "[A-Z]{3}"
_TAXED = frozenset("SLM")
_REASONED = frozenset({"E", "AE", "K", "G", "O"})
_VAT_NUMBER = r"[A-Z0-9]{2}[A-Za-z0-9+*.]{2,18}"


@dataclass(frozen=True, slots=True)
class Registered:
    """A party's address and registrations, under `invoice` of its table.

    `street` BT-35, BT-50; `more` BT-36; `postcode` BT-38; `vat` BT-31, BT-48; `tax` BT-32; `registration` BT-30, BT-47
    with its scheme; `electronic` BT-34, BT-49 with its scheme; contact BG-6.
    """

    street: str = ""
    more: str = ""
    postcode: str = ""
    vat: str = ""
    tax: str = ""
    registration: str = ""
    registration_scheme: str = ""
    electronic: str = ""
    electronic_scheme: str = ""
    contact: str = ""
    phone: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True)
class ServiceVat:
    """A service's VAT: category (BT-151) and rate in percent (BT-152), and why none is charged (BT-120, BT-121)."""

    category: str
    rate: Decimal | None
    reason: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """From the day `since` on, one unit of the engagement's currency is `rate` units of the VAT accounting currency."""

    since: date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Billing:
    """How the client pays: `days` after issue (BT-9) to an account (BG-17), under which references (BT-10 to BT-13).

    `vat_currency` is BT-6, with its dated rates.
    """

    days: int | None = None
    means: str = "30"
    account: str = ""
    holder: str = ""
    bank: str = ""
    terms: str = ""
    buyer_reference: str = ""
    order: str = ""
    contract: str = ""
    vat_currency: str = ""
    exchange: tuple[Exchange, ...] = ()


def read_registered(party: Table) -> Registered | None:
    """Read `invoice` of a party's table; None where there is none."""
    table = party.table("invoice", needed=False)
    if "invoice" not in party.data:
        return None
    found = Registered(**{one.name: table.text(one.name, "", like=_like(one.name)) for one in fields(Registered)})
    if found.electronic and not found.electronic_scheme:
        table.report("missing", "an electronic address needs its scheme (EAS), such as 0088 or EM", "electronic_scheme")
    table.done()
    return found


def _like(name: str) -> str:
    return {"vat": _VAT_NUMBER, "electronic_scheme": "[0-9A-Z]{2,4}", "registration_scheme": "[0-9]{4}"}.get(name, "")


def read_vat(service: Table) -> ServiceVat | None:
    """Read `vat` of a service's table; None where there is none."""
    table = service.table("vat", needed=False)
    if "vat" not in service.data:
        return None
    found = ServiceVat(
        category=table.text("category", like="|".join(CATEGORIES)),
        rate=table.number("rate", None, high=100),
        reason=table.text("reason", ""),
        code=table.text("code", "", like="VATEX-[A-Z0-9-]+"),
    )
    for code, message, key in _contradictions(found):
        table.report(code, message, key)
    table.done()
    rate = None if found.category == "O" else found.rate or Decimal(0)
    return ServiceVat(found.category, rate, found.reason, found.code)


def _contradictions(vat: ServiceVat) -> Iterator[tuple[str, str, str]]:
    if vat.category not in CATEGORIES:
        return
    if vat.category in _TAXED and not vat.rate:
        yield "missing", f"VAT category {vat.category} needs a rate above 0, in percent (BT-152)", "rate"
    if vat.category not in _TAXED and vat.rate:
        yield "bad-rate", f"VAT category {vat.category} charges no tax, so its rate cannot be {vat.rate}", "rate"
    if vat.category in _REASONED and not (vat.reason or vat.code):
        yield "missing", f"VAT category {vat.category} needs a reason (BT-120) or a code such as VATEX-EU-AE", "reason"
    if vat.category in _TAXED | {"Z"} and (vat.reason or vat.code):
        yield "bad-reason", f"VAT category {vat.category} has no reason for exemption", "reason"


def read_billing(root: Table) -> Billing | None:
    """Read the table `invoice`; None where there is none."""
    table = root.table("invoice", needed=False)
    if "invoice" not in root.data:
        return None
    texts = ("account", "holder", "bank", "terms", "buyer_reference", "order", "contract")
    found = Billing(
        days=table.whole("days", None, high=3660),
        means=table.text("means", "30", like="[0-9A-Z]{1,3}"),
        vat_currency=table.text("vat_currency", "", like=_CURRENCY),
        exchange=tuple(_exchange(one) for one in table.tables("exchange", needed=False)),
        **{name: table.text(name, "") for name in texts},
    )
    if found.exchange and not found.vat_currency:
        table.report("missing", "rates need the currency that they lead to", "vat_currency")
    table.done()
    return found


def _exchange(table: Table) -> Exchange:
    found = Exchange(table.day("from"), table.number("rate", over=True))
    table.done()
    return found


def wire_of(one: Registered | ServiceVat | Billing | None) -> dict[str, Any]:
    """Give one of the three as plain texts and ints, without what is empty; numbers as decimal texts."""
    if one is None:
        return {}
    plain: dict[str, Any] = {}
    for field in fields(one):
        value = getattr(one, field.name)
        if field.name == "exchange":
            value = [{"from": each.since.isoformat(), "rate": f"{each.rate.normalize():f}"} for each in value]
        if value not in ("", None, []):
            plain[field.name] = f"{value.normalize():f}" if isinstance(value, Decimal) else value
    return plain
