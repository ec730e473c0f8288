"""Months of the shards of many nodes: files are written here, and each shard's own writer lets the rows go."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.settings import Settings, say

if TYPE_CHECKING:
    from alihdaya.operations.books.retain import Candidate, Gone
    from alihdaya.operations.books.retire import Retire


def of_all_shards(
    settings: Settings,
    url: str | None,
    span: tuple[int, int],
    *,
    dry_run: bool,
    to: Path | None,
    by: str,
    unbilled: bool,
) -> "tuple[list[tuple[int, Gone]], list[tuple[int, Candidate]]]":
    """Archive the months of every shard while nodes work, and see what is left, each with its shard.

    `url`: any node; `span`: how many months are kept, and when it is. Raises UsageError without a node to ask,
    ClickException with what a node refused; asking again is safe.
    """
    from alihdaya.cli.migrate.remote import node_at

    if url is None and not dry_run:
        raise click.UsageError(say("Nodes write to this database: name one of them with --by-nodes."))
    gone: list[tuple[int, Gone]] = []
    left: list[tuple[int, Candidate]] = []
    with settings.read() as books, nullcontext() if url is None else node_at(url) as client:
        for shard in range(1, settings.shards + 1):
            more = {"unbilled": unbilled, "books": books}
            if not dry_run:
                gone += [(shard, one) for one in _archived(settings, client, shard, span, by=by, folder=to, **more)]
            left += [(shard, one) for one in _left(settings, shard, span, **more)]
    return gone, left


def _archived(settings: Settings, client: Any, shard: int, span: tuple[int, int], **more: Any) -> "list[Gone]":
    from alihdaya.cli.migrate.remote import asked
    from alihdaya.operations.books.retain import archive_months
    from alihdaya.store.lease.lock import archiving

    def let_go(wish: "Retire") -> None:
        asked(client, "POST", f"/api/shards/{shard}/retire", {**wish.fact._asdict(), "by": wish.by})

    with settings.shard(shard) as store, archiving(store.database):
        return list(archive_months(store, let_go, *span, **more))


def _left(settings: Settings, shard: int, span: tuple[int, int], **more: Any) -> "list[Candidate]":
    from alihdaya.operations.books.retain import candidates

    with settings.shard(shard) as store:
        return list(candidates(store, *span, **more))
