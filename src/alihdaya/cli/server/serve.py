"""`alihdaya serve`: the console on this machine."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from subprocess import Popen
from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import Settings, moved_archive, now, say

COURSES_AT = "ALIHDAYA_COURSES_AT"
"""Names the address at which courses are played: another host name than the workplace's."""

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from alihdaya.operations.desk import Desk
    from alihdaya.operations.node.mailroom import Mailroom
    from alihdaya.store import Store


@click.command(
    help=say(
        "Open the console at 127.0.0.1: queues, service levels and people, live. It reads only, unless a PACK is "
        "named: then it is the store's writer too, timers go off by the clock, and people work at /work/."
    )
)
@click.option(
    "--port", type=click.IntRange(1024, 65535), default=8321, show_default=True, help=say("Port of the console.")
)
@click.option(
    "--pack",
    "packs",
    multiple=True,
    help=say("A pack that is worked here, timers and people; may be given many times."),
)
@click.option(
    "--courses-port",
    type=click.IntRange(1024, 65535),
    help=say("Port of the courses in the folder ALIHDAYA_COURSES (default: the one after the console's)."),
)
@click.option("--trust", is_flag=True, help=say("Run the steps.py of a pack that is a folder: it is a program."))
@click.pass_obj
def serve(settings: Settings, port: int, packs: tuple[str, ...], courses_port: int | None, *, trust: bool) -> None:
    """Serve until interrupted."""
    from alihdaya.cli.reading import StoreReader
    from alihdaya.console.app import make_app
    from alihdaya.console.app import serve as serve_app
    from alihdaya.operations.floor.collector import stay

    wished = settings.language if settings.wished else None
    with (
        _writing(settings, packs, trusted=trust) as writer,
        _courses(courses_port or port + 1, wanted=writer is not None) as courses,
        _sweeping(settings, writer),
        settings.read() as store,
    ):
        work = _workplace(writer, store, wished, courses) if writer else ()
        app = make_app(StoreReader(store), language=wished, clock=now, more=work)
        stay()
        serve_app(app, port, ready=lambda url: click.echo(_opened(url, courses, writing=bool(work)), err=True))


def _opened(url: str, courses: str, *, writing: bool) -> str:
    """Say where the console is, where people work if they can, and where courses are played if there are any."""
    lines = [say("The floor: {url}").format(url=url)]
    if writing:
        lines.append(say("The workplace: {url}").format(url=f"{url}work/"))
    if courses:
        lines.append(say("Its courses are played at {url}").format(url=courses))
    return "\n".join(lines)


@contextmanager
def _writing(settings: Settings, packs: tuple[str, ...], *, trusted: bool) -> "Iterator[Mailroom | None]":
    """Be the writer of the store meanwhile, with these packs on offer; without any, nothing. Raises StoreLocked."""
    if not packs:
        yield None
        return
    from alihdaya.cli.server.node import offers_of
    from alihdaya.operations.floor.collector import Collector
    from alihdaya.operations.node.mailroom import Mailroom
    from alihdaya.operations.sign import settle

    offers = [one for name in packs for one in offers_of(settings, name, None, None, trusted=trusted)]

    def opened() -> "Desk":
        desk = settings.write({one.service.pack.digest: one.service.pack for one in offers})
        for one in offers:
            settle(desk, one.service, now(), one.people)
        return desk

    opened().close()  # what keeps it from being opened is told at once, and there are tables to read
    with Mailroom(opened, clock=now, told=Collector()) as writer:
        yield writer


@contextmanager
def _sweeping(settings: Settings, writer: "Mailroom | None") -> Iterator[None]:
    """Delete recordings whose time is over, now and every hour, where there are any and this is the writer."""
    from alihdaya.packs.recordings import folder_of_recordings

    if writer is None or folder_of_recordings() is None:
        yield
        return
    from alihdaya.cli.server.sweeping import Sweeper

    with Sweeper(settings, writer):
        yield


@contextmanager
def _courses(port: int, *, wanted: bool) -> Iterator[str]:
    """Serve courses beside the workplace where a folder of them is named; gives where they are played, "" nowhere."""
    from alihdaya.packs.courses.shelf import shelf

    named = os.environ.get(COURSES_AT, "")
    if named or not wanted or shelf() is None:
        yield named
        return
    from alihdaya.console.workplace.courses.files import served

    with served(port) as found:
        yield f":{found}"


def _workplace(writer: "Mailroom", store: "Store", language: str | None, courses: str) -> "Sequence[BaseRoute]":
    """Give the routes by which people work at this store."""
    import secrets

    from alihdaya.cli.server.workplace import StoreHouse, by_name
    from alihdaya.console.workplace.app import Workplace
    from alihdaya.console.workplace.door import NameDoor
    from alihdaya.console.workplace.routes import routes

    door = NameDoor(by_name(store), secrets.token_bytes(32))
    return routes(Workplace(StoreHouse(writer, store), door, language, recorder=True, courses=courses))


@contextmanager
def beside(settings: Settings, port: int) -> Iterator[None]:
    """Serve in a process of its own while the block works, then on until interrupted."""
    from alihdaya.store import open_store

    open_store(settings.place, archive=moved_archive()).close()  # so that there are tables to read
    command = [sys.executable, "-m", "alihdaya.cli", "--lang", settings.language, "--store", settings.place]
    console = Popen([*command, "serve", "--port", str(port)])  # noqa: S603 (our own program, our own words)
    try:
        yield
        click.echo(say("The console stays open; end it with Ctrl+C."), err=True)
        console.wait()
    finally:
        console.terminate()
        console.wait()
