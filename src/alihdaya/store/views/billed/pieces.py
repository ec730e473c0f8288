"""Long lists of which only what is wanted is read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar, overload

T = TypeVar("T")
S = TypeVar("S")


class Piece(NamedTuple, Generic[T]):
    """So many rows, and how those from the first to before the last place of it (from 0) are read."""

    size: int
    read: Callable[[int, int], Sequence[T]]


class Pieces(Sequence[T]):
    """Rows in pieces, one after the other: how many they are is known at once, and a slice reads no others."""

    def __init__(self, pieces: Iterable[Piece[T]]) -> None:
        self._pieces = [one for one in pieces if one.size]

    @cached_property
    def _size(self) -> int:
        return sum(one.size for one in self._pieces)

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            return list(self._between(start, stop)) if step == 1 else list(self)[place]
        wanted = range(len(self))[place]
        return next(self._between(wanted, wanted + 1))

    def __iter__(self) -> Iterator[T]:
        return self._between(0, len(self))

    def _between(self, first: int, last: int) -> Iterator[T]:
        """Yield from the first to before the last place, from 0."""
        before = 0
        for size, read in self._pieces:
            if before >= last:
                return
            if first < before + size:
                yield from read(max(0, first - before), min(size, last - before))
            before += size


class Told(Sequence[S], Generic[T, S]):
    """Rows told otherwise, each as it is wanted."""

    def __init__(self, rows: Sequence[T], tell: Callable[[T], S]) -> None:
        self._rows, self._tell = rows, tell

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> S: ...
    @overload
    def __getitem__(self, place: slice) -> list[S]: ...
    def __getitem__(self, place: int | slice) -> S | list[S]:
        if isinstance(place, slice):
            return [self._tell(row) for row in self._rows[place]]
        return self._tell(self._rows[place])

    def __iter__(self) -> Iterator[S]:
        return map(self._tell, self._rows)
