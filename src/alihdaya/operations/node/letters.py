"""A group of letters: commands with the promise of an answer, carried out together before one commit."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple

from alihdaya.kernel.errors import Problem, Refused, Source
from alihdaya.operations.commands import Assign, Command, Complete, Fire, Receive, Retry
from alihdaya.operations.desk import GROUP, Desk
from alihdaya.operations.instance.commands import InstanceCommand, Resume
from alihdaya.operations.jobs import leases
from alihdaya.operations.people.programs import tasks
from alihdaya.operations.people.programs.commands import HandIn
from alihdaya.operations.perform import catch_up, perform
from alihdaya.work.keepable import MOST_KEY_BYTES, names_too_long, unkeepable

Former = dict[tuple[str, str], int]
"""(channel, external id) -> the item that was received under it."""


Parent = tuple[Any, int]
"""The trace context that a command came from, and when it was posted (nanoseconds)."""


class Letter(NamedTuple):
    """A command in the queue, with the promise of its answer. No command means: close."""

    command: Command | None
    at: int
    answer: "Future[Any]"
    parent: Parent | None = None


Outcome = tuple[Any, Refused | None]
"""What a station gave back, or why it refused."""


def carry_out(desk: Desk, letters: Sequence[Letter], now: int | None = None, most: int = GROUP) -> list[Outcome]:
    """Let `most` timers go off that are due at `now` (None: none), then carry out a group; gives the letters' outcomes.

    Nothing is durable, and nobody may be answered, before the desk has committed.
    """
    if now is not None:
        _let_time_run(desk, now, most)
    former = _former(desk, letters)
    return [_outcome(desk, letter, former) for letter in letters]


def _let_time_run(desk: Desk, now: int, most: int) -> None:
    """End the leases whose time is over, and let the timers go off that are due, the earliest first.

    At most a group of timers goes off between two commits, and of timers `most`.
    """
    leases.catch_up(desk, max(now, desk.at))
    tasks.catch_up(desk, max(now, desk.at))
    while most and len(desk.pending) < GROUP and (timer := desk.next_timer()) is not None and timer[0] <= now:
        most -= 1
        try:
            perform(desk, Fire(timer[1], timer[2]), max(now, desk.at))
        except Refused:
            desk.pass_over(timer)  # it comes up again with the next desk


def _former(desk: Desk, letters: Iterable[Letter]) -> Former:
    """Find what was received before, one question a channel."""
    asked: dict[str, list[str]] = defaultdict(list)
    for letter in letters:
        command = letter.command
        if type(command) is Receive and not _faults(command):
            asked[command.channel].append(command.external_id)
    return {
        (channel, one): item for channel, ids in asked.items() for one, item in desk.store.known(channel, ids).items()
    }


def _faults(work: Receive) -> list[Problem]:
    faults = unkeepable({**work.data, "channel": work.channel, "external_id": work.external_id})
    if names_too_long(work.external_id):
        message = f"the external id {work.external_id[:20]!r}… is longer than {MOST_KEY_BYTES:,} bytes"
        faults.append(Problem("bad-value", message, Source(element="external_id")))
    return faults


def _outcome(desk: Desk, letter: Letter, former: Former) -> Outcome:
    assert letter.command is not None  # noqa: S101 (narrowing for the type checker)
    try:
        at = max(letter.at, desk.at)
        if isinstance(letter.command, Assign | Complete | Retry | InstanceCommand | HandIn) and not isinstance(
            letter.command, Resume
        ):
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
    former[key] = perform(desk, work, at)
    return former[key]
