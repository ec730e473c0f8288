"""Doors by which work reaches people: the command line in this process, and a program's tools over a desk."""

from unittest.mock import patch

import click

from alihdaya.channels.tools import Tools
from alihdaya.cli import cli
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import MINUTE
from alihdaya.operations.people.programs.commands import FetchTask, GiveBack, HandIn, Holds
from alihdaya.store import open_store


def by_command_line(small, *words):
    """Let another process's command write to the store meanwhile, at the desk's own time. Raises Refused."""
    small.commit()
    small.store.close()
    at = max(small.at, small.desk.at)
    try:
        with patch("alihdaya.cli.settings.now", lambda: at), patch("alihdaya.cli.work.now", lambda: at):
            cli.main(["--lang", "en", "--store", small.url, *map(str, words)], standalone_mode=False)
    except click.ClickException as error:
        raise Refused([]) from error
    finally:
        small.store = open_store(small.url)
        small.open()


class DeskProgram:
    """What channels.program.Program is over HTTP, on a desk at hand: behind the tools of the Model Context Protocol."""

    def __init__(self, small, worker):
        self.small, self.worker = small, worker

    def fetch(self, *, wait):
        """Take the next task; nobody waits here."""
        return self._wire(self.small.command(FetchTask(self.worker, frozenset(), MINUTE)))

    def task(self, item, token):
        """Give a task that it has."""
        held = map(self._wire, self.small.command(Holds(self.worker)))
        found = next((one for one in held if (one["item"], one["token"]) == (item, token)), None)
        if found is None:
            raise Refused([])
        return found

    def submit(self, item, token, lock, result):
        """Hand it in."""
        self.small.command(HandIn(item, token, self.worker, lock, result))

    def fail(self, item, token, lock, reason):
        """Give it back."""
        self.small.command(GiveBack(item, token, self.worker, lock, reason))

    def _wire(self, task):
        return task and {"item": task.item, "token": task.token, "lock": task.lock}


def tools_of(small, worker):
    """Give the tools that a model calls as this program."""
    return Tools(DeskProgram(small, worker))
