"""Routes about an engagement as its client sees it: how its service levels were kept, over all shards."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from alihdaya.channels.api.answers import as_json, refusal
from alihdaya.engagement.sla import Attainment
from alihdaya.operations.books.bill import attainments_of, span, terms_of
from alihdaya.operations.instance.sla import kept_plain
from alihdaya.store import views
from alihdaya.store.working import WorkingSet

if TYPE_CHECKING:
    from alihdaya.channels.api.app import Api
    from alihdaya.channels.api.instances import Route


def routes(api: "Api") -> "list[Route]":
    """Give the routes."""

    async def attainment(request: Request) -> Response:
        engagement, month = request.path_params["engagement"], request.query_params.get("month")
        shards = [api.shards.shard(number) for number in range(1, api.node.shards + 1)]
        found = await run_in_threadpool(_kept, shards, engagement, month)
        return as_json([kept_plain(one) for one in found])

    return [("GET", "/api/engagements/{engagement}/attainment", attainment)]


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
