"""Routes by which operators act on items: cancel, suspend, resume, set, move, retry; and the trace."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from alihdaya.channels.api import wire
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.commands import Retry
from alihdaya.operations.instance.commands import (
    Amend,
    CancelItem,
    InstanceCommand,
    MoveToken,
    Resume,
    SetFacts,
    Suspend,
)
from alihdaya.operations.instance.picture import plain, read
from alihdaya.operations.instance.sla import explain
from alihdaya.operations.instance.sla import plain as sla_plain
from alihdaya.operations.instance.trace import to_plain

if TYPE_CHECKING:
    from alihdaya.channels.api.app import Api

Body = Callable[[Request, type[Any]], Awaitable[Any]]
Route = tuple[str, str, Callable[[Request], Awaitable[Response]]]


class Act(msgspec.Struct, forbid_unknown_fields=True):
    """POST …/cancel, …/suspend and …/resume: who does it, and why."""

    by: str = "operator"
    reason: str = ""


class Facts(msgspec.Struct, forbid_unknown_fields=True):
    """POST …/variables: what is set, as the token sees it (0: the process)."""

    variables: dict[str, Any]
    token: Annotated[int, msgspec.Meta(ge=0, le=2**62)] = 0
    by: str = "operator"


class Goal(msgspec.Struct, forbid_unknown_fields=True):
    """POST …/move: the node that the token is to enter."""

    node: str
    by: str = "operator"


class Again(msgspec.Struct, forbid_unknown_fields=True):
    """POST …/retry: variables to set before, as one with the retry."""

    variables: dict[str, Any] = {}
    by: str = "operator"


BODIES = {"Act": Act, "Facts": Facts, "Goal": Goal, "Again": Again}
"""The shapes of what is sent, by their names in the API's description."""


class Instances:
    """What the routes call."""

    def __init__(self, api: "Api", body: Body) -> None:
        self.api = api
        self.body = body

    async def cancel(self, request: Request) -> Response:
        """POST /api/items/{item}/cancel."""
        wanted = await self.body(request, Act)
        return await self._do(request, lambda item: CancelItem(item, wanted.reason, wanted.by))

    async def suspend(self, request: Request) -> Response:
        """POST /api/items/{item}/suspend."""
        wanted = await self.body(request, Act)
        return await self._do(request, lambda item: Suspend(item, wanted.reason, wanted.by))

    async def resume(self, request: Request) -> Response:
        """POST /api/items/{item}/resume."""
        wanted = await self.body(request, Act)
        return await self._do(request, lambda item: Resume(item, wanted.by))

    async def variables(self, request: Request) -> Response:
        """POST /api/items/{item}/variables."""
        wanted = await self.body(request, Facts)
        return await self._do(request, lambda item: SetFacts(item, wanted.variables, wanted.token, wanted.by))

    async def move(self, request: Request) -> Response:
        """POST /api/items/{item}/tokens/{token}/move."""
        wanted, token = await self.body(request, Goal), _token(request)
        return await self._do(request, lambda item: MoveToken(item, token, wanted.node, wanted.by))

    async def retry(self, request: Request) -> Response:
        """POST /api/items/{item}/tokens/{token}/retry."""
        wanted, token = await self.body(request, Again), _token(request)
        if not wanted.variables:
            return await self._do(request, lambda item: Retry(item, token))
        return await self._do(request, lambda item: Amend(item, token, wanted.variables, wanted.by))

    async def trace(self, request: Request) -> Response:
        """GET /api/items/{item}/trace: how the instance stands, and its whole path."""
        shard, item = self.api.place(request)
        found = await run_in_threadpool(read, self.api.shards.shard(shard), item)
        if found is None:
            raise Refused(Problem("no-such-item", f"there is no item {shard}-{item}"))
        told = plain(found) | {"item": wire.item_name(shard, item), "trace": to_plain(found.trace)}
        return Response(wire.write(told), media_type="application/json")

    async def sla(self, request: Request) -> Response:
        """GET /api/items/{item}/sla: its service level clocks, explained second by second."""
        shard, item = self.api.place(request)
        found = await run_in_threadpool(explain, self.api.shards.shard(shard), item, self.api.node.clock())
        if found is None:
            raise Refused(Problem("no-such-item", f"there is no item {shard}-{item}"))
        told = sla_plain(found) | {"item": wire.item_name(shard, item)}
        return Response(wire.write(told), media_type="application/json")

    async def _do(self, request: Request, make: Callable[[int], InstanceCommand | Retry]) -> Response:
        shard, item = self.api.place(request)
        await self.api.do(shard, make(item))
        return Response(status_code=204)


def _token(request: Request) -> int:
    return min(int(request.path_params["token"]), 2**62)


def routes(api: "Api", body: Body) -> list[Route]:
    """Give the operators' routes: method, path and what answers. `body` reads a request's body as a shape."""
    made = Instances(api, body)
    item, token = "/api/items/{item}", "/api/items/{item}/tokens/{token:number}"
    return [
        ("GET", f"{item}/trace", made.trace),
        ("GET", f"{item}/sla", made.sla),
        ("POST", f"{item}/cancel", made.cancel),
        ("POST", f"{item}/suspend", made.suspend),
        ("POST", f"{item}/resume", made.resume),
        ("POST", f"{item}/variables", made.variables),
        ("POST", f"{token}/move", made.move),
        ("POST", f"{token}/retry", made.retry),
    ]
