"""`alihdaya export`: the log for process mining tools."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import click

from alihdaya.cli.settings import Settings, say

if TYPE_CHECKING:
    from alihdaya.kernel.event import Entry
    from alihdaya.store import Store

_file = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command(
    help=say(
        "Write what happened to every item for process mining: as OCEL 2.0 (JSON; events about items, tasks and "
        "people) or as XES (one trace an item). A name that ends in .gz is compressed."
    )
)
@click.option("--ocel", type=_file, help=say("Write OCEL 2.0 to this file."))
@click.option("--xes", type=_file, help=say("Write XES to this file."))
@click.option("--archive", is_flag=True, help=say("With the items that were archived, which come first."))
@click.pass_obj
def export(settings: Settings, ocel: Path | None, xes: Path | None, archive: bool) -> None:
    """Write event logs."""
    if ocel is None and xes is None:
        raise click.UsageError(say("Name a file: --ocel FILE, --xes FILE, or both."))
    with settings.read() as store:
        if ocel is not None:
            _ocel(settings, store, ocel, archive=archive)
        if xes is not None:
            _xes(settings, store, xes, archive=archive)


def _ocel(settings: Settings, store: "Store", file: Path, *, archive: bool) -> None:
    from alihdaya.channels.mining.ocel import write_ocel
    from alihdaya.store.views.histories import heads

    with _writing(file) as stream:
        events, objects = write_ocel(
            stream, _shown(settings, store, file, archive=archive), heads(store, archive=archive)
        )
    click.echo(say("{file}: {events} events, {objects} objects").format(file=file, events=events, objects=objects))


def _xes(settings: Settings, store: "Store", file: Path, *, archive: bool) -> None:
    from alihdaya import __version__
    from alihdaya.channels.mining.xes import write_xes
    from alihdaya.store.views.histories import heads

    called = {one.id: one.external_id for one in heads(store, archive=archive)}
    with _writing(file) as stream:
        shown = _shown(settings, store, file, archive=archive)
        traces = write_xes(stream, shown, called, describe={"concept:name": f"Alihdaya {__version__}"})
    click.echo(say("{file}: {traces} traces").format(file=file, traces=traces))


def _writing(file: Path) -> IO[bytes]:
    import gzip

    if file.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(file, "wb", compresslevel=5))
    return file.open("wb")


def _shown(settings: Settings, store: "Store", file: Path, *, archive: bool) -> "Iterator[Entry]":
    from alihdaya.cli.runs.bars import bar
    from alihdaya.store.views.histories import histories

    last = store.next_item() - 1
    with bar(settings, file.name) as show:
        yield from _counted(histories(store, archive=archive), lambda item: show(item, last))


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
