"""Planned shifts against logged states: who was there when they should be, and how much of it (adherence)."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from alihdaya.kernel.time import DAY, HOUR, MINUTE, moment
from alihdaya.people.shift import Shifts

PAUSES: Final = ("break", "lunch")
"""States that count as kept only as far as a shift allows for them."""

AWAY: Final = ("", "missed")
"""Not present, or not answering what rings: not kept."""

_LIKE_AN_HOUR: Final = 5 * MINUTE
_MOST_HOURS: Final = 14


class Stay(NamedTuple):
    """Somebody was in a state from `start` until before `end` (microseconds)."""

    start: int
    end: int
    state: str


class Day(NamedTuple):
    """A person's day, by the local date on which their shifts begin. Spans in microseconds.

    `planned`: of their shifts, as far as they are over. `there`: of that, present, answering, and on no break. `kept`:
    with as much of their breaks as is allowed. `paused`: on breaks within shifts. `late`, `early`: they came so long
    after their first shift began, and left so long before their last one ended; None where they never came.
    `outside`: there beyond shifts. `shifted`: by so many whole hours both ends differ from the plan alike, as if a
    clock or a time zone were wrong.
    """

    person: str
    day: str
    planned: int
    there: int
    kept: int
    paused: int
    late: int | None
    early: int | None
    outside: int
    shifted: int = 0

    @property
    def percent(self) -> int | None:
        """Give adherence in whole percent, rounded down; None where nothing was planned."""
        return 100 * self.kept // self.planned if self.planned else None


def stays(changes: Iterable[tuple[int, str]], until: int) -> list[Stay]:
    """Make stays of one person's changes, (instant, new state, "" for gone), in their order; the last lasts `until`."""
    told = [*changes, (until, "")]
    return [Stay(a, b, state) for (a, state), (b, _) in pairwise(told) if state and a < b]


def days(
    person: str, shifts: Shifts, found: Sequence[Stay], within: tuple[int, int], allowed: int, *, now: int | None = None
) -> list[Day]:
    """Give the days on which a shift begins within [start, end), or on which somebody came without one.

    `allowed`: so much of the pauses of each shift counts as kept. `now`: the present, else the end: a shift that goes
    on is planned until then; one that is over counts whole, though it ends after [start, end).
    """
    planned = list(_planned(shifts, *within))
    spans: dict[str, list[tuple[int, int]]] = {}
    for start, end in planned:
        spans.setdefault(_date(start, shifts), []).append((start, end))
    around = list(_planned(shifts, within[0] - 2 * DAY, within[1]))  # one that began before may go on
    beyond = _outside(shifts, found, around, within)
    return [
        _day((person, day), spans.get(day, []), found, within[1] if now is None else now, (allowed, beyond.get(day, 0)))
        for day in sorted({*spans, *beyond})
    ]


def _planned(shifts: Shifts, low: int, high: int) -> Iterator[tuple[int, int]]:
    start = shifts.next_start(low - 1)
    while start is not None and start < high:
        end = shifts.next_end(start)
        yield start, high if end is None else end
        start = shifts.next_start(start)


def _date(at: int, shifts: Shifts) -> str:
    return moment(at, shifts.zone).date().isoformat()


def _day(
    name: tuple[str, str],
    spans: list[tuple[int, int]],
    found: Sequence[Stay],
    now: int,
    rest_of: tuple[int, int],
) -> Day:
    """Work a day out; `name` is (person, date), `rest_of` (pauses that are allowed a shift, presence beyond shifts)."""
    allowed, beyond = rest_of
    there = kept = paused = planned = 0
    for start, end in spans:
        last = min(end, now)
        rest = _length(found, start, last, PAUSES)
        worked = _length(found, start, last) - rest
        there += worked
        kept += worked + min(rest, allowed)
        paused += rest
        planned += last - start
    came = [one for one in found if one.state not in AWAY and any(one.start < b and a < one.end for a, b in spans)]
    if not came:
        return Day(*name, planned, there, kept, paused, None, None, beyond)
    late, early = came[0].start - spans[0][0], spans[-1][1] - came[-1].end
    over = spans[-1][1] <= now
    shifted = _hours(late, -early) if over else 0
    left = max(0, early) if over else 0
    return Day(*name, planned, there, kept, paused, max(0, late), left, beyond, shifted)


def _length(found: Sequence[Stay], start: int, end: int, states: Sequence[str] = ()) -> int:
    """Give how long somebody was in one of these states, or in any but those of AWAY."""
    return sum(
        max(0, min(one.end, end) - max(one.start, start))
        for one in found
        if (one.state in states if states else one.state not in AWAY)
    )


def _hours(first: int, last: int) -> int:
    """Say by how many whole hours both differ alike; 0 where they do not."""
    hours = (first + HOUR // 2) // HOUR
    near = abs(first - hours * HOUR) <= _LIKE_AN_HOUR and abs(last - hours * HOUR) <= _LIKE_AN_HOUR
    return hours if near and abs(hours) <= _MOST_HOURS else 0


def _outside(
    shifts: Shifts, found: Sequence[Stay], planned: list[tuple[int, int]], within: tuple[int, int]
) -> dict[str, int]:
    """Give day -> presence beyond shifts; what touches a shift belongs to the shift's day."""
    beyond: dict[str, int] = {}
    starts = [start for start, _ in planned]
    for stay in found:
        low, high = max(stay.start, within[0]), min(stay.end, within[1])
        if low >= high or stay.state in (*AWAY, *PAUSES):
            continue
        inside = sum(max(0, min(b, high) - max(a, low)) for a, b in planned)
        if high - low > inside:
            near = planned[max(0, bisect_right(starts, high) - 1)] if planned else (low, high)
            touches = near[0] <= high and low <= near[1]
            day = _date(near[0] if touches else low, shifts)
            beyond[day] = beyond.get(day, 0) + high - low - inside
    return beyond
