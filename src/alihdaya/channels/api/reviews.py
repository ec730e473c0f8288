"""Routes of quality sampling: what waits for a review, the next one of a reviewer, and how everybody fares."""

from typing import TYPE_CHECKING, Annotated

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from alihdaya.channels.api.answers import as_json
from alihdaya.channels.api.wire import item_name
from alihdaya.operations.people.commands import Dispute, Review
from alihdaya.operations.people.quality import plain_open, plain_quality
from alihdaya.store.views.reviews import open_reviews, quality

if TYPE_CHECKING:
    from alihdaya.channels.api.app import Api
    from alihdaya.channels.api.instances import Body, Route


class Reviewing(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/items/{item}/tasks/{token}/review: who looked at it, with which points by criterion, for how long."""

    reviewer: str
    points: dict[str, int]
    note: str = ""
    seconds: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 0


class Disputing(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/items/{item}/tasks/{token}/dispute: whoever did the task, and why the review is not right."""

    person: str
    note: str


def routes(api: "Api", read: "Body") -> "list[Route]":
    """Give the routes; `read` gives a request's body."""

    async def waiting(request: Request) -> Response:
        shard = api.shard_of(request)
        found = await run_in_threadpool(open_reviews, api.shards.shard(shard))
        return as_json([{**plain_open(one), "item": item_name(shard, one.item)} for one in found])

    async def fares(request: Request) -> Response:
        found = await run_in_threadpool(quality, api.shards.shard(api.shard_of(request)))
        return as_json([plain_quality(one) for one in found])

    async def give(request: Request) -> Response:
        wanted = await read(request, Reviewing)
        shard, item = api.place(request)
        token = min(int(request.path_params["token"]), 2**62)
        done = await api.do(shard, Review(item, token, wanted.reviewer, wanted.points, wanted.note, wanted.seconds))
        return as_json({"percent": done.percent, "passed": done.passed})

    async def dispute(request: Request) -> Response:
        wanted = await read(request, Disputing)
        shard, item = api.place(request)
        await api.do(shard, Dispute(item, min(int(request.path_params["token"]), 2**62), wanted.person, wanted.note))
        return Response(status_code=204)

    return [
        ("GET", "/api/shards/{shard:number}/reviews", waiting),
        ("GET", "/api/shards/{shard:number}/quality", fares),
        ("POST", "/api/items/{item}/tasks/{token:number}/review", give),
        ("POST", "/api/items/{item}/tasks/{token:number}/dispute", dispute),
    ]
