"""The first station: work comes in, is bound to its terms, and goes as far as rules carry it."""

from alihdaya.engagement.events import RowRejected
from alihdaya.engine import Start
from alihdaya.engine.commands import Command
from alihdaya.kernel.event import Event
from alihdaya.operations.advance import advance
from alihdaya.operations.books.account.agree import agreed
from alihdaya.operations.commands import Receive, Reject
from alihdaya.operations.desk import Desk, OpenItem
from alihdaya.work.events import ItemReceived


def receive(desk: Desk, work: Receive, at: int) -> int:
    """Take an item in at `at` and run its process to the first wait or to its end; returns the item's number.

    Whether the external id is known already is for the caller to ask first, a batch at a time.
    """
    return begin(desk, work, Start(work.data), at, "intake")


def begin(desk: Desk, work: Receive, command: Command, at: int, by: str) -> int:
    """Take an item in whose process begins with `command`; returns the item's number.

    Raises Refused as `decide`, and after the engagement's end.
    """
    service = agreed(desk, work.service, at) if desk.standings else work.service
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
    return take_up(desk, OpenItem(desk.last_item + 1, service, at), came, command, by)


def take_up(desk: Desk, item: OpenItem, came: Event, command: Command, by: str, *more: Event) -> int:
    """Begin an item with the event that says where it came from; it gets the next number, which is returned.

    `more` is what is known of where it came from.
    """
    events = advance(desk, item, command, item.received_at)
    number = desk.last_item = item.item
    if item.instance is not None and item.instance.status == "running":
        desk.items[number] = item
        desk.record(item, item.received_at, by, [came, *more, *events])
    else:
        desk.append(item.received_at, number, by, [came, *more, *events])
    return number


def reject(desk: Desk, row: Reject, at: int) -> None:
    """Turn a row away; the log keeps where it stood and why."""
    desk.note(at, "intake", RowRejected(*row))
