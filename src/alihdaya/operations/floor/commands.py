"""What people on the floor can ask the writer for; most are the floor's own commands (work.floor.commands)."""

from typing import Final, NamedTuple

from alihdaya.work.floor.commands import Accept, Beat, CallBack, Decline, LogIn, LogOut, SetState, Take

STATES: Final = ("ready", "break", "lunch", "training", "meeting", "coaching", "wrap-up", "technical")
"""What a person can say they are; in all but the first they get nothing new."""

MOST_PRIORITY: Final = 100


class HandOn(NamedTuple):
    """Pass a task that the person holds on to others: `kind` transfer, escalate or hand-over (S18), with a note.

    What it needs stays what its process says. `to` names whom it should reach, "" nobody; `priority` None: as it was,
    or of an escalation the highest.
    """

    item: int
    token: int
    person: str
    kind: str
    to: str = ""
    priority: int | None = None
    note: str = ""


class Look(NamedTuple):
    """Ask the writer what waits; nothing changes."""


OfTask = Accept | Decline | Take | CallBack | HandOn
FloorCommand = LogIn | LogOut | SetState | Beat | OfTask
