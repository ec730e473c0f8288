"""What a supervisor sees: who is there and how, what waits and since when, what nobody can do and why, adherence."""

from collections.abc import Iterable
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
from alihdaya.packs.pack import Texts
from alihdaya.packs.vocabulary import NO_VOCABULARY, Vocabulary
from alihdaya.people.adherence import Day
from alihdaya.store.views.results import latest_definition
from alihdaya.store.working import WorkingSet
from alihdaya.work.floor.seat import READY, WORKS
from alihdaya.work.floor.why import Waits

PARTS = ("figures", "waits", "persons")
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
        self._known: dict[int, tuple[int, dict[str, Lately], Vocabulary]] = {}

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
        return self._place.show(request, "queue", guest.zone, guest=guest, seal=seal, **content)

    async def parts(self, request: Request, guest: Guest, _seal: str) -> dict[str, str]:
        """Give the page's parts as HTML, by their ids."""
        content, language = await self._content(request), speaks(request, self._place.language)
        return {name: page(f"workplace/parts/{name}.html", language, guest.zone, **content) for name in PARTS}

    def own(self, _request: Request, _guest: Guest) -> object:
        """Give what is told at once: nothing."""
        return None

    async def _content(self, request: Request) -> dict[str, Any]:
        waits, floor = await self._place.do(request, Look()), self._place.floor(request)
        seen, vocabulary = await run_in_threadpool(self._seen, floor, waits)
        speak = words(speaks(request, self._place.language)).say
        whys = {reason: speak(text) for reason, text in WHY_IT_WAITS.items()}
        return {"seen": seen, "whys": whys, "vocabulary": vocabulary}

    def _seen(self, floor: int, waits: list[Waits]) -> tuple[FloorSeen, Vocabulary]:
        store, now = self._place.house.store(floor), self._place.house.clock()
        known, vocabulary = self._lately(floor, now)
        kinds = alike(waits)
        there = [_somebody(one, known.get(one.person)) for one in seated(store)]
        here = {one.person for one in there}
        absent = (
            Somebody(who, one.name, "", 0, (), one.day) for who, one in known.items() if one.on and who not in here
        )
        seen = FloorSeen(
            floor,
            now,
            tuple(one for one in kinds if not one.reason),
            tuple(one for one in kinds if one.reason),
            tuple(sorted(there, key=lambda one: (_KINDS.index(one.kind), one.name))),
            tuple(sorted(absent, key=lambda one: one.name)),
        )
        return seen, vocabulary

    def _lately(self, floor: int, now: int) -> tuple[dict[str, Lately], Vocabulary]:
        """Give how everybody kept to their shift, and what the packs call things: anew when that is a minute old."""
        at, found, vocabulary = self._known.get(floor, (now - _OFTEN, {}, NO_VOCABULARY))
        if now - at >= _OFTEN:
            store = self._place.house.store(floor)
            found, vocabulary = lately(store, now), self._words(store)
            self._known[floor] = now, found, vocabulary
        return found, vocabulary

    def _words(self, store: WorkingSet) -> Vocabulary:
        """Give the words of all services' packs as one."""
        made: dict[str, Texts] = {}
        names: dict[str, dict[str, str]] = {}
        for one in store.engagements():
            spoken = self._place.bound.words(store, latest_definition(store, one.id) or "")
            made |= spoken.words
            for language, texts in spoken.names.items():
                names[language] = {**names.get(language, {}), **texts}
        return Vocabulary(made, names)


def alike(waits: Iterable[Waits]) -> list[Waits]:
    """Tell as one what asks for the same of people by the same channel: a task, and advice on one, for instance."""
    found: dict[object, Waits] = {}
    for one in waits:
        key = one.ask.needs, one.ask.channel, one.reason
        had = found.get(key, one._replace(pieces=0))
        able, oldest = max(had.able, one.able), min(had.oldest, one.oldest)
        found[key] = had._replace(pieces=had.pieces + one.pieces, able=able, oldest=oldest)
    return list(found.values())


def _somebody(one: Seated, known: Lately | None) -> Somebody:
    since = one.since if one.away is None else one.away
    return Somebody(one.person, known.name if known else one.person, one.state, since, one.hands, known and known.day)
