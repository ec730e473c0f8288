"""Routes about people: who is there in a shard with what they proved, and withdrawing a certificate.

What one shard knows of somebody all know soon, so any node may be asked.
"""

from typing import TYPE_CHECKING

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from alihdaya.channels.api.answers import Elsewhere, as_json
from alihdaya.operations.people.commands import Withdraw
from alihdaya.operations.people.standing import plain, standings

if TYPE_CHECKING:
    from alihdaya.channels.api.app import Api
    from alihdaya.channels.api.instances import Body, Route


class Withdrawal(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/people/{person}/withdraw: which certificate, and why."""

    certificate: str
    reason: str
    by: str = "operator"


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

    return [
        ("POST", "/api/people/{person}/withdraw", withdraw),
        ("GET", "/api/shards/{shard:number}/people", people),
        ("POST", "/api/shards/{shard:number}/people/{person}/withdraw", withdraw),
    ]
