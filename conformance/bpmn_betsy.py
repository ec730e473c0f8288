"""Cases whose outcome is a log of words that the scripts of the model wrote."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from alihdaya.engine import CompleteJob, make_plan
from alihdaya.engine.events import IncidentRaised, JobOffered
from alihdaya.engine.society import Society
from alihdaya.kernel.errors import NotationError
from alihdaya.kernel.time import SECOND
from alihdaya.notation.bpmn import Error, Kind, read
from conformance.betsy_words import BLOCKS, Words, translate

BEGIN = 1_700_000_000 * SECOND


class _Stage:
    """One case being played: its instances, its clock, the words written."""

    def __init__(self, *, compiled: bool) -> None:
        self.compiled = compiled
        self.words = Words()
        self.society = Society()
        self.now = BEGIN
        self.seen = 0
        self.jobs: list[tuple[int, int, int, str]] = []
        self.spans: dict[str, tuple[int, int]] = {}

    def deploy(self, data: bytes, name: str) -> dict[str, str]:
        """Deploy all processes of a model; gives its blocking scripts."""
        standard, blocking = translate(data, name)
        for process in read(standard, name).processes:
            steps: Any = self.words
            plan = make_plan(process, decisions={}, steps=steps, compiled=self.compiled)
            self.society.deploy(plan, self.now)
        return blocking

    def look(self, blocking: dict[str, str]) -> None:
        """Note the blocking scripts that have begun."""
        for number, events in self.society.log[self.seen :]:
            for event in events:
                if isinstance(event, JobOffered):
                    word = blocking[event.node]
                    self.jobs.append((self.now + BLOCKS[word], number, event.token, word))
        self.seen = len(self.society.log)

    def pass_time(self, until: int, blocking: dict[str, str]) -> None:
        """Let time pass to `until`, or until no script blocks any more, whichever is later."""
        while True:
            self.look(blocking)
            self.jobs = [one for one in self.jobs if one[2] in self.society.members[one[1]].state.waits]
            timer, job = self.society.next_due(), min(self.jobs, default=None)
            due = min(one for one in (timer, job and job[0], 1 << 62) if one is not None)
            if due > until and job is None:
                break
            self.now = max(self.now, due)
            if timer is not None and timer <= self.now:
                self.society.fire_due(self.now)
            elif job is not None:
                self.finish(job)
        self.now = max(self.now, until)

    def finish(self, job: tuple[int, int, int, str]) -> None:
        """Let a blocking script end."""
        due, number, token, word = job
        self.jobs.remove(job)
        self.spans[word] = (due - BLOCKS[word], due)
        self.society.send(number, CompleteJob(token, {}), self.now)

    def outcome(self) -> list[str]:
        """Give the log, with what the suite adds to it."""
        log = list(self.words.log)
        first, second = (self.spans.get(f"CREATE_TIMESTAMP_LOG_{n}") for n in (1, 2))
        if first and second and first[0] < second[1] and second[0] < first[1]:
            log.append("EXECUTION_parallel")
        for number, events in self.society.log:
            nodes = self.society.members[number].plan
            for event in events:
                if isinstance(event, IncidentRaised) and event.code != "join-starved":
                    node = nodes.node(event.node)
                    thrown = node.kind is Kind.END and isinstance(node.detail, Error)
                    log.append("ERROR_thrownErrorEvent" if thrown else "ERROR_runtime")
        return log


def play_words(folder: Path, case: dict[str, Any], *, compiled: bool = True) -> str | None:
    """Play a case, interpreted or with compiled segments; None where the words written are the expected ones."""
    stage, expected = _Stage(compiled=compiled), list(case["expect"]["log"])
    try:
        blocking = stage.deploy((folder / case["model"]).read_bytes(), case["model"])
    except NotationError as error:
        return None if expected == ["ERROR"] else f"refused: {error}"
    for step in case["steps"]:
        if step["do"] == "start":
            stage.society.start(step["process"], plain(step.get("variables", {})), stage.now)
            stage.pass_time(stage.now, blocking)
        else:
            stage.pass_time(stage.now + round(float(step["seconds"]) * SECOND), blocking)
    found = stage.outcome()
    if "ERROR" in expected:
        found = ["ERROR" if word == "ERROR_runtime" else word for word in found]
    marks = [word for word in found if word == "MARKER_exists"][:1] if "MARKER_exists" in expected else []
    found = [word for word in found if word != "MARKER_exists"] + marks
    return None if Counter(found) == Counter(expected) else f"{sorted(found)} instead of {sorted(expected)}"


def plain(variables: dict[str, Any]) -> dict[str, Any]:
    """Give variables as FEEL values: numbers with a point become decimals."""
    return {name: Decimal(str(value)) if isinstance(value, float) else value for name, value in variables.items()}
