"""Recordings whose time is over are deleted by whoever serves: at once, and then every hour."""

from threading import Event, Thread
from typing import TYPE_CHECKING, Self

import click

from alihdaya.cli.settings import Settings, now
from alihdaya.kernel.errors import AlihdayaError

if TYPE_CHECKING:
    from alihdaya.operations.node.mailroom import Mailroom
    from alihdaya.operations.people.commands import Forget

HOUR = 3600.0


class Sweeper:
    """A thread that sweeps while the block works. What it cannot delete it says, and tries again an hour later."""

    def __init__(self, settings: Settings, writer: "Mailroom", pause: float = HOUR) -> None:
        self._settings = settings
        self._writer = writer
        self._pause = pause
        self._end = Event()
        self._thread = Thread(target=self._work, name="sweeper", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, after the recording that is at hand."""
        self._end.set()
        self._thread.join(30)

    def _work(self) -> None:
        while not self._end.is_set():
            try:
                self._sweep()
            except (OSError, AlihdayaError, TimeoutError) as error:
                click.echo(f"alihdaya: {error}", err=True)
            self._end.wait(self._pause)

    def _sweep(self) -> None:
        from alihdaya.operations.people.commands import Forget
        from alihdaya.operations.people.keeping import delete, kept

        with self._settings.read() as store:
            due = [one for one in kept(store) if one.due(now())]
        for one in due:
            if self._end.is_set():
                return
            delete(one, Forget(one.item, one.recording, "term", "", "alihdaya"), self._noted)

    def _noted(self, wish: "Forget") -> None:
        self._writer.post(wish, now()).result(60)
