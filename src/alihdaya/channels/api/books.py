"""Routes about an engagement as its client sees it: how service levels were kept, and the questions it registered.

Questions are no shard's: they stand in the house's own log, so any node may be asked.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from alihdaya.channels.api.answers import as_json, refusal
from alihdaya.channels.api.program_wire import Asking, Chances, TaskQuestionAnswer
from alihdaya.channels.api.programs import read_own
from alihdaya.channels.api.wire import item_place
from alihdaya.engagement.sla import Attainment
from alihdaya.operations.books.bill import attainments_of, span, terms_of
from alihdaya.operations.books.house import open_house_desk
from alihdaya.operations.books.questions import Inquire, plain, questions
from alihdaya.operations.books.questions.own import own_plain, own_questions, wall_before
from alihdaya.operations.instance.sla import kept_plain
from alihdaya.operations.perform import perform
from alihdaya.store import views
from alihdaya.store.lease.house import number_of, open_house
from alihdaya.store.working import WorkingSet
from alihdaya.work.question import QuestionAnswered, QuestionFact, QuestionRegistered, QuestionSettled

if TYPE_CHECKING:
    from alihdaya.channels.api.app import Api
    from alihdaya.channels.api.instances import Body, Route
    from alihdaya.operations.node.node import Node

PATIENCE = 5.0
"""Seconds in which a request waits for another who works on the books."""


class Registering(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/questions: what a client wants to know, and what they believe before, by outcome ("0.7")."""

    question: str
    engagement: str
    service: str
    text: str
    prior: Chances
    by: str = "operator"


