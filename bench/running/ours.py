"""Our engine in the bench: by itself in memory, and embedded in a program, durable."""

import asyncio
import gc
import time
from collections.abc import Callable
from typing import Any

from alihdaya.embedded import Act, Begin, Embedded
from alihdaya.engine import ENDED, CompleteTask, Plan, Start, complete, decide, make_plan, start
from alihdaya.notation import bpmn, dmn
from bench.running import work

APPROVED = {"approved": True}
TOGETHER = 100
"""So many callers ask at the same time."""


def plan() -> Plan:
    """Give the bench's process."""
    model = work.bpmn(
        '<businessRuleTask id="rule" alihdaya:decision="route" alihdaya:result="route"/>',
        '<userTask id="user"/>',
        '<scriptTask id="script" scriptFormat="text/x-feel" alihdaya:result="fee"><script>amount * 0.02</script>'
        "</scriptTask>",
    )
    process = bpmn.read(model.encode(), "work.bpmn", names=frozenset({"kind", "amount", "prio"})).process("work")
    decisions = dmn.compile_model(dmn.read(work.dmn().encode(), "route.dmn"))
    return make_plan(process, decisions=decisions, steps={})


def memory() -> Callable[[int, list[dict[str, Any]]], int]:
    """Run the engine by itself, a call a step; events are there to be asked for."""
    made = plan()

    def batch(_: int, rows: list[dict[str, Any]]) -> int:
        straight = 0
        for row in rows:
            state = start(made, row)
            if state.status == ENDED:
                straight += 1
                continue
            (token,) = state.waits
            state = complete(made, state, token, APPROVED)
            assert state.status == ENDED
        return straight

    return batch


def told() -> Callable[[int, list[dict[str, Any]]], int]:
    """Run the engine by itself, every event made."""
    made = plan()

    def batch(_: int, rows: list[dict[str, Any]]) -> int:
        straight = 0
        for row in rows:
            state = decide(made, None, Start(row), 0)[1]
            if state.status == ENDED:
                straight += 1
                continue
            (token,) = state.waits
            state = decide(made, state, CompleteTask(token, APPROVED), 0)[1]
            assert state.status == ENDED
        return straight

    return batch


def durable(url: str) -> Callable[[int, list[dict[str, Any]]], int]:
    """Run the embedded engine: TOGETHER asyncio tasks, each starts, hears, finishes the task, hears, and so on."""
    engine = Embedded(url, [plan()])
    loop = asyncio.new_event_loop()

    async def caller(rows: Any, straight: list[int]) -> None:
        for row in rows:
            [begun] = await engine.ask(Begin("work", row))
            if work.auto(row):
                straight.append(begun.get())
            else:
                [done] = await engine.ask(Act(begun.get(), CompleteTask(1, APPROVED)))
                done.get()

    async def together(rows: list[dict[str, Any]]) -> int:
        straight: list[int] = []
        shared = iter(rows)
        await asyncio.gather(*(caller(shared, straight) for _ in range(TOGETHER)))
        return len(straight)

    def batch(_: int, rows: list[dict[str, Any]]) -> int:
        return loop.run_until_complete(together(rows))

    return batch


def together(url: str) -> Callable[[int, list[dict[str, Any]]], int]:
    """Run the embedded engine: instances started in one transaction, their tasks finished in another."""
    engine = Embedded(url, [plan()])

    def batch(_: int, rows: list[dict[str, Any]]) -> int:
        begun = engine.many([Begin("work", row) for row in rows])
        done = [Act(one.get(), CompleteTask(1, APPROVED)) for one, row in zip(begun, rows, strict=True) if waits(row)]
        for outcome in engine.many(done):
            outcome.get()
        return len(rows) - len(done)

    return batch


def waits(row: dict[str, Any]) -> bool:
    """Say whether a row's instance waits for a person."""
    return not work.auto(row)


def latency(url: str, seconds: float, rate: int = 1_000) -> list[float]:
    """Finish `rate` tasks a second, each at its own time whatever the ones before do; gives milliseconds, in order.

    A latency counts from the moment at which the completion was to be asked for, until it is durable and heard of.
    """
    engine = Embedded(url, [plan()])
    rows = [row for row in map(work.item, range(int(rate * seconds * 2))) if not work.auto(row)][: int(rate * seconds)]
    numbers = [outcome.get() for outcome in engine.many([Begin("work", row) for row in rows])]
    taken: list[float] = []

    async def one(number: int, planned: float) -> None:
        [outcome] = await engine.ask(Act(number, CompleteTask(1, APPROVED)))
        outcome.get()
        taken.append((time.perf_counter() - planned) * 1_000)

    async def all_of_them() -> None:
        tasks = []
        begun = time.perf_counter() + 0.05
        for place, number in enumerate(numbers):
            planned = begun + place / rate
            await asyncio.sleep(max(0.0, planned - time.perf_counter()))
            tasks.append(asyncio.create_task(one(number, planned)))
        await asyncio.gather(*tasks)

    gc.collect()
    gc.freeze()  # what was prepared is no part of what is measured
    asyncio.run(all_of_them())
    engine.close()
    return sorted(taken)
