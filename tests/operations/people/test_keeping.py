"""Recordings end: by days, on request, without consent; the file is gone, the log says so, the score stays."""

import shutil
import time
from datetime import UTC, datetime
from datetime import time as day_time
from pathlib import Path

import pytest

from alihdaya import packs
from alihdaya.cli.server.sweeping import Sweeper
from alihdaya.cli.settings import Settings
from alihdaya.engagement import terms as agreement
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import DAY, micros
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Assign, Complete, Receive
from alihdaya.operations.instance.commands import CancelItem
from alihdaya.operations.node.mailroom import Mailroom
from alihdaya.operations.opening import open_desk
from alihdaya.operations.people.commands import Forget
from alihdaya.operations.people.keeping import delete, kept
from alihdaya.operations.perform import perform
from alihdaya.operations.sign import open_service
from alihdaya.packs.recordings import find_recording
from alihdaya.people.events import RecordingDeleted
from alihdaya.store import open_store
from alihdaya.work.events import TaskDone

AT = micros(datetime(2026, 3, 2, tzinfo=UTC))
MADE = "1-0123456789abcdef.wav"


class Hiring:
    """An application whose spoken test named a recording; one more was made for it, and not handed in."""

    def __init__(self, folder, named="room 3/sari.wav", rule=True):
        self.folder, self.path = folder / "recordings", folder / "hiring.db"
        self.folder.mkdir()
        home = Path(packs.__file__).parent / "recruitment"
        if not rule:
            home = shutil.copytree(home, folder / "mine")
            terms = home / "terms.toml"
            terms.write_text(terms.read_text().replace("[recordings]", "").replace("keep_days = 180", ""))
        self.pack = packs.load(home)
        self.desk = self.open()
        signed = agreement.parse(self.pack.terms.encode())
        begun = micros(datetime.combine(signed.signed, day_time(), UTC))
        service = open_service(self.desk, self.pack, signed, begun, roster=self.pack.roster.encode(), trusted=True)
        facts = {"application": "A-1", "applicant": "sari.new", "name": "Sari Misalan", "post": "call-agent"}
        facts |= {"level": "C1", "consent": True, "country": "ID", "time_zone": "Asia/Jakarta", "employer": "PT Misal"}
        facts |= {"wage": 6, "serves": "Beispiel GmbH", "currency": "EUR"}
        data = dict.fromkeys(self.pack.intake.variables) | facts
        self.item = perform(self.desk, Receive(service, "hand", "A-1", 0, 0, data), AT)
        self.straight = perform(self.desk, Receive(service, "hand", "A-2", 0, 0, data | {"consent": False}), AT)
        (token,) = [task.key[1] for task in self.desk.queue if task.key[0] == self.item]
        perform(self.desk, Assign(self.item, token, "sekar"), AT)
        said = {"recorded_consent": "yes", "recording": named, "recording_quality": "clear"}
        perform(self.desk, Complete(self.item, token, "sekar", 600, said), AT)
        self.desk.commit()
        self.put(named if ".." not in named else MADE)
        self.put(MADE)

    def open(self):
        return open_desk(open_store(self.path), recorded=lambda: AT, packs={self.pack.digest: self.pack})

    def put(self, name):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"RIFF")

    def end(self):
        perform(self.desk, CancelItem(self.item), AT + DAY)
        self.desk.commit()

    def kept(self):
        return {one.recording: one for one in kept(self.desk.store)}

    def due(self, days):
        return {one.recording for one in kept(self.desk.store) if one.due(AT + DAY + days * DAY)}

    def note(self, wish):
        perform(self.desk, wish, self.desk.at)
        self.desk.commit()

    def delete(self, name, why="term", do=None):
        delete(self.kept()[name], Forget(self.item, name, why), do or self.note)

    @property
    def files(self):
        return sorted(one.relative_to(self.folder).as_posix() for one in self.folder.rglob("*") if not one.is_dir())

    def told(self, kind):
        return [one for entry in self.desk.store.read_log() for one in entry.events if isinstance(one, kind)]


