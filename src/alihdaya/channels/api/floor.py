"""Routes of the floor: what waits, who is present, and what a person does with a task that rings or is theirs."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from alihdaya.channels.api.answers import as_json, refusal
from alihdaya.channels.api.wire import Assignment, item_name
from alihdaya.kernel.time import SECOND, iso, micros
from alihdaya.operations.exchange.handover.commands import HandBack, HandOver
from alihdaya.operations.floor.commands import Advise, AskAdvice, FloorCommand, HandOn, Look, SpendTime
from alihdaya.operations.floor.looking import plain_seat, plain_waits, seated
from alihdaya.store.views.open_work import handovers
from alihdaya.work.floor import shares
from alihdaya.work.floor.commands import Accept, Beat, CallBack, Decline, EndWrap, LogIn, LogOut, SetState, Take

if TYPE_CHECKING:
    from alihdaya.channels.api.app import Api
    from alihdaya.channels.api.instances import Body, Route


class Coming(msgspec.Struct, forbid_unknown_fields=True):
    """POST …/presence/{person}/login: how many pieces of each channel at the same time (voice, chat, mail, office).

    After `lease` seconds without any sign of life they are taken for gone, and what they have waits again; 0: never.
    """

    channels: dict[str, int] = msgspec.field(default_factory=lambda: {"office": 1})
    lease: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 60


class Being(msgspec.Struct, forbid_unknown_fields=True):
    """POST …/presence/{person}/state: ready, or why they get nothing new."""

    state: str


class Declining(msgspec.Struct, forbid_unknown_fields=True):
    """POST …/decline: who does not take it, and why."""

    person: str
    reason: str = ""


class Passing(msgspec.Struct, forbid_unknown_fields=True):
    """POST …/pass: who passes it on, how (transfer, escalate, hand-over), to whom first, and what they should know.

    `level` and `proficiency`: what it needs of the language and the skill beyond what its process says; `seconds`: how
    long handing over took.
    """

    person: str
    kind: str = "transfer"
    to: str = ""
    priority: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    note: str = ""
    level: str = ""
    proficiency: Annotated[int, msgspec.Meta(ge=0, le=5)] = 0
    seconds: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 0


class Spending(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/items/{item}/time: who spent how long on it with others (comment, meeting, hand-over), and on what."""

    person: str
    kind: str
    seconds: Annotated[int, msgspec.Meta(ge=1, le=86_400)]
    note: str = ""


class Consulting(msgspec.Struct, forbid_unknown_fields=True):
    """POST …/consult: who asks for advice on the task they have, whom first, by which channel, and what."""

    person: str
    to: str = ""
    note: str = ""
    channel: str = ""


class Advising(msgspec.Struct, forbid_unknown_fields=True):
    """POST …/advise, where the token is that of the adviser's part: who advises, and what."""

    person: str
    note: str = ""


class HandingOver(msgspec.Struct, forbid_unknown_fields=True):
    """POST …/hand-over: who hands the task over, to which service, what is asked, and what its intake needs besides.

    `engagement` "": the item's own, else the only other one of the client. `papers`: references to documents. With
    `final` nothing is awaited back.
    """

    person: str
    service: str
    engagement: str = ""
    note: str = ""
    given: dict[str, Any] = {}
    papers: list[str] = []
    final: bool = False


