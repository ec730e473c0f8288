"""The writer's queue: anybody may post a command from any thread; one thread works them off in groups.

A group is whatever waits when the last commit ended, up to a limit: a lone command commits at once, and under load
the groups grow by themselves while a commit is under way. Nobody is answered before the commit. With a clock, timers
go off by themselves when they are due.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from heapq import heappop
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, NamedTuple, Self

from alihdaya.kernel.errors import Problem, Refused, Source
from alihdaya.kernel.time import SECOND
from alihdaya.operations.commands import Assign, Command, Complete, Fire, Receive, Retry
from alihdaya.operations.desk import GROUP, Desk
from alihdaya.operations.perform import catch_up, perform
from alihdaya.operations.receive import receive
from alihdaya.work.keepable import unkeepable

_SHORTEST, _LONGEST = 0.02, 2.0
"""Seconds between two attempts to open a desk without being asked: doubled with each failure."""

Former = dict[tuple[str, str], int]
"""(channel, external id) -> the item that was received under it."""


class Letter(NamedTuple):
    """A command in the queue, with the promise of its answer. No command means: close."""

    command: Command | None
    at: int
    answer: "Future[Any]"


class Mailroom:
    """Owns the one writer. `open_desk` runs in the writer's thread; use as a context manager.

    A desk that could not commit is thrown away, with its whole group refused; the next group opens another. `clock`
    gives the present in microseconds; `told` hears, in the writer's thread, of each desk that was opened and of each
    commit.
    """

    def __init__(
        self,
        open_desk: Callable[[], Desk],
        *,
        clock: Callable[[], int] | None = None,
        told: Callable[[Desk], None] = lambda _: None,
    ) -> None:
        self._open = open_desk
        self._clock = clock
        self._told = told
        self._letters: SimpleQueue[Letter] = SimpleQueue()
        self._door = Lock()
        self._closed = False
        self._failures = 0
        self._thread = Thread(target=self._work, name="alihdaya-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many commands wait to be taken up."""
        return self._letters.qsize()

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
            group = self._group(self._pause(desk))
            over = bool(group) and group[-1].command is None
            letters = [one for one in group if one.command is not None and one.answer.set_running_or_notify_cancel()]
            if desk is None and (letters or (self._clock is not None and not over)):
                desk = self._opened(letters)
            if desk is not None:
                desk = self._worked_off(desk, letters)
        if desk is not None:
            desk.close()

    def _opened(self, letters: Iterable[Letter]) -> Desk | None:
        """Open the desk; where that fails, these letters hear why."""
        try:
            desk = self._open()
            self._told(desk)
        except Exception as error:  # noqa: BLE001 (whoever posts must hear of it, whatever it is)
            self._failures += 1
            _fail(letters, error)
            return None
        return desk

    def _pause(self, desk: Desk | None) -> float | None:
        """Give the seconds until something is to be done without a command; None where nothing is."""
        if self._clock is None:
            return None
        if desk is None or self._failures:
            return float(min(_SHORTEST * 2 ** min(self._failures, 10), _LONGEST))
        timer = desk.next_timer()
        return None if timer is None else min(max(0.0, (timer[0] - self._clock()) / SECOND), 3600.0)

    def _group(self, pause: float | None) -> list[Letter]:
        """Give what waits, or what comes first within the pause; nothing where nothing does."""
        group: list[Letter] = []
        with suppress(Empty):
            group.append(self._letters.get(timeout=pause))
            while len(group) < GROUP and group[-1].command is not None:
                group.append(self._letters.get_nowait())
        return group

    def _worked_off(self, desk: Desk, letters: list[Letter]) -> Desk | None:
        """Carry out what is due and a group, commit and answer; None where the desk no longer agrees with its store."""
        try:
            if self._clock is not None:
                _let_time_run(desk, self._clock())
            former = _former(desk, letters)
            outcomes = [_outcome(desk, letter, former) for letter in letters]
            if desk.commit():
                self._told(desk)
        except Exception as error:  # noqa: BLE001 (nothing of the group is durable: everybody in it must hear of it)
            self._failures += 1
            with suppress(Exception):
                desk.close()
            _fail(letters, error)
            return None
        self._failures = 0
        for letter, (value, refusal) in zip(letters, outcomes, strict=True):
            letter.answer.set_result(value) if refusal is None else letter.answer.set_exception(refusal)
        return desk


def _let_time_run(desk: Desk, now: int) -> None:
    """Let the timers go off that are due, the earliest first; at most a group of them between two commits."""
    while len(desk.pending) < GROUP and (timer := desk.next_timer()) is not None and timer[0] <= now:
        try:
            perform(desk, Fire(timer[1], timer[2]), max(now, desk.at))
        except Refused:
            heappop(desk.timers)  # it comes up again with the next desk


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
        place = Source(element=str(former[key]))
        raise Refused(Problem("duplicate", f"{work.external_id} is item {former[key]}", place))
    former[key] = receive(desk, work, at)
    return former[key]
