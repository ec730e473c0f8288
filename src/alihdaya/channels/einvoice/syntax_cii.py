"""What CII D16B documents must keep to (CII-SR and CII-DT, those that refuse)."""

from typing import Final

from alihdaya.channels.einvoice.syntax import Place

_TRADE: Final = "rsm:SupplyChainTradeTransaction"
_LINE: Final = f"{_TRADE}/ram:IncludedSupplyChainTradeLineItem"
_SETTLED: Final = f"{_TRADE}/ram:ApplicableHeaderTradeSettlement"
_MEANS: Final = "//ram:SpecifiedTradeSettlementPaymentMeans"
_BILLED: Final = f"/*/{_LINE}/ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"
_TEXT: Final = "normalize-space(.)"
_HEADS: Final = (
    "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID",
    "rsm:ExchangedDocument/ram:ID",
    f"{_LINE}/ram:AssociatedDocumentLineDocument/ram:LineID",
    f"{_LINE}/ram:SpecifiedTradeProduct/ram:SellerAssignedID",
)
_TOTALS: Final = (
    "LineTotal", "ChargeTotal", "AllowanceTotal", "TaxBasisTotal", "Rounding", "GrandTotal", "Information",
    "TotalPrepaid", "TotalDiscount", "TotalAllowanceCharge", "DuePayable", "RetailValueExcludingTaxInformation",
    "TotalDepositFeeInformation", "ProductValueExcludingTobaccoTaxInformation", "TotalRetailValueInformation",
    "GrossLineTotal", "NetLineTotal", "NetIncludingTaxesLineTotal",
)  # fmt: skip
"""Amounts of the summation, numbered from CII-SR-477."""
_PERIOD: Final = (
    "StartDateTime/udt:DateTime", "DurationMeasure", "InclusiveIndicator", "Description", "EndDateTime/udt:DateTime",
    "CompleteDateTime", "OpenIndicator", "SeasonCode", "ID", "Name", "SequenceNumeric", "StartDateFlexibilityCode",
    "ContinuousIndicator", "PurposeCode",
)  # fmt: skip
"""What a period has not, numbered from CII-DT-068."""
_ADDRESS: Final = {
    82: "ID", 83: "PostOfficeBox", 84: "BuildingName", 86: "LineFour", 87: "LineFive", 88: "StreetName",
    89: "CitySubDivisionName", 90: "CountryName", 91: "CountrySubDivisionID", 92: "AttentionOf", 93: "CareOf",
    94: "BuildingNumber", 95: "DepartmentName", 96: "AdditionalStreetName",
}  # fmt: skip
_REFERENCE: Final = {
    16: "StatusCode", 17: "CopyIndicator", 19: "GlobalID", 20: "RevisionID", 23: "Information", 25: "SectionName",
    26: "PreviousRevisionID", 28: "EffectiveSpecifiedPeriod", 29: "IssuerTradeParty", 30: "AttachedSpecifiedBinaryFile",
}  # fmt: skip
_SCHEME: Final = ("schemeName", "schemeAgencyName", "schemeDataURI", "schemeURI", "schemeID", "schemeAgencyID",
                  "schemeVersionID")  # fmt: skip
_IS: Final = "self::ram:AdditionalReferencedDocument and ram:TypeCode"


def _ends(name: str) -> str:
    return f"substring(name(), string-length(name()) - {len(name) - 1}) = '{name}'"


