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
BATCH = 100
"""So many instances are under way together in the durable case."""

Batch = Callable[[range], int]
"""Runs instances to their end; gives how many went straight through."""


def alihdaya_memory(_: Path) -> Batch:
    """Our engine by itself: `decide` on commands, every event made, the state after them given."""
    from alihdaya.engine import ENDED, CompleteTask, Start, decide, make_plan
    from alihdaya.notation import bpmn, dmn

    model = work.bpmn(
        '<businessRuleTask id="rule" alihdaya:decision="route" alihdaya:result="route"/>',
        '<userTask id="user"/>',
        '<scriptTask id="script" scriptFormat="text/x-feel" alihdaya:result="fee"><script>amount * 0.02</script>'
        "</scriptTask>",
    )
    process = bpmn.read(model.encode(), "work.bpmn", names=frozenset({"kind", "amount", "prio"})).process("work")
    decisions = dmn.compile_model(dmn.read(work.dmn().encode(), "route.dmn"))
    plan = make_plan(process, decisions=decisions, steps={})

    def batch(numbers: range) -> int:
        straight = 0
        for number in numbers:
            _, state = decide(plan, None, Start(work.item(number)), 0)
            if state.status == ENDED:
                straight += 1
                continue
            (token,) = state.waits
            _, state = decide(plan, state, CompleteTask(token, {"approved": True}), 0)
            assert state.status == ENDED
        return straight

    return batch


def alihdaya_durable(folder: Path) -> Batch:
    """Run the whole desk on SQLite with FULL: intake, gate, queue, clocks, log, views; a commit for each group."""
    from bench.running.desk import Desk

    return Desk(f"{folder}/work.db", folder).batch


def spiff_memory(folder: Path) -> Batch:
    """SpiffWorkflow in memory, as its documentation starts workflows."""
    start, finish = _spiff(folder)

    def batch(numbers: range) -> int:
        straight = 0
        for number in numbers:
            workflow = start(work.item(number))
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
    rows = sqlite3.connect(folder / "spiff.db", isolation_level=None)
    rows.execute("pragma journal_mode=WAL")
    rows.execute("pragma synchronous=FULL")
    rows.execute("create table work (id integer primary key, body text)")

    def batch(numbers: range) -> int:
        straight = 0
        rows.execute("begin")
        for number in numbers:
            workflow = start(work.item(number))
            straight += workflow.completed
            rows.execute("insert into work values (?, ?)", (number, serializer.serialize_json(workflow)))
        rows.execute("commit")
        rows.execute("begin")
        for number in numbers:
            if not work.auto(work.item(number)):
                (body,) = rows.execute("select body from work where id = ?", (number,)).fetchone()
                workflow = serializer.deserialize_json(body)
                finish(workflow)
                assert workflow.completed
                rows.execute("update work set body = ? where id = ?", (serializer.serialize_json(workflow), number))
        rows.execute("commit")
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
    "alihdaya": {"memory": alihdaya_memory, "durable": alihdaya_durable},
    "SpiffWorkflow": {"memory": spiff_memory, "durable": spiff_durable},
}


def main() -> None:
    """Run batches until the time is over, and print instances per CPU-second of this process."""
    engine, case = sys.argv[1:3]
    with TemporaryDirectory(prefix="alihdaya-bench-") as folder:
        batch = ENGINES[engine][case](Path(folder))
        batch(range(BATCH))
        done, begun, cpu = BATCH, time.perf_counter(), time.process_time()
        while time.perf_counter() - begun < SECONDS:
            numbers = range(done, done + BATCH)
            assert batch(numbers) == sum(work.auto(work.item(number)) for number in numbers), "another way was taken"
            done += BATCH
        spent = time.process_time() - cpu
    sys.stdout.write(json.dumps({"per_cpu_s": (done - BATCH) / spent, "instances": done - BATCH}) + "\n")


if __name__ == "__main__":
    main()
