"""Pages read in a process of their own: what a page does to the parser, it does to nobody else.

A parser in C cannot be interrupted, and some pages keep one busy for hours. So the process has a limit of processor
time for each page and one of memory, which the operating system holds; it is used for page after page, and another one
is begun where it was ended.
"""

import asyncio
import os
import sys
from contextlib import suppress
from dataclasses import replace
from multiprocessing import Pipe
from signal import SIGKILL, SIGXCPU
from time import sleep
from typing import Final

import msgspec

from alihdaya.packs.website.checks import reader
from alihdaya.packs.website.checks.fetch import Fetched
from alihdaya.packs.website.checks.page import Page
from alihdaya.packs.website.checks.reader import Asked

SECONDS: Final = 10
"""So long the parser may compute for a page, and a second more for each five megabytes of it."""

MEMORY: Final = 2 << 30
"""Bytes that a process may take in all."""

_PATIENCE: Final = 120
"""Seconds beyond that until nobody waits for an answer any more: the machine may be busy with other things."""

_LEISURE: Final = 100
"""Tenths of a second that a process may take to end."""


class Unreadable(Exception):
    """Reading a page had to be ended; says why."""


async def paged(got: Fetched) -> tuple[Fetched, Page | None]:
    """Give an answer with the page that it is, None where it is none; an answer that nobody can read gets a fault."""
    if not got.body or not 200 <= got.status < 300:
        return got, None
    try:
        return got, await asyncio.to_thread(read_apart, got.body, got.final, got.headers.get("content-type", ""))
    except Unreadable as error:
        return replace(got, fault="unreadable", detail=str(error)), None


def read_apart(body: bytes, url: str, content_type: str = "") -> Page:
    """Read a page's bytes as `read_page` does, in a process that is idle or new. Raises Unreadable.

    Threads may call it at once; each has a process to itself meanwhile. Raises RuntimeError where none comes up.
    """
    asked = Asked(body, url, content_type, SECONDS + len(body) // 5_000_000)
    try:
        process = _idle.pop()
    except IndexError:
        process = _Process()
    try:
        process.ask(asked)
    except OSError:  # it was ended while it had nothing to do
        process.end()
        process = _Process()
        process.ask(asked)
    page = process.answer(asked)
    _idle.append(process)
    return page


class _Process:
    """A process that reads pages, and our end of the line to it. It ends when our end is closed."""

    def __init__(self) -> None:
        self.line, theirs = Pipe()
        words = [sys.executable, "-P", reader.__file__, str(MEMORY)]
        ends = [(os.POSIX_SPAWN_DUP2, theirs.fileno(), 0), (os.POSIX_SPAWN_DUP2, 2, 1)]
        self.pid = os.posix_spawn(sys.executable, words, os.environ, file_actions=ends)
        theirs.close()
        if self._received(_PATIENCE) != reader.READY:
            self.end()
            raise RuntimeError("the process that reads pages did not come up")

    def ask(self, asked: Asked) -> None:
        """Send a page. Raises OSError where the process is gone."""
        self.line.send_bytes(msgspec.msgpack.encode(asked))

    def answer(self, asked: Asked) -> Page:
        """Wait for what the page says. Raises Unreadable; then the process has been ended."""
        found = self._received(asked.seconds + _PATIENCE)
        if found is None:
            raise Unreadable(f"{len(asked.body):,} bytes, and reading it {_why(self.end(), asked.seconds)}")
        return msgspec.msgpack.decode(found, type=Page)

    def _received(self, seconds: float) -> bytes | None:
        """Give what it sends within so many seconds; None where nothing comes."""
        with suppress(EOFError, OSError):
            return self.line.recv_bytes() if self.line.poll(seconds) else None
        for _ in range(_LEISURE):  # it ends by itself: how it does says why
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                break
            sleep(0.1)
        return None

    def end(self) -> int:
        """End it where it has not ended, and give the status with which it did."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, SIGKILL)
        self.line.close()
        return os.waitpid(self.pid, 0)[1]


def _why(status: int, seconds: int) -> str:
    """Say why a process ended that was to read a page."""
    if os.WIFEXITED(status):
        return "takes more memory than it may"
    return f"takes more than {seconds} s" if os.WTERMSIG(status) in (SIGXCPU, SIGKILL) else "breaks the parser"


_idle: list[_Process] = []
"""Processes that wait for a page; a list gives and takes one at a time, whatever threads do."""
