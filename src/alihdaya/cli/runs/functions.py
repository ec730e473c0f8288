"""The packs' functions in a run over a file: they do jobs that happen now, and none of what is past or played."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from alihdaya.cli.settings import mark
from alihdaya.operations.desk import Desk

if TYPE_CHECKING:
    from alihdaya.operations.jobs.here import Jobs

JOBS_WAIT = mark("{count} jobs wait to be done: alihdaya jobs lists them, alihdaya jobs --do has functions do theirs.")
"""What a run says of jobs that are left."""


@contextmanager
def functions(desk: Desk, *, played: bool) -> "Iterator[Jobs | None]":
    """Give what runs the functions of a desk's packs; None where rows lie in the past or people are `played`."""
    if played:
        yield None
        return
    from alihdaya.operations.jobs.here import Jobs, name_of
    from alihdaya.operations.jobs.processes import Processes

    processes = Processes()
    try:
        yield Jobs(desk, processes, name_of(desk.store))
    finally:
        processes.close()
