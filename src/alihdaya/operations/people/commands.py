"""What the writer can be asked to do about a person."""

from typing import NamedTuple


class Withdraw(NamedTuple):
    """Let a certificate no longer count, from now on: `reason` and `by` go into the log."""

    person: str
    certificate: str
    reason: str
    by: str = "operator"