class HandingBack(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/items/{item}/hand-back: who gives or takes it back, and why; `token` where several are awaited."""

    person: str
    reason: str = ""
    token: Annotated[int, msgspec.Meta(ge=0, le=2**62)] = 0


class PuttingOff(msgspec.Struct, forbid_unknown_fields=True):
    """POST …/put-off: who agreed on a call-back, and for when."""

    person: str
    until: datetime


BODIES = {
    "Coming": Coming,
    "Being": Being,
    "Declining": Declining,
    "Passing": Passing,
    "Spending": Spending,
    "Consulting": Consulting,
    "Advising": Advising,
    "PuttingOff": PuttingOff,
    "HandingOver": HandingOver,
    "HandingBack": HandingBack,
}
"""The shapes of what is sent, by their names in the API's description."""

OfTask = Callable[[Any, int, int], FloorCommand]


def _logs_in(person: str, wanted: Coming) -> LogIn:
    try:
        return LogIn(person, shares(wanted.channels), int(wanted.lease * SECOND))
    except ValueError as error:
        raise refusal("bad-value", str(error), 422) from None


def _puts_off(wanted: PuttingOff, item: int, token: int) -> CallBack:
    until = wanted.until if wanted.until.tzinfo else wanted.until.replace(tzinfo=UTC)
    return CallBack(item, token, wanted.person, micros(until))


_OF_PEOPLE: dict[str, tuple[type[Any] | None, Callable[[str, Any], FloorCommand]]] = {
    "login": (Coming, _logs_in),
    "state": (Being, lambda person, wanted: SetState(person, wanted.state)),
    "beat": (None, lambda person, _: Beat(person)),
    "logout": (None, lambda person, _: LogOut(person)),
}
_OF_TASKS: dict[str, tuple[type[Any], OfTask]] = {
    "accept": (Assignment, lambda wanted, item, token: Accept(item, token, wanted.person)),
    "decline": (Declining, lambda wanted, item, token: Decline(item, token, wanted.person, wanted.reason)),
    "take": (Assignment, lambda wanted, item, token: Take(item, token, wanted.person)),
    "pass": (
        Passing,
        lambda one, item, token: HandOn(
            item, token, one.person, one.kind, one.to, one.priority, one.note, one.level, one.proficiency, one.seconds
        ),
    ),
    "consult": (Consulting, lambda one, item, token: AskAdvice(item, token, one.person, one.to, one.note, one.channel)),
    "advise": (Advising, lambda one, item, token: Advise(item, token, one.person, one.note)),
    "wrapped": (Assignment, lambda one, item, token: EndWrap(item, token, one.person)),
    "put-off": (PuttingOff, _puts_off),
}


def routes(api: "Api", read: "Body") -> "list[Route]":
    """Give the routes; `read` gives a request's body."""

    async def queue(request: Request) -> Response:
        found = await api.do(api.shard_of(request), Look())
        return as_json([plain_waits(one) for one in found])

    async def presence(request: Request) -> Response:
        return as_json(await _seats(api, request))

    async def one(request: Request) -> Response:
        who = request.path_params["person"]
        found = [] if "\0" in who else await _seats(api, request, who)
        if not found:
            raise refusal("not-present", f"{who[:40]!r} is not present", 404)
        return as_json(found[0])

    async def time(request: Request) -> Response:
        wanted = await read(request, Spending)
        shard, item = api.place(request)
        await api.do(shard, SpendTime(item, wanted.person, wanted.kind, wanted.seconds, wanted.note))
        return Response(status_code=204)

    seat = "/api/shards/{shard:number}/presence"
    return [
        *_handovers(api, read),
        ("GET", "/api/shards/{shard:number}/queue", queue),
        ("GET", seat, presence),
        ("POST", "/api/items/{item}/time", time),
        ("GET", f"{seat}/{{person}}", one),
        *(_of_person(api, read, act) for act in _OF_PEOPLE),
        *(_of_task(api, read, act) for act in _OF_TASKS),
    ]


def _handovers(api: "Api", read: "Body") -> "list[Route]":
    """Give the routes between services; a new item is in the shard of the one that hands over."""

    async def over(request: Request) -> Response:
        one = await read(request, HandingOver)
        shard, item = api.place(request)
        where = item, min(int(request.path_params["token"]), 2**62), one.person
        papers = tuple(one.papers)
        wish = HandOver(*where, one.service, one.engagement, one.note, one.given, papers, one.final)
        return as_json({"id": item_name(shard, await api.do(shard, wish))}, 201)

    async def back(request: Request) -> Response:
        one = await read(request, HandingBack)
        shard, item = api.place(request)
        await api.do(shard, HandBack(item, one.person, one.reason, one.token))
        return Response(status_code=204)

    async def awaited(request: Request) -> Response:
        shard = api.shard_of(request)
        found = await run_in_threadpool(handovers, api.shards.shard(shard))
        named = [{"item": item_name(shard, one.item), "giver": item_name(shard, one.giver)} for one in found]
        return as_json([{**one._asdict(), **name, "at": iso(one.at)} for one, name in zip(found, named, strict=True)])

    return [
        ("POST", "/api/items/{item}/tasks/{token:number}/hand-over", over),
        ("POST", "/api/items/{item}/hand-back", back),
        ("GET", "/api/shards/{shard:number}/handovers", awaited),
    ]


async def _seats(api: "Api", request: Request, who: str = "") -> list[dict[str, Any]]:
    shard = api.shard_of(request)
    found = [plain_seat(one) for one in await run_in_threadpool(seated, api.shards.shard(shard), who)]
    for one in found:
        one["hands"] = [{**hand, "item": item_name(shard, hand["item"])} for hand in one["hands"]]
    return found


def _of_person(api: "Api", read: "Body", act: str) -> "Route":
    """Give the route by which a person says that they are there, and how."""
    shape, make = _OF_PEOPLE[act]

    async def done(request: Request) -> Response:
        wanted = None if shape is None else await read(request, shape)
        await api.do(api.shard_of(request), make(request.path_params["person"], wanted))
        return Response(status_code=204)

    return "POST", f"/api/shards/{{shard:number}}/presence/{{person}}/{act}", done


def _of_task(api: "Api", read: "Body", act: str) -> "Route":
    """Give the route by which a person does something with a task."""
    shape, make = _OF_TASKS[act]

    async def done(request: Request) -> Response:
        wanted = await read(request, shape)
        shard, item = api.place(request)
        await api.do(shard, make(wanted, item, min(int(request.path_params["token"]), 2**62)))
        return Response(status_code=204)

    return "POST", f"/api/items/{{item}}/tasks/{{token:number}}/{act}", done
