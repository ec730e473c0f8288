"""What people on the floor can ask the writer for; most are the floor's own commands (work.floor.commands)."""

from typing import Final, NamedTuple

from alihdaya.work.floor.commands import Accept, Beat, CallBack, Decline, EndWrap, LogIn, LogOut, SetState, Take

STATES: Final = ("ready", "break", "lunch", "training", "meeting", "coaching", "wrap-up", "technical")
"""What a person can say they are; in all but the first they get nothing new."""

MOST_PRIORITY: Final = 100


class HandOn(NamedTuple):
    """Pass a task that the person holds on to others: `kind` transfer, escalate or hand-over (S18), with a note.

    It needs what its process says, and where that is more the language `level` (CEFR) and the `proficiency` (1 to 5).
    `to` names whom it should reach, "" nobody; `priority` None: as it was, or of an escalation the highest.
    `seconds`: how long handing it over took, which is noted with the item.
    """

    item: int
    token: int
    person: str
    kind: str
    to: str = ""
    priority: int | None = None
    note: str = ""
    level: str = ""
    proficiency: int = 0
    seconds: int = 0


class AskAdvice(NamedTuple):
    """Ask somebody else for advice on a task that the person holds, and keep it; `channel` "": that of the task."""

    item: int
    token: int
    person: str
    to: str = ""
    note: str = ""
    channel: str = ""


class Advise(NamedTuple):
    """Give the advice that the person was asked for; `token` is that of their part."""

    item: int
    token: int
    person: str
    note: str = ""


class SpendTime(NamedTuple):
    """Note that somebody spent time with others on an item, under way or not: a comment, a meeting, a hand-over."""

    item: int
    person: str
    kind: str
    seconds: int
    note: str = ""
    token: int = 0


class Look(NamedTuple):
    """Ask the writer what waits; nothing changes."""


OfTask = Accept | Decline | Take | CallBack | HandOn | AskAdvice | Advise
FloorCommand = LogIn | LogOut | SetState | Beat | EndWrap | OfTask