class Answering(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/questions/{question}/answers: by whom, with which probabilities by outcome.

    `item` ("3-17") is the work that it came with; `seconds` of expert time beside that; `evidence`: what was opened.
    """

    person: str
    probabilities: Chances
    item: str = ""
    seconds: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 0
    evidence: list[str] = []


class Settling(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/questions/{question}/settle: how it came out, and where that is known from; `instead`: a correction."""

    outcome: str
    source: str = ""
    by: str = "operator"
    instead: bool = False


BODIES = (Registering, Answering, Settling)
"""The shapes of what is sent about questions."""


def routes(api: "Api", read: "Body") -> "list[Route]":
    """Give the routes; `read` gives a request's body."""

    async def attainment(request: Request) -> Response:
        engagement, month = request.path_params["engagement"], request.query_params.get("month")
        shards = [api.shards.shard(number) for number in range(1, api.node.shards + 1)]
        found = await run_in_threadpool(_kept, shards, engagement, month)
        return as_json([kept_plain(one) for one in found])

    return [("GET", "/api/engagements/{engagement}/attainment", attainment), *_of_questions(api, read)]


def _of_questions(api: "Api", read: "Body") -> "list[Route]":
    async def write(make: Callable[[WorkingSet], QuestionFact], by: str, *, instead: bool = False) -> Response:
        new = await run_in_threadpool(
            inquire, api.node, lambda store: Inquire((make(store),), by[:200] or "operator", instead)
        )
        return as_json({"new": bool(new)}, 201 if new else 200)

    async def listed(request: Request) -> Response:
        found = await run_in_threadpool(_questions, api.node.url, request.query_params)
        return as_json(found)

    async def register(request: Request) -> Response:
        one = await read(request, Registering)
        chances = tuple(one.prior), tuple(one.prior.values())
        fact = QuestionRegistered(one.question, one.engagement, one.service, one.text, *chances)
        return await write(lambda _: fact, one.by)

    async def answer(request: Request) -> Response:
        one, name = await read(request, Answering), request.path_params["question"]
        return await write(lambda store: _answered(store, name, one.person, one), one.person)

    async def own(request: Request) -> Response:
        one = await read_own(request, Asking)
        return as_json(await run_in_threadpool(_own, api.node.url, one.worker))

    async def answer_own(request: Request) -> Response:
        one = await read_own(request, TaskQuestionAnswer)
        return await write(lambda store: _answered(store, one.question, one.worker, one), one.worker)

    async def settle(request: Request) -> Response:
        one = await read(request, Settling)
        fact = QuestionSettled(request.path_params["question"], one.outcome, one.source)
        return await write(lambda _: fact, one.by, instead=one.instead)

    return [
        ("GET", "/api/questions", listed),
        ("POST", "/api/questions", register),
        ("POST", "/api/questions/{question}/answers", answer),
        ("POST", "/api/questions/{question}/settle", settle),
        ("POST", "/api/work/questions", own),
        ("POST", "/api/work/questions/answers", answer_own),
    ]


def inquire(node: "Node", make: Callable[[WorkingSet], Inquire]) -> int:
    """Write to the house's own log, alone on the books; gives how many facts were new. Raises Refused, StoreError."""
    desk = open_house_desk(node.url, recorded=node.clock, patience=PATIENCE, books=True)
    try:
        new: int = perform(desk, make(desk.store), max(node.clock(), desk.at))
        desk.commit()
    finally:
        desk.close()
    return new


def _answered(store: WorkingSet, name: str, person: str, one: Answering | TaskQuestionAnswer) -> QuestionAnswered:
    """Put the probabilities into the question's order. Raises Refused."""
    known = questions(store).get(name)
    if known is None:
        raise refusal("no-question", f"no question {name[:40]!r} is registered here", 404)
    if wall := wall_before(store, person, known.asked.engagement):  # who is kept away learns nothing of the question
        raise refusal("gate", f"{person} may not answer this: a conflict wall keeps them from {wall}", 403)
    outcomes = known.asked.outcomes
    if set(one.probabilities) != set(outcomes):
        raise refusal("bad-probabilities", f"probabilities must name each outcome once: {', '.join(outcomes)}", 422)
    try:
        item = number_of(one.item) if one.item else 0
        item_place(one.item or "1-1")
    except ValueError:
        raise refusal("no-such-item", f"there is no item {one.item[:40]!r}", 404) from None
    stated = tuple(one.probabilities[outcome] for outcome in outcomes)
    return QuestionAnswered(name, person, stated, item, one.seconds, tuple(one.evidence))


def _questions(url: str, query: Any) -> list[dict[str, Any]]:
    with open_house(url) as store:
        found = [one for one in questions(store).values() if _wanted(one.asked, query)]
    return [plain(one) for one in found]


def _own(url: str, worker: str) -> dict[str, Any]:
    """Give what a worker may answer, and how its answers held. Raises Refused (404) of who is not on the roster."""
    with open_house(url) as store:
        found = own_questions(store, worker)
    if found is None:
        raise refusal("no-such-person", f"nobody on the roster is called {worker[:40]!r}", 404)
    return own_plain(found, worker)


def _wanted(asked: QuestionRegistered, query: Any) -> bool:
    return all(query.get(name, value) == value for name, value in asked._asdict().items() if name in _FILTERS)


_FILTERS = ("question", "engagement", "service")


def _kept(shards: Sequence[WorkingSet], engagement: str, month: str | None) -> tuple[Attainment, ...]:
    """Add up what all shards counted. Raises Refused (404) for an engagement that none has signed."""
    holder = next((one for one in shards if any(had.id == engagement for had in one.engagements())), None)
    if holder is None:
        raise refusal("which-engagement", f"no engagement {engagement[:40]!r} is signed here", 404)
    terms = terms_of(holder, engagement)
    if month is not None:
        span(terms, month)
    counted: dict[tuple[str, str], dict[str, int]] = {}
    for shard in shards:
        for key, measures in views.sla_measures(shard, engagement).items():
            sums = counted.setdefault(key, {})
            for measure, n in measures.items():
                sums[measure] = sums.get(measure, 0) + n
    return attainments_of(terms, counted, month)
