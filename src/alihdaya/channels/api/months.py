"""The route by which a month leaves a shard: its files are there, now the shard's writer lets the rows go."""

from typing import TYPE_CHECKING, Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from alihdaya.engagement.events import MonthArchived
from alihdaya.operations.books.retire import Retire

if TYPE_CHECKING:
    from alihdaya.channels.api.app import Api
    from alihdaya.channels.api.instances import Body, Route

_Number = Annotated[int, msgspec.Meta(ge=0, lt=2**62)]


class Month(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/shards/{shard}/retire: what the files of a shard's oldest month hold, as its manifest says.

    `chain` is the manifest's sha256, `folder` the shard's part of the archive; `born` and `until` in microseconds.
    """

    month: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
    first: _Number
    last: _Number
    entries: _Number
    items: _Number
    last_item: _Number
    folder: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    chain: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    born: _Number
    until: _Number
    by: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] = "operator"


def routes(api: "Api", read: "Body") -> "list[Route]":
    """Give the route; `read` gives a request's body."""

    async def retire(request: Request) -> Response:
        shard = api.shard_of(request)
        wanted = await read(request, Month)
        fact = MonthArchived(*[getattr(wanted, name) for name in MonthArchived._fields])
        await api.do(shard, Retire(fact, wanted.by))
        return Response(status_code=204)

    return [("POST", "/api/shards/{shard:number}/retire", retire)]
