"""A migration carried out by running nodes, asked over HTTP: shard by shard, a chunk at a time."""

import os
from collections.abc import Callable
from time import sleep
from typing import Any

import click
import httpx

from alihdaya.channels.api.versions import reported
from alihdaya.cli.settings import say
from alihdaya.operations.migrate.order import Migrate, Order
from alihdaya.operations.migrate.report import Report
from alihdaya.operations.migrate.whole import work_off

_ATTEMPTS = 60
"""Times that a shard without a holder is asked again, a second apart."""


def carry_out(
    url: str, body: dict[str, Any], *, limit: int | None, told: Callable[[int], None]
) -> tuple[Report, dict[str, int | None]]:
    """Have every shard carry an order out; `body` is the request's, without the chunk. Gives the version numbers, too.

    A node that is not asked at the right place names the one that is; a shard in nobody's hands is asked again.
    Raises ClickException with what a node refused. Asking again after that is safe.
    """
    numbers: dict[str, int | None] = {}
    whole: Report | None = None
    with node_at(url) as client:
        for row in asked(client, "GET", "/api/shards", None)["shards"]:
            if whole is not None and limit is not None and whole.items >= limit:
                break
            found = _shard(client, int(row["shard"]), body, None if limit is None else limit - _items(whole), numbers)
            if found is None:
                continue
            whole = found if whole is None else whole.plus(found)
            body = {**body, "to": whole.to}  # shards may number their versions otherwise
            told(whole.items)
    if whole is None:
        raise click.ClickException(say("No shard has a version of this pack."))
    return whole, numbers


def node_at(url: str) -> httpx.Client:
    """Give a client of a node, which follows to the node that holds the shard asked for."""
    hooks: Any = {"request": [_show_token]}  # each request, for a redirect to another node would lose the header
    return httpx.Client(base_url=url, follow_redirects=True, timeout=30, event_hooks=hooks)


def _show_token(request: httpx.Request) -> None:
    """Show the token of ALIHDAYA_TOKEN, where there is one."""
    if token := os.environ.get("ALIHDAYA_TOKEN"):
        request.headers["Authorization"] = f"Bearer {token}"


def _items(whole: Report | None) -> int:
    return 0 if whole is None else whole.items


def _shard(
    client: httpx.Client, shard: int, body: dict[str, Any], limit: int | None, numbers: dict[str, int | None]
) -> Report | None:
    """Have one shard carry an order out; None where it has no such pack, hence no such items."""
    versions = asked(client, "GET", f"/api/shards/{shard}/versions", None)
    if not any(one["pack"] == body["pack"] for one in versions):
        return None
    numbers.update((one["digest"], one["number"]) for one in versions)

    def chunk(command: Migrate) -> Report:
        part = {"after": command.after, "most": command.most}
        return reported(asked(client, "POST", f"/api/shards/{shard}/migrate", {**body, **part}))

    return work_off(chunk, Migrate(Order(body["pack"]), most=200), limit=limit)


def asked(client: httpx.Client, method: str, path: str, body: dict[str, Any] | None) -> Any:
    """Ask a node and give its answer's JSON; a shard in nobody's hands is asked again. Raises ClickException."""
    for _ in range(_ATTEMPTS):
        try:
            answer = client.request(method, path, json=body)
        except httpx.TransportError as error:
            raise click.ClickException(say("The node does not answer: {error}").format(error=error)) from None
        if answer.status_code != 503:
            break
        sleep(1)
    if answer.is_success:
        return answer.json() if answer.content else None
    try:
        told = "; ".join(problem["message"] for problem in answer.json()["problems"])
    except (ValueError, KeyError, TypeError):
        told = f"HTTP {answer.status_code}"
    raise click.ClickException(told)
