"""A whole order, chunk by chunk: whoever carries the chunks out commits each, and may be killed between any two."""

from collections.abc import Callable

from alihdaya.operations.migrate.order import Migrate
from alihdaya.operations.migrate.report import Report


def work_off(
    chunk: Callable[[Migrate], Report],
    first: Migrate,
    *,
    limit: int | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> Report:
    """Have chunks carried out until no item is left, or `limit` items were looked at; gives the report of all.

    `told` hears how many items were looked at so far. Begun anew after a kill it finds only the items that are left.
    """
    whole: Report | None = None
    command = first
    while True:
        left = first.most if limit is None else min(first.most, limit - (whole.items if whole else 0))
        found = chunk(command._replace(most=left))
        whole = found if whole is None else whole.plus(found)
        told(whole.items)
        if not found.more or (limit is not None and whole.items >= limit):
            return whole
        command = command._replace(after=found.last)
