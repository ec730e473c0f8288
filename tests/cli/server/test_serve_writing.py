"""`alihdaya serve --pack`: the console's process is the writer, too, and timers go off by the clock."""

import threading
import time
from pathlib import Path

import httpx
import pytest

from alihdaya.cli.server.serve import _courses, _opened, _sweeping, _writing
from alihdaya.cli.settings import Settings
from alihdaya.store import StoreLocked, open_store, views

PATIENCE = 100
TESTS = Path(__file__).parents[2] / "operations"
SOON = '<startEvent id="w">{}</startEvent><endEvent id="y"/>;w y'


@pytest.fixture
def talking(monkeypatch):
    """What makes packs of talking processes."""
    for room in (TESTS, TESTS / "exchange"):
        monkeypatch.syspath_prepend(room)
    import talking_pack

    return talking_pack


def test_a_timer_begins_an_item_while_it_serves_and_nobody_else_writes(tmp_path, talking):
    settings = Settings("en", str(tmp_path / "data" / "house.db"))
    soon = talking.process("soon", SOON.format(talking.timer("Duration", "PT1S")))
    folder = talking.write_pack(tmp_path / "talks", talking.model(talking.PLAIN, soon))
    with _writing(settings, (str(folder),), trusted=False):
        end = time.monotonic() + PATIENCE
        with open_store(settings.place, read_only=True) as store:
            while not (found := views.items(store)):
                assert time.monotonic() < end
                time.sleep(0.05)
        assert [row.external_id.partition("@")[0] for row in found] == ["soon/w"]
        with pytest.raises(StoreLocked):
            settings.write()
    settings.write().close()


def test_without_a_pack_it_only_reads(tmp_path):
    settings = Settings("en", str(tmp_path / "house.db"))
    with _writing(settings, (), trusted=False):
        settings.write().close()


def test_where_people_work_is_told_only_where_they_can():
    here = "http://127.0.0.1:8321/"
    assert "/work/" not in _opened(here, "", writing=False)
    assert _opened(here, "", writing=True).endswith(f"{here}work/")
    assert _opened(here, "http://localhost:8322/", writing=True).endswith(" http://localhost:8322/")


def test_courses_are_played_beside_where_a_folder_of_them_is_named(tmp_path, monkeypatch):
    with _courses(0, wanted=True) as at:
        assert at == ""
    monkeypatch.setenv("ALIHDAYA_COURSES", str(tmp_path))
    with _courses(0, wanted=False) as at:
        assert at == ""
    with _courses(0, wanted=True) as at:
        port = int(at.removeprefix(":"))
        end = time.monotonic() + PATIENCE
        while not _answers(port):
            assert time.monotonic() < end
            time.sleep(0.05)
        assert httpx.get(f"http://127.0.0.1:{port}/work/").status_code == 404
    monkeypatch.setenv("ALIHDAYA_COURSES_AT", "https://courses.example")
    with _courses(0, wanted=True) as at:
        assert at == "https://courses.example"


def _answers(port):
    try:
        return httpx.get(f"http://127.0.0.1:{port}/play").status_code == 200
    except httpx.HTTPError:
        return False


def test_nothing_is_swept_where_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.delenv("ALIHDAYA_RECORDINGS", raising=False)
    before = threading.active_count()
    with _sweeping(Settings("en", str(tmp_path / "none.db")), None):
        assert threading.active_count() == before
