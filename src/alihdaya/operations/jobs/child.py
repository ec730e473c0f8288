"""A process that runs functions of packs, one after another: `python -m alihdaya.operations.jobs.child FD`.

It reads requests from the socket FD and writes an outcome for each. It ends when the other side is gone, even within
a function: who asked is dead then, and the job is somebody else's.
"""

import os
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from types import ModuleType
from typing import Any, NamedTuple

from alihdaya.engine.values import check_variables
from alihdaya.packs.jobs import FILE, Function
from alihdaya.packs.kit import BpmnError, Job, Permanent

_LONGEST = 300


class Outcome(NamedTuple):
    """How an attempt ended: `kind` is done (with a result), error (a BPMN error's code), failed, or permanent."""

    kind: str
    result: dict[str, Any]
    code: str = ""
    reason: str = ""


def attempt(function: Function, job: Job, loaded: dict[str, ModuleType]) -> Outcome:
    """Run a function on a job; whatever it raises is an outcome. `loaded` keeps what was run before, by digest."""
    try:
        given = _function(function, loaded)(job)
        return Outcome("done", check_variables(given or {}))
    except BpmnError as error:
        return Outcome("error", {}, _plain(error.code), _plain(error.message))
    except Permanent as error:
        return Outcome("permanent", {}, reason=_plain(str(error)) or "it cannot be done")
    except TypeError as error:
        return Outcome("permanent", {}, reason=_plain(f"TypeError: {error}"))
    except (Exception, SystemExit) as error:  # noqa: BLE001 (a pack's function may raise anything: it failed)
        return Outcome("failed", {}, reason=_plain(f"{type(error).__name__}: {error}"))


def _plain(text: str) -> str:
    """Give a text that any store can hold: no NUL, no half of a character, not long."""
    return text.encode(errors="replace").decode().replace("\0", "?")[:_LONGEST]


def _function(function: Function, loaded: dict[str, ModuleType]) -> Callable[[Job], dict[str, Any] | None]:
    module = loaded.get(function.digest)
    if module is None:
        module = ModuleType(f"alihdaya_jobs_{function.digest}")
        sys.modules[module.__name__] = module  # dataclasses and the like look themselves up
        exec(compile(function.text, f"{function.pack}/{FILE}", "exec"), module.__dict__)  # noqa: S102 (trusted)
        loaded[function.digest] = module
    found: Callable[[Job], dict[str, Any] | None] = getattr(module, function.name)
    return found


def _serve(line: Connection) -> None:
    requests: SimpleQueue[tuple[Function, Job]] = SimpleQueue()

    def read() -> None:
        try:
            while True:
                requests.put(line.recv())
        except (EOFError, OSError):
            os._exit(0)

    Thread(target=read, daemon=True).start()
    loaded: dict[str, ModuleType] = {}
    while True:
        line.send(tuple(attempt(*requests.get(), loaded)))


if __name__ == "__main__":
    _serve(Connection(int(sys.argv[1])))
