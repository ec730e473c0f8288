"""Rules of the VAT categories (BR-S, BR-Z, BR-E, BR-AE, BR-IC, BR-G, BR-O, BR-AF, BR-AG, BR-B)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from alihdaya.engagement.einvoice.received import Group, Received
from alihdaya.engagement.einvoice.rules.finding import Finding, at, cents, is_ubl
from alihdaya.engagement.einvoice.rules.sums import near, total_of

FAMILIES: Final = {"S": "S", "Z": "Z", "E": "E", "AE": "AE", "IC": "K", "G": "G", "O": "O", "AF": "L", "AG": "M"}
"""The letters in the rules' names, and the category that they are about (UNTDID 5305)."""
_TAXED: Final = frozenset("SLM")
_UNREASONED: Final = _TAXED | {"Z"}


@dataclass(frozen=True, slots=True)
class _Use:
    """Where a document uses a category: tax groups of lines, allowances, charges and of the breakdown."""

    document: Received
    family: str
    code: str

    def rule(self, number: int) -> str:
        return f"BR-{self.family}-{number:02}"

    def lines(self, term: str = "vat") -> list[Group]:
        return [tax for line in self.document.root.below("BG-25") for tax in line.below("BG-30") if self._is(tax, term)]

    def adjusted(self, *names: str) -> list[Group]:
        return [tax for tax in _taxes_of(self.document.root, *names) if self._is(tax, "vat")]

    def breakdown(self, term: str = "vat") -> list[tuple[Group, Group]]:
        parts = self.document.root.below("BG-23")
        return [(part, tax) for part in parts for tax in part.below("tax") if self._is(tax, term)]

    def _is(self, tax: Group, term: str) -> bool:
        return (tax.text(term) or "").strip() == self.code


def taxed(document: Received) -> Iterator[Finding]:
    """Find broken rules of every VAT category."""
    for family, code in FAMILIES.items():
        use = _Use(document, family, code)
        yield from _broken_down(use)
        yield from _registered(use)
        yield from _rated(use)
        yield from _subtotals(use)
    yield from _delivered(document)
    yield from _alone(document)
    yield from _split(document)


def _broken_down(use: _Use) -> Iterator[Finding]:
    """Find categories that are used and not broken down, or the other way round (-01)."""
    term = "code" if use.code == "S" or not is_ubl(use.document) else "vat"
    lines = len(use.lines(term))
    adjusted = sum(value.text.strip() == use.code for value in use.document.root.all(f"adjusted-{term}"))
    parts = len(use.breakdown(term))
    if use.code in _TAXED and is_ubl(use.document):
        right = bool(lines + adjusted) == bool(parts)
    elif use.code in _TAXED:
        right = all(not some or some + parts >= 2 for some in (lines, adjusted))
    elif is_ubl(use.document):
        right = parts == 1 if lines + adjusted + parts else True
    elif use.code == "O":
        right = not parts or (parts == 1 and bool(lines + adjusted))
    else:
        right = bool(lines + adjusted) == bool(parts) and parts < 2
    if not right:
        yield at(use.rule(1), use.document.root)


def _registered(use: _Use) -> Iterator[Finding]:
    """Seller and buyer carry the registrations that the category asks for (-02 to -04)."""
    root = use.document.root
    right = _registrations(root, use.code)
    used = {2: bool(use.lines()), 3: bool(use.adjusted("BG-20", "BG-27")), 4: bool(use.adjusted("BG-21", "BG-28"))}
    if use.code == "L" and is_ubl(use.document):  # the official BR-AF-04 alone counts the white space around a code
        used[4] = any(tax.text("vat") == "L" for tax in use.adjusted("BG-21", "BG-28"))
    for number, is_used in used.items():
        if is_used and not right:
            yield at(use.rule(number), root)
    if use.code == "S" and is_ubl(use.document) and use.lines("code") and not use.lines():
        yield at(use.rule(2), root)


def _registrations(root: Group, code: str) -> bool:
    seller, buyer, agent = (root.below(name) for name in ("BG-4", "BG-7", "BG-11"))
    vat = _have(seller, "vat") or _have(agent, "vat")
    if code == "O":
        return not vat and not _have(buyer, "vat")
    if code == "G":
        return vat
    if code == "K":
        return vat and _have(buyer, "vat")
    if code == "AE" and not (_have(buyer, "vat") or _have(buyer, "legal")):
        return False
    return _have(seller, "tax") or _have(agent, "vat")


def _have(parties: Iterable[Group], term: str) -> bool:
    return any(party.has(term) for party in parties)


def _rated(use: _Use) -> Iterator[Finding]:
    """Find rates that do not fit to the category (-05 to -07)."""
    places = ((5, use.lines()), (6, use.adjusted("BG-20", "BG-27")), (7, use.adjusted("BG-21", "BG-28")))
    for number, taxes in places:
        yield from (at(use.rule(number), tax) for tax in taxes if not _rate_fits(use, tax))


