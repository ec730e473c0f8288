"""A core invoice as UN/CEFACT Cross Industry Invoice D16B (EN 16931-3-3)."""

from datetime import date
from decimal import Decimal
from typing import Final

from alihdaya.channels.einvoice.figures import amount, plain
from alihdaya.channels.einvoice.tree import Node, document
from alihdaya.engagement.einvoice.core import (
    SPECIFICATION,
    Address,
    Adjustment,
    CoreInvoice,
    CoreLine,
    Payment,
    Trader,
    Vat,
)
from alihdaya.engagement.einvoice.totals import Subtotal, Totals, totals_of

_DATA: Final = "urn:un:unece:uncefact:data:standard:"
NAMESPACES: Final[dict[str | None, str]] = {
    "rsm": f"{_DATA}CrossIndustryInvoice:100",
    "ram": f"{_DATA}ReusableAggregateBusinessInformationEntity:100",
    "qdt": f"{_DATA}QualifiedDataType:100",
    "udt": f"{_DATA}UnqualifiedDataType:100",
}


def write_cii(invoice: CoreInvoice) -> bytes:
    """Write the document; the same invoice gives the same bytes."""
    totals = totals_of(invoice)
    guideline: Node = ("ram:GuidelineSpecifiedDocumentContextParameter", [("ram:ID", SPECIFICATION)])
    head: list[Node] = [
        ("ram:ID", invoice.number),
        ("ram:TypeCode", invoice.kind),
        _day("ram:IssueDateTime", invoice.issued),
        ("ram:IncludedNote", [("ram:Content", invoice.note)]),
    ]
    trade: list[Node] = [
        *(_line(invoice, line) for line in invoice.lines),
        _agreement(invoice),
        _delivery(invoice),
        ("ram:ApplicableHeaderTradeSettlement", _settlement(invoice, totals)),
    ]
    nodes: list[Node] = [
        ("rsm:ExchangedDocumentContext", [guideline]),
        ("rsm:ExchangedDocument", head),
        ("rsm:SupplyChainTradeTransaction", trade),
    ]
    return document("CrossIndustryInvoice", NAMESPACES, nodes)


def _day(name: str, day: date | None, kind: str = "udt") -> Node:
    if day is None:
        return None
    return (name, [(f"{kind}:DateTimeString", f"{day:%Y%m%d}", {"format": "102"})])


def _agreement(invoice: CoreInvoice) -> Node:
    return (
        "ram:ApplicableHeaderTradeAgreement",
        [
            ("ram:BuyerReference", invoice.buyer_reference),
            ("ram:SellerTradeParty", _party(invoice.seller)),
            ("ram:BuyerTradeParty", _party(invoice.buyer)),
            ("ram:BuyerOrderReferencedDocument", [("ram:IssuerAssignedID", invoice.order)]),
            ("ram:ContractReferencedDocument", [("ram:IssuerAssignedID", invoice.contract)]),
        ],
    )


def _party(trader: Trader) -> list[Node]:
    legal, electronic, contact = trader.legal, trader.electronic, trader.contact
    uri: Node = ("ram:URIID", electronic.text, {"schemeID": electronic.scheme}) if electronic else None
    return [
        ("ram:Name", trader.name),
        ("ram:SpecifiedLegalOrganization", [("ram:ID", legal.text, {"schemeID": legal.scheme})]) if legal else None,
        (
            "ram:DefinedTradeContact",
            [
                ("ram:PersonName", contact.name),
                ("ram:TelephoneUniversalCommunication", [("ram:CompleteNumber", contact.phone)]),
                ("ram:EmailURIUniversalCommunication", [("ram:URIID", contact.mail)]),
            ],
        )
        if contact
        else None,
        _address(trader.address),
        ("ram:URIUniversalCommunication", [uri]),
        ("ram:SpecifiedTaxRegistration", [("ram:ID", trader.vat, {"schemeID": "VA"})]),
        ("ram:SpecifiedTaxRegistration", [("ram:ID", trader.tax, {"schemeID": "FC"})]),
    ]


def _address(address: Address) -> Node:
    return (
        "ram:PostalTradeAddress",
        [
            ("ram:PostcodeCode", address.postcode),
            ("ram:LineOne", address.street),
            ("ram:LineTwo", address.more),
            ("ram:CityName", address.city),
            ("ram:CountryID", address.country),
            ("ram:CountrySubDivisionName", address.subdivision),
        ],
    )


def _delivery(invoice: CoreInvoice) -> Node:
    """Give the element, which is obligatory even where it says nothing."""
    place = invoice.delivered_to
    return (
        "ram:ApplicableHeaderTradeDelivery",
        (("ram:ShipToTradeParty", [_address(place)]) if place else None,),
    )


def _settlement(invoice: CoreInvoice, totals: Totals) -> list[Node]:
    period, pay, before = invoice.period, invoice.payment, invoice.preceding
    days: list[Node] = []
    if period:
        days = [_day("ram:StartDateTime", period.first), _day("ram:EndDateTime", period.last)]
    return [
        ("ram:PaymentReference", pay.reference if pay else ""),
        ("ram:TaxCurrencyCode", invoice.vat_currency),
        ("ram:InvoiceCurrencyCode", invoice.currency),
        _payment(pay) if pay else None,
        *(_subtotal(invoice, part) for part in totals.breakdown),
        ("ram:BillingSpecifiedPeriod", days),
        *(_adjustment(invoice, one) for one in invoice.adjustments),
        (
            "ram:SpecifiedTradePaymentTerms",
            [("ram:Description", invoice.terms), _day("ram:DueDateDateTime", invoice.due)],
        ),
        ("ram:SpecifiedTradeSettlementHeaderMonetarySummation", _total(invoice, totals)),
        (
            "ram:InvoiceReferencedDocument",
            [
                ("ram:IssuerAssignedID", before.number),
                _day("ram:FormattedIssueDateTime", before.issued, "qdt"),
            ],
        )
        if before
        else None,
    ]


