"""What happens to an item on its way: in, to people, out."""

from typing import Any, NamedTuple

from alihdaya.kernel.event import event


@event("item.received")
class ItemReceived(NamedTuple):
    """Work came in. (`channel`, `external_id`) is unique; `row` of `source` (0, 0 where it came from no file).

    `terms` and `definition` are the digests in force at intake: a later change never rewrites the past. `data` is
    what came beside the process's variables, which stand in the engine's first event; a file brings nothing else.
    """

    engagement: str
    service: str
    channel: str
    external_id: str
    source: int
    row: int
    terms: str
    definition: str
    data: dict[str, Any]


@event("task.queued")
class TaskQueued(NamedTuple):
    """A person's task entered the queue. Due times are None where the terms set no target.

    `token` is the engine's token that waits; `needs` = (skill, language, level, certificate).
    """

    token: int
    node: str
    name: str
    service: str
    needs: tuple[str, str, str, str]
    priority: int
    respond_due: int | None
    resolve_due: int | None


@event("task.assigned")
class TaskAssigned(NamedTuple):
    """A person took the task of this token, having passed the gate (S8, S9). Ends the respond clock."""

    token: int
    person: str


@event("assignment.refused")
class AssignmentRefused(NamedTuple):
    """The gate kept a person from a task. `reasons` are codes with their facts, in the order of the checks."""

    token: int
    person: str
    reasons: tuple[str, ...]


@event("task.done")
class TaskDone(NamedTuple):
    """A person finished. `seconds` is handling time; `simulated` says that a seeded simulation played the person."""

    token: int
    person: str
    seconds: int
    result: dict[str, Any]
    simulated: bool


@event("task.cancelled")
class TaskCancelled(NamedTuple):
    """The task is gone without a result, because a timer or the end of its instance took it away."""

    token: int
    reason: str


@event("item.delivered")
class ItemDelivered(NamedTuple):
    """The result went to the client. `outcome` is the end event's id; `unit` is what the rate card bills."""

    outcome: str
    unit: str
    result: dict[str, Any]
    touched: bool


@event("item.stopped")
class ItemStopped(NamedTuple):
    """The item cannot go on by itself: an incident. `code` and `message` say why."""

    code: str
    message: str


@event("clock.paused")
class ClockPaused(NamedTuple):
    """The item waits for the customer alone, at `node`: its service level clocks stand from now on."""

    node: str


@event("clock.resumed")
class ClockResumed(NamedTuple):
    """The item's clocks go on that stood since `start` (microseconds); it is due at these instants from now on.

    None: that clock had no instant yet, or the terms set none.
    """

    start: int
    respond_due: int | None
    resolve_due: int | None


@event("clock.targeted")
class ClockTargeted(NamedTuple):
    """The item is of this level of its terms from now on, "" of none; and due at these instants.

    They count from its receipt, with every pause kept. What was answered before keeps its respond_due, unless
    `answered`: its calendar is another since, as where a day was closed later.
    """

    level: str
    respond_due: int | None
    resolve_due: int | None
    answered: bool = False


@event("clock.closed")
class ClockClosed(NamedTuple):
    """The item's clocks are over. `respond` and `resolve`: microseconds of working time that they ran, pauses left out.

    Noted where the terms have levels or averages; None where they measure no average.
    """

    level: str
    respond: int | None
    resolve: int | None


@event("item.suspended")
class ItemSuspended(NamedTuple):
    """Nothing of the item goes on until it is resumed: tasks are not offered, timers wait. Its clocks run on."""

    reason: str


@event("item.resumed")
class ItemResumed(NamedTuple):
    """The item goes on where it was suspended."""


@event("item.cancelled")
class ItemCancelled(NamedTuple):
    """The item is given up: nothing is delivered, and nothing billed."""

    reason: str


@event("instance.migrated")
class InstanceMigrated(NamedTuple):
    """The item goes on in the version `after` of its pack's models instead of `before` (digests).

    `nodes`: old node's id -> new one's, as the mapping gave them ("": given up); every other id stayed what it was.
    """

    before: str
    after: str
    nodes: dict[str, str]


@event("task.changed")
class TaskChanged(NamedTuple):
    """A migration made an open task the task `node` of the new version; its clocks and its place go on.

    `needs` = (skill, language, level, certificate), as of TaskQueued.
    """

    token: int
    node: str
    name: str
    needs: tuple[str, str, str, str]


@event("assignment.withdrawn")
class AssignmentWithdrawn(NamedTuple):
    """A task was taken from a person whom the gate refuses now; it waits again.

    It asks for more since a migration, or a certificate of theirs was withdrawn: `reasons` as of AssignmentRefused. Or
    the person is no longer at it: vanished, put-off, or passed on by transfer, escalate or hand-over.
    """

    token: int
    person: str
    reasons: tuple[str, ...]


@event("assignment.lapsed")
class AssignmentLapsed(NamedTuple):
    """Somebody finished what the gate would not give them any more: a certificate ran out while they had it.

    `reasons` as of AssignmentRefused.
    """

    token: int
    person: str
    reasons: tuple[str, ...]


@event("send.queued")
class SendQueued(NamedTuple):
    """Something is to go out: a message, or a job for an outside service. Its name for ever is (entry's seq, number).

    `number` counts from 0 within the entry. `token` waits for the answer; 0 where nobody does. `name` and `key` are
    the message's, or of a job its node's id and "".
    """

    number: int
    token: int
    node: str
    name: str
    key: str
    payload: dict[str, Any]


@event("send.done")
class SendDone(NamedTuple):
    """The other side has it, and answered `status` (HTTP)."""

    seq: int
    number: int
    status: int


@event("send.failed")
class SendFailed(NamedTuple):
    """The other side could not be reached or would not have it, `attempts` times now.

    It is tried again at `next_at`; 0 says never by itself: a dead letter, until somebody has it tried again.
    """

    seq: int
    number: int
    attempts: int
    reason: str
    next_at: int


@event("send.retried")
class SendRetried(NamedTuple):
    """Somebody has a dead letter tried again, under the same name."""

    seq: int
    number: int


@event("job.leased")
class JobLeased(NamedTuple):
    """A worker has the job until `until` (microseconds), under the lease `lock`; said again when it is prolonged."""

    seq: int
    number: int
    worker: str
    lock: int
    until: int


@event("job.released")
class JobReleased(NamedTuple):
    """The worker gave the job back untried."""

    seq: int
    number: int


@event("job.answered")
class JobAnswered(NamedTuple):
    """The job's answer, told by its digest, came under the lease `lock` (0: by hand)."""

    seq: int
    number: int
    lock: int
    digest: str


@event("send.withdrawn")
class SendWithdrawn(NamedTuple):
    """It is not to go out any more: the token that asked for it is gone."""

    seq: int
    number: int
