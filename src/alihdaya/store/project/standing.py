"""An item under way: its row, its instance of the process, and what is open about it."""

from operator import attrgetter
from typing import Any, Literal

from alihdaya.engine.state import from_wire, to_wire
from alihdaya.store.codec import decode, encode
from alihdaya.store.schema import INCIDENT, ITEM, PAUSE, SUBSCRIPTION, TASK, TIMER

Status = Literal["running", "waiting", "stopped", "suspended", "delivered", "cancelled", "returned", "handed-over"]

OVER = ("delivered", "cancelled", "returned", "handed-over")
"""Where an item stands that is over; returned: to the item that called it; handed over: for good."""

NARROW = (TASK, TIMER, SUBSCRIPTION, INCIDENT, PAUSE)
"""The tables of what is open; their keys begin with the item and end with a token, a timer or a number."""

_COLUMNS = tuple(ITEM.c.keys())
_KEPT = tuple(name for name in _COLUMNS if name != "state")
_AFTER_STATE = _COLUMNS.index("state") + 1
_before = attrgetter(*_COLUMNS[: _AFTER_STATE - 1])
_after = attrgetter(*_COLUMNS[_AFTER_STATE:])


class Standing:
    """One item that is not over yet. The attributes are the columns of the table `item`."""

    __slots__ = (*_KEPT, "_blob", "_borrowed", "_instance", "begun", "closing", "fresh", "open")

    id: int
    engagement: str
    service: str
    external_id: str
    definition: str
    terms: str
    source: int
    row: int
    status: Status
    node: str | None
    received_at: int
    responded_at: int | None
    closed_at: int | None
    respond_due: int | None
    resolve_due: int | None
    outcome: str | None
    unit: str | None
    touched: bool

    def __init__(self, row: tuple[Any, ...], *, fresh: bool) -> None:
        for name, value in zip(_COLUMNS, row, strict=True):
            if name != "state":
                setattr(self, name, value)
        self._blob: bytes | None = row[_AFTER_STATE - 1]
        self._instance: Any = None
        self._borrowed = False
        self.begun = self._blob is not None
        self.fresh = fresh
        self.closing: tuple[str, int | None, int | None] = ("", None, None)
        self.open: dict[str, dict[int, Any]] = {table.name: {} for table in NARROW}

    def own(self) -> Any:
        """Give the instance to fold on with, None before its first event. It is ours: folding changes it in place."""
        if self._borrowed:
            self._blob, self._instance, self._borrowed = self._encoded(), None, False
        if self._instance is None and self._blob is not None:
            self._instance = from_wire(decode(self._blob))
        return self._instance

    def fold(self, instance: Any) -> None:
        """Take the folded instance."""
        self._instance, self._blob, self._borrowed, self.begun = instance, None, False, True

    def borrow(self, instance: Any) -> None:
        """Take the instance that the caller folded; it is encoded at the end of the batch and never changed here."""
        self._instance, self._blob, self._borrowed, self.begun = instance, None, True, True

    def end(self) -> None:
        """Forget the instance, which is over; its history is in the log."""
        self._instance, self._blob, self._borrowed, self.begun = None, None, False, False
        self.node = None

    def settle(self) -> None:
        """Say where the item stands after an entry."""
        if self.status in OVER or self.status == "suspended":
            return
        self.status = "stopped" if self.open[INCIDENT.name] else "waiting" if self.begun else "running"

    def as_row(self) -> tuple[Any, ...]:
        """Give the row of the table `item`; its state is kept while the instance waits."""
        self._blob = self._encoded()
        if self._borrowed:
            self._instance, self._borrowed = None, False
        return (*_before(self), self._blob, *_after(self))

    def _encoded(self) -> bytes | None:
        return encode(to_wire(self._instance)) if self._blob is None and self._instance is not None else self._blob
