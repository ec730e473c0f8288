"""`alihdaya mcp`: a worker that is a program, as tools for a model."""

import os
from importlib.util import find_spec
from pathlib import Path

import click

from alihdaya.cli.settings import say


@click.command(
    help=say(
        "Serve the tools of the program WORKER by the Model Context Protocol, on standard input and output: fetch an "
        "item, read, keep, submit or give it back. The gate holds as for people. Needs alihdaya[mcp]."
    )
)
@click.argument("worker")
@click.option("--url", required=True, metavar="URL", help=say("Any node's address, such as http://127.0.0.1:8400."))
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=say("The file of its token, named as the worker (else ALIHDAYA_TOKEN)."),
)
@click.option(
    "--lease",
    type=click.FloatRange(1, 3600),
    default=300.0,
    show_default=True,
    help=say("Seconds that it may be silent while it has an item."),
)
def mcp(worker: str, url: str, token_file: Path | None, lease: float) -> None:
    """Serve a program's tools."""
    if find_spec("mcp") is None:
        raise click.ClickException(say("The MCP library is not installed: pip install 'alihdaya[mcp]'."))
    from alihdaya.channels.program import Program
    from alihdaya.channels.tools import make_server

    if not url.startswith(("http://", "https://")):
        raise click.BadParameter(say("an address begins with http:// or https://"), param_hint="--url")
    program = Program(url, worker, _token(token_file), lease=lease)
    try:
        make_server(program).run("stdio")
    finally:
        program.close()


def _token(path: Path | None) -> str:
    text = path.read_bytes().decode(errors="replace") if path else os.environ.get("ALIHDAYA_TOKEN", "")
    token = text.strip()
    if not (token.isascii() and token.isprintable()):
        raise click.BadParameter(say("a token is one line of plain letters"), param_hint="--token-file, ALIHDAYA_TOKEN")
    return token
