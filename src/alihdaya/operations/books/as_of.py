"""A store as it was at a moment of the past: its tables, made anew from the log up to then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice, takewhile
from pathlib import Path
from tempfile import TemporaryDirectory

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.time import iso
from alihdaya.store import Store, open_store
from alihdaya.store.archive.reading import history

_BATCH = 2_000


@contextmanager
def as_of(
    store: Store, engagement: str, at: int, *, report: Callable[[int, int], None] = lambda _done, _all: None
) -> Iterator[Store]:
    """Give the store as it was at `at` (microseconds, that instant included), for as long as the `with` lasts.

    It is the store itself where nothing happened since; else a temporary one, filled from the log, whose time never
    goes back. `report` hears how many of all entries were read. Raises Refused where the engagement was not signed yet.
    """
    last = store.last_seq()
    if all(one.at <= at for one in store.read_log(after=last - 1)):
        yield store
        return
    with (
        TemporaryDirectory(prefix="alihdaya-as-of-") as folder,
        open_store(Path(folder) / "past.db", durable=False) as past,
    ):
        past.archive_folder = store.archive_folder or store.archive_home()
        entries = takewhile(lambda one: one.at <= at, history(store))
        while batch := list(islice(entries, _BATCH)):
            past.project(batch)
            report(batch[-1].seq, last)
        report(last, last)
        if engagement not in {one.id for one in past.engagements()}:
            raise Refused(Problem("not-signed-yet", f"{engagement} was not signed yet at {iso(at)}"))
        yield past
