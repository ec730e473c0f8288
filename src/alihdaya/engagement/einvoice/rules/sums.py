"""Totals that must follow from their parts (BR-CO-10 to BR-CO-18, BR-53)."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from alihdaya.engagement.einvoice.received import Group, Received, Value, number
from alihdaya.engagement.einvoice.rules.finding import Finding, at, cents, is_ubl, whole
from alihdaya.engagement.einvoice.rules.required import has_own_rules


def added(document: Received) -> Iterator[Finding]:
    """Find totals that are not what their parts come to."""
    for total in document.root.below("BG-22"):
        yield from _document_totals(document.root, total)
    for part in (_vat_totals, _with_vat, _accounted, _tax_points, _products, _totals_decimals):
        yield from part(document)


def total_of(values: Iterable[Decimal | None]) -> Decimal:
    """Sum what can be read."""
    return sum((value for value in values if value is not None), Decimal(0))


def _document_totals(root: Group, total: Group) -> Iterator[Finding]:
    lines = total_of(number(value.text) for value in root.all("line-amounts"))
    if total.number("BT-106") != cents(lines):
        yield at("BR-CO-10", total)
    for rule, term, name in (("BR-CO-11", "BT-107", "BG-20"), ("BR-CO-12", "BT-108", "BG-21")):
        parts = root.below(name)
        told = total.number(term)
        nothing = not total.has(term) and not parts
        if not nothing and (told is None or told != cents(total_of(part.number("amount") for part in parts))):
            yield at(rule, total)
    base, less, more = (total.number(term) for term in ("BT-106", "BT-107", "BT-108"))
    if base is None or total.number("BT-109") != cents(base - (less or 0) + (more or 0)):
        yield at("BR-CO-13", total)
    if not _due(total):
        yield at("BR-CO-16", total)


def _due(total: Group) -> bool:
    due, all_in = total.number("BT-115"), total.number("BT-112")
    if due is None or all_in is None:
        return False
    return cents(due - (total.number("BT-114") or 0)) == cents(all_in - (total.number("BT-113") or 0))


def _vat_totals(document: Received) -> Iterator[Finding]:
    root = document.root
    for total in root.below("total-tax"):
        if total.has("subtotals"):
            parts = cents(total_of(number(value.text) for value in total.all("parts")))
            if total.number("BT-110") != parts:
                yield at("BR-CO-14", total)
    if not is_ubl(document):
        parts = cents(total_of(part.number("BT-117") for part in root.below("BG-23")))
        for value in _in_currency(root, root.text("BT-5")):
            if number(value.text) != parts:
                yield at("BR-CO-14", value)


def _in_currency(root: Group, currency: str | None, term: str = "tax-amounts") -> list[Value]:
    return [value for value in root.all(term) if value.attributes.get("currencyID") == currency]


def _with_vat(document: Received) -> Iterator[Finding]:
    """Hold the total with VAT against that without and the one VAT total in the invoice's currency (BR-CO-15)."""
    root = document.root
    for currency in root.all("BT-5"):
        taxes = _in_currency(root, currency.text, "tax-totals")
        total = root.below("BG-22")[:1]
        without, with_vat = (total[0].number(term) if total else None for term in ("BT-109", "BT-112"))
        right = False
        if without is not None and with_vat is not None:
            tax = number(taxes[0].text) if len(taxes) == 1 else None
            right = tax is not None and with_vat == cents(without + tax)
            right = right or (not is_ubl(document) and with_vat == without)
        if not right:
            yield at("BR-CO-15", total[0] if total else root)


def _accounted(document: Received) -> Iterator[Finding]:
    root = document.root
    places = (root,) if is_ubl(document) else root.below("BG-22")
    for currency in root.all("BT-6"):
        same = not is_ubl(document) and currency.text == root.text("BT-5")
        if same or not _in_currency(root, currency.text):
            yield from (at("BR-53", place) for place in places)


def _tax_points(document: Received) -> Iterator[Finding]:
    root, ubl = document.root, is_ubl(document)
    if not root.below("BG-23") and (ubl or root.below("BG-25")):
        yield at("BR-CO-18", root)
    counted = ubl or any(not has_own_rules(one) for one in root.below("BG-23"))
    if root.has("BT-7") and root.has("BT-8") and counted:
        yield at("BR-CO-03", root)


def _products(document: Received) -> Iterator[Finding]:
    """Tax is taxable amount x rate; the official check lets it differ by less than one unit of the currency."""
    ubl = is_ubl(document)
    for part in document.root.below("BG-23"):
        if not ubl and has_own_rules(part):
            continue
        rates = [tax.number("vat-rate") for tax in part.below("tax") if tax.has("vat-rate")]
        tax, base = part.number("BT-117"), part.number("BT-116")
        if not rates or rates[0] is None or whole(rates[0]) == 0:
            right = tax is not None and whole(tax) == 0
        else:
            right = near(tax, base, rates[0], closed=not ubl)
        if not right:
            yield at("BR-CO-17", part)


def near(tax: Decimal | None, base: Decimal | None, rate: Decimal | None, *, closed: bool = False) -> bool:
    """Whether a tax differs from base x rate by less than 1, or by 1 too where `closed`."""
    if tax is None or base is None or rate is None:
        return False
    apart = abs(abs(tax) - cents(abs(base) * rate / 100))
    return apart < 1 or (closed and apart == 1)


def _totals_decimals(document: Received) -> Iterator[Finding]:
    """Decimals of the VAT total in the invoice's and in the accounting currency (BR-DEC-13, BR-DEC-15)."""
    if is_ubl(document):
        return
    root = document.root
    values = root.all("tax-amounts")
    for rule, term in (("BR-DEC-13", "BT-5"), ("BR-DEC-15", "BT-6")):
        currency = root.text(term)
        free = currency is None if term == "BT-6" else any(_currency(value) != currency for value in values)
        fits = any(_currency(value) == currency and _short(value) for value in values)
        if values and not free and not fits:
            yield at(rule, values[0])


def _currency(value: Value) -> str | None:
    return value.attributes.get("currencyID")


def _short(value: Value) -> bool:
    found = number(value.text)
    return found is not None and found == cents(found)
