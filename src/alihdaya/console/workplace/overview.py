"""What a supervisor sees: who is there and how, what waits and since when, what nobody can do and why, adherence."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from alihdaya.console.pages import page, speaks
from alihdaya.console.terms import WHY_IT_WAITS
from alihdaya.console.words import words
from alihdaya.console.workplace.app import Away, Workplace
from alihdaya.console.workplace.door import Guest
from alihdaya.operations.floor.commands import Look
from alihdaya.operations.floor.looking import AtHand, Seated, seated
from alihdaya.operations.people.adherence import Lately, lately
from alihdaya.people.adherence import Day
from alihdaya.work.floor.seat import READY, RINGS, WORKS
from alihdaya.work.floor.why import Waits

PARTS = ("figures", "waits", "people")
"""The parts of the page, each a template and the id of an element."""

_OFTEN = 60_000_000
"""Microseconds for which what is known of adherence is told again."""

_KINDS = ("works", "free", "away")


class Somebody(NamedTuple):
    """Somebody who is present, or should be: `state` is "" for who is not; `day` their last shift of 24 hours.

    `since`: in their state since then, as far as that is known (microseconds).
    """

    person: str
    name: str
    state: str
    since: int
    hands: tuple[AtHand, ...]
    day: Day | None

    @property
    def kind(self) -> str:
        """Say whether they work on something, are free for it, or are away in any other state."""
        if any(hand.state == WORKS for hand in self.hands):
            return "works"
        return "free" if self.state == READY else "away"


@dataclass(frozen=True, slots=True)
class FloorSeen:
    """A floor at `now`: `stuck` is what nobody present can do, `absent` whose shift is on and who is not there."""

    floor: int
    now: int
    waits: tuple[Waits, ...]
    stuck: tuple[Waits, ...]
    people: tuple[Somebody, ...]
    absent: tuple[Somebody, ...]

    @property
    def waiting(self) -> int:
        """So many tasks wait."""
        return sum(one.pieces for one in (*self.waits, *self.stuck))

    @property
    def oldest(self) -> int | None:
        """Since when the oldest waits."""
        return min((one.oldest for one in (*self.waits, *self.stuck)), default=None)

    def count(self, kind: str) -> int:
        """Count who is present and of a kind."""
        return sum(1 for one in self.people if one.kind == kind)


class Overview:
    """The supervisor's page, and how it stays new."""

    anyhow = 30.0
    """Seconds after which it is drawn again though nothing happened: whatever waits grows older."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._known: dict[int, tuple[int, dict[str, Lately]]] = {}

    async def admits(self, request: Request) -> tuple[Guest, str]:
        """Give who looks. Raises Away for whoever may not."""
        guest, seal = await self._place.guest(request)
        if not guest.sees:
            raise Away
        return guest, seal

    async def page(self, request: Request) -> Response:
        """GET /work/1/queue."""
        guest, seal = await self.admits(request)
        content = await self._content(request)
        return self._place.show(request, "queue", guest.zone, guest=guest, seal=seal, parts=PARTS, **content)

    async def parts(self, request: Request, guest: Guest, _seal: str) -> dict[str, str]:
        """Give the page's parts as HTML, by their ids."""
        content, language = await self._content(request), speaks(request, self._place.language)
        return {name: page(f"workplace/parts/{name}.html", language, guest.zone, **content) for name in PARTS}

    def own(self, _request: Request, _guest: Guest) -> object:
        """Give what is told at once: nothing."""
        return None

    async def _content(self, request: Request) -> dict[str, Any]:
        waits = await self._place.do(request, Look())
        seen = await run_in_threadpool(self._seen, self._place.floor(request), waits)
        speak = words(speaks(request, self._place.language)).say
        return {"seen": seen, "whys": {reason: speak(text) for reason, text in WHY_IT_WAITS.items()}, "rings": RINGS}

    def _seen(self, floor: int, waits: list[Waits]) -> FloorSeen:
        store, now = self._place.house.store(floor), self._place.house.clock()
        known = self._lately(floor, now)
        there = [_somebody(one, known.get(one.person)) for one in seated(store)]
        here = {one.person for one in there}
        absent = (
            Somebody(who, one.name, "", 0, (), one.day) for who, one in known.items() if one.on and who not in here
        )
        return FloorSeen(
            floor,
            now,
            tuple(one for one in waits if not one.reason),
            tuple(one for one in waits if one.reason),
            tuple(sorted(there, key=lambda one: (_KINDS.index(one.kind), one.name))),
            tuple(sorted(absent, key=lambda one: one.name)),
        )

    def _lately(self, floor: int, now: int) -> dict[str, Lately]:
        at, found = self._known.get(floor, (now - _OFTEN, {}))
        if now - at >= _OFTEN:
            found = lately(self._place.house.store(floor), now)
            self._known[floor] = now, found
        return found


def _somebody(one: Seated, known: Lately | None) -> Somebody:
    since = one.since if one.away is None else one.away
    return Somebody(one.person, known.name if known else one.person, one.state, since, one.hands, known and known.day)
