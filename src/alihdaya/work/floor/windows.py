"""Optimal assignment in small windows of time: all that waits and all who are free, at once.

As many pieces as possible, the most urgent first, then to those who fit best, then to those who are idle the longest.
"""

from collections.abc import Iterator
from heapq import nsmallest
from itertools import islice
from typing import Final, NamedTuple

from alihdaya.kernel.time import HOUR, SECOND
from alihdaya.work.floor.ask import Piece
from alihdaya.work.floor.assignment import assign
from alihdaya.work.floor.floor import Floor
from alihdaya.work.floor.groups import Group
from alihdaya.work.floor.kinds import Kind, Line, fit
from alihdaya.work.floor.seat import Seat
from alihdaya.work.queue import PATIENCE, Place

MOST: Final = 64
"""So many pieces that the same people could do are weighed against each other; what is less urgent goes by rank."""

URGENT: Final = 20
"""A second sooner is worth as much as so many points of fit."""

_ONE_MORE: Final = 10_000 * PATIENCE
"""Worth more than any urgency: first as many as possible."""


class _Row(NamedTuple):
    where: Place
    line: Line
    piece: Piece


def match(floor: Floor) -> list[tuple[Piece, Seat]]:
    """Say who should get what now, of the kinds that are hot, each person one piece; the floor is not changed.

    What is done in batches is left out.
    """
    able: dict[Kind, list[Seat]] = {}
    rows = sorted(row for kind in floor.hot if kind.count and kind.ask.batch == 1 for row in _rows(floor, kind, able))
    return [pair for together in _parted(rows, able) for pair in _best(floor, together[:MOST], able)]


def _rows(floor: Floor, kind: Kind, able: dict[Kind, list[Seat]]) -> Iterator[_Row]:
    """Give the most urgent pieces of a kind that somebody free may do, and note who that is."""
    waiting = floor.waiting
    some = min(MOST, kind.count)
    free = (islice(floor.cohorts.all[number].all_free(kind.channel), 2 * some) for number in sorted(kind.listed))
    able[kind] = list(dict.fromkeys(seat for one in free for seat in one))
    if able[kind]:
        for line in kind.lines.values():
            for where in nsmallest(some, {one for one in line.heap if waiting.stands(one, line)}):
                yield _Row(where, line, waiting.at(where))


def _parted(rows: list[_Row], able: dict[Kind, list[Seat]]) -> list[list[_Row]]:
    """Part the rows into those that no person links: kinds are put together over the people whom they share."""
    first: dict[Seat, Kind] = {}
    head: dict[Kind, Kind] = {}

    def top(kind: Kind) -> Kind:
        while head.get(kind, kind) is not kind:
            kind = head[kind]
        return kind

    for kind, seats in able.items():
        for seat in seats:
            other = top(first.setdefault(seat, kind))
            if other is not top(kind):
                head[top(kind)] = other
    found: dict[Kind, list[_Row]] = {}
    for row in rows:
        found.setdefault(top(row.line.kind), []).append(row)
    return list(found.values())


def _best(floor: Floor, rows: list[_Row], able: dict[Kind, list[Seat]]) -> Iterator[tuple[Piece, Seat]]:
    columns = {seat: n for n, seat in enumerate(dict.fromkeys(seat for row in rows for seat in able[row.line.kind]))}
    seats = list(columns)
    fits: dict[tuple[Group, Kind], int] = {}
    gains = [
        {
            columns[seat]: _gain(floor.at, row, seat, fits)
            for seat in able[row.line.kind]
            if seat.person.id not in row.line.avoid
        }
        for row in rows
    ]
    for row, column in zip(rows, assign(gains, len(seats)), strict=True):
        if column is not None:
            yield row.piece, seats[column]


def _gain(now: int, row: _Row, seat: Seat, fits: dict[tuple[Group, Kind], int]) -> int:
    """Give the worth of a pair, in microseconds of urgency."""
    kind = row.line.kind
    well = fits.get((seat.group, kind))
    if well is None:
        well = fits[seat.group, kind] = fit(seat.group, kind.ask)
    idle = min(now - seat.since[kind.channel], HOUR) // 8_000  # less than half a point of fit
    urgency = min(max(now - row.where[0], -PATIENCE), PATIENCE)
    return _ONE_MORE + URGENT * urgency + well * SECOND + idle
