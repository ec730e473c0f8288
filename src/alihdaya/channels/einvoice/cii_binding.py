"""The terms of EN 16931 in UN/CEFACT Cross Industry Invoice D16B (EN 16931-3-3)."""

from typing import Final

from alihdaya.channels.einvoice.binding import ALLOWANCE, CHARGE, Binding

_TRADE: Final = "rsm:SupplyChainTradeTransaction"
_AGREED: Final = f"{_TRADE}/ram:ApplicableHeaderTradeAgreement"
_SHIPPED: Final = f"{_TRADE}/ram:ApplicableHeaderTradeDelivery"
_SETTLED: Final = f"{_TRADE}/ram:ApplicableHeaderTradeSettlement"
_IS_VAT: Final = "[translate(normalize-space(ram:TypeCode),'avt','AVT')='VAT']"
_DAY: Final = "udt:DateTimeString[@format='102']"


def _tax(path: str) -> Binding:
    return Binding(
        path,
        {
            "code": "ram:CategoryCode",
            "vat": f"self::*{_IS_VAT}/ram:CategoryCode",
            "rate": "ram:RateApplicablePercent",
            "vat-rate": f"self::*{_IS_VAT}/ram:RateApplicablePercent",
            "reason": "ram:ExemptionReason",
            "reason-code": "ram:ExemptionReasonCode",
        },
    )


def _address(path: str) -> Binding:
    return Binding(path, {"country": "ram:CountryID"})


def _adjustment(path: str, indicator: str) -> Binding:
    return Binding(
        f"{path}[contains('{indicator}', concat(' ', normalize-space(ram:ChargeIndicator/udt:Indicator), ' '))]",
        {
            "amount": "ram:ActualAmount",
            "base": "ram:BasisAmount",
            "reason": "ram:Reason",
            "reason-code": "ram:ReasonCode",
        },
        {"tax": _tax("ram:CategoryTradeTax")},
    )


