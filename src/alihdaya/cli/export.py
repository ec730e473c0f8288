"""`alihdaya export`: the log for process mining tools."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple, cast

import click

from alihdaya.cli.settings import Settings, refuse_unknown, say

if TYPE_CHECKING:
    from alihdaya.kernel.event import Entry
    from alihdaya.store import Store
    from alihdaya.store.views.histories import Head

_file = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command(
    help=say(
        "Write what happened to every item for process mining: as OCEL 2.0 (JSON; events about items, tasks and "
        "people) or as XES (one trace an item). A name that ends in .gz is compressed."
    )
)
@click.option("--ocel", type=_file, help=say("Write OCEL 2.0 to this file."))
@click.option("--xes", type=_file, help=say("Write XES to this file."))
@click.option("--engagement", help=say("Only this engagement."))
@click.option("--archive", is_flag=True, help=say("With the items that were archived, which come first."))
@click.pass_obj
def export(settings: Settings, ocel: Path | None, xes: Path | None, engagement: str | None, archive: bool) -> None:
    """Write event logs."""
    if ocel is None and xes is None:
        raise click.UsageError(say("Name a file: --ocel FILE, --xes FILE, or both."))
    with settings.read() as store:
        refuse_unknown(store, engagement)
        log = _Log(settings, store, engagement, archive)
        if ocel is not None:
            _ocel(log, ocel)
        if xes is not None:
            _xes(log, xes)


class _Log(NamedTuple):
    """What is written: of all items or of one engagement's, with the archived ones or without."""

    settings: Settings
    store: "Store"
    engagement: str | None
    archive: bool

    def heads(self) -> "Iterator[Head]":
        """Yield the items."""
        from alihdaya.store.views.histories import heads

        found = heads(self.store, archive=self.archive)
        return (one for one in found if self.engagement in (None, one.engagement))

    def shown(self, file: Path) -> "Iterator[Entry]":
        """Yield their entries, and show on a bar how far that is."""
        from alihdaya.cli.runs.bars import bar
        from alihdaya.store.views.histories import histories

        last = self.store.next_item() - 1
        wanted = None if self.engagement is None else {one.id for one in self.heads()}
        entries = histories(self.store, archive=self.archive)
        with bar(self.settings, file.name) as show:
            told = (one for one in entries if wanted is None or one.item in wanted)
            yield from _counted(told, lambda item: show(item, last))


def _ocel(log: _Log, file: Path) -> None:
    from alihdaya.channels.mining.ocel import write_ocel

    with _writing(file) as stream:
        events, objects = write_ocel(stream, log.shown(file), log.heads())
    click.echo(say("{file}: {events} events, {objects} objects").format(file=file, events=events, objects=objects))


def _xes(log: _Log, file: Path) -> None:
    from alihdaya import __version__
    from alihdaya.channels.mining.xes import write_xes

    called = {one.id: one.external_id for one in log.heads()}
    with _writing(file) as stream:
        traces = write_xes(stream, log.shown(file), called, describe={"concept:name": f"Alihdaya {__version__}"})
    click.echo(say("{file}: {traces} traces").format(file=file, traces=traces))


def _writing(file: Path) -> IO[bytes]:
    import gzip

    if file.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(file, "wb", compresslevel=5))
    return file.open("wb")


def _counted(entries: "Iterator[Entry]", show: Callable[[int], None]) -> "Iterator[Entry]":
    item = 0
    for entry in entries:
        if entry.item >= item + 1_000:
            item = entry.item
            show(item)
        yield entry
    show(item)


@click.command(
    "convert",
    help=say(
        "Write MODEL, a DMN file of any version from 1.1 to 1.6, as DMN 1.5: every element, extension, text and "
        "diagram is kept."
    ),
)
@click.argument("model", metavar="MODEL", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help=say("Where to write (else to standard output)."),
)
def convert(model: Path, output: Path | None) -> None:
    """Read and write a file of DMN."""
    from alihdaya.notation.dmn.write import load, write

    data = write(load(model.read_bytes(), str(model)))
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        output.write_bytes(data)
        click.echo(say("Wrote {file}: DMN 1.5, {size} bytes.").format(file=output, size=len(data)))
