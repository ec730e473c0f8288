"""The terms of EN 16931 in UBL 2.1 (EN 16931-3-2)."""

from typing import Final

from alihdaya.channels.einvoice.binding import ALLOWANCE, CHARGE, Binding

_IS_VAT: Final = "[cac:TaxScheme[translate(normalize-space(cbc:ID),'avt','AVT')='VAT']]"


def _tax(path: str) -> Binding:
    """Bind a tax category; `vat` is its code where its scheme is VAT."""
    return Binding(
        path,
        {
            "code": "cbc:ID",
            "vat": f"self::*{_IS_VAT}/cbc:ID",
            "rate": "cbc:Percent",
            "vat-rate": f"self::*{_IS_VAT}/cbc:Percent",
            "reason": "cbc:TaxExemptionReason",
            "reason-code": "cbc:TaxExemptionReasonCode",
        },
    )


def _address(path: str) -> Binding:
    return Binding(path, {"country": "cac:Country/cbc:IdentificationCode"})


def _adjustment(path: str, indicator: str) -> Binding:
    return Binding(
        f"{path}[contains('{indicator}', concat(' ', normalize-space(cbc:ChargeIndicator), ' '))]",
        {
            "amount": "cbc:Amount",
            "base": "cbc:BaseAmount",
            "reason": "cbc:AllowanceChargeReason",
            "reason-code": "cbc:AllowanceChargeReasonCode",
        },
        {"tax": _tax("cac:TaxCategory")},
    )


