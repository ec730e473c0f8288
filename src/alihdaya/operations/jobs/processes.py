"""A pool of processes for the functions of packs: a hung one is killed, and takes nothing with it but its attempt."""

import os
import sys
from contextlib import suppress
from multiprocessing import Pipe
from signal import SIGKILL
from subprocess import DEVNULL, Popen
from threading import Lock

from alihdaya.operations.jobs.child import Outcome
from alihdaya.packs.jobs import Function
from alihdaya.packs.kit import Job

_START = 60
"""Seconds that a new process may take to come up, on top of its first job's."""


class _Child:
    """One process, and our end of the line to it."""

    def __init__(self) -> None:
        self.line, theirs = Pipe()
        words = [sys.executable, "-m", "alihdaya.operations.jobs.child", str(theirs.fileno())]
        self.process = Popen(  # noqa: S603 (our own program)
            words, stdin=DEVNULL, stdout=2, pass_fds=[theirs.fileno()], start_new_session=True
        )
        theirs.close()
        self.fresh = True

    def attempt(self, function: Function, job: Job) -> Outcome | None:
        """Have it try a job; None where no answer came in time. Raises EOFError or OSError where it died."""
        self.line.send((function, job))
        if not self.line.poll(function.seconds + _START * self.fresh):
            return None
        outcome = Outcome(*self.line.recv())
        self.fresh = False
        return outcome

    def kill(self) -> None:
        """End it and whatever it started."""
        with suppress(OSError):
            os.killpg(self.process.pid, SIGKILL)
        self.process.wait()
        self.line.close()


class Processes:
    """Runs functions of packs, each call in a process of its own that is used again; for many threads at once.

    Whoever calls bounds how many run together. Close it at the end, when nothing is called any more.
    """

    def __init__(self) -> None:
        self._idle: list[_Child] = []
        self._lock = Lock()

    def __call__(self, function: Function, job: Job) -> Outcome:
        """Run a function on a job; never raises for what the function does."""
        with self._lock:
            child = self._idle.pop() if self._idle else None
        child = child or _Child()
        try:
            outcome = child.attempt(function, job)
        except (EOFError, OSError):
            child.kill()
            return Outcome("failed", {}, reason=f"its process ended with code {child.process.returncode}")
        except BaseException:
            child.kill()
            raise
        if outcome is None:
            child.kill()
            return Outcome("failed", {}, reason=f"no answer within {function.seconds} seconds")
        with self._lock:
            self._idle.append(child)
        return outcome

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.kill()
