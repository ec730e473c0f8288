"""The writer's queue: anybody may post a command from any thread; one thread works them off in groups.

A group is whatever waits when the last commit ended, up to a limit: a lone command commits at once, and under load
the groups grow by themselves while a commit is under way. Nobody is answered before the commit.
"""

from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, NamedTuple, Self

from alihdaya.kernel.errors import Refused
from alihdaya.operations.commands import Command
from alihdaya.operations.desk import GROUP, Desk
from alihdaya.operations.perform import perform


class Letter(NamedTuple):
    """A command in the queue, with the promise of its answer. No command means: close."""

    command: Command | None
    at: int
    answer: "Future[Any]"


class Mailroom:
    """Owns the one writer. `open_desk` runs in the writer's thread; use as a context manager."""

    def __init__(self, open_desk: Callable[[], Desk]) -> None:
        self._open = open_desk
        self._letters: SimpleQueue[Letter] = SimpleQueue()
        self._thread = Thread(target=self._work, name="alihdaya-writer", daemon=True)
        self._thread.start()

    def post(self, command: Command, at: int) -> "Future[Any]":
        """Queue a command that happens at `at`; the future is done once its entries are durable.

        It holds what the station returns, or raises Refused (nothing changed), or StoreError (the writer is gone).
        """
        letter = Letter(command, at, Future())
        self._letters.put(letter)
        return letter.answer

    def close(self) -> None:
        """Work off what is queued, then end the thread."""
        self._letters.put(Letter(None, 0, Future()))
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _work(self) -> None:
        try:
            desk = self._open()
        except Exception as error:  # noqa: BLE001 (whoever posts must hear of it, whatever it is)
            self._refuse_all(error)
            return
        try:
            self._drain(desk)
        finally:
            desk.close()

    def _drain(self, desk: Desk) -> None:
        while True:
            group = self._group()
            letters = [letter for letter in group if letter.command is not None]
            try:
                outcomes = [_outcome(desk, letter) for letter in letters]
                desk.commit()
            except Exception as error:  # noqa: BLE001 (the desk no longer agrees with the store: answer and end)
                for letter in letters:
                    letter.answer.set_exception(error)
                self._refuse_all(error)
                return
            for letter, (value, refusal) in zip(letters, outcomes, strict=True):
                letter.answer.set_result(value) if refusal is None else letter.answer.set_exception(refusal)
            if len(letters) < len(group):
                return

    def _group(self) -> list[Letter]:
        group = [self._letters.get()]
        while len(group) < GROUP and group[-1].command is not None:
            try:
                group.append(self._letters.get_nowait())
            except Empty:
                break
        return group

    def _refuse_all(self, error: Exception) -> None:
        """Answer everybody who still posts; ends when the room is closed."""
        while (letter := self._letters.get()).command is not None:
            letter.answer.set_exception(error)


def _outcome(desk: Desk, letter: Letter) -> tuple[Any, Exception | None]:
    assert letter.command is not None  # noqa: S101 (narrowing for the type checker)
    try:
        return perform(desk, letter.command, max(letter.at, desk.at)), None
    except Refused as refusal:
        return None, refusal
