"""The writer's queue: anybody may post a command from any thread; one thread works them off in groups.

A group is whatever waits when the last commit ended, up to a limit: a lone command commits at once, and under load
the groups grow by themselves while a commit is under way. Nobody is answered before the commit. With a clock, timers
go off by themselves when they are due.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import perf_counter
from typing import Any, Protocol, Self

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import HOUSE
from alihdaya.kernel.time import SECOND
from alihdaya.operations.commands import Command, Fire
from alihdaya.operations.desk import GROUP, Desk
from alihdaya.operations.node.letters import Letter, Outcome, Parent, carry_out
from alihdaya.operations.node.visible.groups import Groups
from alihdaya.store.errors import StoreError, StoreRefused

_MOST_TRIES = 64
"""So often parts of a group that failed are tried; the rest is refused."""

_FEWER = GROUP // 8
"""After a failure, so many timers at the most go off before the next commit."""

_LONGEST_TROUBLE = 500

_SHORTEST, _LONGEST = 0.02, 2.0
"""Seconds between two attempts to open a desk without being asked: doubled with each failure."""


class Watcher(Protocol):
    """Follows commands from where they were posted to the commit; for traces."""

    def here(self) -> Parent:
        """Give what a command that is posted now comes from; called by whoever posts."""

    def committed(self, desk: Desk, letters: Sequence[Letter], outcomes: Sequence[Outcome], seconds: float) -> None:
        """Hear of a group that is durable since now, after so many seconds; called before `told`."""


class Mailroom:
    """Owns the one writer. `open_desk` runs in the writer's thread; use as a context manager.

    A desk that could not commit is thrown away, and the next group opens another. Where the store failed, the whole
    group is refused; where a command did, it alone: the others are tried again by halves; where a timer did, it stops
    its item by an incident. `clock` gives the present in microseconds; `told` hears, in the writer's thread, of each
    desk that was opened, of each commit, and of jobs that came to be free; `groups` counts what is committed, `watcher`
    follows each command on its way.
    """

    def __init__(
        self,
        open_desk: Callable[[], Desk],
        *,
        clock: Callable[[], int] | None = None,
        told: Callable[[Desk], None] = lambda _: None,
        groups: Groups | None = None,
        watcher: Watcher | None = None,
    ) -> None:
        self._open = open_desk
        self._clock = clock
        self._told = told
        self._groups = groups or Groups()
        self._watcher = watcher
        self._letters: SimpleQueue[Letter] = SimpleQueue()
        self._door = Lock()
        self._closed = False
        self._failures = 0
        self.trouble: Exception | None = None
        """What kept the last desk from being opened or committed; None once all is well again."""
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
        letter = Letter(command, at, Future(), None if self._watcher is None else self._watcher.here())
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
            self.trouble = error
            _fail(letters, error)
            return None
        self.trouble = None
        return desk

    def _pause(self, desk: Desk | None) -> float | None:
        """Give the seconds until something is to be done without a command; None where nothing is."""
        if self._clock is None:
            return None
        if desk is None or self._failures:
            return float(min(_SHORTEST * 2 ** min(self._failures, 10), _LONGEST))
        due = desk.next_due()
        return None if due is None else min(max(0.0, (due - self._clock()) / SECOND), 3600.0)

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
        now = None if self._clock is None else self._clock()
        error = self._attempt(desk, letters, now)
        if error is None:
            return desk
        if not _is_a_commands(error) or (now is None and len(letters) < 2):
            _fail(letters, error)
            return None
        found = self._isolated(letters)
        return found if now is None else self._without_trouble(found, now)

    def _without_trouble(self, desk: Desk | None, now: int) -> Desk | None:
        """Let what is due go off alone, in smaller and smaller groups, until a timer that cannot be stands alone.

        That one stops its item by an incident; what is no item's, or does not even stop, waits for the next desk.
        """
        tried, most = 0, 0  # first what is no timer's: if that fails, no timer is to blame
        while tried < GROUP and (desk := desk or self._opened(())) is not None:
            timer = desk.next_timer()
            if timer is None or timer[0] > now:
                return desk
            error = self._attempt(desk, [], now, most)
            if error is None:
                tried, most = tried + most, min(most * 2, _FEWER) or _FEWER
                continue
            desk = None
            if most == 0 or not _is_a_commands(error):
                return None
            if most == 1:
                desk, tried = self._stopped(timer, now, error), tried + (1 if timer[1] != HOUSE else _FEWER)
            most = max(1, most // 8)
        return desk

    def _stopped(self, timer: tuple[int, int, int], now: int, error: Exception) -> Desk | None:
        """Let a timer that fails whenever it goes off stop its item by an incident; else pass it over."""
        _, item, number = timer
        desk = self._opened(())
        if desk is not None and item != HOUSE:
            trouble = f"{type(error).__name__}: {error}"[:_LONGEST_TROUBLE]
            if self._attempt(desk, [Letter(Fire(item, number, trouble), now, Future())], None) is None:
                return desk
            desk = self._opened(())
        if desk is not None:
            desk.pass_over(timer)
        return desk

    def _attempt(self, desk: Desk, letters: list[Letter], now: int | None, most: int = GROUP) -> Exception | None:
        """Carry out, commit and answer; where that fails nobody is answered, and the desk is of no use any more."""
        try:
            begun = perf_counter()
            outcomes = carry_out(desk, letters, now, most)
            written = desk.commit()
            if written:
                seconds = perf_counter() - begun
                self._groups.add(len(letters), seconds)
                if self._watcher is not None:
                    self._watcher.committed(desk, letters, outcomes, seconds)
            if written or (desk.book is not None and desk.book.fresh):
                self._told(desk)
        except Exception as error:  # noqa: BLE001 (nothing of the group is durable: everybody in it must hear of it)
            self._failures += 1
            self.trouble = error
            with suppress(Exception):
                desk.close()
            return error
        self._failures = 0
        for letter, (value, refusal) in zip(letters, outcomes, strict=True):
            letter.answer.set_result(value) if refusal is None else letter.answer.set_exception(refusal)
        return None

    def _isolated(self, letters: list[Letter]) -> Desk | None:
        """Try a group that failed again by halves, without what is due, until who is to blame stands alone."""
        parts = _halves(letters)
        desk: Desk | None = None
        for _ in range(_MOST_TRIES):
            if not parts:
                return desk
            part = parts.pop(0)
            desk = desk or self._opened(part)
            error = self.trouble if desk is None else self._attempt(desk, part, None)
            if error is None:
                continue
            if desk is not None and len(part) > 1 and _is_a_commands(error):
                parts[:0] = _halves(part)
            elif desk is not None:
                _fail(part, error)
            desk = None
            if not _is_a_commands(error):
                break
        for part in parts:
            _fail(part, self.trouble or Refused(Problem("again", "too many of a group fail: ask again")))
        return desk


def _is_a_commands(error: Exception) -> bool:
    """Say whether a failure is that of a command, and not of the store: it would come again, and nothing is durable."""
    return isinstance(error, StoreRefused) or not isinstance(error, StoreError)


def _halves(letters: list[Letter]) -> list[list[Letter]]:
    middle = len(letters) // 2
    return [part for part in (letters[:middle], letters[middle:]) if part]


def _fail(letters: Iterable[Letter], error: Exception) -> None:
    for letter in letters:
        letter.answer.set_exception(error)
