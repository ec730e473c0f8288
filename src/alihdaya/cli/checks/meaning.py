"""What a broken rule of EN 16931 means, in a sentence that the reader's language has."""

from typing import Final

from alihdaya.cli.settings import mark, say

_MISSING: Final = {
    "01": "BT-24", "02": "BT-1", "03": "BT-2", "04": "BT-3", "05": "BT-5", "06": "BT-27", "07": "BT-44", "08": "BG-5",
    "09": "BT-40", "10": "BG-8", "11": "BT-55", "12": "BT-106", "13": "BT-109", "14": "BT-112", "15": "BT-115",
    "16": "BG-25", "18": "BT-62", "19": "BG-12", "20": "BT-69", "21": "BT-126", "22": "BT-129", "23": "BT-130",
    "24": "BT-131", "25": "BT-153", "26": "BT-146", "31": "BT-92", "32": "BT-95", "33": "BT-97", "36": "BT-99",
    "37": "BT-102", "38": "BT-104", "41": "BT-136", "42": "BT-139", "43": "BT-141", "44": "BT-144", "45": "BT-116",
    "46": "BT-117", "47": "BT-118", "48": "BT-119", "49": "BT-81", "50": "BT-84", "52": "BT-122", "53": "BT-111",
    "54": "BG-32", "55": "BT-25", "56": "BT-63", "57": "BT-80", "61": "BT-84", "62": "BT-34", "63": "BT-49",
    "64": "BT-157", "65": "BT-158", "CO-04": "BT-151", "CO-18": "BG-23", "CO-21": "BT-97", "CO-22": "BT-104",
    "CO-23": "BT-139", "CO-24": "BT-144",
}  # fmt: skip
"""Rule without BR- -> the term or group that is missing, or lacks its scheme or unit."""
_SAID: Final = {
    "17": mark("the payee (BG-10) has no name, or is the seller"),
    "27": mark("a net price (BT-146) is negative or missing"),
    "28": mark("a gross price (BT-148) is negative"),
    "29": mark("a period ends before it begins"),
    "30": mark("a period ends before it begins"),
    "51": mark("a card number (BT-87) shows more than its first 6 and last 4 digits"),
    "CO-03": mark("a tax point has both a date (BT-7) and a code (BT-8)"),
    "CO-09": mark("a VAT number does not begin with the code of a country"),
    "CO-17": mark("a tax is not the taxable amount times the rate"),
    "CO-19": mark("a period has neither begin nor end"),
    "CO-20": mark("a period has neither begin nor end"),
    "CO-26": mark("the seller has no identifier, registration or VAT number"),
    "IC-11": mark("an intra-community supply must say when and where it was delivered"),
    "IC-12": mark("an intra-community supply must say when and where it was delivered"),
    "B-01": mark("split payment is only for invoices within Italy, without the standard rate"),
    "B-02": mark("split payment is only for invoices within Italy, without the standard rate"),
}
_UNREADABLE: Final = {
    "not-a-number": mark("this is not a number"),
    "not-once": mark("this stands more than once"),
    "not-yes-or-no": mark("this is neither true nor false"),
}
_VAT: Final = {
    1: mark("a VAT category is used and not broken down once, or the other way round"),
    2: mark("the VAT category does not fit to the VAT numbers of seller and buyer"),
    5: mark("the rate does not fit to the VAT category"),
    8: mark("the taxable amount of a VAT category is not what its lines, charges and allowances come to"),
    9: mark("the tax of a VAT category is not the taxable amount times the rate"),
    10: mark("a VAT category without tax needs a reason (BT-120, BT-121), and one with tax has none"),
    11: mark("what is outside of the scope of VAT stands alone on an invoice"),
}
_KINDS: Final = {
    "DEC": mark("an amount has more than two decimals"),
    "CL": mark("a code is not of the list of its term"),
    "CO": mark("a total is not what its parts come to"),
}


def meaning(rule: str) -> str:
    """Say what it means that a rule, such as BR-CO-15, is broken."""
    if rule in _UNREADABLE:
        return say(_UNREADABLE[rule])
    if not rule.startswith("BR-"):
        return say("the syntax does not allow this element or attribute here, not so many of it, or not without it")
    short = rule.removeprefix("BR-")
    if short in _MISSING:
        return say("{term} is missing").format(term=_MISSING[short])
    if short in _SAID:
        return say(_SAID[short])
    kind, _, number = short.partition("-")
    if kind in _KINDS:
        return say(_KINDS[kind])
    first = max(one for one in _VAT if one <= int(number))
    return say(_VAT[first])
