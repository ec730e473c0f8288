"""Routes about people: who is there in a shard with what they proved; withdrawing a certificate; conflict walls.

What one shard knows of somebody all know soon, so any node may be asked.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from alihdaya.channels.api.answers import Elsewhere, as_json, refusal
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.time import DAY, MINUTE, micros
from alihdaya.operations.people.adherence import adherence, plain_kept
from alihdaya.operations.people.commands import Forget, SetWall, Withdraw
from alihdaya.operations.people.keeping import delete, kept_in_shards, noting
from alihdaya.operations.people.reported import MESSAGE, letter, results
from alihdaya.operations.people.standing import plain, plain_wall, standings, walls
from alihdaya.operations.people.walls import about
from alihdaya.packs.courses.statement import Result
from alihdaya.store.lease.house import FACTOR, name_of

if TYPE_CHECKING:
    from alihdaya.channels.api.app import Api
    from alihdaya.channels.api.instances import Body, Route


_WEEK = 7 * DAY
_DIGITS = 4


class Withdrawal(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/people/{person}/withdraw: which certificate, and why."""

    certificate: str
    reason: str
    by: str = "operator"


class Walling(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/people/{person}/walls, and .../walls/remove: about one client, engagement or item, and why."""

    reason: str
    client: str = ""
    engagement: str = ""
    item: str = ""
    by: str = "operator"


class Erasure(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/items/{item}/recordings/delete: why all recordings of an item go now.

    It was asked for, or consent was withdrawn. `note` is what the log keeps of it, such as the date of a letter.
    """

    why: Annotated[str, msgspec.Meta(pattern="^(request|consent)$")]
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""
    by: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] = "operator"


def _instant(query: Mapping[str, str], name: str, usual: int) -> int:
    if name not in query:
        return usual
    try:
        found = datetime.fromisoformat(query[name])
    except ValueError:
        raise refusal("bad-value", f"{name}: {query[name][:40]!r} is no date such as 2026-03-02", 422) from None
    return micros(found if found.tzinfo else found.replace(tzinfo=UTC))


def _minutes(query: Mapping[str, str]) -> int:
    text = query.get("breaks", "60")
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise refusal("bad-value", f"breaks: {text[:40]!r} is no number of minutes", 422)
    return int(text)


def routes(api: "Api", read: "Body") -> "list[Route]":
    """Give the routes; `read` gives a request's body."""

    async def people(request: Request) -> Response:
        shard = api.shard_of(request)
        found = await run_in_threadpool(standings, api.shards.shard(shard))
        return as_json([plain(one, api.node.clock()) for one in found])

    async def withdraw(request: Request) -> Response:
        wanted = await read(request, Withdrawal)
        here = api.node.keeper.shards
        if "shard" not in request.path_params and not here:
            raise Elsewhere(None)
        shard = api.shard_of(request) if "shard" in request.path_params else here[0]
        await api.do(shard, Withdraw(request.path_params["person"], wanted.certificate, wanted.reason, wanted.by))
        return Response(status_code=204)

    async def kept(request: Request) -> Response:
        query = request.query_params
        now = api.node.clock()
        until = _instant(query, "until", now)
        within = _instant(query, "from", until - _WEEK), until
        store, who = api.shards.shard(api.shard_of(request)), query.get("person", "")
        allowed = _minutes(query) * MINUTE
        found = await run_in_threadpool(adherence, store, within, now, person=who, allowed=allowed)
        return as_json([plain_kept(one) for one in found])

    return [
        ("POST", "/api/people/{person}/withdraw", withdraw),
        *_xapi_routes(api, read),
        *_wall_routes(api, read),
        *_recording_routes(api, read),
        ("GET", "/api/shards/{shard:number}/people", people),
        ("GET", "/api/shards/{shard:number}/adherence", kept),
        ("POST", "/api/shards/{shard:number}/people/{person}/withdraw", withdraw),
    ]


