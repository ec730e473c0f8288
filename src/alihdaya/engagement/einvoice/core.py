"""The core invoice of EN 16931-1:2017 as far as services need it. BT-: a business term, BG-: a group of them.

Amounts are in major units of the invoice currency with at most two decimals (clause 6.5.2); rates are percent.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

SPECIFICATION: Final = "urn:cen.eu:en16931:2017"
"""BT-24: the document keeps to the core rules and to no narrower specification."""
INVOICE: Final = "380"
CREDIT_NOTE: Final = "381"
CATEGORIES: Final = ("S", "Z", "E", "AE", "K", "G", "O", "L", "M")
"""BT-151, of UNTDID 5305: standard, zero rated, exempt, reverse charge, intra-community, export, outside of scope,
Canary Islands (IGIC), Ceuta and Melilla (IPSI)."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier and the scheme that it belongs to: of ISO 6523 or EAS; empty where none is given."""

    text: str
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Postal address (BG-5, BG-8) or place of delivery (BG-15). `country`: BT-40, BT-55, BT-80 of ISO 3166-1.

    `street` BT-35, `more` BT-36, `city` BT-37, `postcode` BT-38, `subdivision` BT-39 of the seller, and so on.
    """

    country: str
    street: str = ""
    more: str = ""
    city: str = ""
    postcode: str = ""
    subdivision: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask (BG-6, BG-9): BT-41 name, BT-42 telephone, BT-43 e-mail."""

    name: str = ""
    phone: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True)
class Trader:
    """The seller (BG-4) or the buyer (BG-7).

    `name` BT-27, BT-44; `vat` BT-31, BT-48; `tax` BT-32 (seller only); `legal` BT-30, BT-47; `electronic` BT-34, BT-49.
    """

    name: str
    address: Address
    vat: str = ""
    tax: str = ""
    legal: Identifier | None = None
    electronic: Identifier | None = None
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """How to pay (BG-16, BG-17): `means` BT-81 of UNTDID 4461, `account` BT-84, `holder` BT-85, `bank` BT-86 (BIC).

    `reference` is BT-83, what the payer shall write.
    """

    means: str
    account: str = ""
    holder: str = ""
    bank: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Vat:
    """VAT of a line (BT-151, BT-152) or of an allowance (BT-95, BT-96); `rate` is None for category O only.

    `reason` BT-120 and `code` BT-121 go into the breakdown: why no tax is charged.
    """

    category: str
    rate: Decimal | None
    reason: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A document level allowance (BG-20), or a charge (BG-21) where `charge`.

    `amount` BT-92, BT-99; `base` BT-93, BT-100; `percent` BT-94, BT-101; `reason` BT-97, BT-104; `code` BT-98 of
    UNTDID 5189, BT-105 of UNTDID 7161.
    """

    amount: Decimal
    vat: Vat
    reason: str
    code: str = ""
    charge: bool = False
    base: Decimal | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """An invoicing period (BG-14: BT-73, BT-74), both days covered."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class CoreLine:
    """An invoice line (BG-25): `id` BT-126, `quantity` BT-129, `unit` BT-130 of UN/ECE Rec 20, `net` BT-131.

    `name` BT-153, `description` BT-154, `price` BT-146 (never negative, any number of decimals), `note` BT-127.
    """

    id: str
    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    net: Decimal
    vat: Vat
    description: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Preceding:
    """The invoice that a credit note is about (BG-3): BT-25 and BT-26."""

    number: str
    issued: date


@dataclass(frozen=True, slots=True)
class CoreInvoice:
    """An invoice, or a credit note where `kind` (BT-3) is 381; what it credits is written positive.

    `number` BT-1, `issued` BT-2, `due` BT-9, `currency` BT-5, `vat_currency` BT-6 with `vat_rate`: units of it for one
    of the invoice currency; `buyer_reference` BT-10, `order` BT-13, `contract` BT-12, `terms` BT-20, `note` BT-22,
    `delivered_to` BG-15, `prepaid` BT-113, `rounding` BT-114.
    """

    number: str
    issued: date
    currency: str
    seller: Trader
    buyer: Trader
    lines: tuple[CoreLine, ...]
    kind: str = INVOICE
    adjustments: tuple[Adjustment, ...] = ()
    period: Period | None = None
    due: date | None = None
    terms: str = ""
    note: str = ""
    buyer_reference: str = ""
    order: str = ""
    contract: str = ""
    payment: Payment | None = None
    preceding: Preceding | None = None
    delivered_to: Address | None = None
    vat_currency: str = ""
    vat_rate: Decimal | None = None
    prepaid: Decimal = Decimal(0)
    rounding: Decimal = Decimal(0)
