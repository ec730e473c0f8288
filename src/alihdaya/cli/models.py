"""Commands for files of models: `convert`."""

import sys
from pathlib import Path

import click

from alihdaya.cli.settings import say


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