@pytest.fixture
def hiring(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIHDAYA_RECORDINGS", str(tmp_path / "recordings"))
    made = Hiring(tmp_path)
    yield made
    made.desk.close()


def test_the_days_of_the_terms_count_from_when_the_item_is_over(hiring):
    hiring.put("9-0123456789abcdef.wav")
    hiring.put("of nobody.wav")
    assert hiring.due(100_000) == set()
    hiring.end()
    assert hiring.due(179) == set()
    assert hiring.due(180) == {"room 3/sari.wav", MADE}
    found = hiring.kept()
    assert (found["room 3/sari.wav"].handed_in, found[MADE].handed_in) == (AT, None)
    assert (found["of nobody.wav"].item, found["9-0123456789abcdef.wav"].item) == (0, 0)


def test_without_a_rule_nothing_is_ever_due(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIHDAYA_RECORDINGS", str(tmp_path / "recordings"))
    hiring = Hiring(tmp_path, rule=False)
    hiring.end()
    assert hiring.due(100_000) == set()
    assert hiring.kept()[MADE].days is None
    hiring.desk.close()


def test_the_file_is_gone_the_log_says_so_and_what_people_wrote_stays(hiring):
    before = hiring.told(TaskDone)
    for name in (MADE, "room 3/sari.wav"):
        assert find_recording(name)[0] is not None or name == MADE
        hiring.delete(name, "consent")
    assert hiring.files == []
    assert hiring.told(RecordingDeleted) == [RecordingDeleted(one, "consent", "") for one in (MADE, "room 3/sari.wav")]
    assert hiring.told(TaskDone) == before
    hiring.put(f"{hiring.straight}-0123456789abcdef.wav")
    (one,) = hiring.kept().values()
    delete(one, Forget(one.item, one.recording, "term"), hiring.note)
    assert one.item == hiring.straight
    assert prove(hiring.desk.store).equal
    assert hiring.kept() == {}


class Killed(Exception):
    """The process ended here."""


@pytest.mark.parametrize("committed", [False, True])
def test_a_deletion_that_broke_off_goes_on_and_is_noted_once(hiring, committed):
    def dies(wish):
        if committed:
            hiring.note(wish)
        raise Killed

    with pytest.raises(Killed):
        hiring.delete("room 3/sari.wav", do=dies)
    assert find_recording("room 3/sari.wav") == (None, "there is no such recording")
    assert hiring.due(0) == {"room 3/sari.wav"}
    hiring.delete("room 3/sari.wav")
    assert hiring.files == [MADE]
    assert len(hiring.told(RecordingDeleted)) == 1


def test_what_comes_back_from_a_backup_is_due_at_once(hiring):
    hiring.delete(MADE, "request")
    hiring.put(MADE)
    assert hiring.due(0) == {MADE}
    hiring.delete(MADE)
    assert hiring.files == ["room 3/sari.wav"]
    assert [one.why for one in hiring.told(RecordingDeleted)] == ["request", "term"]


def test_nothing_outside_of_the_folder_is_touched(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIHDAYA_RECORDINGS", str(tmp_path / "recordings"))
    mine = tmp_path / "mine.wav"
    mine.write_bytes(b"mine")
    hiring = Hiring(tmp_path, named="../mine.wav")
    (hiring.folder / "1-ffffffffffffffff.wav").symlink_to(mine)
    assert set(hiring.kept()) == {MADE, "1-ffffffffffffffff.wav"}
    hiring.delete("1-ffffffffffffffff.wav")
    assert (hiring.files, mine.read_bytes()) == ([MADE], b"mine")
    with pytest.raises(OSError, match="not within"):
        delete(hiring.kept()[MADE].__class__("../mine.wav", 1), Forget(1, "../mine.wav", "term"), hiring.note)
    assert mine.exists()
    hiring.desk.close()


def test_a_reason_or_an_item_that_there_is_not_is_refused(hiring):
    for wish in (Forget(9, MADE, "term"), Forget(1, MADE, "whim"), Forget(1, MADE, "term", "x" * 501)):
        with pytest.raises(Refused):
            perform(hiring.desk, wish, AT)
    assert hiring.told(RecordingDeleted) == []


def test_whoever_serves_sweeps_by_itself(hiring, monkeypatch):
    hiring.end()
    hiring.desk.close()
    hiring.put("of nobody.wav")
    present = [AT + 2 * DAY]
    monkeypatch.setattr("alihdaya.cli.server.sweeping.now", lambda: present[0])
    with Mailroom(hiring.open) as writer, Sweeper(Settings("en", str(hiring.path)), writer, 0.05):
        for day in (2, 182):
            present[0] = AT + day * DAY
            for _ in range(100 if day == 2 else 2_000):
                if len(hiring.files) == 1:
                    break
                time.sleep(0.005 if day == 2 else 0.05)
            assert (len(hiring.files) == 1) == (day == 182)
    hiring.desk = hiring.open()
    assert hiring.files == ["of nobody.wav"]
    assert [one.why for one in hiring.told(RecordingDeleted)] == ["term", "term"]
