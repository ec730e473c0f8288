"""All deliverables of a month in a folder: documents as HTML and PDF, the bank's files, the journal."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from alihdaya.channels.documents.gather import Delivered, by_currency, text, writable
from alihdaya.channels.documents.journal import journal, posted
from alihdaya.channels.documents.page import page_of
from alihdaya.channels.documents.paper import paper_of
from alihdaya.channels.documents.payment import Transfer, alone, payment_file, transfer_of
from alihdaya.channels.documents.sheet import sheet_of
from alihdaya.kernel.errors import Problem, Refused


@dataclass(slots=True)
class Written:
    """What was written: documents (each twice), payments and their sums by currency, files, and what could not be."""

    documents: int = 0
    payments: dict[str, tuple[int, str]] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def write_deliverables(items: list[Delivered], folder: Path, issuers: Mapping[str, str]) -> Written:
    """Write the deliverables of items under a folder, one folder a month. `issuers`: engagement -> the client's name.

    The same items give the same bytes. What cannot be made of one item is a problem in the result and stops only
    that item: it has then neither document nor payment nor lines in the journal, so that these always agree.
    """
    written = Written()
    for (engagement, month), some in sorted(_by_month(items).items()):
        place = folder / month
        place.mkdir(parents=True, exist_ok=True)
        sound = _documents(some, place, issuers.get(engagement, engagement), written)
        _payments(sound, place, f"{engagement}-{month}", written)
        _put(place / "journal.csv", journal(sound), written)
    return written


def safe_name(text: str) -> str:
    """Make a file's name out of any text: ASCII letters, digits, dots and dashes, at most 80, never hidden."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9.-]+", "-", plain).strip(".-")[:80] or "unnamed"


def _by_month(items: Iterable[Delivered]) -> dict[tuple[str, str], list[Delivered]]:
    parted: dict[tuple[str, str], list[Delivered]] = {}
    for one in items:
        parted.setdefault((one.engagement, f"{one.day:%Y-%m}"), []).append(one)
    return parted


def _put(path: Path, data: bytes, written: Written) -> None:
    if data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        written.files.append(path)


def _documents(items: list[Delivered], place: Path, issuer: str, written: Written) -> list[Delivered]:
    """Write the documents of the items of which everything can be made, and give these items."""
    taken: set[str] = set()
    sound = []
    for one in items:
        try:
            text(one.deliverables.currency, one, "the currency")
            transfer_of(one)
            posted(one)
            made = _set(one, issuer)
        except Refused as refusal:
            written.problems += refusal.problems
            continue
        if made is not None:
            name = made.name if made.name.lower() not in taken else f"{made.name}-{one.item}"
            taken.add(name.lower())
            _put(place / made.kind / f"{name}.html", made.page, written)
            _put(place / made.kind / f"{name}.pdf", made.paper, written)
            written.documents += 1
        sound.append(one)
    return sound


class _Made(NamedTuple):
    kind: str
    name: str
    page: bytes
    paper: bytes


def _set(one: Delivered, issuer: str) -> _Made | None:
    """Set the document of an item, if its pack has one. Raises Refused, naming the item, where that cannot be done."""
    document = one.deliverables.document
    if document is None:
        return None
    sheet = sheet_of(one, document, writable(issuer, one, "the client's name"))
    return _Made(document.kind, safe_name(sheet.name), page_of(sheet).encode(), paper_of(sheet))


def _payments(items: list[Delivered], place: Path, message: str, written: Written) -> None:
    for currency, some in by_currency(items):
        found = (transfer_of(one) for one in some)
        paid = alone([transfer for transfer in found if transfer is not None])
        if not paid:
            continue
        payment = next(one.deliverables.payment for one in some if one.deliverables.payment)
        account = next(one for one in payment.accounts if one.currency == currency)
        last = max(one.at for one in some)
        data = payment_file(f"{message}-{currency}", account, paid, last, payment.purpose)
        _put(place / f"payments-{currency}.xml", data, written)
        written.payments[currency] = _total(written.payments.get(currency), paid)


def _total(before: tuple[int, str] | None, paid: list[Transfer]) -> tuple[int, str]:
    """Count payments and add them up, with those of earlier months."""
    from decimal import Decimal

    count, sum_ = before or (0, "0")
    return count + len(paid), str(sum((one.money.amount for one in paid), Decimal(sum_)))
