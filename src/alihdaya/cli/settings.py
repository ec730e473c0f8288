"""What all commands share: the language, the store, the clock."""

import os
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alihdaya.kernel.errors import Problem, Source
from alihdaya.locale import catalogue, chosen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from alihdaya.operations.desk import Desk
    from alihdaya.packs import Pack
    from alihdaya.store import Store

DATA = Path("alihdaya-data")

PATIENCE = 5.0
"""Seconds in which a command waits for another one that writes to the same store."""


def language() -> str:
    """Give the language that this call speaks: --lang, else ALIHDAYA_LANG, LC_ALL, LANG, else English."""
    words = sys.argv[1:]
    wish = next((word.removeprefix("--lang=") for word in words if word.startswith("--lang=")), None)
    if "--lang" in words[:-1]:
        wish = words[words.index("--lang") + 1]
    return chosen(wish, os.environ.get("ALIHDAYA_LANG"), os.environ.get("LC_ALL"), os.environ.get("LANG"))


def say(text: str) -> str:
    """Translate a text into the language of this call."""
    return catalogue(language()).gettext(text)


def figure(value: "Decimal | float | None", spec: str = ",") -> str:
    """Write a figure by a format specification (",", ".2f", ".0%") as the language of this call does; see Words."""
    from alihdaya.console.words import words

    return words(language()).figure(value, spec)


def exact(value: "Decimal | str") -> str:
    """Write a decimal, or the text of one ("1234.50"), with all its digits, not grouped, in this call's language."""
    from decimal import Decimal

    return figure(Decimal(value), "f")


def spread(at: float | None, low: float | None, high: float | None, spec: str = ".2f") -> str:
    """Write a figure with its interval: "0.39 (0.37-0.40)"."""
    return f"{figure(at, spec)} ({figure(low, spec)}-{figure(high, spec)})"


def told(problem: Problem) -> str:
    """Say a problem with its place and code, as str() does, in the language of this call."""
    from alihdaya.locale.problems import translated

    return f"{_place(problem.source)}{translated(problem.message, language())} [{problem.code}]"


def said(error: Exception) -> str:
    """Say what a reader of ours complained of (ValueError), in the language of this call."""
    from alihdaya.locale.problems import translated

    return translated(str(error), language())


def _place(source: Source) -> str:
    if source == Source():
        return ""
    parts = [str(replace(source, row=None, element=None))] if source.file or source.line is not None else []
    parts += [say("row {row}").format(row=source.row)] if source.row is not None else []
    parts += [say("element {element!r}").format(element=source.element)] if source.element else []
    return ", ".join(parts) + ": "


def mark(text: str) -> str:
    """Mark a text that is translated where it is shown, for the catalogues."""
    return text


def now() -> int:
    """Give the present in microseconds since the epoch."""
    from time import time_ns

    return time_ns() // 1000


def refuse_unknown(store: "Store", engagement: str | None) -> None:
    """Raise Refused for an engagement that is not signed here, and name those that are; None and "" are all of them."""
    from alihdaya.operations.books.bill import terms_of

    if engagement:
        terms_of(store, engagement)


