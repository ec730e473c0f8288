"""What was delivered of a unit, or as an outcome, within a month: how many in any part of it, and any page of that."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Column, ColumnElement, Select, bindparam, func, literal_column, select

from alihdaya.store.schema import ITEM, RESULTED
from alihdaya.store.views.billed.days import archived_since, noted_since
from alihdaya.store.views.billed.pace import Pace, Span, pace, total
from alihdaya.store.views.billed.pieces import Piece, Pieces
from alihdaya.store.views.ledger import Counted
from alihdaya.store.working import WorkingSet

_BOUNDS = ("low", "high", "since", "until")


class _Rows(NamedTuple):
    """Where deliveries stand: the columns of Counted, and which of them are meant."""

    columns: tuple[Any, ...]
    meant: ColumnElement[bool]
    at: "Column[int]"
    item: "Column[int]"
    received_at: "Column[int]"


class Deliveries:
    """Deliveries within two instants in their order: by instant, then by item.

    Of a unit all; of an outcome those that were one, without their units (Counted.unit is empty).
    """

    def __init__(self, store: WorkingSet, measure: tuple[str, str, str], within: Span, rows: _Rows) -> None:
        self._store, self._measure, self._rows, self.within = store, measure, rows, within

    @cached_property
    def _pace(self) -> Pace:
        return pace(self._store, self._measure, self.within, lambda span: self._found(span, None))

    def count(self, span: Span, received: Span | None = None) -> int:
        """Count what was delivered in a span of the month; `received`: of that alone which came in within another."""
        return self._pace.count(span) if received is None else self._found(span, received)

    def __len__(self) -> int:
        return self._size

    @cached_property
    def _size(self) -> int:
        found = total(self._store, self._measure, self.within)
        return self.count(self.within) if found is None else found

    def rows(self, span: Span, received: Span | None, first: int, last: int) -> list[Counted]:
        """Give what `count` counts, from the first to before the last place (from 0)."""
        low, skipped = self._pace.seek(span, first) if received is None else (span[0], first)
        rows = self._rows
        query = select(*rows.columns).where(self._meant((low, span[1]), received)).order_by(rows.at, rows.item)
        with self._store.snapshot() as connection:
            page = query.offset(skipped).limit(max(0, last - first))
            return [Counted(*row) for row in connection.execute(page)]

    def every(self) -> list[tuple[int, int]]:
        """Give (instant, item) of all of them, read from their index alone."""
        rows = self._rows
        query = select(rows.at, rows.item).where(self._meant(self.within, None)).order_by(rows.at, rows.item)
        with self._store.snapshot() as connection:
            return [(at, item) for at, item in connection.execute(query)]

    @property
    def all_of_it(self) -> Pieces[Counted]:
        """All of them."""
        return Pieces([self.piece(self.within, None, len(self))])

    def pieces(self, parts: Iterable[tuple[Span, Span | None]]) -> Pieces[Counted]:
        """Give the deliveries of several parts, (span, received), one part after the other."""
        return Pieces([self.piece(span, received) for span, received in parts])

    def piece(self, span: Span, received: Span | None, size: int | None = None) -> Piece[Counted]:
        """Give a part as a piece. `size`: what `count` gives, where that is known."""

        def read(first: int, last: int) -> list[Counted]:
            return self.rows(span, received, first, last)

        return Piece(self.count(span, received) if size is None else size, read)

    def _meant(self, span: Span, received: Span | None) -> ColumnElement[bool]:
        rows = self._rows
        wanted = rows.meant & (rows.at >= span[0]) & (rows.at < span[1])
        if received is not None:
            wanted &= (rows.received_at >= received[0]) & (rows.received_at < received[1])
        return wanted

    def _found(self, span: Span, received: Span | None) -> int:
        key = ("counted", self._measure, span, received)
        return self._store.once(key, lambda: self._counted(span, received))

    def _counted(self, span: Span, received: Span | None) -> int:
        query, bounds = self._counting[received is not None], (*span, *(received or ()))
        asked = dict(zip(_BOUNDS, bounds, strict=False))
        with self._store.snapshot() as connection:
            return int(connection.execute(query, asked).scalar_one())

    @cached_property
    def _counting(self) -> tuple[Select[Any], Select[Any]]:
        """Count what was delivered within two bounds, and what of it came in within others; written but once."""
        rows = self._rows
        low, high, since, until = (bindparam(name, type_=BigInteger) for name in _BOUNDS)
        delivered = select(func.count()).where(rows.meant, rows.at >= low, rows.at < high)
        return delivered, delivered.where(rows.received_at >= since, rows.received_at < until)


def at_hand(store: WorkingSet, within: Span) -> bool:
    """Whether no item of a month was archived."""
    return not archived_since(store, within[0])


def of_unit(store: WorkingSet, of: tuple[str, str, str], within: Span) -> Deliveries:
    """Give the deliveries of (engagement, service, unit) within a month that is at hand."""
    item = ITEM.c
    meant = (item.engagement == of[0]) & (item.service == of[1]) & (item.unit == of[2])
    # Written out, not bound: only so do both databases see that the index of what was delivered will do.
    meant &= item.status == literal_column("'delivered'")
    columns = (item.id, item.service, item.unit, item.received_at, item.closed_at)
    rows = _Rows(columns, meant, item.closed_at, item.id, item.received_at)
    return Deliveries(store, (of[0], of[1], f"delivered:{of[2]}"), within, rows)


def of_outcome(store: WorkingSet, of: tuple[str, str, str], within: Span) -> Deliveries | None:
    """Give the deliveries of (engagement, service, outcome) within a month that is at hand.

    None where the outcome was not known as the month began.
    """
    since = noted_since(store, of)
    if since is None or since > within[0]:
        return None
    done = RESULTED.c
    meant = (done.engagement == of[0]) & (done.service == of[1]) & (done.outcome == of[2])
    columns: tuple[Any, ...] = (done.item, done.service, literal_column("''"), done.received_at, done.at)
    rows = _Rows(columns, meant, done.at, done.item, done.received_at)
    return Deliveries(store, (of[0], of[1], f"outcome:{of[2]}"), within, rows)
