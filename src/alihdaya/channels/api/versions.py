"""Versions and migrations over the API's wire: what is asked of a shard, a chunk at a time, and what it answers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from alihdaya.channels.api.wire import item_name, item_place
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.time import iso, micros
from alihdaya.operations.migrate.order import Choice, Migrate, Order
from alihdaya.operations.migrate.report import Place, Reason, Report, to_plain
from alihdaya.store.views.versions import counts
from alihdaya.store.working import Version, WorkingSet

MOST = 500
"""So many items a request may be about: the shard's writer does nothing else meanwhile."""


class Migration(msgspec.Struct, forbid_unknown_fields=True, rename={"reset": "reset-timers", "version": "from"}):
    """POST /api/shards/{shard}/migrate: the next `most` items after item `after` of the shard; looks unless `go`.

    The others are as of `alihdaya migrate`; `items` are names such as "3-17".
    """

    pack: str
    to: str = ""
    nodes: dict[str, str] = {}
    set: dict[str, str] = {}
    reset: bool = False
    version: str = ""
    service: str = ""
    node: str = ""
    before: datetime | None = None
    where: str = ""
    items: list[str] = []
    after: int = 0
    most: int = 200
    go: bool = False


def command_of(wanted: Migration, shard: int) -> Migrate:
    """Give the command for a shard's writer. Raises Refused for names of items that are none, and too large a chunk."""
    if not (1 <= wanted.most <= MOST and 0 <= wanted.after < 2**62):
        raise Refused(Problem("bad-value", f"most: from 1 to {MOST}; after: the number of an item"))
    try:
        places = [item_place(name) for name in wanted.items]
    except ValueError as error:
        raise Refused(Problem("bad-value", f"there is no item {str(error)[:40]!r}")) from None
    items = tuple(item for where, item in places if where == shard) or ((-1,) if places else ())
    before = wanted.before
    instant = 0 if before is None else micros(before if before.tzinfo else before.replace(tzinfo=UTC))
    choice = Choice(wanted.version, wanted.service, wanted.node, instant, wanted.where, items)
    order = Order(wanted.pack, wanted.to, wanted.nodes, wanted.set, wanted.reset, choice)
    return Migrate(order, wanted.after, wanted.most, wanted.go)


def answered(report: Report, shard: int, versions: Sequence[Version]) -> dict[str, Any]:
    """Give a chunk's report; items by their names among all shards."""
    plain = to_plain(report, {one.digest: one.number for one in versions})
    reasons = [{**one, "sample": item_name(shard, int(one["sample"]))} for one in plain["reasons"]]
    return {**plain, "reasons": reasons, "stayed": [item_name(shard, int(item)) for item in report.stayed]}


def reported(plain: dict[str, Any]) -> Report:
    """Give the report that an answer tells of; items stay names. Raises KeyError, TypeError for what is none."""
    return Report(
        to=plain["to"]["digest"],
        **{name: plain[name] for name in ("items", "moved", "withdrawn", "due", "last", "more")},
        places=tuple(Place(one["digest"], *(one[name] for name in Place._fields[1:])) for one in plain["places"]),
        reasons=tuple(Reason(one["digest"], *(one[name] for name in Reason._fields[1:])) for one in plain["reasons"]),
        stayed=tuple(plain["stayed"]),
    )


def listed(store: WorkingSet) -> list[dict[str, Any]]:
    """Give a shard's versions with their items: GET /api/shards/{shard}/versions."""
    found = counts(store)
    return [
        {
            **one._asdict(),
            "deployed_at": iso(one.deployed_at),
            "items": found[one.digest].items if one.digest in found else 0,
            "underway": found[one.digest].underway if one.digest in found else 0,
        }
        for one in store.versions()
    ]
