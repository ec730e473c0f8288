"""A file that is given again: when it was taken in, under which name, and what became of its rows."""

from typing import NamedTuple

from sqlalchemy import select

from alihdaya.engagement.events import SourceOpened
from alihdaya.kernel.event import HOUSE
from alihdaya.operations.run.flow import Ran
from alihdaya.store import Store
from alihdaya.store.codec import decode_events
from alihdaya.store.schema import LOG
from alihdaya.store.working import SourceRow


class Taken(NamedTuple):
    """A file as it was taken in; `at`: when that was written down (microseconds), None once that is archived."""

    source: SourceRow
    at: int | None


def taken_before(store: Store, ran: Ran) -> Taken | None:
    """Give how a file came in before, of which a run read nothing because of that; else None."""
    if ran.last == 0 or ran.first <= ran.last:
        return None
    source = next(one for one in store.sources() if one.id == ran.source)
    return Taken(source, _opened(store, ran.source))


def _opened(store: Store, source: int) -> int | None:
    """Give when it was recorded: the log's own time of a file is that of its rows, which may be long past."""
    query = select(LOG.c.recorded_at, LOG.c.body).where(LOG.c.item == HOUSE).order_by(LOG.c.seq)
    with store.snapshot() as connection:
        for recorded, body in connection.execute(query):
            if any(isinstance(one, SourceOpened) and one.source == source for one in decode_events(body)):
                return int(recorded)
    return None
