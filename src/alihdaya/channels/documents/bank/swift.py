"""SWIFT MT940 customer statements, read by the library mt-940."""

import logging
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from alihdaya.channels.documents.bank.figures import priced, refused, told
from alihdaya.engagement.account.payment import Booking

_NONE = {"", "NONREF", "None"}


def read_mt940(data: bytes, name: str) -> Iterator[Booking]:
    """Yield the bookings. Raises NotationError for what the library cannot read, or for balances that do not add up."""
    import mt940
    from mt940.options import Options

    logging.getLogger("mt940").addHandler(logging.NullHandler())  # what it says goes into our own error
    signs = Options(reversal_sign=True, case_insensitive_marks=True)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    for line, part in _messages(text):
        try:
            found = mt940.parse(part, options=signs)
        except Exception as error:  # noqa: BLE001 (the library raises what its patterns and conversions raise)
            raise refused("not-mt940", f"no MT940: {_why(error)}", name, line) from None
        account = str(found.data.get("account_identification", ""))
        bookings = [_booking(one.data, account, name, line) for one in found.transactions]
        _check(found.data, bookings, part, name, line)
        yield from bookings


def _why(error: Exception) -> str:
    return re.sub(r"<mt940\.tags\.(\w+) object at \w+>", r"\1", str(error.args[0] if error.args else error))[:120]


def _messages(text: str) -> list[tuple[int, str]]:
    """Give the messages of a file one by one, with the line of each: it begins with :20:."""
    lines = text.replace("\r\n", "\n").split("\n")
    starts = [n for n, line in enumerate(lines) if line.startswith(":20:")]
    return [(a + 1, "\n".join(lines[a:b])) for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]


def _booking(facts: dict[str, Any], account: str, name: str, line: int) -> Booking:
    value, currency = priced(Decimal(facts["amount"].amount), str(facts["amount"].currency or ""), name, line)
    day: date = facts.get("entry_date") or facts["date"]
    keys = ("purpose", "additional_purpose", "transaction_details", "customer_reference", "end_to_end_reference")
    text = told(*[said for key in keys if (said := str(facts.get(key) or "")) not in _NONE])
    payer = told(str(facts.get("applicant_name") or ""))
    reference = str(facts.get("bank_reference") or "")
    return Booking(
        told(account),
        date(day.year, day.month, day.day),
        value,
        currency,
        payer,
        text,
        "" if reference in _NONE else told(reference),
    )


def _check(facts: dict[str, Any], bookings: list[Booking], part: str, name: str, line: int) -> None:
    """Refuse a message whose lines were not all read, or whose balances say something else."""
    said = sum(line.startswith(":61:") for line in part.split("\n"))
    if said != len(bookings):
        raise refused("not-mt940", f"{said} lines :61:, of which {len(bookings)} can be read", name, line)
    opening, closing = facts.get("final_opening_balance"), facts.get("final_closing_balance")
    if opening is None or closing is None:
        return
    moved = sum((one.amount for one in bookings), Decimal(0))
    if opening.amount.amount + moved != closing.amount.amount:
        text = f"{opening.amount.amount} and {moved} booked do not come to {closing.amount.amount}"
        raise refused("balance", text, name, line)
