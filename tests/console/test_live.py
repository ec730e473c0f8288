"""The stream of the floor: an event for each change of the log, none without, and an end when nobody listens."""

import asyncio
import json
from dataclasses import replace

import pytest
from scene import FLOOR, Desk

from alihdaya.console.app import make_app
from alihdaya.console.live import PARTS, Live, changes


def run(desk, step, *, last=-1, looks=6):
    """Collect the events of `looks` looks at the log; `step(n)` is called before the n-th."""

    async def collect():
        count = 0

        async def gone():
            nonlocal count
            count += 1
            step(count)
            return count > looks

        live = Live(desk, lambda: 0)
        return [event async for event in changes(live, "en", last, gone, 0)]

    return asyncio.run(collect())


def test_an_event_only_when_the_log_grew():
    desk = Desk()
    events = run(desk, lambda n: desk.grow(received=5) if n == 4 else None)
    assert [event.id for event in events] == [str(FLOOR.seq), str(FLOOR.seq + 1)]
    parts = json.loads(events[1].data)
    assert set(parts) == set(PARTS)
    assert "<dd>5</dd>" in parts["headline"]


def test_a_browser_that_saw_the_last_entry_gets_nothing():
    assert run(Desk(), lambda n: None, last=FLOOR.seq) == []


def test_a_growing_log_is_drawn_once_an_entry_for_all_who_look():
    desk = Desk()

    async def look():
        live = Live(desk, lambda: 0)
        await asyncio.gather(*(live.parts(language) for language in ("en", "id", "en")))
        assert desk.drawn == 1
        desk.grow()
        return await live.parts("id"), await live.parts("en")

    indonesian, english = asyncio.run(look())
    assert desk.drawn == 2
    assert "Antrean" in indonesian
    assert "Queues" in english


def test_throughput_is_measured_where_the_reader_does_not_know_it():
    desk, clock = Desk(replace(FLOOR, items_per_s=None, received=1000)), iter([0, 2_000_000, 2_000_000, 99_000_000])

    async def look():
        live = Live(desk, lambda: next(clock))
        shown = []
        for _ in range(4):
            shown.append((await live.floor()).items_per_s)
            desk.grow(received=desk.picture.received + 10_000)
        return shown

    assert asyncio.run(look()) == [None, 5000, 10_000, None]


def test_the_hostile_stay_text_in_the_stream():
    happenings = tuple(replace(one, external_id="<img src=x>") for one in FLOOR.happenings)
    (event,) = run(Desk(replace(FLOOR, happenings=happenings)), lambda n: None, looks=1)
    assert "<img" not in event.data


def test_a_disconnected_client_ends_its_stream():
    """Over ASGI: after http.disconnect the application returns, though the log never stands still."""
    desk = Desk()

    async def talk():
        sent, left = [], asyncio.Event()

        async def receive():
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)
            desk.grow()
            if sum(b"event: floor" in one.get("body", b"") for one in sent) == 2:
                left.set()

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/events",
            "raw_path": b"/events",
            "root_path": "",
            "query_string": b"lang=id",
            "headers": [(b"host", b"127.0.0.1:8321")],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8321),
        }
        await asyncio.wait_for(make_app(desk, clock=lambda: 0, poll=0.01)(scope, receive, send), 20)
        return sent

    start, *bodies = asyncio.run(talk())
    headers = dict(start["headers"])
    assert headers[b"content-type"].startswith(b"text/event-stream")
    assert b"content-security-policy" in headers
    assert "Antrean" in b"".join(one.get("body", b"") for one in bodies).decode()


@pytest.mark.parametrize("seen", ["", "x", "-3", "9" * 40])
def test_a_strange_last_id_is_as_good_as_none(seen):
    from starlette.requests import Request

    from alihdaya.console.app import Console

    console = Console(Desk(), None, lambda: 0, 0.01)
    scope = {"type": "http", "headers": [(b"last-event-id", seen.encode())], "query_string": b"", "method": "GET"}

    async def first():
        answer = await console.events(Request(scope, receive=lambda: asyncio.sleep(9)))
        return await anext(aiter(answer.body_iterator))

    assert asyncio.run(first()).id == str(FLOOR.seq)
