"""`Embedded`: the engine for a program of its own. Any thread or asyncio task asks; one thread works and commits.

A group is what waits when the last commit ended: a lone command commits at once, and under load the groups grow by
themselves. Nobody is answered before the commit.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from time import time_ns
from typing import Any, Self

from alihdaya.embedded.letterbox import LetterBox
from alihdaya.embedded.reading import Moment, OpenWait, Reading
from alihdaya.embedded.works import Act, Begin, Letter, Message, Outcome, Signal, Work, answer, check
from alihdaya.embedded.writing import Writing
from alihdaya.engine import Command, CompleteTask, Instance, Plan
from alihdaya.kernel.time import HOUR, SECOND
from alihdaya.store.database import Database

GROUP = 1_000
"""So many works become durable together at the most, or a letter's worth more."""


def _now() -> int:
    return time_ns() // 1_000


class Embedded:
    """An engine on a database: a file's path, sqlite:///FILE or postgresql://…; use it as a context manager.

    `plans` are the processes (engine.make_plan); of several with one id the first is for new instances, the others
    for those that still run by them. `clock` gives the present in microseconds; `keep`: microseconds for which a
    message is kept that nobody waits for. All running instances are held in memory.

    Raises StoreLocked where another process writes, StoreError where the database cannot be used or an instance
    runs by a definition that is not given.
    """

    def __init__(
        self,
        url: str | Path,
        plans: Sequence[Plan],
        *,
        clock: Callable[[], int] = _now,
        keep: int = HOUR,
        schema: str | None = None,
        durable: bool = True,
    ) -> None:
        self._database = Database(url, schema=schema, durable=durable)
        self._writing = Writing(self._database, plans, clock, keep)
        self._reading = Reading(self._database)
        self._letters = LetterBox()
        try:
            self._writing.open()
        except BaseException:
            self._database.close()
            raise
        self._thread = Thread(target=self._work, name="alihdaya-embedded", daemon=True)
        self._thread.start()

    def start(self, process: str, variables: Mapping[str, Any], *, key: str = "", node: str = "") -> int:
        """Start an instance, durably; gives its number. With a `key` used before, gives the instance of then."""
        number: int = self._one(Begin(process, variables, key, node))
        return number

    def complete(self, instance: int, token: int, result: Mapping[str, Any]) -> None:
        """Finish the user task of a token, durably. Raises Refused where it does not wait (any more)."""
        self._one(Act(instance, CompleteTask(token, result)))

    def act(self, instance: int, command: Command) -> None:
        """Carry out any command of the engine on an instance, durably. Raises Refused as `engine.decide` does."""
        self._one(Act(instance, command))

    def message(self, name: str, key: str, payload: Mapping[str, Any]) -> int | None:
        """Bring a message; gives the instance that took it, None where it is kept until one waits for it."""
        taken: int | None = self._one(Message(name, key, payload))
        return taken

    def signal(self, name: str, payload: Mapping[str, Any]) -> None:
        """Broadcast a signal."""
        self._one(Signal(name, payload))

    def many(self, works: Sequence[Work]) -> list[Outcome]:
        """Carry out works in one transaction; one that is refused does not hinder the others."""
        return self.submit(works).result()

    def submit(self, works: Sequence[Work]) -> "Future[list[Outcome]]":
        """Ask for works in one transaction without waiting; what they hold must not change until then."""
        promise: Future[list[Outcome]] = Future()
        self._letters.post(Letter(tuple(_checked(works)), promise))
        return promise

    def ask(self, *works: Work) -> "asyncio.Future[list[Outcome]]":
        """Carry out works in one transaction, from an asyncio program, which awaits what this gives."""
        loop = asyncio.get_running_loop()
        promise: asyncio.Future[list[Outcome]] = loop.create_future()
        self._letters.post(Letter(_checked(works), promise, loop))
        return promise

    def waits(self, kind: str = "task", *, node: str = "", limit: int = 1_000) -> list[OpenWait]:
        """Give what is waited for: task, job, message, signal, call; at one node or at any."""
        return self._reading.waits(kind, node=node, limit=limit)

    def waits_of(self, instance: int) -> list[OpenWait]:
        """Give all that an instance waits for."""
        return self._reading.waits_of(instance)

    def state(self, instance: int) -> Instance | None:
        """Give an instance as it was last committed, running or ended; None for one that never was."""
        return self._reading.state(instance)

    def history(self, instance: int) -> list[Moment]:
        """Give all events of an instance, by command."""
        return self._reading.history(instance)

    def close(self) -> None:
        """Work off what was asked, then let the database go; what is asked from now on is refused."""
        self._letters.close()
        self._thread.join()
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _one(self, work: Work) -> Any:
        return self.submit((work,)).result()[0].get()

    def _work(self) -> None:
        over = False
        while not over:
            pause = self._writing.pause()
            letters, over = self._letters.take(GROUP, None if pause is None else pause / SECOND)
            try:
                outcomes = self._writing.carry_out([one.works for one in letters])
            except Exception as error:  # noqa: BLE001 (nothing of the group is durable: everybody in it must hear of it)
                answer((one, error) for one in letters)
            else:
                answer(zip(letters, outcomes, strict=True))
        self._writing.close()


def _checked(works: Sequence[Work]) -> Sequence[Work]:
    for work in works:
        check(work)
    return works
