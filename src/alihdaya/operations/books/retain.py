"""Retention: months that are old and done with leave the store for files, oldest first, one after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from alihdaya.engagement import terms as agreement
from alihdaya.engagement.events import MonthArchived
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.time import moment
from alihdaya.operations.books.bill import bill, closed_until, span
from alihdaya.operations.books.retire import Retire, retire
from alihdaya.operations.desk import Desk
from alihdaya.store import Store, resume, views
from alihdaya.store.archive.files import write_month
from alihdaya.store.archive.months import later, month_of
from alihdaya.store.archive.reading import archived
from alihdaya.store.archive.survey import Surveyed, survey

Kind = Literal["open-items", "outbox", "unbilled", "counts-differ", "earlier-month"]


class Reason(NamedTuple):
    """Why a month cannot go yet: `n` things, the first of them `which`: an item, or a month with its engagement."""

    kind: Kind
    n: int
    which: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A month that is old enough, with what it holds, and why it cannot go yet; no reason: it can."""

    month: str
    first: int
    last: int
    entries: int
    items: int
    bytes: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Gone(Candidate):
    """A month that went, into the files of this folder, which are so many bytes."""

    folder: Path
    written: int


def candidates(
    store: Store, months: int, now: int, *, unbilled: bool = False, books: Store | None = None
) -> Iterator[Candidate]:
    """Yield every month that was over `months` whole months before `now`, oldest first.

    A month goes only if none of its items is under way or has something to go out, and every month in which one of
    them was delivered is over and can be billed, and was counted as it is billed. With `unbilled`, what cannot be
    billed may go as well. A month whose earlier one cannot go cannot go either. `books`: of a shard, all shards as one,
    since only together they are billed.
    """
    terms = {one.id: agreement.from_wire(one.terms) for one in store.engagements()}
    stays = ""
    for found in survey(store, later(month_of(now), -months)):
        reasons = [*_under_way(found)]
        if not unbilled:
            reasons += _bills(store, books or store, terms, found, now)
        if stays:
            reasons.append(Reason("earlier-month", 1, stays))
        of = found.span
        if reasons and not stays:
            stays = of.month
        yield Candidate(of.month, of.first, of.last, of.entries, of.items, found.bytes, tuple(reasons))


LetGo = Callable[[Retire], None]
"""Has the writer of a store let a month go."""


def retain(desk: Desk, months: int, at: int, **more: Any) -> Iterator[Gone]:
    """Archive, as the store's writer, the months that can go; as `archive_months`."""

    def let_go(wish: Retire) -> None:
        retire(desk, wish, max(at, desk.at))
        desk.commit()

    return archive_months(desk.store, let_go, months, at, **more)


def archive_months(
    store: Store,
    let_go: LetGo,
    months: int,
    at: int,
    *,
    by: str,
    folder: Path | None = None,
    unbilled: bool = False,
    books: Store | None = None,
    on_month: Callable[[str], None] = lambda _: None,
) -> Iterator[Gone]:
    """Archive the months that can go, and yield each once it is gone; `on_month` hears of it before.

    A month's files are durable and proven before `let_go` has its rows go, in one transaction with the entry that says
    so: a try that was cut short anywhere is made again from its beginning. `folder` is remembered for the next time;
    a shard's part of it is its own. `books` as of `candidates`.
    Raises Refused where nobody said into which folder, else as `write_month`, `let_go` and the store.
    """
    where, remembered = _folder(store, folder)
    found = {one.span.month: one for one in survey(store, later(month_of(at), -months))}
    for one in list(candidates(store, months, at, unbilled=unbilled, books=books)):
        if one.reasons:
            return
        on_month(one.month)
        past, born = archived(store), resume.born_at(store)
        standing = found[one.month]
        made = write_month(store, standing.span, where, born=born, previous=past[-1].chain if past else "")
        of = (made.entries, made.items, made.last_item, remembered, made.link(), born, standing.until)
        let_go(Retire(MonthArchived(made.month, made.first, made.last, *of), by))
        written = sum(part.bytes for part in (*made.log, *made.item))
        facts = (one.month, one.first, one.last, one.entries, one.items, one.bytes, one.reasons)
        yield Gone(*facts, where / one.month, written)


def _folder(store: Store, named: Path | None) -> tuple[Path, str]:
    """Give where the files go, and how that is remembered: the folder that was named, else the one of the last time."""
    past, own = archived(store), store.archive_home()
    if named is not None:
        named = named / store.archive_part
    elif past and past[-1].folder:
        named = Path(past[-1].folder)
    if named is not None:
        return named.resolve(), str(named.resolve())
    if own is None:
        raise Refused(Problem("no-archive-folder", "say with --to into which folder the archive of this store goes"))
    return own, ""


def _under_way(found: Surveyed) -> Iterator[Reason]:
    if found.open:
        yield Reason("open-items", found.open, str(found.open_item))
    if found.sends:
        yield Reason("outbox", found.sends, "")


def _bills(store: Store, books: Store, terms: dict[str, Terms], found: Surveyed, now: int) -> Iterator[Reason]:
    """Say of each engagement's months in which these items were delivered why it is no closed book, if it is none."""
    for engagement, (first, last) in found.closed.items():
        signed = terms.get(engagement)
        if signed is None:
            yield Reason("unbilled", 1, engagement, "no terms are signed")
            continue
        month = local_month(signed, first)
        while month <= local_month(signed, last):
            yield from _book(store, books, signed, month, now)
            month = later(month)


def _book(store: Store, books: Store, signed: Terms, month: str, now: int) -> Iterator[Reason]:
    which = f"{signed.engagement} {month}"
    if span(signed, month)[1] > now:
        yield Reason("unbilled", 1, which, "the month is not over")
        return
    try:
        bill(books, signed, month)
    except Refused as refusal:
        yield Reason("unbilled", 1, which, "; ".join(one.message for one in refusal.problems))
    start, end = span(signed, month)
    counted = views.delivered(store, signed.engagement, month)
    if closed_until(store) < start and counted != views.usage(store, signed.engagement, (start, end)):
        yield Reason("counts-differ", 1, which)


def local_month(signed: Terms, at: int) -> str:
    """Give the client's month of an instant."""
    return moment(at, ZoneInfo(signed.client.time_zone)).strftime("%Y-%m")
