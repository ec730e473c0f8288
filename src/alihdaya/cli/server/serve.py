"""`alihdaya serve`: the console on this machine."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen
from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import Settings, now, say

if TYPE_CHECKING:
    from alihdaya.operations.desk import Desk


@click.command(
    help=say(
        "Open the console at 127.0.0.1: queues, service levels and people, live. It reads only, unless a PACK is "
        "named: then it is the store's writer too, and timers go off by the clock."
    )
)
@click.option(
    "--port", type=click.IntRange(1024, 65535), default=8321, show_default=True, help=say("Port of the console.")
)
@click.option("--pack", "packs", multiple=True, help=say("A pack whose timers go off; may be given many times."))
@click.option("--trust", is_flag=True, help=say("Run the steps.py of a pack that is a folder: it is a program."))
@click.pass_obj
def serve(settings: Settings, port: int, packs: tuple[str, ...], *, trust: bool) -> None:
    """Serve until interrupted."""
    from alihdaya.cli.reading import StoreReader
    from alihdaya.console.app import make_app
    from alihdaya.console.app import serve as serve_app

    with _writing(settings, packs, trusted=trust), settings.read() as store:
        app = make_app(StoreReader(store), language=settings.language if settings.wished else None, clock=now)
        serve_app(app, port, ready=lambda url: click.echo(say("The floor: {url}").format(url=url), err=True))


@contextmanager
def _writing(settings: Settings, packs: tuple[str, ...], *, trusted: bool) -> Iterator[None]:
    """Be the writer of the store meanwhile, with these packs on offer; without any, nothing. Raises StoreLocked."""
    if not packs:
        yield
        return
    from alihdaya.cli.server.node import offer_of
    from alihdaya.operations.floor.collector import Collector
    from alihdaya.operations.node.mailroom import Mailroom
    from alihdaya.operations.sign import settle

    offers = [offer_of(name, None, None, trusted=trusted) for name in packs]

    def opened() -> "Desk":
        desk = settings.write({one.service.pack.digest: one.service.pack for one in offers})
        for one in offers:
            settle(desk, one.service, now(), one.people)
        return desk

    opened().close()  # what keeps it from being opened is told at once, and there are tables to read
    with Mailroom(opened, clock=now, told=Collector()):
        yield


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
