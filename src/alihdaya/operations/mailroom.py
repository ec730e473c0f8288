"""The writer's queue: anybody may post a command from any thread; one thread works them off in groups.

A group is whatever waits when the last commit ended, up to a limit: a lone command commits at once, and under load
the groups grow by themselves while a commit is under way. Nobody is answered before the commit.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, NamedTuple, Self

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.commands import Assign, Command, Complete, Receive, Retry
from alihdaya.operations.desk import GROUP, Desk
from alihdaya.operations.perform import catch_up, perform
from alihdaya.operations.receive import receive
from alihdaya.work.keepable import unkeepable

Former = dict[tuple[str, str], int]
"""(channel, external id) -> the item that was received under it."""


class Letter(NamedTuple):
    """A command in the queue, with the promise of its answer. No command means: close."""

    command: Command | None
    at: int
    answer: "Future[Any]"


class Mailroom:
    """Owns the one writer. `open_desk` runs in the writer's thread; use as a context manager.

    A desk that could not commit is thrown away, with its whole group refused; the next group opens another.
    """

    def __init__(self, open_desk: Callable[[], Desk]) -> None:
        self._open = open_desk
        self._letters: SimpleQueue[Letter] = SimpleQueue()
        self._door = Lock()
        self._closed = False
        self._thread = Thread(target=self._work, name="alihdaya-writer", daemon=True)
        self._thread.start()

    def post(self, command: Command, at: int) -> "Future[Any]":
        """Queue a command that happens at `at`; the future is done once its entries are durable.

        It holds what the station returns, or raises Refused (nothing changed, but for the gate's note and timers that
        were due before), or what kept the desk from being opened or committed (nothing changed at all). A future that
        is cancelled before its command is taken up leaves nothing behind; after that it cannot be cancelled.
        """
        letter = Letter(command, at, Future())
        with self._door:
            if not self._closed:
                self._letters.put(letter)
                return letter.answer
        letter.answer.set_exception(Refused(Problem("closed", "the writer takes no more commands")))
        return letter.answer

    def close(self) -> None:
        """Work off what is queued, then end the thread; what is posted from now on is refused."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._letters.put(Letter(None, 0, Future()))
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _work(self) -> None:
        desk = self._opened(())
        over = False
        while not over:
            group = self._group()
            over = group[-1].command is None
            letters = [one for one in group if one.command is not None and one.answer.set_running_or_notify_cancel()]
            if letters:
                desk = desk or self._opened(letters)
                if desk is not None:
                    desk = _work_off(desk, letters)
        if desk is not None:
            desk.close()

    def _opened(self, letters: Iterable[Letter]) -> Desk | None:
        """Open the desk; where that fails, these letters hear why."""
        try:
            return self._open()
        except Exception as error:  # noqa: BLE001 (whoever posts must hear of it, whatever it is)
            _fail(letters, error)
            return None

    def _group(self) -> list[Letter]:
        group = [self._letters.get()]
        while len(group) < GROUP and group[-1].command is not None:
            try:
                group.append(self._letters.get_nowait())
            except Empty:
                break
        return group


def _work_off(desk: Desk, letters: list[Letter]) -> Desk | None:
    """Carry out a group, commit it and answer; None where the desk no longer agrees with its store."""
    try:
        former = _former(desk, letters)
        outcomes = [_outcome(desk, letter, former) for letter in letters]
        desk.commit()
    except Exception as error:  # noqa: BLE001 (nothing of the group is durable: everybody in it must hear of it)
        with suppress(Exception):
            desk.close()
        _fail(letters, error)
        return None
    for letter, (value, refusal) in zip(letters, outcomes, strict=True):
        letter.answer.set_result(value) if refusal is None else letter.answer.set_exception(refusal)
    return desk


def _fail(letters: Iterable[Letter], error: Exception) -> None:
    for letter in letters:
        letter.answer.set_exception(error)


def _former(desk: Desk, letters: Iterable[Letter]) -> Former:
    """Find what was received before, one question a channel."""
    asked: dict[str, list[str]] = defaultdict(list)
    for command, _, _ in letters:
        if type(command) is Receive and not _faults(command):
            asked[command.channel].append(command.external_id)
    return {
        (channel, one): item for channel, ids in asked.items() for one, item in desk.store.known(channel, ids).items()
    }


def _faults(work: Receive) -> list[Problem]:
    return unkeepable({**work.data, "channel": work.channel, "external_id": work.external_id})


def _outcome(desk: Desk, letter: Letter, former: Former) -> tuple[Any, Exception | None]:
    assert letter.command is not None  # noqa: S101 (narrowing for the type checker)
    try:
        at = max(letter.at, desk.at)
        if isinstance(letter.command, Assign | Complete | Retry):
            catch_up(desk, letter.command.item, at)
        if type(letter.command) is Receive:
            return _take_in(desk, letter.command, at, former), None
        return perform(desk, letter.command, at), None
    except Refused as refusal:
        return None, refusal


def _take_in(desk: Desk, work: Receive, at: int, former: Former) -> int:
    """Receive what comes from outside, unless it cannot be kept or came before."""
    faults = _faults(work)
    if faults:
        raise Refused(faults)
    key = work.channel, work.external_id
    if key in former:
        raise Refused(Problem("duplicate", f"{work.external_id} is item {former[key]}"))
    former[key] = receive(desk, work, at)
    return former[key]
