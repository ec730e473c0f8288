"""Functions of packs in processes of their own: every way an attempt can end, and what becomes of the item."""

import os

import pytest
from jobs_pack import JobsDesk

from alihdaya.operations.books.replay import prove
from alihdaya.operations.jobs.here import Jobs
from alihdaya.operations.jobs.processes import Processes
from alihdaya.operations.node.dispatch import Patience
from alihdaya.operations.perform import perform
from alihdaya.store import open_store
from alihdaya.store.views.items import item_story

BODIES = """
import os, time
from pathlib import Path

def look(job: Job):
    kind = CHOICE[job.variables["claim"]]
    if kind == "ok":
        return {"seen": Decimal("1.50"), "key": job.key, "attempt": job.attempt}
    if kind == "nothing":
        return None
    if kind == "error":
        raise BpmnError("bad", "no such site")
    if kind == "uncaught":
        raise BpmnError("other", "what is this")
    if kind == "hopeless":
        raise Permanent("never")
    if kind == "float":
        return {"seen": 1.5}
    if kind == "long":
        return {"seen": 10**40}
    if kind == "second" and job.attempt < 2:
        raise ValueError("not yet")
    if kind == "die":
        os._exit(3)
    if kind == "hang":
        time.sleep(1000)
    if kind == "fails":
        raise SystemExit("always")
    return {"seen": str(job.attempt), "key": job.key}
"""


@pytest.fixture
def processes():
    made = Processes()
    yield made
    made.close()


def desk_of(tmp_path, store, processes, *kinds, manifest="[job.look]\n"):
    choice = {f"c-{n}": kind for n, kind in enumerate(kinds, 1)}
    made = JobsDesk(store, tmp_path, f"CHOICE = {choice!r}\n{BODIES}", manifest=manifest)
    for _ in kinds:
        perform(made.desk, made.receipt(), made.at)
    return made, Jobs(made.desk, processes, "house", patience=Patience(10, 10, 8))


def told(store, item):
    """Give status, outcome, result or else the code and text of the incident."""
    story = item_story(store, item)
    if story.item.status == "delivered":
        return story.item.outcome, story.entries[-1].events[-1].result
    return story.item.status, [(one.code, one.message) for one in story.incidents]


def test_every_way_an_attempt_can_end(store, tmp_path, processes):
    kinds = ("ok", "nothing", "error", "uncaught", "hopeless", "float", "long")
    made, jobs = desk_of(tmp_path, store, processes, *kinds)
    assert jobs.work_off(made.at) == len(kinds)
    assert jobs.work_off(made.at) == 0
    found = {kind: told(store, item) for item, kind in enumerate(kinds, 1)}
    assert found["ok"] == ("done", {"claim": "c-1", "seen": 1.5})
    assert found["nothing"] == ("done", {"claim": "c-2"})
    assert found["error"] == ("failed", {"claim": "c-3"})
    assert found["uncaught"] == ("stopped", [("other", "what is this")])
    assert found["hopeless"] == ("stopped", [("job-failed", "look: never")])
    assert "float" in found["float"][1][0][1]
    assert found["long"][1][0][0] == "bad-answer"
    assert "34 digits" in found["long"][1][0][1]
    assert prove(store).equal


def test_a_failed_attempt_comes_again_after_its_pause_under_the_same_key(tmp_path, processes):
    with open_store(tmp_path / "s.db") as store:
        made, jobs = desk_of(tmp_path, store, processes, "second", "second")
        assert jobs.work_off(made.at) == 2
        assert jobs.work_off(made.at + 1_000_000) == 0
        assert told(store, 1) == ("waiting", [])
        made.at = max(send.next_at for send in made.desk.outbox.values())
        assert jobs.work_off(made.at) == 2
        assert told(store, 2) == ("done", {"claim": "c-2", "seen": "2"})


def test_what_hangs_or_dies_is_given_up_and_nothing_else_suffers(tmp_path, processes):
    with open_store(tmp_path / "s.db") as store:
        manifest = "[job.look]\nseconds = 1\nattempts = 2\n"
        made, jobs = desk_of(tmp_path, store, processes, "hang", "die", "ok", "fails", manifest=manifest)
        jobs.work_off(made.at)
        assert told(store, 3)[0] == "done"
        made.at += 60_000_000
        assert jobs.work_off(made.at) == 3
        assert told(store, 1) == ("stopped", [("job-failed", "look: no answer within 1 seconds")])
        assert told(store, 2) == ("stopped", [("job-failed", "look: its process ended with code 3")])
        assert told(store, 4) == ("stopped", [("job-failed", "look: SystemExit: always")])
        assert jobs.next_at() is None
        assert prove(store).equal


def test_processes_end_with_the_pool(tmp_path, processes):
    with open_store(tmp_path / "s.db") as store:
        made, jobs = desk_of(tmp_path, store, processes, *["ok"] * 6)
        jobs.work_off(made.at)
        running = [child.process.pid for child in processes._idle]
        assert 1 <= len(running) <= 4
        processes.close()
        for pid in running:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
