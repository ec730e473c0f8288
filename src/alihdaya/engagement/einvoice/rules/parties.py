"""Seller, buyer, payee and representative; addresses, schemes, periods and payment."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from alihdaya.engagement.einvoice.codes import code_lists
from alihdaya.engagement.einvoice.received import Group, Received
from alihdaya.engagement.einvoice.rules.finding import Finding, at, is_ubl

_TRANSFERS: Final = frozenset({"30", "58"})
_CARD_DIGITS: Final = 10
_PARTIES: Final = (("BG-4", "BG-5", "BR-06", "BR-08", "BR-09"), ("BG-7", "BG-8", "BR-07", "BR-10", "BR-11"))


def identified(document: Received) -> Iterator[Finding]:
    """Find broken rules on who invoices whom, when, and how it is paid."""
    for part in (_parties, _schemes, _representative, _payee, _periods, _payment, _vat_numbers):
        yield from part(document)


def _parties(document: Received) -> Iterator[Finding]:
    root = document.root
    for group, below, named, addressed, placed in _PARTIES:
        parties = root.below(group)
        addresses = [address for party in parties for address in party.below(below)]
        if not any(party.filled("name") for party in parties[:1]):
            yield at(named, root)
        if not addresses:
            yield at(addressed, root)
        if not addresses and not is_ubl(document):
            yield at(placed, root)
        yield from (at(placed, address) for address in addresses if not address.filled("country"))
    for seller in root.below("BG-4"):
        if not (seller.has("vat") or seller.has("identifier") or seller.has("legal")):
            yield at("BR-CO-26", seller)


def _schemes(document: Received) -> Iterator[Finding]:
    root, ubl = document.root, is_ubl(document)
    for rule, group in (("BR-62", "BG-4"), ("BR-63", "BG-7")):
        for party in root.below(group):
            needed = party.has("electronic") or party.has("electronic-place")
            if needed and not _has_scheme(party, "electronic", "schemeID", ubl=ubl):
                yield at(rule, party)
    for line in root.below("BG-25"):
        for term, key, rule in (("BT-157", "schemeID", "BR-64"), ("BT-158", "listID", "BR-65")):
            if line.has(term) and not _has_scheme(line, term, key, ubl=ubl):
                yield at(rule, line)


def _has_scheme(group: Group, term: str, key: str, *, ubl: bool) -> bool:
    """In UBL every value must carry the attribute, in CII one must say something."""
    values = group.all(term)
    if ubl:
        return all(key in value.attributes for value in values)
    return any(value.attributes.get(key, "").strip() for value in values)


def _representative(document: Received) -> Iterator[Finding]:
    for one in document.root.below("BG-11"):
        addresses = one.below("BG-12")
        if not addresses:
            yield at("BR-19", one)
        if not addresses and not is_ubl(document):
            yield at("BR-20", one)
        yield from (at("BR-20", address) for address in addresses if not address.filled("country"))


def _payee(document: Received) -> Iterator[Finding]:
    root = document.root
    for payee in root.below("BG-10"):
        sellers = root.below("BG-4")
        same = any(_shared(payee, "name", seller, "trading-name") for seller in sellers)
        same = same or any(
            _shared(payee, term, seller, term) for seller in sellers for term in ("identifiers", "legal")
        )
        if not payee.has("name") or same:
            yield at("BR-17", payee)


def _shared(one: Group, term: str, other: Group, name: str) -> bool:
    return bool({value.text for value in one.all(term)} & {value.text for value in other.all(name)})


def _periods(document: Received) -> Iterator[Finding]:
    ubl = is_ubl(document)
    for period in document.root.below("BG-14"):
        if not (period.has("start") or period.has("end") or period.has("point")):
            yield at("BR-CO-19", period)
        if not _in_order(period, ubl=ubl):
            yield at("BR-29", period)
    for line in document.root.below("BG-25"):
        yield from (at("BR-30", period) for period in line.below("BG-26") if not _in_order(period, ubl=ubl))


def _in_order(period: Group, *, ubl: bool) -> bool:
    if not (period.has("start") and period.has("end")):
        return True
    if not ubl:
        start, end = period.text("start-day"), period.text("end-day")
        return start is not None and end is not None and end >= start
    first, last = (_day(period.text(term)) for term in ("start", "end"))
    return first is not None and last is not None and last >= first


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "").strip()[:10])
    except ValueError:
        return None


def _payment(document: Received) -> Iterator[Finding]:
    for means in document.root.below("BG-16"):
        code = (means.text("BT-81") or "").strip()
        accounts = means.below("BG-17")
        if code in _TRANSFERS:
            yield from (at("BR-50", one) for one in accounts if not any(each.text.strip() for each in one.all("BT-84")))
            if is_ubl(document):
                accounts = accounts or (means,)
            yield from (at("BR-61", one) for one in accounts if not one.has("BT-84"))
        for card in means.all("BT-87"):
            if len(" ".join(card.text.split())) > _CARD_DIGITS:
                yield Finding("BR-51", card.element, card.line, warning=is_ubl(document))


def _vat_numbers(document: Received) -> Iterator[Finding]:
    prefixes = code_lists()["iso-3166"] | {"EL"}
    for value in document.root.all("vat-numbers"):
        if value.text[:2] not in prefixes:
            yield at("BR-CO-09", value)
