"""What an operator can ask for. `by` goes into the log as who did it."""

from typing import Any, NamedTuple

OPERATOR = "operator"
"""Who did it, where nobody says so."""


class CancelItem(NamedTuple):
    """Give an item up, wherever it stands: nothing is delivered, and all that it waits for is withdrawn."""

    item: int
    reason: str = ""
    by: str = OPERATOR


class Suspend(NamedTuple):
    """Let nothing of an item go on until it is resumed."""

    item: int
    reason: str = ""
    by: str = OPERATOR


class Resume(NamedTuple):
    """Let a suspended item go on; its timers that came due meanwhile go off at once."""

    item: int
    by: str = OPERATOR


class MoveToken(NamedTuple):
    """Withdraw what a token waits for, and let it enter `node`, of the same scope, anew."""

    item: int
    token: int
    node: str
    by: str = OPERATOR


class SetFacts(NamedTuple):
    """Set variables as the token does: each where it lives, else in the process (token 0: there)."""

    item: int
    variables: dict[str, Any]
    token: int = 0
    by: str = OPERATOR


class Amend(NamedTuple):
    """Set variables and try again what stopped at the token, as one: both happen, or neither."""

    item: int
    token: int
    variables: dict[str, Any]
    by: str = OPERATOR


InstanceCommand = CancelItem | Suspend | Resume | MoveToken | SetFacts | Amend
"""All of these; each names its item."""
