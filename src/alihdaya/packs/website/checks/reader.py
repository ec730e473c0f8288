"""The process that reads pages, started by its path: `python -P reader.py MEMORY` (in bytes).

It loads page.py beside it, and no more. A page comes over standard input as MessagePack, what it says goes back the
same way; apart.py has the other end. The operating system holds the limits: of memory for the process, of processor
time for each page.
"""

import sys
from contextlib import suppress
from importlib.util import module_from_spec, spec_from_file_location
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

READY: Final = b"ready"
"""What it sends when it has come up."""


class Asked(NamedTuple):
    """A page to be read, as `page.read_page` takes it, and for how many seconds of processor time."""

    body: bytes
    url: str
    content_type: str
    seconds: int


def serve() -> None:
    """Read the pages that come, one after another, until the other end is closed."""
    line = Connection(0)
    _limit_memory(int(sys.argv[1]))
    read_page = _beside("page").read_page
    read_page(b"<p>", "")  # what is needed is loaded
    line.send_bytes(READY)
    with suppress(EOFError, OSError, MemoryError):
        while True:
            asked = msgspec.msgpack.decode(line.recv_bytes(), type=Asked)
            _limit_seconds(asked.seconds)
            line.send_bytes(msgspec.msgpack.encode(read_page(asked.body, asked.url, asked.content_type)))


def _beside(name: str) -> Any:
    """Load a module of this folder by itself: its package would bring all models and engines with it."""
    spec = spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _limit_memory(wanted: int) -> None:
    from resource import RLIM_INFINITY, RLIMIT_AS, RLIMIT_CORE, getrlimit, setrlimit

    most = getrlimit(RLIMIT_AS)[1]
    setrlimit(RLIMIT_AS, (wanted if most == RLIM_INFINITY else min(wanted, most), most))
    setrlimit(RLIMIT_CORE, (0, 0))


def _limit_seconds(seconds: int) -> None:
    """Let it compute for so many seconds more, then be ended by SIGXCPU."""
    from resource import RLIMIT_CPU, RUSAGE_SELF, getrlimit, getrusage, setrlimit

    used = getrusage(RUSAGE_SELF)
    setrlimit(RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + seconds, getrlimit(RLIMIT_CPU)[1]))


if __name__ == "__main__":
    serve()