def _rate_fits(use: _Use, tax: Group) -> bool:
    rate = tax.number("rate")
    if use.code == "O":
        return not tax.has("rate")
    if rate is None:
        return False
    if use.code == "M" or (use.code == "L" and is_ubl(use.document)):
        return rate >= 0
    return rate > 0 if use.code in _TAXED else rate == 0


def _subtotals(use: _Use) -> Iterator[Finding]:
    """Hold each subtotal against what it is about, its tax against both, and ask for its reason (-08 to -10)."""
    term = "code" if use.code in "SZ" and not is_ubl(use.document) else "vat"
    for part, tax in use.breakdown(term):
        if not _taxable_fits(use, part, tax):
            yield at(use.rule(8), part)
        if not _tax_fits(use, part, tax):
            yield at(use.rule(9), part)
        reasoned = tax.has("reason") or tax.has("reason-code")
        if reasoned == (use.code in _UNREASONED):
            yield at(use.rule(10), part)


def _tax_fits(use: _Use, part: Group, tax: Group) -> bool:
    if use.code in {"L", "M"} and not is_ubl(use.document):
        return True
    if use.code in _TAXED:
        return near(part.number("BT-117"), part.number("BT-116"), tax.number("rate"))
    return part.number("BT-117") == 0


def _taxable_fits(use: _Use, part: Group, tax: Group) -> bool:
    base, ubl = part.number("BT-116"), is_ubl(use.document)
    if use.code in _TAXED:
        if not tax.has("rate") or (use.code != "S" and not ubl):
            return True
        sums = _sums(use, tax.number("rate"))
        if ubl:
            there = bool(sums) if use.code == "S" else bool(use.document.root.below("BG-25"))
            return there and base is not None and abs(base - total_of(sums)) < 1
        return base == _by_place(use, tax.number("rate"))
    if ubl:
        return bool(use.document.root.below("BG-25")) and base == total_of(_sums(use, None))
    if use.code == "O":
        return base == _by_place(use, None)
    return base is not None and abs(base - _by_place(use, None)) < 1


def _by_place(use: _Use, rate: Decimal | None) -> Decimal:
    """Sum lines, charges and allowances, each rounded to cents, as the rules for CII do."""
    return sum((cents(total_of(_at_place(use, name, rate))) for name in ("BG-25", "BG-21", "BG-20")), Decimal(0))


def _sums(use: _Use, rate: Decimal | None) -> list[Decimal | None]:
    return [amount for name in ("BG-25", "BG-21", "BG-20") for amount in _at_place(use, name, rate)]


def _at_place(use: _Use, name: str, rate: Decimal | None) -> Iterator[Decimal | None]:
    below, term = ("BG-30", "BT-131") if name == "BG-25" else ("tax", "amount")
    for one in use.document.root.below(name):
        taxes = [tax for tax in one.below(below) if (tax.text("code") or "").strip() == use.code]
        if taxes and (rate is None or any(tax.number("rate") == rate for tax in one.below(below))):
            amount = one.number(term)
            yield -amount if amount is not None and name == "BG-20" else amount


def _delivered(document: Received) -> Iterator[Finding]:
    """Ask an intra-community supply when and whereto it went (BR-IC-11, BR-IC-12)."""
    root = document.root
    if not _Use(document, "IC", "K").breakdown():
        return
    if not (len(root.text("BT-72") or "") > 1 or root.has("period-content")):
        yield at("BR-IC-11", root)
    countries = [address.text("country") for address in root.below("BG-15")]
    if not any(country is not None and (len(country) > 1 or not is_ubl(document)) for country in countries):
        yield at("BR-IC-12", root)


def _alone(document: Received) -> Iterator[Finding]:
    """Find what stands beside things outside of the scope of VAT (BR-O-11 to BR-O-14)."""
    root, ubl = document.root, is_ubl(document)
    if not _Use(document, "O", "O").breakdown():
        return
    parts = [tax for part in root.below("BG-23") for tax in part.below("tax")]
    lines = [tax for line in root.below("BG-25") for tax in line.below("BG-30")]
    less = _taxes_of(root, "BG-20", "BG-27")
    more = _taxes_of(root, "BG-21", "BG-28")
    places = {11: parts, 12: lines, 13: less, 14: more}
    if not ubl:
        places = {11: parts + lines, 12: parts + lines, 13: less + more, 14: less + more}
    term = "vat" if ubl else "code"
    for number, taxes in places.items():
        if any(tax.has(term) and (tax.text(term) or "").strip() != "O" for tax in taxes):
            yield at(f"BR-O-{number}", root)


def _taxes_of(root: Group, *names: str) -> list[Group]:
    return [tax for one in root.everywhere() if one.name in names for tax in one.below("tax")]


def _split(document: Received) -> Iterator[Finding]:
    """Split payment (category B) is for domestic Italian invoices, and not beside the standard rate (BR-B)."""
    root = document.root
    codes = {tax.text("code") for tax in root.everywhere() if tax.name in {"tax", "BG-30"}}
    if "B" not in codes:
        return
    if any(value.text != "IT" for value in root.all("country")):
        yield at("BR-B-01", root)
    if "S" in codes:
        yield at("BR-B-02", root)
