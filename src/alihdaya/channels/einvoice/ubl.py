"""A core invoice in UBL 2.1: Invoice, or CreditNote for type 381 (EN 16931-3-2)."""

from decimal import Decimal
from typing import Final

from alihdaya.channels.einvoice.figures import amount, plain
from alihdaya.channels.einvoice.tree import Node, document
from alihdaya.engagement.einvoice.core import (
    CREDIT_NOTE,
    SPECIFICATION,
    Address,
    Adjustment,
    CoreInvoice,
    CoreLine,
    Trader,
    Vat,
)
from alihdaya.engagement.einvoice.totals import Subtotal, Totals, totals_of

SCHEMA: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
AGGREGATES: Final = f"{SCHEMA}CommonAggregateComponents-2"
BASICS: Final = f"{SCHEMA}CommonBasicComponents-2"


def write_ubl(invoice: CoreInvoice) -> bytes:
    """Write the document; the same invoice gives the same bytes."""
    totals = totals_of(invoice)
    root = "CreditNote" if invoice.kind == CREDIT_NOTE else "Invoice"
    nodes = [*_head(invoice), *_references(invoice), *_parties(invoice), *_money(invoice, totals)]
    nodes += [_line(invoice, line) for line in invoice.lines]
    return document(root, {None: f"{SCHEMA}{root}-2", "cac": AGGREGATES, "cbc": BASICS}, nodes)


def _head(invoice: CoreInvoice) -> list[Node]:
    credit = invoice.kind == CREDIT_NOTE
    return [
        ("cbc:CustomizationID", SPECIFICATION),
        ("cbc:ID", invoice.number),
        ("cbc:IssueDate", invoice.issued.isoformat()),
        ("cbc:DueDate", invoice.due.isoformat()) if invoice.due and not credit else None,
        ("cbc:CreditNoteTypeCode" if credit else "cbc:InvoiceTypeCode", invoice.kind),
        ("cbc:Note", invoice.note),
        ("cbc:DocumentCurrencyCode", invoice.currency),
        ("cbc:TaxCurrencyCode", invoice.vat_currency),
        ("cbc:BuyerReference", invoice.buyer_reference),
    ]


def _references(invoice: CoreInvoice) -> list[Node]:
    period, before = invoice.period, invoice.preceding
    days: list[Node] = []
    if period:
        days = [("cbc:StartDate", period.first.isoformat()), ("cbc:EndDate", period.last.isoformat())]
    about: list[Node] = []
    if before:
        about = [("cbc:ID", before.number), ("cbc:IssueDate", before.issued.isoformat())]
    return [
        ("cac:InvoicePeriod", days),
        ("cac:OrderReference", [("cbc:ID", invoice.order)]),
        ("cac:BillingReference", [("cac:InvoiceDocumentReference", about)]),
        ("cac:ContractDocumentReference", [("cbc:ID", invoice.contract)]),
    ]


def _parties(invoice: CoreInvoice) -> list[Node]:
    place = invoice.delivered_to
    return [
        ("cac:AccountingSupplierParty", [_party(invoice.seller)]),
        ("cac:AccountingCustomerParty", [_party(invoice.buyer)]),
        ("cac:Delivery", [("cac:DeliveryLocation", [_address("cac:Address", place)])]) if place else None,
    ]


def _party(trader: Trader) -> Node:
    legal, electronic, contact = trader.legal, trader.electronic, trader.contact
    return (
        "cac:Party",
        [
            ("cbc:EndpointID", electronic.text, {"schemeID": electronic.scheme}) if electronic else None,
            _address("cac:PostalAddress", trader.address),
            _registration(trader.vat, "VAT"),
            _registration(trader.tax, "TAX"),
            (
                "cac:PartyLegalEntity",
                [
                    ("cbc:RegistrationName", trader.name),
                    ("cbc:CompanyID", legal.text, {"schemeID": legal.scheme}) if legal else None,
                ],
            ),
            (
                "cac:Contact",
                [("cbc:Name", contact.name), ("cbc:Telephone", contact.phone), ("cbc:ElectronicMail", contact.mail)],
            )
            if contact
            else None,
        ],
    )


def _registration(number: str, scheme: str) -> Node:
    return ("cac:PartyTaxScheme", [("cbc:CompanyID", number), _scheme(scheme)]) if number else None


def _scheme(name: str = "VAT") -> Node:
    return ("cac:TaxScheme", [("cbc:ID", name)])


def _address(name: str, address: Address) -> Node:
    return (
        name,
        [
            ("cbc:StreetName", address.street),
            ("cbc:AdditionalStreetName", address.more),
            ("cbc:CityName", address.city),
            ("cbc:PostalZone", address.postcode),
            ("cbc:CountrySubentity", address.subdivision),
            ("cac:Country", [("cbc:IdentificationCode", address.country)]),
        ],
    )


