"""What is done beside a task itself: advice to whoever has it, and the time that wrapping up and advising took."""

from typing import NamedTuple

from alihdaya.kernel.event import event


@event("task.time")
class TimeSpent(NamedTuple):
    """Somebody spent time on an item beside the handling time that TaskDone says, with the task `token`, 0: no task.

    `kind`: wrap-up, advice, review, hand-over, comment or meeting; `note` says what of a comment or meeting.
    """

    token: int
    person: str
    seconds: int
    kind: str
    note: str = ""


@event("advice.asked")
class AdviceAsked(NamedTuple):
    """Whoever has the task asked for advice, and keeps it; `advice` is the token of the adviser's part on the floor."""

    token: int
    advice: int
    person: str
    note: str


@event("advice.closed")
class AdviceClosed(NamedTuple):
    """Nobody is to give that advice any more; `why`: not-needed (the task is done), handed-over, or holder.

    Holder: whoever was asked for it has the task itself now.
    """

    token: int
    advice: int
    person: str
    why: str


@event("advice.given")
class AdviceGiven(NamedTuple):
    """Somebody gave advice on a task; whoever has it decides."""

    token: int
    advice: int
    person: str
    note: str