_PARTY: Final = {
    "name": "ram:Name",
    "trading-name": "ram:Name",
    "identifier": "ram:ID | ram:GlobalID",
    "identifiers": "ram:ID",
    "legal": "ram:SpecifiedLegalOrganization/ram:ID",
    "vat": "ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']",
    "tax": "ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA' or @schemeID='FC']",
    "electronic": "ram:URIUniversalCommunication[1]/ram:URIID",
    "electronic-place": "ram:URIUniversalCommunication",
}
_PERIOD: Final = {
    "start": "ram:StartDateTime",
    "end": "ram:EndDateTime",
    "start-day": f"ram:StartDateTime/{_DAY}",
    "end-day": f"ram:EndDateTime/{_DAY}",
}
_LINE: Final = Binding(
    f"{_TRADE}/ram:IncludedSupplyChainTradeLineItem",
    {
        "BT-126": "ram:AssociatedDocumentLineDocument/ram:LineID",
        "BT-129": "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity",
        "BT-131": "ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeSettlementLineMonetarySummation"
        "/ram:LineTotalAmount",
        "BT-146": "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount",
        "BT-148": "ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice/ram:ChargeAmount",
        "BT-153": "ram:SpecifiedTradeProduct/ram:Name",
        "BT-157": "ram:SpecifiedTradeProduct/ram:GlobalID",
        "BT-158": "ram:SpecifiedTradeProduct/ram:DesignatedProductClassification/ram:ClassCode",
    },
    {
        "BG-26": Binding("ram:SpecifiedLineTradeSettlement/ram:BillingSpecifiedPeriod", _PERIOD),
        "BG-27": _adjustment("ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge", ALLOWANCE),
        "BG-28": _adjustment("ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge", CHARGE),
        "BG-30": _tax("ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax"),
    },
)
CII: Final = Binding(
    ".",
    {
        "BT-1": "rsm:ExchangedDocument/ram:ID",
        "BT-2": f"rsm:ExchangedDocument/ram:IssueDateTime/{_DAY}",
        "BT-3": "rsm:ExchangedDocument/ram:TypeCode",
        "BT-5": f"{_SETTLED}/ram:InvoiceCurrencyCode",
        "BT-6": f"{_SETTLED}/ram:TaxCurrencyCode",
        "BT-7": "//ram:TaxPointDate",
        "BT-8": "//ram:DueDateTypeCode",
        "BT-21": "//ram:SubjectCode",
        "BT-24": "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID",
        "BT-72": f"{_SHIPPED}/ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/udt:DateTimeString",
        "period-content": f"{_SETTLED}/ram:BillingSpecifiedPeriod/ram:StartDateTime |"
        f" {_SETTLED}/ram:BillingSpecifiedPeriod/ram:EndDateTime",
        "country": "//ram:CountryID",
        "countries": "//ram:CountryID",
        "origin": "//ram:OriginTradeCountry/ram:ID",
        "currencies": "//ram:TaxTotalAmount[@currencyID]",
        "quantities": "//ram:BasisQuantity | //ram:BilledQuantity",
        "indicators": "//ram:ChargeIndicator/udt:Indicator",
        "line-amounts": f"{_TRADE}/ram:IncludedSupplyChainTradeLineItem/ram:SpecifiedLineTradeSettlement"
        "/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount",
        "tax-totals": f"{_SETTLED}/ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:TaxTotalAmount",
        "tax-amounts": "//ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:TaxTotalAmount",
        "vat-numbers": "//ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']",
        "party-ids": "//ram:GlobalID[@schemeID][not(ancestor::ram:SpecifiedTradeProduct) and"
        " not(ancestor::ram:ShipToTradeParty)]",
        "legal-ids": "//ram:ID[@schemeID][not(ancestor::ram:SpecifiedTaxRegistration)]",
        "endpoints": "//ram:URIUniversalCommunication/ram:URIID[@schemeID]",
        "object-ids": "//ram:ReferenceTypeCode",
        "location-ids": "//ram:ApplicableHeaderTradeDelivery/ram:ShipToTradeParty/ram:GlobalID[@schemeID]",
        "attachments": "//ram:AttachmentBinaryObject[@mimeCode]",
        "exempt-codes": "//ram:ExemptionReasonCode",
        "adjusted-code": "//ram:CategoryTradeTax/ram:CategoryCode",
    },
    {
        "BG-3": Binding(f"{_SETTLED}/ram:InvoiceReferencedDocument", {"BT-25": "ram:IssuerAssignedID"}),
        "BG-4": Binding(f"{_AGREED}/ram:SellerTradeParty", _PARTY, {"BG-5": _address("ram:PostalTradeAddress")}),
        "BG-7": Binding(f"{_AGREED}/ram:BuyerTradeParty", _PARTY, {"BG-8": _address("ram:PostalTradeAddress")}),
        "BG-10": Binding(
            "//ram:PayeeTradeParty",
            {"name": "ram:Name", "identifiers": "ram:ID", "legal": "ram:SpecifiedLegalOrganization/ram:ID"},
        ),
        "BG-11": Binding(
            "//ram:SellerTaxRepresentativeTradeParty",
            {"name": "ram:Name", "vat": "ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']"},
            {"BG-12": _address("ram:PostalTradeAddress")},
        ),
        "BG-14": Binding(f"{_SETTLED}/ram:BillingSpecifiedPeriod", _PERIOD),
        "BG-15": _address(f"{_SHIPPED}/ram:ShipToTradeParty/ram:PostalTradeAddress"),
        "BG-16": Binding(
            "//ram:SpecifiedTradeSettlementPaymentMeans",
            {"BT-81": "ram:TypeCode", "BT-87": "ram:ApplicableTradeSettlementFinancialCard/ram:ID"},
            {"BG-17": Binding("ram:PayeePartyCreditorFinancialAccount", {"BT-84": "ram:IBANID | ram:ProprietaryID"})},
        ),
        "BG-20": _adjustment(f"{_SETTLED}/ram:SpecifiedTradeAllowanceCharge", ALLOWANCE),
        "BG-21": _adjustment(f"{_SETTLED}/ram:SpecifiedTradeAllowanceCharge", CHARGE),
        "BG-22": Binding(
            "//ram:SpecifiedTradeSettlementHeaderMonetarySummation",
            {
                "BT-106": "ram:LineTotalAmount",
                "BT-107": "ram:AllowanceTotalAmount",
                "BT-108": "ram:ChargeTotalAmount",
                "BT-109": "ram:TaxBasisTotalAmount",
                "BT-112": "ram:GrandTotalAmount",
                "BT-113": "ram:TotalPrepaidAmount",
                "BT-114": "ram:RoundingAmount",
                "BT-115": "ram:DuePayableAmount",
            },
        ),
        "BG-23": Binding(
            f"{_SETTLED}/ram:ApplicableTradeTax",
            {"BT-116": "ram:BasisAmount", "BT-117": "ram:CalculatedAmount"},
            {"tax": _tax(".")},
        ),
        "BG-24": Binding("//ram:AdditionalReferencedDocument", {"BT-122": "ram:IssuerAssignedID"}),
        "BG-25": _LINE,
        "BG-32": Binding("//ram:ApplicableProductCharacteristic", {"BT-160": "ram:Description", "BT-161": "ram:Value"}),
    },
)
"""Names without BT- and BG- are of what several terms share, or of what a rule asks for over the whole document."""
