"""The journal for the client's ledger: double entry, summed up by day, currency and account, as CSV."""

import csv
from decimal import Decimal
from io import StringIO
from typing import NamedTuple

from alihdaya.channels.documents.gather import Delivered, amount, by_currency, text
from alihdaya.channels.documents.sheet import money
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.packs.deliverables import Posting

_HEAD = ("date", "currency", "account", "name", "name_id", "debit", "credit", "items")


class _Key(NamedTuple):
    day: str
    currency: str
    account: str


class _Sum(NamedTuple):
    names: tuple[str, str]
    debit: Decimal
    items: int


def posted(one: Delivered) -> list[tuple[Posting, Decimal]]:
    """Work out the lines of an item. Raises Refused where they do not balance, so that the file always does."""
    lines = [(posting, amount(posting.value, one, posting.account)) for posting in one.deliverables.postings]
    if off := sum((-value if posting.credit else value for posting, value in lines), Decimal(0)):
        currency = text(one.deliverables.currency, one, "the currency")
        raise Refused(Problem("unbalanced", f"item {one.item} is out of balance by {off} {currency}"))
    return lines


def journal(items: list[Delivered]) -> bytes:
    """Write the journal of items that belong together; b"" where no pack of theirs posts anything.

    It balances in every currency and on every day. A sum below nothing stands on the other side. Raises Refused for
    an item whose lines do not balance.
    """
    sums: dict[_Key, _Sum] = {}
    for currency, some in by_currency(items):
        for one in some:
            for posting, value in posted(one):
                key = _Key(one.day.isoformat(), currency, posting.account)
                names = (posting.name.get("en", ""), posting.name.get("id", ""))
                before = sums.get(key, _Sum(names, Decimal(0), 0))
                debit = before.debit - value if posting.credit else before.debit + value
                sums[key] = _Sum(names, debit, before.items + bool(value))
    return _written(sums)


def _written(sums: dict[_Key, _Sum]) -> bytes:
    if not sums:
        return b""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEAD)
    for key, total in sorted(sums.items()):
        if not total.debit:
            continue
        side = money(abs(total.debit), key.currency).replace(",", "")
        debit, credit = (side, "") if total.debit > 0 else ("", side)
        writer.writerow([*key, *total.names, debit, credit, total.items])
    return out.getvalue().encode()
