"""A bank's list as CSV: a header, then a booking a line; comma or semicolon."""

import csv
import io
from collections.abc import Iterator

from alihdaya.channels.documents.bank.figures import amount, day, priced, refused, told
from alihdaya.engagement.account.payment import Booking

_NEEDED = ("day", "amount", "currency")
_MORE = ("payer", "text", "reference", "account")


def read_csv(data: bytes, name: str) -> Iterator[Booking]:
    """Yield the bookings. Raises NotationError, naming the line, for missing columns and bad values."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused("not-utf8", f"not UTF-8 text at byte {error.start}", name) from None
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True)
    try:
        head = [cell.strip().casefold() for cell in next(rows, [])]
        if missing := [column for column in _NEEDED if column not in head]:
            known = ", ".join((*_NEEDED, *_MORE))
            raise refused("missing-column", f"no column {', '.join(missing)}; known are {known}", name, 1)
        if twice := {column for column in head if column in (*_NEEDED, *_MORE) and head.count(column) > 1}:
            raise refused("column-twice", f"two columns are called {', '.join(sorted(twice))}", name, 1)
        for row in rows:
            if any(cell.strip() for cell in row):
                yield _booking(head, row, name, rows.line_num)
    except csv.Error as error:
        raise refused("not-csv", str(error), name, rows.line_num) from None


def _booking(head: list[str], row: list[str], name: str, line: int) -> Booking:
    if len(row) != len(head):
        raise refused("bad-row", f"{len(row)} cells under {len(head)} columns", name, line)
    cells = dict(zip(head, row, strict=True))
    more = {column: told(cells.get(column, "")) for column in _MORE}
    value, currency = priced(amount(cells["amount"], name, line), told(cells["currency"]), name, line)
    when = day(cells["day"], name, line)
    return Booking(more["account"], when, value, currency, more["payer"], more["text"], more["reference"])
