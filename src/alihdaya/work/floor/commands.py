"""What the floor can be asked. A person's own commands count as a sign of life of theirs."""

from typing import NamedTuple

from alihdaya.people.person import Person
from alihdaya.work.floor.ask import Ask, Piece


class LogIn(NamedTuple):
    """Be present and ready, with `shares` by channel; see work.floor.events.LoggedIn."""

    person: str
    shares: tuple[int, ...]
    lease: int = 0


class LogOut(NamedTuple):
    """Leave. Refused while the person holds work; what rings waits again."""

    person: str


class SetState(NamedTuple):
    """Be ready, or have a break and the like; what is held goes on, what rings waits again."""

    person: str
    state: str


class Beat(NamedTuple):
    """Be still there. Leaves no trace in the log."""

    person: str


class Know(NamedTuple):
    """The roster has a new version of a person: a test, a certificate, a withdrawal. What rings is asked again."""

    person: Person


class Enqueue(NamedTuple):
    """Let a piece wait."""

    piece: Piece


class Take(NamedTuple):
    """Give a certain waiting piece to a certain person; the gate decides."""

    item: int
    token: int
    person: str


class Accept(NamedTuple):
    """Take what rings. The gate is asked again: a certificate may have expired since."""

    item: int
    token: int
    person: str


class Decline(NamedTuple):
    """Do not take what rings."""

    item: int
    token: int
    person: str
    reason: str = ""


class Finish(NamedTuple):
    """Be done with a piece, with a wrap-up code and `seconds` of handling time."""

    item: int
    token: int
    person: str
    code: str = ""
    seconds: int = 0


class EndWrap(NamedTuple):
    """Have wrapped up."""

    item: int
    token: int
    person: str


class Pass(NamedTuple):
    """Pass a piece that the person holds on to others: `kind` transfer, escalate or hand-over, with a note.

    `ask` says what it needs from now on; `prefer` names the person it should reach, "" nobody.
    """

    item: int
    token: int
    person: str
    kind: str
    ask: Ask
    priority: int
    prefer: str = ""
    note: str = ""


class Consult(NamedTuple):
    """Ask somebody for advice about a held piece; both work on it. `help_token` names the second one's part.

    `prefer` names whom it should reach, "" nobody.
    """

    item: int
    token: int
    person: str
    help_token: int
    ask: Ask
    note: str = ""
    prefer: str = ""


class CallBack(NamedTuple):
    """Put a held piece off until `due` (microseconds), and be the first to get it again then."""

    item: int
    token: int
    person: str
    due: int


class Drop(NamedTuple):
    """The piece is not wanted any more: the caller hung up, the item was cancelled."""

    item: int
    token: int
    reason: str


class Tick(NamedTuple):
    """Only let happen what is due."""


Command = (
    LogIn
    | LogOut
    | SetState
    | Beat
    | Know
    | Enqueue
    | Take
    | Accept
    | Decline
    | Finish
    | EndWrap
    | Pass
    | Consult
    | CallBack
    | Drop
    | Tick
)
