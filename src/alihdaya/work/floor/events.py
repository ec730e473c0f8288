"""What happens on the floor: who is present, what waits, who was offered what, and how it went on."""

from typing import NamedTuple

from alihdaya.kernel.event import event
from alihdaya.work.floor.ask import Ask


@event("presence.came")
class LoggedIn(NamedTuple):
    """Somebody is present. `shares` by channel as of work.floor.ask.shares; ready from now on.

    `lease`: microseconds of silence after which they are taken for gone, 0 never.
    """

    person: str
    shares: tuple[int, ...]
    lease: int = 0


@event("presence.left")
class LoggedOut(NamedTuple):
    """Somebody is not present any more; `reason`: left, or vanished."""

    person: str
    reason: str


@event("presence.state")
class StateSet(NamedTuple):
    """Somebody is in another state: ready, or one in which they get nothing new (break, training, missed, …)."""

    person: str
    state: str


@event("work.asked")
class Asked(NamedTuple):
    """A kind of work is asked for the first time; later facts name it by its `number`, from 1."""

    number: int
    ask: Ask


@event("work.queued")
class Queued(NamedTuple):
    """A piece of work waits; see work.floor.ask.Piece. `ask` is its kind's number."""

    item: int
    token: int
    ask: int
    priority: int
    queued_at: int
    due: int | None
    prefer: str
    prefer_until: int
    of_item: int
    of_token: int
    note: str


@event("work.reserved")
class Reserved(NamedTuple):
    """A piece was offered to a person whom the gate lets do it; it rings until `until` (microseconds)."""

    item: int
    token: int
    person: str
    share: int
    until: int


@event("work.assigned")
class Assigned(NamedTuple):
    """The piece is a person's: they accepted, or it was theirs at once. `share` of their attention goes to it."""

    item: int
    token: int
    person: str
    share: int


@event("work.declined")
class Declined(NamedTuple):
    """The person did not want it; it waits again, in its old place, and they are spared it until `spared_until`."""

    item: int
    token: int
    person: str
    reason: str
    spared_until: int


@event("work.timed_out")
class TimedOut(NamedTuple):
    """The person did not answer in time; it waits again, as after Declined."""

    item: int
    token: int
    person: str
    spared_until: int


@event("work.recalled")
class Recalled(NamedTuple):
    """It was taken from the person and waits again, in its old place: they vanished, or the gate refuses them now."""

    item: int
    token: int
    person: str
    reason: str


@event("work.refused")
class GateRefused(NamedTuple):
    """The gate kept a person from a piece that they, or somebody for them, asked for. `reasons` as people.gate's."""

    item: int
    token: int
    person: str
    reasons: tuple[str, ...]


@event("work.finished")
class Finished(NamedTuple):
    """The person is done; `code` is their wrap-up code, `seconds` the handling time.

    They wrap up until `until`, and `share` of their attention goes to that; 0: there is nothing to wrap up.
    """

    item: int
    token: int
    person: str
    code: str
    seconds: int
    share: int
    until: int


@event("work.wrapped")
class Wrapped(NamedTuple):
    """The person has wrapped up."""

    item: int
    token: int
    person: str


@event("work.passed")
class Passed(NamedTuple):
    """Whoever held it passed it on; it waits as Queued says that follows, with its old age.

    `kind`: transfer, escalate, or hand-over (between BPO and KPO, S18). They are not offered it before `spared_until`.
    """

    item: int
    token: int
    kind: str
    person: str
    spared_until: int


@event("work.put_off")
class PutOff(NamedTuple):
    """The person agreed on a call-back: it waits again from `until` on, first for `prefer`."""

    item: int
    token: int
    person: str
    until: int
    prefer: str
    prefer_until: int


@event("work.returned")
class Returned(NamedTuple):
    """A piece that was put off, or that waited for its preferred agent, may go to anybody now."""

    item: int
    token: int


@event("work.dropped")
class Dropped(NamedTuple):
    """The piece is gone without having been done; `reason`: abandoned, cancelled, not needed any more."""

    item: int
    token: int
    reason: str
