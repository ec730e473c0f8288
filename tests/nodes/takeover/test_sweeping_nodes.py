"""Recordings end over many nodes: the shard's holder deletes them, once, whoever is killed in between."""

import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import recorded
from recorded import DUE, SHARDS, Hall
from test_api import until

from alihdaya.operations.books.replay import prove
from alihdaya.operations.people import keeping
from alihdaya.operations.people.commands import Forget
from alihdaya.people.events import RecordingDeleted
from alihdaya.store import open_store
from alihdaya.store.lease.fence import schema_of
from alihdaya.store.lease.house import FACTOR, number_of

N = 8


@pytest.fixture
def hall(postgresql, tmp_path, monkeypatch):
    (tmp_path / "recordings").mkdir()
    monkeypatch.setenv("ALIHDAYA_RECORDINGS", str(tmp_path / "recordings"))
    return Hall(postgresql.new_database())


def proved(hall):
    for shard in range(1, SHARDS + 1):
        with open_store(hall.url, schema=schema_of(shard)) as store:
            assert prove(store).equal


def by_item(hall):
    found = {}
    for item, fact in hall.told():
        found.setdefault(item, []).append((fact.recording, fact.why))
    return found


def test_two_nodes_each_delete_what_is_due_in_their_shards_once(hall):
    with hall.node("a") as client:
        items = {f"A-{n}": hall.apply(client, f"A-{n}", f"voice {n}.wav") for n in range(N)}
        open_one = hall.apply(client, "A-open", "open.wav", over=False)
        made = f"{number_of(items['A-0'])}-0123456789abcdef.wav"
        for name in (made, "of nobody.wav", "1-0123456789abcdef.wav"):
            hall.put(name)
    assert len({item.partition("-")[0] for item in items.values()}) > 1
    with hall.node("a", DUE, held=0) as a, hall.node("b", DUE, held=1) as b:
        until(lambda: len(a.node.keeper.shards) + len(b.node.keeper.shards) == SHARDS)
        with hall.sweeping(a), hall.sweeping(b):
            until(lambda: len(hall.there) == 3)
    assert hall.there == ["1-0123456789abcdef.wav", "of nobody.wav", "open.wav"]
    wanted = {item: [(f"voice {name[2:]}.wav", "term")] for name, item in items.items()}
    wanted[items["A-0"]] = sorted([*wanted[items["A-0"]], (made, "term")])
    assert {item: sorted(told) for item, told in by_item(hall).items()} == wanted
    assert open_one not in by_item(hall)
    proved(hall)


@pytest.mark.chaos
@pytest.mark.parametrize("when", ["aside", "noted"])
def test_a_node_killed_between_file_and_log_leaves_nothing_that_the_next_one_does_not_end(hall, when):
    with hall.node("a") as client:
        items = [hall.apply(client, f"A-{n}", f"voice {n}.wav") for n in range(N)]
        kept = hall.apply(client, "A-kept", "kept.wav", over=False)
    command = [sys.executable, recorded.__file__, hall.url, "killed", when]
    assert subprocess.run(command, check=False, timeout=200).returncode == -9
    assert [one for one in hall.there if one.endswith(".going")], "it died in the midst of one"
    assert len(hall.told()) == (when == "noted")
    with hall.node("b", DUE) as b, hall.sweeping(b):
        until(lambda: hall.there == ["kept.wav"])
    assert by_item(hall) == {item: [(f"voice {n}.wav", "term")] for n, item in enumerate(items)}
    assert kept not in by_item(hall)
    proved(hall)


def test_who_lost_the_shard_notes_nothing_and_who_has_it_anew_notes_nothing_twice(hall):
    with hall.node("a") as a:
        item = hall.apply(a, "A-1", "voice.wav")
        (seen,) = keeping.kept_in_shards({n: a.shards.shard(n) for n in range(1, SHARDS + 1)})
        wish = Forget(seen.item, "voice.wav", "term")
        assert keeping.delete(seen, wish, lambda _: False) is False, "its writer is elsewhere"
        assert (hall.there, hall.told()) == (["voice.wav.going"], [])
        note = keeping.noting(a.node.room, a.node.clock, 100)
        assert note(wish._replace(known=0)) is True
        (told,) = hall.told()
        assert keeping.delete(seen, wish, note) is True, "it slept since it looked"
        assert (hall.told(), hall.there) == ([told], [])
        assert told == (item, RecordingDeleted("voice.wav", "term", ""))
        assert keeping.noting(lambda _: None, a.node.clock, 1)(wish) is False
    with pytest.raises(RuntimeError, match="lost"):
        keeping.delete(seen, wish, keeping.noting(lambda _: Lost(), lambda: 0, 1))
    proved(hall)


class Lost:
    """A writer whose lease is another's."""

    def post(self, *_):
        answer = Future()
        answer.set_exception(RuntimeError("lost"))
        return answer


def test_a_recording_that_items_of_two_shards_name_stays_until_both_are_over(hall):
    with hall.node("a") as client:
        first = hall.apply(client, "A-0", "same.wav")
        shard = first.partition("-")[0]
        others = (hall.apply(client, f"A-{n}", "same.wav", over=False) for n in range(1, 50))
        second = next(one for one in others if one.partition("-")[0] != shard)
    with hall.node("b", DUE) as b:
        (one,) = keeping.kept_in_shards({n: b.shards.shard(n) for n in range(1, SHARDS + 1)})
        assert not one.due(b.node.clock())
        assert {number_of(first), number_of(second)} <= set(one.items)
        mine = int(shard)
        room = lambda n: b.node.room(n) if n == mine else None  # noqa: E731
        asked = b.post(f"/api/items/{first}/recordings/delete", json={"why": "consent", "note": "a letter"})
        assert asked.json() == [{"recording": "same.wav", "deleted": True}]
        assert by_item(hall)[second] == [("same.wav", "consent")]
        hall.put("same.wav")
        (back,) = keeping.kept_in_shards({n: b.shards.shard(n) for n in range(1, SHARDS + 1)})
        assert back.due(b.node.clock())
        assert back.noted == 1
        wish = Forget(back.item, "same.wav", "term")
        assert keeping.delete(back, wish, keeping.noting(room, b.node.clock, 100)) is (back.item % FACTOR == mine)
    assert set(by_item(hall)) >= {first, second}
    proved(hall)


def test_by_the_api_a_recording_is_deleted_where_its_item_is(hall):
    with hall.node("a") as a:
        item = hall.apply(a, "A-1", "voice.wav", over=False)
        path = f"/api/items/{item}/recordings/delete"
        assert a.post(path, json={"why": "whim"}).status_code == 422
        assert a.post(path, json={"why": "request", "note": "x" * 501}).status_code == 422
        assert hall.there == ["voice.wav"]
        answer = a.post(path, json={"why": "request", "by": "nina"})
        assert (answer.status_code, answer.json()) == (200, [{"recording": "voice.wav", "deleted": True}])
        again = a.post(path, json={"why": "request"})
        assert (again.status_code, again.json()["problems"][0]["code"]) == (404, "no-recording")
        with hall.node("b", held=1) as b:
            until(lambda: len(a.node.keeper.shards) + len(b.node.keeper.shards) == SHARDS)
            away = next(n for n in range(1, SHARDS + 1) if n in b.node.keeper.shards)
            until(lambda: a.node.keeper.holder(away) == "http://b")
            sent = a.post(f"/api/items/{away}-1/recordings/delete", json={"why": "request"})
            assert (sent.status_code, sent.headers["location"]) == (
                307,
                f"http://b/api/items/{away}-1/recordings/delete",
            )
    assert hall.there == []
    proved(hall)