def _wall_routes(api: "Api", read: "Body") -> "list[Route]":
    """Give the routes of conflict walls; that of a single item goes to its shard, which knows whether it is open."""

    async def listed(request: Request) -> Response:
        found = await run_in_threadpool(walls, api.shards.shard(api.shard_of(request)))
        return as_json([plain_wall(one) for one in found])

    def setting(*, stand: bool) -> "Callable[[Request], Awaitable[Response]]":
        async def put(request: Request) -> Response:
            wanted = await read(request, Walling)
            what = about(wanted.client, wanted.engagement, wanted.item)
            shard, _, number = wanted.item.partition("-")
            here = [int(shard)] if number else api.node.keeper.shards
            if not here:
                raise Elsewhere(None)
            if not 1 <= here[0] <= api.node.shards:
                raise refusal("no-such-shard", f"there is no shard {here[0]}", 404)
            await api.do(here[0], SetWall(request.path_params["person"], what, stand, wanted.reason, wanted.by))
            return Response(status_code=204)

        return put

    return [
        ("GET", "/api/shards/{shard:number}/walls", listed),
        ("POST", "/api/people/{person}/walls", setting(stand=True)),
        ("POST", "/api/people/{person}/walls/remove", setting(stand=False)),
    ]


_PATIENCE = 15.0
"""Seconds in which a writer should have noted that a recording is deleted."""


def _recording_routes(api: "Api", read: "Body") -> "list[Route]":
    """Give the route by which recordings are deleted before their time; the holder of the item's shard does it."""

    def deleted(number: int, wanted: Erasure) -> list[dict[str, Any]]:
        shards = {shard: api.shards.shard(shard) for shard in range(1, api.node.shards + 1)}
        found = [one for one in kept_in_shards(shards) if number in one.items]
        if not found:
            raise refusal("no-recording", f"there is no recording of item {name_of(number)}", 404)
        note = noting(api.node.room, api.node.clock, _PATIENCE)
        wishes = ((one, Forget(number, one.recording, wanted.why, wanted.note, wanted.by)) for one in found)
        return [{"recording": one.recording, "deleted": delete(one, wish, note)} for one, wish in wishes]

    async def erase(request: Request) -> Response:
        shard, item = api.place(request)
        wanted = await read(request, Erasure)
        if api.node.room(shard) is None:
            holder = api.node.keeper.holder(shard)
            raise Elsewhere(None if holder == api.node.keeper.address else holder)
        try:
            return as_json(await run_in_threadpool(deleted, item * FACTOR + shard, wanted))
        except OSError as error:
            raise refusal("not-deleted", error.strerror or str(error), 409) from error

    return [("POST", "/api/items/{item}/recordings/delete", erase)]


_VERSION = {"X-Experience-API-Version": "1.0.3"}


def _xapi_routes(api: "Api", read: "Body") -> "list[Route]":
    """Give the route for xAPI statements: those that tell how a course went reach the training that waits for it."""

    async def report(result: Result) -> None:
        for shard in await run_in_threadpool(api.shards.awaiting, MESSAGE, result.enrolment):
            told = await run_in_threadpool(letter, api.shards.shard(shard), result)
            if told is not None:
                await api.do(shard, told)
            return
        raise Refused(Problem("nobody-waits", f"no training waits for {result.enrolment!r}"))

    async def statements(request: Request) -> Response:
        """POST /api/xapi/statements: one, or a list. All that can be used are; sending the same again is safe."""
        sent: Any = await read(request, object)
        problems: list[Problem] = []
        for found in results(sent):
            if isinstance(found, Problem):
                problems.append(found)
                continue
            try:
                await report(found)
            except Refused as refusal:
                problems += refusal.problems
        if problems:
            raise Refused(problems)
        listed = sent if isinstance(sent, list) else [sent]
        return as_json([one.get("id") for one in listed], 200, _VERSION)

    return [("POST", "/api/xapi/statements", statements)]
