"""Clients' questions at the workplace: those that are one's own to answer, and how what one answered held."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alihdaya.console.pages import speaks
from alihdaya.console.words import Words, mark, words
from alihdaya.console.workplace.app import Workplace, number
from alihdaya.console.workplace.door import PATH, Guest, read_form
from alihdaya.console.workplace.sayings import DONE
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.money import plain_decimal
from alihdaya.operations.books.questions import Inquire, Question
from alihdaya.operations.books.questions.own import Numbered, Own, own_questions, stated
from alihdaya.store import StoreError
from alihdaya.work.question import QuestionAnswered

CHANCE = "chance-"
"""An outcome's field is called by this and its place, from 0."""

_MOST_MINUTES = 1_440
_WHOLE = Decimal(100)
_LEAST = Decimal("0.01")

_TROUBLE = {
    "no-question": mark("There is no such question, or it is not yours to answer."),
    "outcome-known": mark("How it came out is known: nobody answers it any more."),
    "gate": mark("A conflict wall keeps you from this client."),
    "bad-text": mark("Evidence is one line each, of signs that can be printed."),
    "bad-evidence": mark("This is too much evidence: a thousand lines at most."),
}
"""By the code of a problem; others are said as everywhere at the workplace."""


class Line(NamedTuple):
    """An outcome with its probabilities in per cent: the client's, what is believed now, one's own last (or none)."""

    outcome: str
    prior: Decimal
    believed: Decimal
    own: Decimal | None


class Questions:
    """The pages of questions: each answer becomes the fact that `alihdaya question answer` and the API write."""

    def __init__(self, place: Workplace) -> None:
        self._place = place

    async def listed(self, request: Request) -> Response:
        """GET /work/1/questions: what is theirs to answer, and how their answers held."""
        return await self._show(request)

    async def look(self, request: Request) -> Response:
        """GET /work/1/questions/3: a question, to be answered."""
        return await self._show(request)

    async def _show(self, request: Request, status: int = 200, **more: Any) -> Response:
        place = self._place
        guest, seal = await place.worker(request)
        floor, own = place.floor(request), await self._own(guest)
        asked = number(request.path_params.get("number", ""))
        one = next((found for found in own.open if found.number == asked), None)
        said: list[str] = more.pop("said", [])
        if one is None and "number" in request.path_params and not said:
            said, status = self._say(request, (Problem("no-question", ""),)), 404
        told = DONE.get(request.query_params.get("said", ""))
        notice = words(speaks(request, place.language)).say(told) if told and not said else ""
        kept = more.get("sent", {}) if one is None else {}
        content = {"sent": {}, "faults": {}, **more, "said": said, "notice": notice, "kept": kept, "own": own}
        content |= {"guest": guest, "seal": seal, "floor": floor, "one": one}
        content |= {"lines": tuple(lines_of(one.question, guest.person)) if one else (), "stated": stated}
        content["gave"] = {held.number: gave(held.question, guest.person) for held in own.held}
        return place.show(request, "questions", guest.zone, status, **content)

    async def _own(self, guest: Guest) -> Own:
        def read() -> Own | None:
            with self._place.house.books() as store:
                return own_questions(store, guest.person)

        return await run_in_threadpool(read) or Own((), (), None)

    async def act(self, request: Request) -> Response:
        """POST /work/1/questions/3/answer: state probabilities. The same once more, pressed twice, counts once."""
        place = self._place
        guest, seal = await place.worker(request)
        sent = await read_form(request, seal)
        asked, spoken = number(request.path_params["number"]), words(speaks(request, place.language))
        one = next((found for found in (await self._own(guest)).open if found.number == asked), None)
        if one is None:
            return await self._show(request, 409, sent=sent, said=self._say(request, (Problem("no-question", ""),)))
        faults = wrong(one, sent, spoken)
        if faults:
            return await self._show(request, 422, sent=sent, faults=faults)
        try:
            await place.house.inquire(Inquire((read_answer(one.question, guest.person, sent),), guest.person))
        except (StoreError, TimeoutError):
            said = self._say(request, (Problem("unavailable", ""),))
            return await self._show(request, 503, sent=sent, said=said)
        except Refused as refusal:
            return await self._show(request, 409, sent=sent, said=self._say(request, refusal.problems))
        return RedirectResponse(f"{PATH}/{place.floor(request)}/questions?said=answered", 303)

    def _say(self, request: Request, problems: tuple[Problem, ...]) -> list[str]:
        said = words(speaks(request, self._place.language))
        others = tuple(one for one in problems if one.code not in _TROUBLE)
        return [said.say(_TROUBLE[one.code]) for one in problems if one.code in _TROUBLE] + self._place.say(
            request, others
        )


def lines_of(one: Question, who: str) -> Iterator[Line]:
    """Give a question's outcomes, in its order."""
    mine = stated(one, who)
    for outcome, prior, believed in zip(one.asked.outcomes, one.asked.prior, one.believed, strict=True):
        yield Line(outcome, _percent(prior), _percent(believed), _percent(mine[outcome]) if outcome in mine else None)


def gave(one: Question, who: str) -> Decimal:
    """Give in per cent how probable somebody's last answer called what came true."""
    return _percent(stated(one, who)[one.outcome.outcome]) if one.outcome else Decimal(0)


def _percent(chance: str) -> Decimal:
    return Decimal(f"{Decimal(chance).scaleb(2).normalize():f}")


def wrong(one: Numbered, sent: Mapping[str, str], spoken: Words) -> dict[str, str]:
    """Give field -> what is wrong with it, in words; `chances` for what is wrong with their sum."""
    found, chances = {}, read_chances(one.question, sent)
    for place, chance in enumerate(chances):
        if not sent.get(f"{CHANCE}{place}", "").strip():
            found[f"{CHANCE}{place}"] = spoken.say("Give a probability.")
        elif chance is None or not _LEAST <= chance < _WHOLE:
            least = spoken.decimal(_LEAST)
            found[f"{CHANCE}{place}"] = spoken.say("Give per cent, from %(least)s to under 100.", least=least)
    whole = sum((chance for chance in chances if chance is not None), Decimal(0))
    if not found and whole != _WHOLE:
        found["chances"] = spoken.say("They add up to %(sum)s %%, not to 100 %%.", sum=spoken.decimal(whole))
    minutes = sent.get("minutes", "").strip()
    if not (minutes.isascii() and minutes.isdigit() and len(minutes) < 9 and 1 <= int(minutes) <= _MOST_MINUTES):
        most = spoken.number(_MOST_MINUTES)
        found["minutes"] = spoken.say("Give whole minutes, from 1 to %(most)s.", most=most)
    return found


def read_chances(one: Question, sent: Mapping[str, str]) -> list[Decimal | None]:
    """Give what was stated in per cent, by outcome; None for what is no number. A comma is a decimal point."""
    texts = (sent.get(f"{CHANCE}{place}", "") for place in range(len(one.asked.outcomes)))
    return [plain_decimal(text.replace("%", "").strip().replace(",", ".")) for text in texts]


def read_answer(one: Question, who: str, sent: Mapping[str, str]) -> QuestionAnswered:
    """Make the fact of a form without faults."""
    chances = tuple(f"{(chance or Decimal(0)).scaleb(-2):f}" for chance in read_chances(one, sent))
    evidence = tuple(line.strip() for line in sent.get("evidence", "").splitlines() if line.strip())
    return QuestionAnswered(one.asked.question, who, chances, 0, int(sent["minutes"].strip()) * 60, evidence)
