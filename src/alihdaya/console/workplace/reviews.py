"""Looking at finished work again: what waits for one, the card to fill in, what others found of one's own."""

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alihdaya.console.pages import speaks
from alihdaya.console.words import Words, words
from alihdaya.console.workplace import acts
from alihdaya.console.workplace.app import Workplace, key_of
from alihdaya.console.workplace.door import PATH, Guest, read_form
from alihdaya.console.workplace.sampled import ReviewSeen, lists_of, review_of
from alihdaya.console.workplace.sayings import DONE
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.people.commands import Dispute, Review
from alihdaya.packs.on_floor import Scorecard
from alihdaya.work.keepable import unkeepable

POINTS = "points-"
"""A criterion's field is called by this and its name."""

_LONGEST = 2_000
_MOST_DIGITS = 4


class Reviews:
    """The pages of quality sampling: each form becomes the command that `alihdaya review` and the API post."""

    def __init__(self, place: Workplace) -> None:
        self._place = place

    async def listed(self, request: Request) -> Response:
        """GET /work/1/reviews: what waits for them, and what others found of what they did."""
        return await self._listed(request)

    async def _listed(
        self, request: Request, said: list[str] | None = None, status: int = 200, kept: Mapping[str, str] | None = None
    ) -> Response:
        place = self._place
        guest, seal = await place.worker(request)
        floor, language = place.floor(request), speaks(request, place.language)
        found = await run_in_threadpool(lists_of, place.house, place.bound, floor, guest.person, language)
        told = DONE.get(request.query_params.get("said", ""))
        content: dict[str, Any] = dict(zip(("waits", "found", "second"), found, strict=True))
        content |= {"notice": words(language).say(told) if told and not said else "", "kept": kept or {}}
        content |= {"guest": guest, "seal": seal, "floor": floor, "said": said or [], "now": place.house.clock()}
        return place.show(request, "reviews", guest.zone, status, **content)

    async def look(self, request: Request) -> Response:
        """GET /work/1/review/17/1: a task to look at; or what was found of it, for whoever it is about."""
        guest, seal = await self._place.worker(request)
        return await self._look(request, guest, seal)

    async def _look(self, request: Request, guest: Guest, seal: str, status: int = 200, **more: Any) -> Response:
        seen = await self._seen(request, guest)
        if seen is None:
            said = self._place.say(request, (Problem("no-review", ""),))
            return await self._listed(request, more.get("said") or said, 404, more.get("sent"))
        sent = more.get("sent", {})
        content = {"sent": sent, "faults": {}, "said": [], "began": began(sent, seen.now), **more}
        content |= {"guest": guest, "seal": seal, "seen": seen, "vocabulary": seen.words.vocabulary}
        return self._place.show(request, "review", guest.zone, status, **content)

    async def _seen(self, request: Request, guest: Guest) -> ReviewSeen | None:
        place = self._place
        who = guest.person, guest.zone, speaks(request, place.language), guest.sees
        return await run_in_threadpool(review_of, place.house, place.bound, place.floor(request), key_of(request), who)

    async def act(self, request: Request) -> Response:
        """POST /work/1/review/17/1/give: say what one found; …/dispute: ask for a second review of one's own."""
        guest, seal = await self._place.worker(request)
        sent = await read_form(request, seal)
        seen = await self._seen(request, guest)
        if seen is None:
            return await self._look(request, guest, seal, 409, sent=sent)
        gives = request.path_params["act"] == "give"
        points = read_points(seen.card, sent)
        note = sent.get("note", "").strip()
        faults = wrong(seen.card, sent, seen.words) if gives else no_reason(note, seen.words)
        if faults:
            return await self._look(request, guest, seal, 422, sent=sent, faults=faults)
        took = acts.seconds(began(sent, seen.now), seen.now)
        key = key_of(request)
        wish = Review(*key, guest.person, points, note, took) if gives else Dispute(*key, guest.person, note)
        try:
            await self._place.do(request, wish)
        except Refused as refusal:
            said = self._place.say(request, refusal.problems)
            return await self._look(request, guest, seal, 409, sent=sent, said=said)
        told = "reviewed" if gives else "disputed"
        return RedirectResponse(f"{PATH}/{self._place.floor(request)}/reviews?said={told}", 303)


def began(sent: Mapping[str, str], now: int) -> int:
    """Give since when a card is filled in, as its page says; now where it says nothing that can be."""
    text = sent.get("began", "")
    return min(int(text), now) if text.isascii() and text.isdigit() and len(text) < 19 else now


def read_points(card: Scorecard, sent: Mapping[str, str]) -> dict[str, int]:
    """Give the points by criterion, as far as they are whole numbers."""
    found = {one.name: sent.get(POINTS + one.name, "").strip() for one in card.criteria}
    return {name: int(text) for name, text in found.items() if _is_whole(text)}


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def wrong(card: Scorecard, sent: Mapping[str, str], words: Words) -> dict[str, str]:
    """Give field -> what is wrong with it, in words."""
    points, found = read_points(card, sent), {}
    for one in card.criteria:
        if not sent.get(POINTS + one.name, "").strip():
            found[one.name] = words.say("Give points.")
        elif not 0 <= points.get(one.name, -1) <= one.points:
            found[one.name] = words.say("Give 0 to %(most)s points.", most=words.number(one.points))
    return {**found, **_text(sent.get("note", ""), words)}


def no_reason(note: str, words: Words) -> dict[str, str]:
    """Say that a reason is missing, or cannot be kept."""
    return _text(note, words) if note else {"note": words.say("Say why.")}


def _text(note: str, words: Words) -> dict[str, str]:
    if len(note) > _LONGEST:
        return {"note": words.say("This is longer than %(fact)s characters.", fact=words.number(_LONGEST))}
    return {"note": words.say("This cannot be kept: it holds a NUL.")} if unkeepable({"note": note}) else {}
