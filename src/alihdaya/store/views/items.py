"""Items: lists, one item's story, and what was delivered for the invoice to name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, case, func, literal_column, select

from alihdaya.kernel.event import Entry
from alihdaya.store.archive.reading import archived_entries, archived_item, folder_of
from alihdaya.store.log import entries
from alihdaya.store.project.standing import OVER
from alihdaya.store.schema import CALLED, INCIDENT, ITEM, RECEIVED, TASK
from alihdaya.store.working import WorkingSet
from alihdaya.work.handover import channel, giver_of

Month = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item as it stands: running, waiting, stopped, suspended, delivered or cancelled; instants in microseconds."""

    id: int
    engagement: str
    service: str
    external_id: str
    definition: str
    terms: str
    source: int
    row: int
    status: str
    node: str | None
    received_at: int
    responded_at: int | None
    closed_at: int | None
    respond_due: int | None
    resolve_due: int | None
    outcome: str | None
    unit: str | None
    touched: bool


@dataclass(frozen=True, slots=True)
class OpenTaskRow:
    """An open task of an item, and who works on it since when."""

    token: int
    node: str
    name: str
    queued_at: int
    person: str | None
    assigned_at: int | None


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """Why an item is stopped."""

    token: int
    node: str
    code: str
    message: str
    at: int


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of one item: where it stands, what is open, and every entry about it."""

    item: ItemRow
    tasks: tuple[OpenTaskRow, ...]
    incidents: tuple[IncidentRow, ...]
    entries: tuple[Entry, ...]
    archived: str = ""
    """The folder of the archive that its row was read from; empty for an item that is in the store."""


class Kin(NamedTuple):
    """An item from which another one came; `engagement` is "" of one that is archived."""

    item: int
    engagement: str


_CLOSED = case((ITEM.c.status.in_(OVER), ITEM.c.closed_at)).label("closed_at")
"""Of an open item the column says since when nobody was asked (project.items); that is no close."""

_COLUMNS = [_CLOSED if column.name == "closed_at" else column for column in ITEM.c if column.name != "state"]


def items(
    store: WorkingSet,
    *,
    status: str | None = None,
    engagement: str | None = None,
    service: str | None = None,
    outcome: str | None = None,
    month: Month | None = None,
    these: Sequence[int] | None = None,
    limit: int = 100,
    after: int = 0,
) -> list[ItemRow]:
    """Give items by id, those after `after`, at most `limit`, of `these`; `month`: only those delivered within it."""
    query = select(*_COLUMNS).where(ITEM.c.id > after).order_by(ITEM.c.id).limit(limit)
    for column, wanted in (
        (ITEM.c.status, status),
        (ITEM.c.engagement, engagement),
        (ITEM.c.service, service),
        (ITEM.c.outcome, outcome),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if month is not None:
        query = query.where(_within(month))
    if these is not None:
        query = query.where(ITEM.c.id.in_(these))
    with store.snapshot() as connection:
        return [ItemRow(*row) for row in connection.execute(query)]


_WAYS_IN = ("file", "api", "message", "signal", "timer")
"""What the channels of a service are called by which items of the client's number come in."""


def named(store: WorkingSet, external_id: str) -> list[int]:
    """Give the items that came in under a number of a client's, of any service, in order; archived ones, too."""
    services = {(one.id, service["id"]) for one in store.engagements() for service in one.terms["service"]}
    channels = [f"{engagement}/{service}/{way}" for engagement, service in sorted(services) for way in _WAYS_IN]
    query = select(RECEIVED.c.item).where(RECEIVED.c.channel.in_(channels), RECEIVED.c.external_id == external_id)
    with store.snapshot() as connection:
        return sorted(connection.execute(query).scalars())


def family(store: WorkingSet, item: int, *, itself: bool = False) -> tuple[Kin, ...]:
    """Give from which items an item came, the nearest first: that called it or handed it over, and theirs in turn.

    `itself`: the item, too, before all others. What is archived ends the family, and is the last of it.
    """
    found: list[Kin] = []
    with store.snapshot() as connection:
        number: int | None = item
        while number is not None:
            engagement, before = _came_from(connection, number, store.factor)
            found.append(Kin(number, engagement))
            number = before
    return tuple(found if itself else found[1:])


def _came_from(connection: Connection, item: int, factor: int) -> tuple[str, int | None]:
    """Give an item's engagement, and the item that called it or handed it over, None for neither."""
    query = select(ITEM.c.engagement, ITEM.c.service, ITEM.c.external_id, CALLED.c.caller)
    query = query.outerjoin_from(ITEM, CALLED, CALLED.c.item == ITEM.c.id).where(ITEM.c.id == item)
    row = connection.execute(query).one_or_none()
    if row is None or row.caller is not None:
        return ("", None) if row is None else (row.engagement, row.caller)
    name = (RECEIVED.c.channel == channel(row.engagement, row.service)) & (RECEIVED.c.external_id == row.external_id)
    handed = connection.execute(select(RECEIVED.c.item).where(name, RECEIVED.c.item == item)).scalar()
    return row.engagement, None if handed is None else giver_of(row.external_id, item, factor)


