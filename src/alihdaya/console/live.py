"""The floor as a stream of server-sent events: one event for each change of the log, however many look on."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import msgspec
from sse_starlette import ServerSentEvent
from starlette.concurrency import run_in_threadpool

from alihdaya.console.pages import page
from alihdaya.console.picture import FloorPicture, Reader
from alihdaya.kernel.time import SECOND

PARTS = ("headline", "queues", "people", "sla", "refused", "ticker")
"""The sections of the floor, in the order of the page; each is a template and the id of an element."""

_WINDOW = 20 * SECOND


class Live:
    """The newest floor of an engagement, drawn at most once for each entry of the log and shared by all who look on."""

    def __init__(self, reader: Reader, clock: Callable[[], int], engagement: str = "") -> None:
        self._reader = reader
        self._engagement = engagement
        self._clock = clock
        self._drawing = asyncio.Lock()
        self._drawn: FloorPicture | None = None
        self._seq = -1
        self._seen: deque[tuple[int, int]] = deque()
        self._parts: dict[str, str] = {}

    async def seq(self) -> int:
        """Give the number of the log's last entry."""
        return await run_in_threadpool(self._reader.last_seq)

    async def floor(self) -> FloorPicture:
        """Give the floor as of the log's last entry."""
        seq = await self.seq()
        async with self._drawing:
            if self._drawn is None or seq != self._seq:
                now = self._clock()
                self._drawn = self._timed(await run_in_threadpool(self._reader.floor, now, self._engagement), now)
                self._seq = seq
                self._parts.clear()
            return self._drawn

    def _timed(self, floor: FloorPicture, now: int) -> FloorPicture:
        """Measure the throughput over the last seconds, where the reader does not know it."""
        self._seen.append((now, floor.received))
        while now - self._seen[0][0] > _WINDOW:
            self._seen.popleft()
        start, received = self._seen[0]
        if floor.items_per_s is not None or now <= start:
            return floor
        return replace(floor, items_per_s=max(0, floor.received - received) * SECOND / (now - start))

    async def parts(self, language: str) -> str:
        """Give the floor's sections in a language as a JSON object: id of the element -> HTML."""
        floor = await self.floor()
        if language not in self._parts:
            made = {
                part: page(f"parts/{part}.html", language, floor.zone, floor.vocabulary, floor=floor) for part in PARTS
            }
            self._parts[language] = msgspec.json.encode(made).decode()
        return self._parts[language]


async def changes(
    live: Live, language: str, last: int, gone: Callable[[], Awaitable[bool]], poll: float
) -> AsyncIterator[ServerSentEvent]:
    """Yield the floor whenever the log has grown past `last`; ends when `gone` says that nobody listens.

    `poll` is the seconds between two looks at the log. The event's id is the number of the log's last entry, so
    that a browser that comes back names what it has seen.
    """
    while not await gone():
        seq = await live.seq()
        if seq != last:
            last = seq
            yield ServerSentEvent(await live.parts(language), event="floor", id=str(seq), retry=2000)
        await asyncio.sleep(poll)
