"""Time with others on an item that nobody but those who spent it can tell: comments, meetings, hand-overs."""

from typing import TYPE_CHECKING, Final

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.floor.beside import bad_time
from alihdaya.operations.floor.commands import SpendTime
from alihdaya.operations.people.known import kept_from, known, whose
from alihdaya.work.beside import TimeSpent
from alihdaya.work.keepable import unkeepable

if TYPE_CHECKING:
    from alihdaya.operations.desk import Desk

NOTED: Final = ("comment", "meeting", "hand-over")
"""What people say themselves how long it took; the floor knows it of wrapping up and advice, the card of reviews."""

_LONGEST: Final = 2_000


def spend_time(desk: "Desk", wish: SpendTime, at: int) -> None:
    """Note what somebody spent on an item with others. Raises Refused, for an item that is archived as well."""
    if wish.kind not in NOTED:
        raise Refused(Problem("bad-kind", f"{wish.kind[:40]!r} is nothing of this: {', '.join(NOTED)}"))
    problems = bad_time(wish.seconds, 1) + unkeepable({"note": wish.note})
    if len(wish.note) > _LONGEST:
        problems.append(Problem("bad-value", f"note has more than {_LONGEST:,} characters"))
    if problems:
        raise Refused(problems)
    of, person = whose(desk, wish.item), known(desk, wish.person)
    if of is None:
        raise Refused(Problem("no-such-item", f"there is no item {wish.item}"))
    if person is None:
        raise Refused(Problem("no-such-person", f"nobody on the roster is called {wish.person[:40]!r}"))
    if wall := kept_from(desk, person, of[0], wish.item):
        text = f"{wish.person} may not work on this: a conflict wall keeps them from {wall}"
        raise Refused(Problem("gate", text))
    spent = TimeSpent(max(0, wish.token), wish.person, wish.seconds, wish.kind, wish.note)
    desk.append(at, wish.item, wish.person, [spent])
