"""`python -m bench.running.engines ENGINE CASE`: one engine runs instances for a while; one JSON object is printed.

Runs in the interpreter that has the engine. Every instance is checked to have gone the way that it must.
"""

import json
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.running import work

SECONDS = 4.0
LATE = 8.0
"""Seconds for which completions are asked for one by one."""

BATCH = 100
"""So many instances are under way together in the durable case."""

Rows = list[dict[str, Any]]

Batch = Callable[[int, Rows], int]
"""Runs instances to their end, from a first number on; gives how many went straight through."""


def desk(folder: Path) -> Batch:
    """Run the whole desk on SQLite with FULL: intake, gate, queue, clocks, log, views; a commit for each group."""
    from bench.running.desk import Desk

    return Desk(f"{folder}/work.db", folder).batch


def postgresql(_: Path) -> Batch:
    """Run the embedded engine on a PostgreSQL, whose URL is given."""
    from bench.running.ours import durable

    return durable(sys.argv[3])


def sqlite(folder: Path) -> Batch:
    """Run the embedded engine on a file."""
    from bench.running.ours import durable

    return durable(str(folder / "engine.db"))


def together(folder: Path) -> Batch:
    """Run the embedded engine on a file, a hundred instances in a transaction."""
    from bench.running.ours import together

    return together(str(folder / "engine.db"))


def memory(_: Path) -> Batch:
    """Run the engine by itself."""
    from bench.running import ours

    return ours.memory()


def told(_: Path) -> Batch:
    """Run the engine by itself, every event made."""
    from bench.running import ours

    return ours.told()


def spiff_memory(folder: Path) -> Batch:
    """SpiffWorkflow in memory, as its documentation starts workflows."""
    start, finish = _spiff(folder)

    def batch(_: int, rows: Rows) -> int:
        straight = 0
        for row in rows:
            workflow = start(row)
            if workflow.completed:
                straight += 1
            else:
                finish(workflow)
            assert workflow.completed
        return straight

    return batch


def spiff_durable(folder: Path) -> Batch:
    """SpiffWorkflow with its own serializer to SQLite with FULL: a row an instance, kept at each wait and the end."""
    from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer  # type: ignore[import-not-found, unused-ignore]
    from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG  # type: ignore[import-not-found, unused-ignore]

    start, finish = _spiff(folder)
    serializer = BpmnWorkflowSerializer(registry=BpmnWorkflowSerializer.configure(SPIFF_CONFIG))
    file = sqlite3.connect(folder / "spiff.db", isolation_level=None)
    file.execute("pragma journal_mode=WAL")
    file.execute("pragma synchronous=FULL")
    file.execute("create table work (id integer primary key, body text)")

    def batch(first: int, rows: Rows) -> int:
        straight = 0
        file.execute("begin")
        for number, row in enumerate(rows, first):
            workflow = start(row)
            straight += workflow.completed
            file.execute("insert into work values (?, ?)", (number, serializer.serialize_json(workflow)))
        file.execute("commit")
        file.execute("begin")
        for number, row in enumerate(rows, first):
            if not work.auto(row):
                (body,) = file.execute("select body from work where id = ?", (number,)).fetchone()
                workflow = serializer.deserialize_json(body)
                finish(workflow)
                assert workflow.completed
                file.execute("update work set body = ? where id = ?", (serializer.serialize_json(workflow), number))
        file.execute("commit")
        return straight

    return batch


def _spiff(folder: Path) -> tuple[Callable[[dict[str, Any]], Any], Callable[[Any], None]]:
    from SpiffWorkflow.bpmn.workflow import BpmnWorkflow  # type: ignore[import-not-found, unused-ignore]
    from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser  # type: ignore[import-not-found, unused-ignore]
    from SpiffWorkflow.util.task import TaskState  # type: ignore[import-not-found, unused-ignore]

    called = (
        '<businessRuleTask id="rule"><extensionElements><spiffworkflow:calledDecisionId>route'
        "</spiffworkflow:calledDecisionId></extensionElements></businessRuleTask>"
    )
    script = '<scriptTask id="script"><script>fee = amount * 0.02</script></scriptTask>'
    (folder / "work.bpmn").write_text(work.bpmn(called, '<userTask id="user"/>', script, "=="))
    (folder / "route.dmn").write_text(work.dmn())
    parser = SpiffBpmnParser()
    parser.add_bpmn_file(str(folder / "work.bpmn"))
    parser.add_dmn_file(str(folder / "route.dmn"))
    spec, subs = parser.get_spec("work"), parser.get_subprocess_specs("work")

    def start(row: dict[str, Any]) -> Any:
        workflow = BpmnWorkflow(spec, subs)
        workflow.get_next_task(state=TaskState.READY).data.update(row)
        workflow.do_engine_steps()
        return workflow

    def finish(workflow: Any) -> None:
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        task.data["approved"] = True
        task.run()
        workflow.do_engine_steps()

    return start, finish


ENGINES: dict[str, dict[str, Callable[[Path], Batch]]] = {
    "alihdaya": {
        "memory": memory,
        "told": told,
        "durable": sqlite,
        "batch": together,
        "postgresql": postgresql,
        "desk": desk,
    },
    "SpiffWorkflow": {"memory": spiff_memory, "durable": spiff_durable},
}
SIZES = {"durable": 20_000, "postgresql": 20_000, "memory": 2_000, "told": 2_000}
"""Instances of one batch of ours; a hundred of them are under way together. At a batch's end they become fewer, and so
do those that share a commit: of 2,000 that is a sixth of the time, and no longer a hundred together."""


def _late(kind: str) -> dict[str, float]:
    from bench.running import floor
    from bench.running.ours import latency

    with TemporaryDirectory(prefix="alihdaya-bench-") as folder:
        if kind == "floor":
            taken = floor.latency(Path(folder), LATE)
        else:
            taken = latency(sys.argv[3] if kind == "postgresql" else f"{folder}/engine.db", LATE)
    return {"p50_ms": taken[len(taken) // 2], "p99_ms": taken[len(taken) * 99 // 100], "completions": len(taken)}


def main() -> None:
    """Run batches until the time is over, and print instances per CPU-second of this process.

    Rows are made, and ways checked, outside the time that counts.
    """
    engine, case = sys.argv[1:3]
    if engine == "latency":
        sys.stdout.write(json.dumps(_late(case)) + "\n")
        return
    size = SIZES.get(case, BATCH) if engine == "alihdaya" else BATCH
    with TemporaryDirectory(prefix="alihdaya-bench-") as folder:
        batch = ENGINES[engine][case](Path(folder))
        done, wall, cpu = 0, 0.0, 0.0
        while wall < SECONDS:
            rows = [work.item(number) for number in range(done, done + size)]
            begun, spent = time.perf_counter(), time.process_time()
            straight = batch(done, rows)
            if done:  # the first is for warming up
                wall, cpu = wall + time.perf_counter() - begun, cpu + time.process_time() - spent
            assert straight == sum(map(work.auto, rows)), "another way was taken"
            done += size
    sys.stdout.write(json.dumps({"per_cpu_s": (done - size) / cpu, "instances": done - size, "wall": wall}) + "\n")


if __name__ == "__main__":
    main()