def _money(invoice: CoreInvoice, totals: Totals) -> list[Node]:
    return [
        _payment(invoice),
        ("cac:PaymentTerms", [("cbc:Note", invoice.terms)]),
        *(_adjustment(invoice, one) for one in invoice.adjustments),
        *_taxes(invoice, totals),
        _total(invoice, totals),
    ]


def _payment(invoice: CoreInvoice) -> Node:
    pay = invoice.payment
    if pay is None:
        return None
    late = invoice.due.isoformat() if invoice.due and invoice.kind == CREDIT_NOTE else ""
    branch: Node = ("cac:FinancialInstitutionBranch", [("cbc:ID", pay.bank)])
    account: list[Node] = [("cbc:ID", pay.account), ("cbc:Name", pay.holder), branch]
    return (
        "cac:PaymentMeans",
        [
            ("cbc:PaymentMeansCode", pay.means),
            ("cbc:PaymentDueDate", late),
            ("cbc:PaymentID", pay.reference),
            ("cac:PayeeFinancialAccount", account if pay.account else []),
        ],
    )


def _money_node(name: str, value: Decimal | None, currency: str) -> Node:
    return None if value is None else (name, amount(value, currency), {"currencyID": currency})


def _adjustment(invoice: CoreInvoice, one: Adjustment) -> Node:
    return (
        "cac:AllowanceCharge",
        [
            ("cbc:ChargeIndicator", "true" if one.charge else "false"),
            ("cbc:AllowanceChargeReasonCode", one.code),
            ("cbc:AllowanceChargeReason", one.reason),
            ("cbc:MultiplierFactorNumeric", None if one.percent is None else plain(one.percent)),
            _money_node("cbc:Amount", one.amount, invoice.currency),
            _money_node("cbc:BaseAmount", one.base, invoice.currency),
            _category("cac:TaxCategory", one.vat),
        ],
    )


def _category(name: str, vat: Vat, *, reasons: bool = False) -> Node:
    return (
        name,
        [
            ("cbc:ID", vat.category),
            ("cbc:Percent", None if vat.rate is None else plain(vat.rate)),
            ("cbc:TaxExemptionReasonCode", vat.code if reasons else ""),
            ("cbc:TaxExemptionReason", vat.reason if reasons else ""),
            _scheme(),
        ],
    )


def _taxes(invoice: CoreInvoice, totals: Totals) -> list[Node]:
    main = _money_node("cbc:TaxAmount", totals.vat, invoice.currency)
    other = _money_node("cbc:TaxAmount", totals.vat_accounted, invoice.vat_currency)
    return [
        ("cac:TaxTotal", [main, *(_subtotal(invoice, part) for part in totals.breakdown)]),
        ("cac:TaxTotal", [other]) if other else None,
    ]


def _subtotal(invoice: CoreInvoice, part: Subtotal) -> Node:
    return (
        "cac:TaxSubtotal",
        [
            _money_node("cbc:TaxableAmount", part.taxable, invoice.currency),
            _money_node("cbc:TaxAmount", part.tax, invoice.currency),
            _category("cac:TaxCategory", part.vat, reasons=True),
        ],
    )


def _total(invoice: CoreInvoice, totals: Totals) -> Node:
    parts = [
        ("LineExtensionAmount", totals.lines),
        ("TaxExclusiveAmount", totals.without_vat),
        ("TaxInclusiveAmount", totals.with_vat),
        ("AllowanceTotalAmount", _given(totals.allowances, any(not one.charge for one in invoice.adjustments))),
        ("ChargeTotalAmount", _given(totals.charges, any(one.charge for one in invoice.adjustments))),
        ("PrepaidAmount", _given(invoice.prepaid, bool(invoice.prepaid))),
        ("PayableRoundingAmount", _given(invoice.rounding, bool(invoice.rounding))),
        ("PayableAmount", totals.due),
    ]
    return ("cac:LegalMonetaryTotal", [_money_node(f"cbc:{name}", value, invoice.currency) for name, value in parts])


def _given(value: Decimal, there: bool) -> Decimal | None:  # noqa: FBT001 - a guard beside its value
    return value if there else None


def _line(invoice: CoreInvoice, line: CoreLine) -> Node:
    credit = invoice.kind == CREDIT_NOTE
    price: Node = ("cbc:PriceAmount", plain(line.price), {"currencyID": invoice.currency})
    quantity = "cbc:CreditedQuantity" if credit else "cbc:InvoicedQuantity"
    item: list[Node] = [("cbc:Description", line.description), ("cbc:Name", line.name)]
    return (
        "cac:CreditNoteLine" if credit else "cac:InvoiceLine",
        [
            ("cbc:ID", line.id),
            ("cbc:Note", line.note),
            (quantity, plain(line.quantity), {"unitCode": line.unit}),
            _money_node("cbc:LineExtensionAmount", line.net, invoice.currency),
            ("cac:Item", [*item, _category("cac:ClassifiedTaxCategory", line.vat)]),
            ("cac:Price", [price]),
        ],
    )
