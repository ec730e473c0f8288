"""What the writer can be told about a job."""

from typing import NamedTuple

from alihdaya.work.outbox import SendKey


class Thrown(NamedTuple):
    """The job of `key` ended in a BPMN error of this code (10.5.6)."""

    key: SendKey
    code: str
    message: str