@dataclass(frozen=True, slots=True)
class Settings:
    """The language of what is shown, and where the log lives."""

    language: str
    store: str | None = None
    wished: bool = False
    """Whether the language was asked for, and did not only come from the environment."""

    @classmethod
    def of(cls, wish: str | None, store: str | None) -> "Settings":
        """Make them of what the command line and the environment say."""
        return cls(wish or language(), store, wish is not None)

    @property
    def place(self) -> str:
        """The store's URL or path: the one that was named, else ours, else the demo's where only that is there."""
        own, demo = DATA / "alihdaya.db", DATA / "demo" / "alihdaya.db"
        return self.store or str(demo if demo.exists() and not own.exists() else own)

    def at(self, folder: Path) -> "Settings":
        """Give the same with the store in `folder`, unless a store was named."""
        return self if self.store else Settings(self.language, str(folder / "alihdaya.db"), self.wished)

    def read(self) -> "Store":
        """Open the store to read only; the shards of a database of many nodes as one. Raises StoreError."""
        from alihdaya.store import open_store

        if self.shards:
            from alihdaya.store.lease.house import open_house

            return _with_archive(open_house(self.place))
        return open_store(self.place, read_only=True, archive=moved_archive())

    @contextmanager
    def desk(self, house: str = "") -> "Iterator[Desk]":
        """Become the writer of a store that is there, waiting a little for another: one that is not is not made.

        `house`: what is written is no item's, but of the "books" or "people"; then nodes may write meanwhile. Raises
        StoreError, StoreLocked.
        """
        if house and self.shards:
            from alihdaya.operations.books.house import open_house_desk

            desk: Desk = open_house_desk(self.place, recorded=now, patience=PATIENCE, books=house == "books")
        else:
            self.there()
            desk = self.write(patience=PATIENCE)
        try:
            yield desk
        finally:
            desk.close()

    def there(self) -> None:
        """Raise StoreError where there is no store to write to: one of an older version is brought up by its writer."""
        from alihdaya.store import StoreTooOld

        with suppress(StoreTooOld), self.read():
            pass

    def shard(self, number: int) -> "Store":
        """Open one of the shards to read only. Raises StoreError."""
        from alihdaya.store.lease.house import shard_store

        return _with_archive(shard_store(self.place, number))

    @property
    def shards(self) -> int:
        """The number of shards, where the store is a database that nodes share, else 0. Raises StoreError."""
        if "://" not in self.place or self.place.startswith("sqlite"):
            return 0
        from alihdaya.store.lease.house import shards_of

        return shards_of(self.place)

    def write(self, packs: "Mapping[str, Pack] | None" = None, *, patience: float = 0) -> "Desk":
        """Become the writer. Raises StoreLocked where another process writes, StoreError where nodes do."""
        from alihdaya.operations.opening import open_desk
        from alihdaya.store import StoreError, open_store

        if self.shards:
            message = say("nodes write to this database: ask one of them, see docs/nodes.md")
            raise StoreError(Problem("nodes-write", message, Source(file=self.place.rpartition("@")[2])))
        if "://" not in self.place:
            Path(self.place).parent.mkdir(parents=True, exist_ok=True)
        store = open_store(self.place, archive=moved_archive())
        return open_desk(store, recorded=now, packs=packs, patience=patience)


def moved_archive() -> Path | None:
    """Give where archived months were moved to: ALIHDAYA_ARCHIVE, if that is set."""
    folder = os.environ.get("ALIHDAYA_ARCHIVE")
    return Path(folder) if folder else None


def _with_archive(store: "Store") -> "Store":
    """Tell a store where its archived months were moved to."""
    store.archive_folder = moved_archive()
    return store


class ItemNumber(click.IntRange):
    """An item's number, or the client's for it; where many nodes share a database also their name for it, as 3-17."""

    def __init__(self) -> None:
        super().__init__(1, 2**62)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Give the item's number. Digits are ours; `items --number` finds a client's that are digits only.

        Where the command has an eager option --engagement, a client's number is one of that engagement.
        """
        text = value.strip() if isinstance(value, str) else ""
        if text and not (text.isascii() and text.lstrip("+-").isdigit()):
            value = self._sought(text, param, ctx)
        return super().convert(value, param, ctx)

    def _sought(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        from alihdaya.store.lease.house import number_of
        from alihdaya.store.views import items, named

        settings = ctx.find_object(Settings) if ctx else None
        eager = {one.name for one in ctx.command.params if one.is_eager} if ctx else set()  # read before the item is
        engagement = ctx.params.get("engagement") if ctx and "engagement" in eager else None
        found: list[int] = []
        if settings is not None:
            with settings.read() as store:
                refuse_unknown(store, engagement)
                found = named(store, text)
                if engagement and len(found) > 1:
                    found = [one.id for one in items(store, engagement=engagement, these=found, limit=len(found))]
        if len(found) == 1:
            return found[0]
        if found:
            several = say("{name!r} is the client's number of several items: {items}")
            self.fail(several.format(name=text, items=", ".join(map(str, found))), param, ctx)
        try:
            return number_of(text)
        except ValueError:
            self.fail(say("no item has the client's number {name!r}").format(name=text), param, ctx)
