"""What may be asked of an embedded engine, and what comes back."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, NamedTuple, get_args

from alihdaya.engine import Command


class Begin(NamedTuple):
    """Start an instance of a process; gives its number. With a `key` that was used before, gives the one of then.

    `node` names the start event, "" the only one.
    """

    process: str
    variables: Mapping[str, Any]
    key: str = ""
    node: str = ""


class Act(NamedTuple):
    """Carry out a command of the engine (CompleteTask, CompleteJob, Cancel, Retry, …) on an instance; gives None."""

    instance: int
    command: Command


class Message(NamedTuple):
    """Bring a message to the oldest instance that waits, else to a process that it starts, else keep it a while.

    Gives the instance's number, None where the message is kept.
    """

    name: str
    key: str
    payload: Mapping[str, Any]


class Signal(NamedTuple):
    """Broadcast a signal to all that wait for it, and to processes that it starts; gives None."""

    name: str
    payload: Mapping[str, Any]


Work = Begin | Act | Message | Signal


class Outcome(NamedTuple):
    """What one work gave, or why it was refused: then nothing changed."""

    value: Any
    refusal: Exception | None = None

    def get(self) -> Any:
        """Give the value. Raises the refusal."""
        if self.refusal is not None:
            raise self.refusal
        return self.value


class Letter(NamedTuple):
    """Works that were asked together, and the promise of their outcomes.

    The promise of an asyncio program is kept in its own `loop`.
    """

    works: Sequence[Work]
    promise: "Future[list[Outcome]] | asyncio.Future[list[Outcome]]"
    loop: asyncio.AbstractEventLoop | None = None


Heard = list[Outcome] | BaseException
"""The outcomes of a letter's works, or what undid its whole group."""


def answer(letters: Iterable[tuple[Letter, Heard]]) -> None:
    """Keep the promises; each loop is woken once."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[Any, Heard]]] = {}
    for letter, heard in letters:
        if letter.loop is None:
            _keep([(letter.promise, heard)])
        else:
            loops.setdefault(letter.loop, []).append((letter.promise, heard))
    for loop, promises in loops.items():
        with suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(_keep, promises)


def _keep(promises: Iterable[tuple[Any, Heard]]) -> None:
    for promise, heard in promises:
        if promise.cancelled():
            continue
        if isinstance(heard, BaseException):
            promise.set_exception(heard)
        else:
            promise.set_result(heard)


def check(work: Any) -> None:
    """Raise TypeError for what is no work, or holds no command of the engine, ValueError for what cannot be kept."""
    kind = type(work)
    if kind is Act and type(work.command) in _COMMANDS:
        return
    if kind not in _WORKS or kind is Act:
        raise TypeError(f"this is no work for an embedded engine: {work!r}")
    for text in work:
        if type(text) is str and "\0" in text:
            raise ValueError(f"a text with a null character cannot be kept: {work!r}")


_WORKS = frozenset(get_args(Work))
_COMMANDS = frozenset(get_args(Command))
