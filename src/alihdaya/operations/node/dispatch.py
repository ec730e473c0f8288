"""Carrying out what goes out: bounded hands, growing pauses after failures, dead letters in the end.

Nothing here is remembered: what is to go out stands in the log, and so does what became of it. Between the other
side's answer and our note of it a node may die; the next holder of the shard sends again under the same name.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from random import Random
from threading import Condition, Thread
from typing import Any, NamedTuple, Protocol

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import SECOND
from alihdaya.operations.commands import Command, Sent, Unsent
from alihdaya.operations.desk import Desk
from alihdaya.operations.jobs.commands import Thrown
from alihdaya.work.outbox import Send, SendKey

ANY = "*"
"""The endpoint of all names that have none of their own."""

_NO_DEAD_LETTER = frozenset({"not-in-outbox", "suspended", "closed"})
"""Codes of refusals after which nothing is noted: it is over, or is asked for again when its item goes on."""

_ANNOUNCE = 0.3
"""Seconds before what cannot be sent or noted at this moment is tried again."""


class Answer(NamedTuple):
    """What the other side said. `status` 0: it could not be reached; `again`: the same may be asked later.

    `error`: the code of the BPMN error in which it ended. `trouble`: the code of the incident that comes in the end.
    """

    status: int
    result: dict[str, Any]
    reason: str = ""
    again: bool = False
    error: str | None = None
    trouble: str = "not-sent"


class Letter(NamedTuple):
    """One request: where to (a URL, or whatever the one who posts takes), under which name for ever, and what."""

    url: Any
    idempotency_key: str
    send: Send


class Target(NamedTuple):
    """Where something goes out to, and how often that is tried (None: as often as all else)."""

    where: Any
    attempts: int | None = None


Find = Callable[[Desk, Send], Target | None]
"""Says where a send goes out to; None where it is for others to carry out."""


class Patience(NamedTuple):
    """How failures are met: the first pause in seconds, doubled each time up to the longest, and how many attempts."""

    first: float = 0.5
    longest: float = 300.0
    attempts: int = 8

    def pause(self, attempts: int, chance: float) -> float:
        """Seconds after so many failures; `chance` (0 to 1) spreads them between half of the pause and the whole."""
        return float(min(self.first * 2 ** min(attempts - 1, 30), self.longest) * (0.5 + chance / 2))


USUAL = Patience()


class Room(Protocol):
    """A shard's writer, as the dispatcher needs it."""

    def post(self, command: Command, at: int) -> "Future[Any]":
        """Queue a command."""


@dataclass(slots=True, eq=False)
class Tenure:
    """One holding of a shard: its writer, how its sends are named, and what it has in its outbox right now."""

    name: str
    room: Callable[[], Room | None]
    outbox: Mapping[SendKey, Send]


class _Job(NamedTuple):
    tenure: Tenure
    key: SendKey
    target: Target


class Due(NamedTuple):
    """A send that is to be tried, and where."""

    key: SendKey
    send: Send
    target: Target


def meaning(due: Due, answer: Answer, patience: Patience, *, chance: float, now: int) -> Sent | Unsent | Thrown:
    """Give what the log is to note of an answer that came at `now`: done, ended in an error, or failed and how on."""
    key, send, target = due
    if answer.error is not None:
        return Thrown(key, answer.error, answer.reason)
    if 200 <= answer.status < 300:
        return Sent(key, answer.status, answer.result)
    attempts = send.attempts + 1
    last = attempts >= (target.attempts or patience.attempts) or not answer.again
    again = 0 if last else now + int(patience.pause(attempts, chance) * SECOND)
    return Unsent(key, answer.reason, again, answer.trouble)


