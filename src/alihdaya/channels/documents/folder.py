"""All deliverables of a month in a folder: documents as HTML and PDF, the bank's files, the journal."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from alihdaya.channels.documents.gather import Delivered, by_currency
from alihdaya.channels.documents.journal import journal
from alihdaya.channels.documents.page import page_of
from alihdaya.channels.documents.paper import paper_of
from alihdaya.channels.documents.payment import Transfer, payment_file, transfers
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
    that item.
    """
    written = Written()
    for (engagement, month), some in sorted(_by_month(items).items()):
        place = folder / month
        place.mkdir(parents=True, exist_ok=True)
        sound = _documents(some, place, issuers.get(engagement, engagement), written)
        _payments(sound, place, f"{engagement}-{month}", written)
        _put(place / "journal.csv", journal(sound, written.problems), written)
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
    """Write a document of each item; gives the items of which one could be made, or that have none."""
    taken: set[str] = set()
    sound = []
    for one in items:
        document = one.deliverables.document
        if document is not None:
            try:
                sheet = sheet_of(one, document, issuer)
            except Refused as refusal:
                written.problems += refusal.problems
                continue
            name = safe_name(sheet.name)
            name = name if name.lower() not in taken else f"{name}-{one.item}"
            taken.add(name.lower())
            _put(place / document.kind / f"{name}.html", page_of(sheet).encode(), written)
            _put(place / document.kind / f"{name}.pdf", paper_of(sheet), written)
            written.documents += 1
        sound.append(one)
    return sound


def _payments(items: list[Delivered], place: Path, message: str, written: Written) -> None:
    for currency, some in by_currency(items):
        payment = next((one.deliverables.payment for one in some if one.deliverables.payment), None)
        paid = transfers(some, written.problems)
        if payment is None or not paid:
            continue
        account = next((one for one in payment.accounts if one.currency == currency), None)
        if account is None:
            written.problems.append(Problem("no-account", f"no account pays {currency}: {len(paid)} payments are left"))
            continue
        last = max(one.at for one in some)
        data = payment_file(f"{message}-{currency}", account, paid, last, payment.purpose)
        _put(place / f"payments-{currency}.xml", data, written)
        written.payments[currency] = _total(written.payments.get(currency), paid)


def _total(before: tuple[int, str] | None, paid: list[Transfer]) -> tuple[int, str]:
    """Count payments and add them up, with those of earlier months."""
    from decimal import Decimal

    count, sum_ = before or (0, "0")
    return count + len(paid), str(sum((one.money.amount for one in paid), Decimal(sum_)))
