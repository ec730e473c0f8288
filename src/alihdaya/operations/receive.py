"""The first station: work comes in, is bound to its terms, and goes as far as rules carry it."""

from alihdaya.engagement.events import RowRejected
from alihdaya.engine import Start
from alihdaya.operations.advance import advance
from alihdaya.operations.commands import Receive, Reject
from alihdaya.operations.desk import Desk, OpenItem
from alihdaya.work.events import ItemReceived


def receive(desk: Desk, work: Receive, at: int) -> int:
    """Take an item in at `at` and run its process to the first wait or to its end; returns the item's number.

    Whether the external id is known already is for the caller to ask first, a batch at a time.
    """
    service = work.service
    number = desk.last_item + 1
    item = OpenItem(number, service, at)
    came = ItemReceived(
        service.engagement,
        service.name,
        work.channel,
        work.external_id,
        work.source,
        work.row,
        service.terms.digest,
        service.pack.digest,
        {},
    )
    events = advance(desk, item, Start(work.data), at)
    desk.last_item = number
    if item.instance is not None and item.instance.status == "running":
        desk.items[number] = item
        desk.record(item, at, "intake", [came, *events])
    else:
        desk.append(at, number, "intake", [came, *events])
    return number


def reject(desk: Desk, row: Reject, at: int) -> None:
    """Turn a row away; the log keeps where it stood and why."""
    desk.note(at, "intake", RowRejected(*row))