class Dispatcher:
    """Takes what desks ask for and posts it to where `find` says, `hands` at a time. Close it at the end."""

    def __init__(
        self,
        post: Callable[[Letter], Answer],
        find: Find,
        clock: Callable[[], int],
        chance: Random,
        *,
        patience: Patience = USUAL,
        hands: int = 8,
    ) -> None:
        self._post = post
        self._find = find
        self._clock = clock
        self._chance = chance
        self._patience = patience
        self._due: list[tuple[int, int, _Job, Command | None]] = []
        self._known: set[_Job] = set()
        self._order = 0
        self._over = False
        self._bell = Condition()
        self._threads = [Thread(target=self._work, name=f"alihdaya-post-{n}", daemon=True) for n in range(hands)]
        for thread in self._threads:
            thread.start()

    def offer(self, tenure: Tenure, desk: Desk, fresh: Iterable[SendKey]) -> None:
        """Take of what a desk has committed since the last time what is ours; for the thread of the desk's writer."""
        tenure.outbox = desk.outbox
        for key in fresh:
            send = desk.outbox.get(key)
            target = None if send is None or send.dead else self._find(desk, send)
            if send is not None and target is not None:
                self._schedule(_Job(tenure, key, target), send.next_at, new=True)

    def forget(self, tenure: Tenure) -> None:
        """Do nothing more for a shard that is held no more."""
        with self._bell:
            self._known = {job for job in self._known if job.tenure is not tenure}
            self._due = [one for one in self._due if one[2].tenure is not tenure]
            self._due.sort()

    def close(self) -> None:
        """Let what is under way end, and the threads with it."""
        with self._bell:
            self._over = True
            self._bell.notify_all()
        for thread in self._threads:
            thread.join()

    def _schedule(self, job: _Job, due: int, *, new: bool, note: Command | None = None) -> None:
        """Have a hand take a job up when it is due: to send it, or to offer the log a note of it once more."""
        with self._bell:
            if new == (job in self._known):
                return
            self._known.add(job)
            self._order += 1
            heappush(self._due, (due, self._order, job, note))
            self._bell.notify()

    def _put_off(self, job: _Job, note: Command | None) -> None:
        """Come back to a job of a shard that is not ours at this moment.

        A lease that ran out may be renewed in the same tenure, and then nobody offers the job again; `forget` ends it
        where the tenure is over.
        """
        self._schedule(job, self._clock() + int(_ANNOUNCE * SECOND), new=False, note=note)

    def _done(self, job: _Job) -> None:
        with self._bell:
            self._known.discard(job)

    def _next(self) -> tuple[_Job, Command | None] | None:
        """Give the next job that is due, waiting for it; None at the end."""
        with self._bell:
            while not self._over:
                pause = (self._due[0][0] - self._clock()) / SECOND if self._due else None
                if pause is not None and pause <= 0:
                    return heappop(self._due)[2:]
                self._bell.wait(pause)
        return None

    def _work(self) -> None:
        while (taken := self._next()) is not None:
            job, note = taken
            send = job.tenure.outbox.get(job.key)
            if send is None:
                self._done(job)
                continue
            if job.tenure.room() is None:
                self._put_off(job, note)
                continue
            if note is None:
                seq, number = job.key
                answer = self._post(Letter(job.target.where, f"{job.tenure.name}-{seq}-{number}", send))
                due, chance = Due(job.key, send, job.target), self._chance.random()
                note = meaning(due, answer, self._patience, chance=chance, now=self._clock())
            self._note(job, note)

    def _note(self, job: _Job, note: Command) -> None:
        """Have the log note the outcome, as long as the shard is ours; without that it did not happen.

        No hand waits for it: many notes then go into one commit, and the hands are free to send.
        """
        if job not in self._known:
            return
        room = job.tenure.room()
        if room is None:
            self._put_off(job, note)
            return
        room.post(note, self._clock()).add_done_callback(partial(self._noted, job, note))

    def _noted(self, job: _Job, note: Command, told: "Future[Any]") -> None:
        """Go on after the log noted an outcome, or did not; for the thread of the shard's writer."""
        trouble = CancelledError() if told.cancelled() else told.exception()
        if isinstance(trouble, Refused) and trouble.problems[0].code != "again":
            refusal = trouble.problems[0]
            if isinstance(note, Unsent) or refusal.code in _NO_DEAD_LETTER:
                self._done(job)
            else:
                bad = f"the answer was refused: {refusal.message}"[:300]
                self._note(job, Unsent(job.key, bad, 0, "bad-answer"))
        elif trouble is not None:  # whatever kept the log from noting it: it must be noted all the same
            self._put_off(job, note)
        elif isinstance(note, Unsent) and note.next_at:
            self._schedule(job, note.next_at, new=False)
        else:
            self._done(job)
