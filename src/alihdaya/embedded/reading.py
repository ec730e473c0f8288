"""What is read back: what waits, the state of an instance, its history."""

from typing import Any, NamedTuple

from sqlalchemy import select

from alihdaya.embedded.ledger import folded
from alihdaya.embedded.tables import HISTORY, INSTANCE, TEMPLATE, WAIT
from alihdaya.embedded.templates import Templates, template_of
from alihdaya.engine import Instance, from_wire
from alihdaya.kernel.event import Event
from alihdaya.store.codec import decode
from alihdaya.store.database import Database


class OpenWait(NamedTuple):
    """What an instance waits for: `kind` is task, job, message, signal or call; `at` since when.

    A negative token is the number of an event that may happen besides (a boundary, an event sub-process).
    """

    instance: int
    token: int
    kind: str
    node: str
    name: str
    key: str
    at: int


class Moment(NamedTuple):
    """One command's work on an instance: the how-manyth it was, when, and the events."""

    number: int
    at: int
    events: tuple[Event, ...]


class Reading:
    """Reads one moment of the store at a time; blocks nobody, and may be used from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._templates = Templates()

    def waits(self, kind: str = "task", *, node: str = "", limit: int = 1_000) -> list[OpenWait]:
        """Give what is waited for of a kind, at one node or at any, the oldest instances first."""
        query = select(WAIT).where(WAIT.c.kind == kind).order_by(WAIT.c.instance, WAIT.c.token).limit(limit)
        rows = self._all(query.where(WAIT.c.node == node) if node else query)
        return [OpenWait._make(row) for row in rows]

    def waits_of(self, instance: int) -> list[OpenWait]:
        """Give all that an instance waits for."""
        return [OpenWait._make(row) for row in self._all(select(WAIT).where(WAIT.c.instance == instance))]

    def history(self, instance: int) -> list[Moment]:
        """Give all that happened in an instance, in order; nothing for one that never was."""
        query = select(HISTORY.c.number, HISTORY.c.at, HISTORY.c.events).where(HISTORY.c.instance == instance)
        rows = self._all(query.order_by(HISTORY.c.number))
        return [Moment(number, at, self._events(body)) for number, at, body in rows]

    def state(self, instance: int) -> Instance | None:
        """Give an instance as it is now, or ended; None for one that never was."""
        found = self._all(select(INSTANCE.c.state).where(INSTANCE.c.id == instance))
        if not found:
            return None
        if found[0][0]:
            return from_wire(decode(found[0][0]))
        bodies = self._all(select(HISTORY.c.events).where(HISTORY.c.instance == instance).order_by(HISTORY.c.number))
        return folded(self._events(body) for (body,) in bodies)

    def _events(self, row: bytes) -> tuple[Event, ...]:
        number = template_of(row)
        if number is not None and number not in self._templates:
            for made, body in self._all(select(TEMPLATE)):
                self._templates.know(made, body)
        return self._templates.events(row)

    def _all(self, query: Any) -> list[Any]:
        with self._database.read() as connection:
            return list(connection.execute(query).all())