def item_story(store: WorkingSet, item: int) -> Story | None:
    """Give the whole story of an item, None where there is no such item; of an archived one from its files.

    Raises StoreError where a file of the archive is missing or was changed.
    """
    tasks = select(TASK.c.token, TASK.c.node, TASK.c.name, TASK.c.queued_at, TASK.c.person, TASK.c.assigned_at)
    incidents = select(*[column for column in INCIDENT.c if column.name != "item"])
    with store.snapshot() as connection:
        found = connection.execute(select(*_COLUMNS).where(ITEM.c.id == item)).one_or_none()
        if found is None:
            return _archived_story(store, item)
        return Story(
            ItemRow(*found),
            tuple(OpenTaskRow(*row) for row in connection.execute(tasks.where(TASK.c.item == item))),
            tuple(IncidentRow(*row) for row in connection.execute(incidents.where(INCIDENT.c.item == item))),
            _with_called(connection, item),
        )


def _with_called(connection: Connection, item: int) -> tuple[Entry, ...]:
    """Give the entries of an item and of all that it called, and that those called, in the order of the log."""
    return tuple(sorted(entry for one in _family(connection, item) for entry in entries(connection, item=one)))


def _family(connection: Connection, item: int) -> list[int]:
    found = level = [item]
    while level := list(connection.execute(select(CALLED.c.item).where(CALLED.c.caller.in_(level))).scalars()):
        found = [*found, *level]
    return found


def _archived_story(store: WorkingSet, item: int) -> Story | None:
    found = archived_item(store, item)
    if found is None:
        return None
    with store.snapshot() as connection:
        family = _family(connection, item)
        entries_here = [entry for one in family for entry in entries(connection, item=one)]
    gone = [entry for one in family for entry in archived_entries(store, item=one)]
    row, month = found
    return Story(ItemRow(*row), (), (), tuple(sorted([*gone, *entries_here])), str(folder_of(store, month)))


def usage(store: WorkingSet, engagement: str, month: Month) -> dict[str, dict[str, int]]:
    """Give service -> unit -> quantity of what was delivered within a month: what the rate cards price."""
    query = select(ITEM.c.service, ITEM.c.unit, func.count()).where(delivered_in(engagement, month))
    found: dict[str, dict[str, int]] = {}
    with store.snapshot() as connection:
        grouped = query.group_by(ITEM.c.service, ITEM.c.unit).order_by(ITEM.c.service, ITEM.c.unit)
        for service, unit, quantity in connection.execute(grouped):
            found.setdefault(service, {})[unit] = quantity
    return found


def unit_items(
    store: WorkingSet,
    engagement: str,
    month: Month,
    service: str,
    unit: str,
    *,
    first: int = 1,
    last: int | None = None,
) -> list[int]:
    """Give the items first to last (from 1, both included) of a unit in the order of delivery within a month.

    The order is (closed_at, id), so that each tier of an invoice names its own items.
    """
    query = delivered_units(engagement, service, unit, month).offset(first - 1)
    if last is not None:
        query = query.limit(max(0, last - first + 1))
    with store.snapshot() as connection:
        return list(connection.execute(query).scalars())


def delivered_units(engagement: str, service: str, unit: str, month: Month) -> Select[int]:
    """Give the query of the items of a unit delivered within a month, in the order of delivery."""
    same = (ITEM.c.service == service) & (ITEM.c.unit == unit)
    return select(ITEM.c.id).where(delivered_in(engagement, month), same).order_by(ITEM.c.closed_at, ITEM.c.id)


def month_items(store: WorkingSet, engagement: str, month: Month) -> list[ItemRow]:
    """Give every item delivered within a month, in the order of delivery (closed_at, id)."""
    query = select(*_COLUMNS).where(delivered_in(engagement, month)).order_by(ITEM.c.closed_at, ITEM.c.id)
    with store.snapshot() as connection:
        return [ItemRow(*row) for row in connection.execute(query)]


def late_items(store: WorkingSet, engagement: str, month: Month) -> list[ItemRow]:
    """Give every item delivered within a month that can have missed a clock: its respond clock for sure.

    When it was resolved is in the log only; here is when it was delivered, which is then or later.
    """
    late = (ITEM.c.respond_due < ITEM.c.responded_at) | (ITEM.c.resolve_due < ITEM.c.closed_at)
    unanswered = ITEM.c.respond_due.is_not(None) & ITEM.c.responded_at.is_(None)
    query = select(*_COLUMNS).where(delivered_in(engagement, month), ITEM.c.touched, late | unanswered)
    with store.snapshot() as connection:
        return [ItemRow(*row) for row in connection.execute(query.order_by(ITEM.c.id))]


def finished_items(store: WorkingSet, engagement: str, service: str, span: tuple[int, int]) -> list[ItemRow]:
    """Give the delivered items that people worked on, and that were under way at some time within a span."""
    seen = (ITEM.c.status == "delivered") & (ITEM.c.closed_at >= span[0]) & (ITEM.c.received_at < span[1])
    mine = (ITEM.c.engagement == engagement) & (ITEM.c.service == service) & ITEM.c.touched
    with store.snapshot() as connection:
        return [ItemRow(*row) for row in connection.execute(select(*_COLUMNS).where(seen, mine).order_by(ITEM.c.id))]


def delivered_in(engagement: str, month: Month) -> ColumnElement[bool]:
    """Say which items of an engagement were delivered within a month."""
    return (ITEM.c.engagement == engagement) & _within(month)


def _within(month: Month) -> ColumnElement[bool]:
    # Written out, not bound: only so do both databases see that the index of what was delivered will do.
    return (
        (ITEM.c.status == literal_column("'delivered'"))
        & (ITEM.c.closed_at >= month[0])
        & (ITEM.c.closed_at < month[1])
    )
