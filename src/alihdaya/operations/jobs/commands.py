"""What the writer can be told about jobs: by workers over HTTP, by hand, and by what carries out a pack's functions."""

from typing import Any, NamedTuple

from alihdaya.work.outbox import SendKey


class Thrown(NamedTuple):
    """The job of `key` ended in a BPMN error of this code (10.5.6)."""

    key: SendKey
    code: str
    message: str


class Fetch(NamedTuple):
    """A worker takes the oldest jobs of these names, `most` at the most, for so many microseconds."""

    worker: str
    names: frozenset[str]
    most: int
    micros: int


class Extend(NamedTuple):
    """The worker that holds the lease `lock` of a job needs it for so many microseconds from now."""

    key: SendKey
    lock: int
    micros: int


class Release(NamedTuple):
    """The worker that holds the lease `lock` of a job gives it back untried."""

    key: SendKey
    lock: int


class Finish(NamedTuple):
    """A job is done, with this result. `lock`: the lease under which it was; None where somebody says it by hand."""

    key: SendKey
    lock: int | None
    by: str
    result: dict[str, Any]


class Throw(NamedTuple):
    """A job ended in a BPMN error. `lock` as in Finish."""

    key: SendKey
    lock: int | None
    by: str
    code: str
    message: str


class Fail(NamedTuple):
    """An attempt failed. `retries`: attempts left (None: as usual); `micros`: the pause before (None: as usual)."""

    key: SendKey
    lock: int | None
    by: str
    reason: str
    retries: int | None = None
    micros: int | None = None


JobCommand = Thrown | Fetch | Extend | Release | Finish | Throw | Fail
