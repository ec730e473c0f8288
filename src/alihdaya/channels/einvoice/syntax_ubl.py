"""What UBL 2.1 documents must keep to (UBL-SR, UBL-DT and two of UBL-CR)."""

from typing import Final

from alihdaya.channels.einvoice.syntax import Place

_UPPER: Final = "translate({}, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')"
_VAT: Final = f"[cac:TaxScheme[{_UPPER.format('cbc:ID')}='VAT']]"
_OTHER: Final = f"[cac:TaxScheme[{_UPPER.format('cbc:ID')}!='VAT']]"
_SEPA: Final = f"{_UPPER.format('@schemeID')}='SEPA'"
_SELLER: Final = "cac:AccountingSupplierParty/cac:Party"
_BUYER: Final = "cac:AccountingCustomerParty/cac:Party"
_OBJECT: Final = "//cac:AdditionalDocumentReference[cbc:DocumentTypeCode='130']"
_OTHER_NAME: Final = (
    "cac:PartyName/cbc:Name != ../cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName"
)


def _ends(name: str) -> str:
    return f"substring(name(), string-length(name()) - {len(name) - 1}) = '{name}'"


_ROOT: Final = Place(
    ".",
    once={
        "UBL-SR-01": "cac:ContractDocumentReference/cbc:ID",
        "UBL-SR-02": "cac:ReceiptDocumentReference/cbc:ID",
        "UBL-SR-03": "cac:DespatchDocumentReference/cbc:ID",
        "UBL-SR-04": "cac:AdditionalDocumentReference[cbc:DocumentTypeCode='130']/cbc:ID",
        "UBL-SR-05": "cac:PaymentTerms/cbc:Note",
        "UBL-SR-08": "cac:InvoicePeriod",
        "UBL-SR-09": f"{_SELLER}/cac:PartyLegalEntity/cbc:RegistrationName",
        "UBL-SR-10": f"{_SELLER}/cac:PartyName/cbc:Name",
        "UBL-SR-11": f"{_SELLER}/cac:PartyLegalEntity/cbc:CompanyID",
        "UBL-SR-12": f"{_SELLER}/cac:PartyTaxScheme{_VAT}/cbc:CompanyID",
        "UBL-SR-13": f"{_SELLER}/cac:PartyTaxScheme{_OTHER}/cbc:CompanyID",
        "UBL-SR-14": f"{_SELLER}/cac:PartyLegalEntity/cbc:CompanyLegalForm",
        "UBL-SR-15": f"{_BUYER}/cac:PartyLegalEntity/cbc:RegistrationName",
        "UBL-SR-16": f"{_BUYER}/cac:PartyIdentification/cbc:ID",
        "UBL-SR-17": f"{_BUYER}/cac:PartyLegalEntity/cbc:CompanyID",
        "UBL-SR-18": f"{_BUYER}/cac:PartyTaxScheme{_VAT}/cbc:CompanyID",
        "UBL-SR-24": "cac:Delivery",
        "UBL-SR-29": f"//cac:PartyIdentification/cbc:ID[{_SEPA}]",
        "UBL-SR-39": "cac:ProjectReference/cbc:ID",
        "UBL-SR-40": f"{_BUYER}/cac:PartyName/cbc:Name",
        "UBL-SR-45": "cac:PaymentMeans/cbc:PaymentDueDate",
        "UBL-SR-46": "cac:PaymentMeans/cbc:PaymentMeansCode/@name",
        "UBL-SR-49": "cac:InvoicePeriod/cbc:DescriptionCode",
        "UBL-SR-54": "cac:PaymentMeans/cac:CardAccount",
        "UBL-SR-55": "cac:PaymentMeans/cac:PaymentMandate",
        "UBL-SR-56": "cac:OriginatorDocumentReference/cbc:ID",
    },
    alike={"UBL-SR-44": "//cbc:PaymentID", "UBL-SR-47": "//cbc:PaymentMeansCode"},
    never={"UBL-CR-666": f"{_OBJECT}/cac:Attachment", "UBL-CR-673": f"{_OBJECT}/cbc:DocumentDescription"},
)
_LINE: Final = Place(
    "//cac:InvoiceLine | //cac:CreditNoteLine",
    once={
        "UBL-SR-34": "cbc:Note",
        "UBL-SR-35": "cac:OrderLineReference/cbc:LineID",
        "UBL-SR-36": "cac:InvoicePeriod",
        "UBL-SR-37": "cac:Price/cac:AllowanceCharge/cbc:Amount",
        "UBL-SR-50": "cac:Item/cbc:Description",
        "UBL-SR-52": "cac:DocumentReference",
    },
    holds={"UBL-SR-48": "count(cac:Item/cac:ClassifiedTaxCategory) = 1"},
)
_PAYEE: Final = Place(
    "//cac:PayeeParty",
    holds={
        "UBL-SR-19": f"count(cac:PartyName/cbc:Name) < 2 and {_OTHER_NAME}",
        "UBL-SR-20": f"count(cac:PartyIdentification/cbc:ID[@schemeID and not({_SEPA})]) < 2 and {_OTHER_NAME}",
        "UBL-SR-21": f"count(cac:PartyLegalEntity/cbc:CompanyID) < 2 and {_OTHER_NAME}",
    },
)
UBL_PLACES: Final = (
    _ROOT,
    _LINE,
    _PAYEE,
    Place("//cac:PostalAddress | //cac:Address", once={"UBL-SR-51": "cac:AddressLine"}),
    Place("//cac:AccountingSupplierParty/cac:Party", holds={"UBL-SR-42": "count(cac:PartyTaxScheme) < 3"}),
    Place(
        "//cac:AdditionalDocumentReference",
        once={"UBL-SR-33": "cbc:DocumentDescription"},
        holds={
            "UBL-SR-43": "cbc:DocumentTypeCode='130' or (local-name(/*)='CreditNote' and cbc:DocumentTypeCode='50')"
            " or not(cbc:ID/@schemeID or cbc:DocumentTypeCode)"
        },
    ),
    Place(
        f"//*[{_ends('Amount')} and not({_ends('PriceAmount')}) and not(ancestor::cac:Price/cac:AllowanceCharge)]",
        holds={"UBL-DT-01": "string-length(substring-after(., '.')) < 3"},
    ),
    Place(f"//*[{_ends('BinaryObject')}]", holds={"UBL-DT-06": "@mimeCode", "UBL-DT-07": "@filename"}),
    Place("//cac:Delivery", once={"UBL-SR-25": "cac:DeliveryParty/cac:PartyName/cbc:Name"}),
    Place("//cac:AllowanceCharge[cbc:ChargeIndicator='false']", once={"UBL-SR-30": "cbc:AllowanceChargeReason"}),
    Place("//cac:AllowanceCharge[cbc:ChargeIndicator='true']", once={"UBL-SR-31": "cbc:AllowanceChargeReason"}),
    Place("//cac:PartyTaxScheme", holds={"UBL-SR-53": "cac:TaxScheme/cbc:ID and cbc:CompanyID"}),
    Place(
        "//cac:PaymentMeans",
        once={
            "UBL-SR-26": "cbc:PaymentID",
            "UBL-SR-27": "cbc:PaymentMeansCode",
            "UBL-SR-28": "cac:PaymentMandate/cbc:ID",
        },
    ),
    Place(
        "//cac:BillingReference",
        once={"UBL-SR-06": "cac:InvoiceDocumentReference"},
        holds={"UBL-SR-07": "cac:InvoiceDocumentReference/cbc:ID"},
    ),
    Place(
        "//cac:TaxRepresentativeParty",
        once={"UBL-SR-22": "cac:PartyName/cbc:Name", "UBL-SR-23": "cac:PartyTaxScheme/cbc:CompanyID"},
    ),
    Place("//cac:TaxSubtotal", once={"UBL-SR-32": "cac:TaxCategory/cbc:TaxExemptionReason"}),
)
"""Each rule is named after the one that it stands for in the rules on the binding of EN 16931-3-2."""
