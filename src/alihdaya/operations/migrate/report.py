"""What a migration did, or would do: item counts by place, and every reason why items stay, with one to look at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from alihdaya.kernel.errors import Problem


class Place(NamedTuple):
    """Items of the version `before` (digest) wait at `node`; so many of them cannot go to `target` ("": none)."""

    before: str
    node: str
    name: str
    target: str
    target_name: str
    items: int
    refused: int


class Reason(NamedTuple):
    """So many items cannot go, on account of `node`; `sample` is one of them."""

    before: str
    code: str
    node: str
    message: str
    items: int
    sample: int | str


@dataclass(frozen=True, slots=True)
class Report:
    """All items of an order, or a chunk of them.

    `moved` of the `items` went (or could go), `stayed` are the others; `withdrawn`: tasks that were taken from people.
    `due`: items, when only looked at, with timers that would go off first, and may take them elsewhere. `to` is the
    target's digest. Items are numbers, or of many shards their names. `last` is the last item of a chunk, and `more`
    says whether there may be others.
    """

    to: str
    items: int = 0
    moved: int = 0
    withdrawn: int = 0
    due: int = 0
    places: tuple[Place, ...] = ()
    reasons: tuple[Reason, ...] = ()
    stayed: tuple[int | str, ...] = ()
    last: int = 0
    more: bool = False

    def plus(self, other: "Report") -> "Report":
        """Give this and the next chunk as one."""
        return replace(
            other,
            items=self.items + other.items,
            moved=self.moved + other.moved,
            withdrawn=self.withdrawn + other.withdrawn,
            due=self.due + other.due,
            places=_summed(self.places, other.places, 5, 7),
            reasons=_summed(self.reasons, other.reasons, 4, 5),
            stayed=self.stayed + other.stayed,
        )


@dataclass(slots=True)
class Tally:
    """A report in the making."""

    to: str
    items: int = 0
    moved: int = 0
    withdrawn: int = 0
    due: int = 0
    places: dict[tuple[str, ...], list[int]] = field(default_factory=dict)
    reasons: dict[tuple[str, ...], list[int]] = field(default_factory=dict)
    stayed: list[int] = field(default_factory=list)

    def place(self, before: str, names: Iterable[tuple[str, str, str, str]], *, refused: bool) -> None:
        """Count an item where it waits: (node, its name, target, its name), each place once."""
        for name in set(names):
            counts = self.places.setdefault((before, *name), [0, 0])
            counts[0] += 1
            counts[1] += refused

    def refuse(self, before: str, item: int, problems: Iterable[Problem]) -> None:
        """Count an item that stays, under each of its reasons once."""
        self.stayed.append(item)
        for problem in {(one.code, one.source.element or "", one.message): None for one in problems}:
            counts = self.reasons.setdefault((before, *problem), [0, item])
            counts[0] += 1

    def report(self, last: int, *, more: bool) -> Report:
        """Give what was counted."""
        return Report(
            to=self.to,
            items=self.items,
            moved=self.moved,
            withdrawn=self.withdrawn,
            due=self.due,
            places=tuple(sorted(Place(*key, *counts) for key, counts in self.places.items())),  # type: ignore[arg-type]
            reasons=tuple(sorted(Reason(*key, *counts) for key, counts in self.reasons.items())),  # type: ignore[arg-type]
            stayed=tuple(self.stayed),
            last=last,
            more=more,
        )


def _summed(left: Iterable[Any], right: Iterable[Any], first: int, end: int) -> tuple[Any, ...]:
    """Add the counts in the fields from `first` to `end` of rows that are alike before them."""
    found: dict[tuple[Any, ...], Any] = {}
    for row in (*left, *right):
        known = found.get(row[:first])
        if known is None:
            found[row[:first]] = row
        else:
            counts = [a + b for a, b in zip(known[first:end], row[first:end], strict=True)]
            found[row[:first]] = type(row)(*row[:first], *counts, *known[end:])
    return tuple(sorted(found.values()))


def to_plain(report: Report, numbers: Mapping[str, int | None]) -> dict[str, Any]:
    """Give the report for machines; `numbers`: digest -> version number, None for what is not deployed."""
    shown = {
        "to": {"version": numbers.get(report.to), "digest": report.to},
        "items": report.items,
        "moved": report.moved,
        "withdrawn": report.withdrawn,
        "due": report.due,
        "places": [{"version": numbers.get(one.before), **_told(one)} for one in report.places],
        "reasons": [{"version": numbers.get(one.before), **_told(one)} for one in report.reasons],
    }
    return {**shown, "stayed": list(report.stayed), "last": report.last, "more": report.more}


def _told(row: Place | Reason) -> dict[str, Any]:
    return {"digest": row.before, **{name: value for name, value in row._asdict().items() if name != "before"}}
