"""A month leaves the store: the writer checks that it may, and lets it go with the entry that says so."""

from typing import NamedTuple

from alihdaya.engagement.events import MonthArchived
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.desk import Desk
from alihdaya.store import resume
from alihdaya.store.archive.months import later
from alihdaya.store.archive.survey import survey


class Retire(NamedTuple):
    """Let a month go whose files are durable and proven; `fact` says what they hold, and where they are."""

    fact: MonthArchived
    by: str = "operator"


def retire(desk: Desk, wish: Retire, at: int) -> None:
    """Let a month go. Raises Refused unless it is the oldest, nothing of it is in use, and the files hold all of it."""
    fact = wish.fact
    found = next(survey(desk.store, later(fact.month)), None)
    if found is None or found.span.month != fact.month:
        raise Refused(Problem("no-such-month", f"the oldest month of this log is not {fact.month}"))
    if found.open or found.sends:
        raise Refused(Problem("month-in-use", f"{fact.month} is in use again"))
    span = found.span
    ours = span.first, span.last, span.entries, span.items, span.last_item, found.until, resume.born_at(desk.store)
    theirs = fact.first, fact.last, fact.entries, fact.items, fact.last_item, fact.until, fact.born
    if ours != theirs:
        raise Refused(Problem("month-differs", f"the files of {fact.month} do not hold what the store does"))
    desk.note(at, wish.by, fact)
