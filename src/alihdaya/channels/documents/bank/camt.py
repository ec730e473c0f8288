"""ISO 20022 camt.053, bank to customer statements, of any version: by local names."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from alihdaya.channels.documents.bank.figures import amount, day, priced, refused, told
from alihdaya.engagement.account.payment import Booking
from alihdaya.notation.xml import local_name, parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

_BALANCES = {"OPBD": "opening", "PRCD": "opening", "CLBD": "closing"}


def read_camt(data: bytes, name: str) -> Iterator[Booking]:
    """Yield what was booked (status BOOK). Raises NotationError for what is no camt.053, with file and line."""
    root = parse_xml(data, name)
    statements = _all(root, "BkToCstmrStmt", "Stmt")
    if local_name(root) != "Document" or not statements:
        raise refused("not-camt", "no camt.053: no Document with BkToCstmrStmt/Stmt", name, root.sourceline)
    for statement in statements:
        account = _text(statement, "Acct", "Id", "IBAN") or _text(statement, "Acct", "Id", "Othr", "Id")
        entries = [one for one in _all(statement, "Ntry") if _status(one) == "BOOK"]
        _check(statement, entries, name)
        for entry in entries:
            yield from _bookings(entry, account, name)


def _status(entry: "_Element") -> str:
    return _text(entry, "Sts", "Cd") or _text(entry, "Sts")


def _check(statement: "_Element", entries: "list[_Element]", name: str) -> None:
    """Refuse a statement that has one opening and one closing balance, between which its entries do not lead."""
    found: dict[str, list[Decimal]] = {}
    for one in _all(statement, "Bal"):
        if (kind := _text(one, "Tp", "CdOrPrtry", "Cd")) in _BALANCES:
            found.setdefault(_BALANCES[kind], []).append(_sign(one, name) * _amount(one, name)[0])
    opening, closing = (set(found.get(key, ())) for key in ("opening", "closing"))
    if len(opening) != 1 or len(closing) != 1:
        return
    moved = sum((_sign(one, name) * _amount(one, name)[0] for one in entries), Decimal(0))
    if (before := opening.pop()) + moved != (after := closing.pop()):
        text = f"{before} and {moved} booked do not come to {after}"
        raise refused("balance", text, name, statement.sourceline)


def _bookings(entry: "_Element", account: str, name: str) -> Iterator[Booking]:
    """Give one booking, or one for each of its transactions where all have amounts that come to the entry's."""
    sign = _sign(entry, name)
    whole, currency = _amount(entry, name)
    days = _text(entry, "BookgDt", "Dt") or _text(entry, "BookgDt", "DtTm") or _text(entry, "ValDt", "Dt")
    when = day(days, name, entry.sourceline)
    reference = _text(entry, "AcctSvcrRef")  # NtryRef is of no use: many banks number each statement anew
    parts = _all(entry, "NtryDtls", "TxDtls")
    amounts = [_part_amount(part, name) for part in parts]
    if len(parts) > 1 and None not in amounts and sum(filter(None, amounts)) == whole:
        for number, (part, share) in enumerate(zip(parts, amounts, strict=True), 1):
            own = _text(part, "Refs", "AcctSvcrRef") or (f"{reference}#{number}" if reference else "")
            yield Booking(account, when, sign * (share or Decimal(0)), currency, _payer([part]), _said([part]), own)
        return
    said = told(_said(parts), _text(entry, "AddtlNtryInf"))
    yield Booking(account, when, sign * whole, currency, _payer(parts), said, told(reference))


def _sign(entry: "_Element", name: str) -> int:
    word = _text(entry, "CdtDbtInd")
    if word not in {"CRDT", "DBIT"}:
        raise refused("bad-entry", f"CdtDbtInd is {word[:20]!r}, not CRDT or DBIT", name, entry.sourceline)
    return 1 if word == "CRDT" else -1


def _amount(entry: "_Element", name: str) -> tuple[Decimal, str]:
    found = _all(entry, "Amt")
    if len(found) != 1:
        raise refused("bad-entry", "an entry needs one Amt", name, entry.sourceline)
    value = amount(found[0].text or "", name, found[0].sourceline)
    if value < 0:
        raise refused("bad-amount", "an amount is never negative: CdtDbtInd says which way", name, found[0].sourceline)
    return priced(value, told(found[0].get("Ccy", "")), name, found[0].sourceline)


def _part_amount(part: "_Element", name: str) -> Decimal | None:
    for path in (("Amt",), ("AmtDtls", "TxAmt", "Amt")):
        if found := _all(part, *path):
            return amount(found[0].text or "", name, found[0].sourceline)
    return None


def _payer(parts: "list[_Element]") -> str:
    names = [_text(part, "RltdPties", "Dbtr", "Nm") or _text(part, "RltdPties", "Dbtr", "Pty", "Nm") for part in parts]
    return told(*dict.fromkeys(names))


def _said(parts: "list[_Element]") -> str:
    texts = []
    for part in parts:
        texts += [one.text or "" for one in _all(part, "RmtInf", "Ustrd")]
        texts += [one.text or "" for one in _all(part, "RmtInf", "Strd", "CdtrRefInf", "Ref")]
        texts.append(_text(part, "Refs", "EndToEndId"))
    return told(*dict.fromkeys(texts))


def _all(element: "_Element", *path: str) -> "list[_Element]":
    level = [element]
    for name in path:
        level = [child for one in level for child in one if local_name(child) == name]
    return level


def _text(element: "_Element", *path: str) -> str:
    found = _all(element, *path)
    return (found[0].text or "").strip() if found else ""
