"""`alihdaya serve`: the console on this machine."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen

import click

from alihdaya.cli.settings import Settings, now, say


@click.command(help=say("Open the console at 127.0.0.1: queues, service levels and people, live. It reads only."))
@click.option(
    "--port", type=click.IntRange(1024, 65535), default=8321, show_default=True, help=say("Port of the console.")
)
@click.pass_obj
def serve(settings: Settings, port: int) -> None:
    """Serve until interrupted."""
    from alihdaya.cli.reading import StoreReader
    from alihdaya.console.app import make_app
    from alihdaya.console.app import serve as serve_app

    with settings.read() as store:
        app = make_app(StoreReader(store), language=settings.language if settings.wished else None, clock=now)
        serve_app(app, port, ready=lambda url: click.echo(say("The floor: {url}").format(url=url), err=True))


@contextmanager
def beside(settings: Settings, port: int) -> Iterator[None]:
    """Serve in a process of its own while the block works, then on until interrupted."""
    from alihdaya.store import open_store

    open_store(settings.place).close()  # so that there are tables to read
    command = [sys.executable, "-m", "alihdaya.cli", "--lang", settings.language, "--store", settings.place]
    console = Popen([*command, "serve", "--port", str(port)])  # noqa: S603 (our own program, our own words)
    try:
        yield
        click.echo(say("The console stays open; end it with Ctrl+C."), err=True)
        console.wait()
    finally:
        console.terminate()
        console.wait()
