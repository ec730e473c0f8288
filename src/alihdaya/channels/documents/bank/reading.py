"""A bank statement of any kind that we know, told by its content."""

from hashlib import sha256

from alihdaya.channels.documents.bank.camt import read_camt
from alihdaya.channels.documents.bank.listing import read_csv
from alihdaya.channels.documents.bank.swift import read_mt940
from alihdaya.engagement.account.payment import Statement
from alihdaya.kernel.errors import NotationError, Problem, Source

MOST_BYTES = 16 * 1024 * 1024


def read_statement(data: bytes, name: str) -> Statement:
    """Read a statement. Raises NotationError, naming file and line, for what is none or contradicts itself."""
    if len(data) > MOST_BYTES:
        raise NotationError(Problem("too-large", f"over {MOST_BYTES >> 20} MiB", Source(name)))
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        kind, bookings = "camt.053", read_camt(data, name)
    elif b":20:" in data and b":25" in data:
        kind, bookings = "MT940", read_mt940(data, name)
    else:
        kind, bookings = "CSV", read_csv(data, name)
    return Statement(name, kind, sha256(data).hexdigest(), tuple(bookings))
