"""The journal for the client's ledger: double entry, summed up by day, currency and account, as CSV."""

import csv
from decimal import Decimal
from io import StringIO
from typing import NamedTuple

from alihdaya.channels.documents.gather import Delivered, amount, by_currency
from alihdaya.channels.documents.sheet import money
from alihdaya.kernel.errors import Problem

_HEAD = ("date", "currency", "account", "name", "name_id", "debit", "credit", "items")


class _Key(NamedTuple):
    day: str
    currency: str
    account: str


class _Sum(NamedTuple):
    names: tuple[str, str]
    debit: Decimal
    items: int


def journal(items: list[Delivered], problems: list[Problem]) -> bytes:
    """Write the journal of items that belong together; b"" where no pack of theirs posts anything.

    An item whose lines do not balance is a problem and posts nothing, so that the file always balances, in every
    currency and on every day. A sum below nothing stands on the other side.
    """
    sums: dict[_Key, _Sum] = {}
    for currency, some in by_currency(items):
        for one in some:
            lines = [(posting, amount(posting.value, one, posting.account)) for posting in one.deliverables.postings]
            off = sum((-value if posting.credit else value for posting, value in lines), Decimal(0))
            if off:
                problems.append(Problem("unbalanced", f"item {one.item} is out of balance by {off} {currency}"))
                continue
            for posting, value in lines:
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
