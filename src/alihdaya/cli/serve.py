"""`alihdaya serve`: the console on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

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
    """Serve in a thread while the block works, then on until interrupted."""
    from alihdaya.store import open_store

    open_store(settings.place).close()  # so that there are tables to read
    thread = Thread(target=serve.callback, args=(port,), daemon=True)
    thread.start()
    yield
    click.echo(say("The console stays open; end it with Ctrl+C."), err=True)
    thread.join()