def _payment(pay: Payment) -> Node:
    from stdnum import iban

    kind = "ram:IBANID" if iban.is_valid(pay.account) else "ram:ProprietaryID"
    account: dict[str, Node] = {
        "ram:IBANID": ("ram:IBANID", pay.account if kind == "ram:IBANID" else ""),
        "name": ("ram:AccountName", pay.holder if pay.account else ""),
        "ram:ProprietaryID": ("ram:ProprietaryID", pay.account if kind == "ram:ProprietaryID" else ""),
    }
    return (
        "ram:SpecifiedTradeSettlementPaymentMeans",
        [
            ("ram:TypeCode", pay.means),
            ("ram:PayeePartyCreditorFinancialAccount", list(account.values())),
            ("ram:PayeeSpecifiedCreditorFinancialInstitution", [("ram:BICID", pay.bank)]),
        ],
    )


def _subtotal(invoice: CoreInvoice, part: Subtotal) -> Node:
    return (
        "ram:ApplicableTradeTax",
        [
            ("ram:CalculatedAmount", amount(part.tax, invoice.currency)),
            ("ram:TypeCode", "VAT"),
            ("ram:ExemptionReason", part.vat.reason),
            ("ram:BasisAmount", amount(part.taxable, invoice.currency)),
            ("ram:CategoryCode", part.vat.category),
            ("ram:ExemptionReasonCode", part.vat.code),
            ("ram:RateApplicablePercent", _rate(part.vat)),
        ],
    )


def _rate(vat: Vat) -> str | None:
    return None if vat.rate is None else plain(vat.rate)


def _tax(name: str, vat: Vat) -> Node:
    return (
        name,
        [
            ("ram:TypeCode", "VAT"),
            ("ram:CategoryCode", vat.category),
            ("ram:RateApplicablePercent", _rate(vat)),
        ],
    )


def _adjustment(invoice: CoreInvoice, one: Adjustment) -> Node:
    return (
        "ram:SpecifiedTradeAllowanceCharge",
        [
            ("ram:ChargeIndicator", [("udt:Indicator", "true" if one.charge else "false")]),
            ("ram:CalculationPercent", None if one.percent is None else plain(one.percent)),
            ("ram:BasisAmount", None if one.base is None else amount(one.base, invoice.currency)),
            ("ram:ActualAmount", amount(one.amount, invoice.currency)),
            ("ram:ReasonCode", one.code),
            ("ram:Reason", one.reason),
            _tax("ram:CategoryTradeTax", one.vat),
        ],
    )


def _total(invoice: CoreInvoice, totals: Totals) -> list[Node]:
    def money(name: str, value: Decimal, *, there: bool = True) -> Node:
        return (f"ram:{name}", amount(value, invoice.currency)) if there else None

    other = totals.vat_accounted
    accounted: Node = None
    if other is not None:
        accounted = ("ram:TaxTotalAmount", amount(other, invoice.vat_currency), {"currencyID": invoice.vat_currency})
    return [
        money("LineTotalAmount", totals.lines),
        money("ChargeTotalAmount", totals.charges, there=any(one.charge for one in invoice.adjustments)),
        money("AllowanceTotalAmount", totals.allowances, there=any(not one.charge for one in invoice.adjustments)),
        money("TaxBasisTotalAmount", totals.without_vat),
        ("ram:TaxTotalAmount", amount(totals.vat, invoice.currency), {"currencyID": invoice.currency}),
        accounted,
        money("RoundingAmount", invoice.rounding, there=bool(invoice.rounding)),
        money("GrandTotalAmount", totals.with_vat),
        money("TotalPrepaidAmount", invoice.prepaid, there=bool(invoice.prepaid)),
        money("DuePayableAmount", totals.due),
    ]


def _line(invoice: CoreInvoice, line: CoreLine) -> Node:
    return (
        "ram:IncludedSupplyChainTradeLineItem",
        [
            (
                "ram:AssociatedDocumentLineDocument",
                [("ram:LineID", line.id), ("ram:IncludedNote", [("ram:Content", line.note)])],
            ),
            ("ram:SpecifiedTradeProduct", [("ram:Name", line.name), ("ram:Description", line.description)]),
            (
                "ram:SpecifiedLineTradeAgreement",
                [("ram:NetPriceProductTradePrice", [("ram:ChargeAmount", plain(line.price))])],
            ),
            (
                "ram:SpecifiedLineTradeDelivery",
                [("ram:BilledQuantity", plain(line.quantity), {"unitCode": line.unit})],
            ),
            (
                "ram:SpecifiedLineTradeSettlement",
                [
                    _tax("ram:ApplicableTradeTax", line.vat),
                    (
                        "ram:SpecifiedTradeSettlementLineMonetarySummation",
                        [("ram:LineTotalAmount", amount(line.net, invoice.currency))],
                    ),
                ],
            ),
        ],
    )