_REFERENCED: Final = Place(
    f"//ram:*[{_ends('ReferencedDocument')}]",
    never={f"CII-DT-{number:03}": f"ram:{name}" for number, name in _REFERENCE.items()},
    holds={
        "CII-DT-015": f"not(ram:URIID) or ({_IS}='916')",
        "CII-DT-018": f"not(ram:TypeCode) or ({_IS}[.='50' or .='130' or .='916'])",
        "CII-DT-021": f"not(ram:Name) or ({_IS}='916')",
        "CII-DT-022": f"not(ram:AttachmentBinaryObject) or ({_IS}='916')",
        "CII-DT-024": f"not(ram:ReferenceTypeCode) or ({_IS}='130')",
        "CII-DT-027": "not(ram:FormattedIssueDateTime) or self::ram:InvoiceReferencedDocument",
    },
)
_ROOT: Final = Place(
    ".",
    never={
        "CII-DT-013": "@languageID",
        "CII-DT-014": "@languageLocaleID",
        "CII-SR-467": f"{_MEANS}/ram:TypeCode[normalize-space(.) != normalize-space(({_MEANS}/ram:TypeCode)[1])]",
        "CII-SR-468": f"{_MEANS}/ram:Information[normalize-space(.) != normalize-space(({_MEANS}/ram:Information)[1])]",
    },
    once={"CII-SR-469": "//ram:ApplicableHeaderTradeSettlement/ram:PaymentReference"},
)
_HEAD: Final = (
    Place(
        "rsm:ExchangedDocumentContext",
        holds={
            "CII-SR-009": "count(ram:GuidelineSpecifiedDocumentContextParameter) = 1",
            "CII-SR-010": "count(ram:GuidelineSpecifiedDocumentContextParameter/ram:ID) = 1",
        },
    ),
    Place("rsm:ExchangedDocument", holds={"CII-SR-014": "count(ram:TypeCode) = 1"}),
    Place(
        f"{_TRADE}/ram:ApplicableHeaderTradeAgreement",
        once={
            "CII-SR-455": "ram:SellerTradeParty/ram:DefinedTradeContact",
            "CII-SR-456": "ram:BuyerTradeParty/ram:DefinedTradeContact",
            "CII-SR-459": "ram:SellerTradeParty/ram:URIUniversalCommunication",
            "CII-SR-460": "ram:BuyerTradeParty/ram:URIUniversalCommunication",
        },
    ),
    Place(
        _SETTLED,
        once={"CII-SR-461": "ram:ApplicableTradeTax/ram:TaxPointDate"},
        alike={"CII-SR-462": "//ram:ApplicableTradeTax/ram:DueDateTypeCode"},
        never={
            "CII-SR-470": "ram:SpecifiedTradeSettlementPaymentMeans[(normalize-space(ram:TypeCode)='30' or"
            " normalize-space(ram:TypeCode)='58') and not(ram:PayeePartyCreditorFinancialAccount/ram:IBANID or"
            " ram:PayeePartyCreditorFinancialAccount/ram:ProprietaryID)]"
        },
    ),
    Place(
        f"{_SETTLED}/ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        once={f"CII-SR-{number}": f"ram:{name}Amount" for number, name in enumerate(_TOTALS, 477)},
    ),
)
_LINES: Final = (
    Place(
        f"{_LINE}/ram:SpecifiedTradeProduct",
        holds={
            "CII-SR-046": "not(ram:GlobalID) or ram:GlobalID/@schemeID",
            "CII-SR-090": "not(ram:OriginTradeCountry) or count(ram:OriginTradeCountry/ram:ID) = 1",
        },
    ),
    Place(
        f"{_LINE}/ram:SpecifiedTradeProduct/ram:ApplicableProductCharacteristic",
        holds={"CII-SR-069": "count(ram:Description) = 1", "CII-SR-072": "count(ram:Value) = 1"},
    ),
    Place(
        f"{_LINE}/ram:SpecifiedLineTradeAgreement",
        once={"CII-SR-441": "ram:NetPriceProductTradePrice/ram:ChargeAmount"},
        holds={"CII-SR-439": "count(ram:NetPriceProductTradePrice/ram:ChargeAmount) = 1"},
    ),
)
_KINDS: Final = (
    Place(
        "//ram:SpecifiedTradeAllowanceCharge",
        once={
            "CII-SR-471": "ram:RateApplicablePercent",
            "CII-SR-472": "ram:CategoryTradeTax",
            "CII-SR-473": "ram:ActualAmount",
        },
        holds={"CII-SR-463": "ram:ChargeIndicator"},
    ),
    Place("//ram:GrossPriceProductTradePrice/ram:AppliedTradeAllowanceCharge", once={"CII-SR-440": "ram:ActualAmount"}),
    Place(" | ".join(_HEADS), never={f"CII-DT-{n:03}": f"@{name}" for n, name in enumerate(_SCHEME, 1)}),
    Place(
        f"//ram:*[{_ends('ID')}][not({' or '.join(f'count(.|/*/{path})=count(/*/{path})' for path in _HEADS)})]",
        never={f"CII-DT-{n}": f"@{name}" for n, name in enumerate(_SCHEME[:4], 101)},
    ),
    Place("//ram:TypeCode", never={"CII-DT-008": "@name", "CII-DT-009": "@listURI"}),
    Place(
        f"//ram:*[{_ends('Amount')}][not(self::ram:TaxTotalAmount)]",
        never={"CII-DT-031": "@currencyID", "CII-DT-032": "@currencyCodeListVersionID"},
    ),
    Place(
        f"//ram:*[{_ends('Quantity')}]",
        never={
            "CII-DT-034": "@unitCodeListID",
            "CII-DT-035": "@unitCodeListAgencyID",
            "CII-DT-036": "@unitCodeListAgencyName",
        },
        holds={"CII-DT-033": f"not(@unitCode) or {_BILLED}/@unitCode"},
    ),
    Place(f"//ram:*[{_ends('TradeTax')}]", holds={"CII-DT-037": "not(ram:TypeCode) or ram:TypeCode='VAT'"}),
    Place("//ram:BillingSpecifiedPeriod", never={f"CII-DT-{n:03}": f"ram:{one}" for n, one in enumerate(_PERIOD, 68)}),
    Place("//ram:PostalTradeAddress", never={f"CII-DT-{n:03}": f"ram:{one}" for n, one in _ADDRESS.items()}),
    Place(
        "//udt:DateTimeString[@format='102']",
        holds={
            "CII-DT-097": f"translate({_TEXT}, '0123456789', '')='' and string-length({_TEXT})=8"
            f" and number(substring({_TEXT}, 5, 2)) >= 1 and number(substring({_TEXT}, 5, 2)) <= 12"
            f" and number(substring({_TEXT}, 7, 2)) >= 1 and number(substring({_TEXT}, 7, 2)) <= 31"
        },
    ),
)
CII_PLACES: Final = (_ROOT, *_HEAD, *_LINES, *_KINDS, _REFERENCED)
"""Each rule is named after the one that it stands for in the rules on the binding of EN 16931-3-3."""