_PARTY: Final = {
    "name": "cac:Party/cac:PartyLegalEntity/cbc:RegistrationName",
    "trading-name": "cac:Party/cac:PartyName/cbc:Name",
    "identifier": "cac:Party/cac:PartyIdentification/cbc:ID[not(@schemeID='SEPA')]",
    "identifiers": "cac:Party/cac:PartyIdentification/cbc:ID",
    "legal": "cac:Party/cac:PartyLegalEntity/cbc:CompanyID",
    "vat": f"cac:Party/cac:PartyTaxScheme{_IS_VAT}/cbc:CompanyID",
    "tax": "cac:Party/cac:PartyTaxScheme/cbc:CompanyID",
    "electronic": "cac:Party/cbc:EndpointID",
}
_PERIOD: Final = {"start": "cbc:StartDate", "end": "cbc:EndDate", "point": "cbc:DescriptionCode"}
_LINE: Final = Binding(
    "cac:InvoiceLine | cac:CreditNoteLine",
    {
        "BT-126": "cbc:ID",
        "BT-129": "cbc:InvoicedQuantity | cbc:CreditedQuantity",
        "BT-131": "cbc:LineExtensionAmount",
        "BT-146": "cac:Price/cbc:PriceAmount",
        "BT-148": "cac:Price/cac:AllowanceCharge/cbc:BaseAmount",
        "BT-153": "cac:Item/cbc:Name",
        "BT-157": "cac:Item/cac:StandardItemIdentification/cbc:ID",
        "BT-158": "cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode",
    },
    {
        "BG-26": Binding("cac:InvoicePeriod", _PERIOD),
        "BG-27": _adjustment("cac:AllowanceCharge", ALLOWANCE),
        "BG-28": _adjustment("cac:AllowanceCharge", CHARGE),
        "BG-30": _tax("cac:Item/cac:ClassifiedTaxCategory"),
    },
)
UBL: Final = Binding(
    ".",
    {
        "BT-1": "cbc:ID",
        "BT-2": "cbc:IssueDate",
        "BT-3": "cbc:InvoiceTypeCode | cbc:CreditNoteTypeCode",
        "BT-5": "cbc:DocumentCurrencyCode",
        "BT-6": "cbc:TaxCurrencyCode",
        "BT-7": "cbc:TaxPointDate",
        "BT-8": "cac:InvoicePeriod/cbc:DescriptionCode",
        "BT-22": "cbc:Note",
        "BT-24": "cbc:CustomizationID",
        "BT-72": "cac:Delivery/cbc:ActualDeliveryDate",
        "country": "//cbc:IdentificationCode",
        "origin": "//cac:OriginCountry/cbc:IdentificationCode",
        "countries": "//cac:Country/cbc:IdentificationCode",
        "currencies": "//cbc:Amount | //cbc:BaseAmount | //cbc:PriceAmount | //cbc:TaxAmount | //cbc:TaxableAmount |"
        " //cbc:LineExtensionAmount | //cbc:TaxExclusiveAmount | //cbc:TaxInclusiveAmount | //cbc:AllowanceTotalAmount"
        " | //cbc:ChargeTotalAmount | //cbc:PrepaidAmount | //cbc:PayableRoundingAmount | //cbc:PayableAmount",
        "quantities": "//cbc:InvoicedQuantity | //cbc:BaseQuantity | //cbc:CreditedQuantity",
        "indicators": "//cbc:ChargeIndicator",
        "line-amounts": "//cac:InvoiceLine/cbc:LineExtensionAmount | //cac:CreditNoteLine/cbc:LineExtensionAmount",
        "tax-totals": "cac:TaxTotal/cbc:TaxAmount",
        "tax-amounts": "//cac:TaxTotal/cbc:TaxAmount",
        "vat-numbers": f"//cac:PartyTaxScheme{_IS_VAT}/cbc:CompanyID",
        "party-ids": "//cac:PartyIdentification/cbc:ID[@schemeID]",
        "legal-ids": "//cac:PartyLegalEntity/cbc:CompanyID[@schemeID]",
        "endpoints": "//cbc:EndpointID[@schemeID]",
        "object-ids": "//cac:AdditionalDocumentReference[cbc:DocumentTypeCode='130']/cbc:ID[@schemeID] |"
        " //cac:DocumentReference[cbc:DocumentTypeCode='130']/cbc:ID[@schemeID]",
        "location-ids": "//cac:DeliveryLocation/cbc:ID[@schemeID]",
        "attachments": "//cbc:EmbeddedDocumentBinaryObject[@mimeCode]",
        "period-content": "cac:InvoicePeriod/*",
        "adjusted-code": "//cac:AllowanceCharge/cac:TaxCategory/cbc:ID",
        "adjusted-vat": f"//cac:AllowanceCharge/cac:TaxCategory{_IS_VAT}/cbc:ID",
        "exempt-codes": "//cbc:TaxExemptionReasonCode",
    },
    {
        "BG-3": Binding("//cac:BillingReference", {"BT-25": "cac:InvoiceDocumentReference/cbc:ID"}),
        "BG-4": Binding("cac:AccountingSupplierParty", _PARTY, {"BG-5": _address("cac:Party/cac:PostalAddress")}),
        "BG-7": Binding("cac:AccountingCustomerParty", _PARTY, {"BG-8": _address("cac:Party/cac:PostalAddress")}),
        "BG-10": Binding(
            "cac:PayeeParty",
            {"name": "cac:PartyName/cbc:Name", "identifiers": "cac:PartyIdentification/cbc:ID"},
        ),
        "BG-11": Binding(
            "cac:TaxRepresentativeParty",
            {"name": "cac:PartyName/cbc:Name", "vat": f"cac:PartyTaxScheme{_IS_VAT}/cbc:CompanyID"},
            {"BG-12": _address("cac:PostalAddress")},
        ),
        "BG-14": Binding("cac:InvoicePeriod", _PERIOD),
        "BG-15": _address("cac:Delivery/cac:DeliveryLocation/cac:Address"),
        "BG-16": Binding(
            "cac:PaymentMeans",
            {
                "BT-81": "cbc:PaymentMeansCode",
                "BT-84": "cac:PayeeFinancialAccount/cbc:ID",
                "BT-87": "cac:CardAccount/cbc:PrimaryAccountNumberID",
            },
            {"BG-17": Binding("cac:PayeeFinancialAccount", {"BT-84": "cbc:ID"})},
        ),
        "BG-20": _adjustment("cac:AllowanceCharge", ALLOWANCE),
        "BG-21": _adjustment("cac:AllowanceCharge", CHARGE),
        "BG-22": Binding(
            "cac:LegalMonetaryTotal",
            {
                "BT-106": "cbc:LineExtensionAmount",
                "BT-107": "cbc:AllowanceTotalAmount",
                "BT-108": "cbc:ChargeTotalAmount",
                "BT-109": "cbc:TaxExclusiveAmount",
                "BT-112": "cbc:TaxInclusiveAmount",
                "BT-113": "cbc:PrepaidAmount",
                "BT-114": "cbc:PayableRoundingAmount",
                "BT-115": "cbc:PayableAmount",
            },
        ),
        "total-tax": Binding(
            "cac:TaxTotal",
            {"BT-110": "cbc:TaxAmount", "parts": "cac:TaxSubtotal/cbc:TaxAmount", "subtotals": "cac:TaxSubtotal"},
        ),
        "BG-23": Binding(
            "cac:TaxTotal/cac:TaxSubtotal",
            {"BT-116": "cbc:TaxableAmount", "BT-117": "cbc:TaxAmount"},
            {"tax": _tax("cac:TaxCategory")},
        ),
        "BG-24": Binding("cac:AdditionalDocumentReference", {"BT-122": "cbc:ID"}),
        "BG-25": _LINE,
        "BG-32": Binding("//cac:AdditionalItemProperty", {"BT-160": "cbc:Name", "BT-161": "cbc:Value"}),
    },
)
"""Names without BT- and BG- are of what several terms share, or of what a rule asks for over the whole document."""
