"""The spoken test: what is measured in speech that a synthesiser speaks, and what becomes of a noisy recording."""

import math
import shutil
import struct
import subprocess
from datetime import UTC, datetime, time
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from played import NOW, Played

from alihdaya import packs
from alihdaya.engagement import terms as agreement
from alihdaya.kernel.time import micros
from alihdaya.operations.jobs.commands import Finish
from alihdaya.operations.opening import open_desk
from alihdaya.operations.perform import perform
from alihdaya.operations.sign import open_service
from alihdaya.packs.kit import Job
from alihdaya.packs.recruitment import jobs, recognition
from alihdaya.packs.recruitment.recognition import compare
from alihdaya.packs.recruitment.speech import check_speech
from alihdaya.store import open_store

PASSAGE = "The parcel left our warehouse on Monday. It should arrive at your house tomorrow before noon."
ALONE = "the human rubric stands alone"


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """Speech as it was spoken, slowly with pauses, and under noise of 5 and 25 decibels below it."""
    if shutil.which("espeak-ng") is None:
        pytest.skip("NO ESPEAK-NG: nobody speaks for these tests; install it (Debian: espeak-ng)")
    import numpy as np
    import parselmouth

    folder = tmp_path_factory.mktemp("recordings")
    halting = ["-s", "90", "-g", "40", PASSAGE.replace(" ", ", ")]
    for name, words in (("plain", ["-s", "160", PASSAGE]), ("slow", halting)):
        subprocess.run(["espeak-ng", "-v", "en", "-w", folder / f"{name}.wav", *words], check=True)
    plain = parselmouth.Sound(str(folder / "plain.wav"))
    voice, chance = plain.values[0], np.random.default_rng(1)
    for below in (5, 25):
        noise = chance.normal(0, np.sqrt((voice**2).mean()) / 10 ** (below / 20), voice.size)
        heard = parselmouth.Sound(np.clip(voice + noise, -1, 1), plain.sampling_frequency)
        heard.save(str(folder / f"noise{below}.wav"), "WAV")
    (folder / "text.wav").write_text("no sound")
    (folder.parent / "outside.wav").write_bytes((folder / "plain.wav").read_bytes())
    return folder


@pytest.fixture
def measured(recordings, monkeypatch):
    monkeypatch.setenv("ALIHDAYA_RECORDINGS", str(recordings))
    return check_speech


def test_pace_and_pauses_tell_a_fluent_reader_from_a_halting_one(measured):
    plain, slow = measured("plain.wav"), measured("slow.wav")
    assert not plain["noisy"]
    assert Decimal(4) < plain["syllables"] < Decimal(8)
    assert plain["pauses"] < 35 < 50 < slow["pauses"]
    assert slow["seconds"] > 2 * plain["seconds"]


def test_noise_is_measured_before_anything_else(measured):
    loud, soft = measured("noise5.wav"), measured("noise25.wav")
    assert loud["noisy"]
    assert loud["pauses"] is None
    assert "record it again" in loud["said"]
    assert not soft["noisy"]
    assert loud["clarity"] + 10 < soft["clarity"] < measured("plain.wav")["clarity"]


@pytest.mark.parametrize("name", ["none.wav", "text.wav", "../outside.wav", "/etc/passwd", "", "\0", "x" * 5000])
def test_what_is_no_recording_of_the_folder_is_not_opened(measured, name):
    found = measured(name)
    assert found["noisy"] is None
    assert ALONE in found["said"]


def test_without_a_folder_or_praat_the_screen_says_so(measured, monkeypatch):
    monkeypatch.setattr("alihdaya.packs.recruitment.speech.find_spec", lambda _: None)
    assert "Praat is not installed" in measured("plain.wav")["said"]
    monkeypatch.delenv("ALIHDAYA_RECORDINGS")
    assert ALONE in measured("plain.wav")["said"]


@pytest.mark.parametrize(
    ("heard", "rate"),
    [
        (PASSAGE.upper(), "0.00"),
        ("", "1.00"),
        (PASSAGE.replace("parcel", "package"), "0.06"),
        (PASSAGE + " Hello, this is the shop. What can I do for you?", "0.00"),
        ("Well, er, " + PASSAGE, "0.12"),
    ],
)
def test_wrong_words_are_counted_by_those_of_the_passage(heard, rate):
    assert compare(PASSAGE, heard).errors == Decimal(rate)


def test_who_decides_sees_which_words_were_not_heard():
    heard = (
        PASSAGE.replace("warehouse", "where house").replace("on Monday", "").replace("house tomorrow", "home tomorrow")
    )
    assert compare(PASSAGE, heard).missed == ["warehouse", "on", "monday", "house"]
    assert len(compare("one two three four five six seven eight nine ten eleven", "").missed) == 10


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_wrong_words_are_the_fewest_changes_up_to_some_word(wanted, got):
    """Against every way of changing one into the beginning of the other, tried out."""

    @cache
    def fewest(n, m):
        if not n or not m:
            return n + m
        return min(fewest(n - 1, m) + 1, fewest(n, m - 1) + 1, fewest(n - 1, m - 1) + (wanted[n - 1] != got[m - 1]))

    least = min(fewest(len(wanted), m) for m in range(len(got) + 1))
    found = compare(" ".join(wanted), " ".join(got))
    assert found.errors == Decimal(f"{least / max(1, len(wanted)):.2f}")
    assert set(found.missed) <= set(wanted)
    assert bool(found.missed) <= bool(least)


def listened(recording, **more):
    variables = {"recording": recording, "wanted": {"language": "en"}} | more
    return jobs.listen(Job("listen", variables, "k", 1))["spoken"]


class Recogniser:
    """An entry point that heard this."""

    def __init__(self, words, name="parrot"):
        self.words, self.name = words, name

    def load(self):
        return lambda recording, language: {"said": f"heard {language}", "words": self.words}


class Broken:
    """An entry point whose library is not there."""

    name = "absent"

    def load(self):
        raise ImportError("no", name="absent_library")


@pytest.fixture
def installed(monkeypatch):
    """Lets these be the recognisers that are installed."""
    monkeypatch.delenv(recognition.CHOSEN, raising=False)
    return lambda *found: monkeypatch.setattr(recognition, "entry_points", lambda group: list(found))


def test_a_recogniser_is_asked_where_there_is_one_and_else_the_screen_says_so(measured, installed):
    installed()
    spoken = listened("plain.wav", passage=PASSAGE)
    assert spoken["said"].endswith(f"no recogniser is installed: {ALONE}")
    assert spoken["errors"] is None
    installed(Recogniser(PASSAGE.replace("Monday", "Sunday")))
    spoken = listened("plain.wav", passage=PASSAGE)
    assert (spoken["errors"], spoken["recogniser"], spoken["missed"]) == (Decimal("0.06"), "parrot", ["monday"])
    assert "a screen, not a verdict" in spoken["said"]
    assert listened("plain.wav")["errors"] is None


def test_the_passage_of_the_test_counts_unless_another_was_read(measured, installed):
    installed(Recogniser(PASSAGE))
    wanted = {"language": "en", "passage": PASSAGE}
    assert listened("plain.wav", wanted=wanted)["errors"] == 0
    assert listened("plain.wav", wanted=wanted, passage="Something else was read.")["errors"] == 1


def test_recognisers_are_asked_in_turn_or_the_one_that_was_chosen(measured, installed, monkeypatch):
    installed(Recogniser("second", "b"), Broken(), Recogniser(None, "aa"), Recogniser("third", "c"))
    assert listened("plain.wav")["recogniser"] == "b"
    monkeypatch.setenv(recognition.CHOSEN, "c")
    assert listened("plain.wav")["recogniser"] == "c"
    monkeypatch.setenv(recognition.CHOSEN, "absent")
    spoken = listened("plain.wav")
    assert spoken["recogniser"] is None
    assert spoken["said"].endswith(f"absent: absent_library is not installed: {ALONE}")


class Odd:
    """A recogniser that breaks off, or says what nobody can use."""

    name = "odd"

    def __init__(self, told):
        self.told = told

    def load(self):
        if isinstance(self.told, AttributeError):
            raise self.told
        return self

    def __call__(self, recording, language):
        if isinstance(self.told, Exception):
            raise self.told
        return self.told


@pytest.mark.parametrize(
    "told",
    [AttributeError("x"), RuntimeError("x"), MemoryError(), None, "words", [1], {"said": "x", "words": "a\0"}],
)
def test_a_recogniser_that_breaks_keeps_nobody_from_being_rated(measured, installed, told):
    installed(Odd(told), Recogniser("heard", "parrot"))
    assert listened("plain.wav")["recogniser"] == "parrot"
    installed(Odd(told))
    spoken = listened("plain.wav")
    assert spoken["recogniser"] is None
    assert spoken["said"].endswith(ALONE)


def test_what_is_measured_no_recogniser_says_instead(measured, installed):
    installed(
        Odd({"said": "x", "words": "a", "again": True, "noisy": True, "seconds": 9, "pace": 1.5, "odd": object()})
    )
    spoken = listened("plain.wav")
    assert (spoken["again"], spoken["noisy"], spoken["recogniser"]) == (False, False, "odd")
    assert {"pace", "odd"} & spoken.keys() == set()


def test_a_noisy_recording_is_made_again_once_and_then_people_decide(measured, tmp_path):
    pack = packs.load("recruitment")
    desk = open_desk(open_store(tmp_path / "spoken.db"), recorded=lambda: NOW, packs={pack.digest: pack})
    signed = agreement.parse(pack.terms.encode())
    begun = micros(datetime.combine(signed.signed, time(), UTC))
    played = Played(desk, open_service(desk, pack, signed, begun, roster=pack.roster.encode(), trusted=True), pack)
    facts = {"application": "A-1", "applicant": "sari.new", "name": "Sari Misalan", "post": "call-agent", "level": "C1"}
    facts |= {"consent": True, "country": "ID", "time_zone": "Asia/Jakarta", "employer": "PT Misal", "wage": 6}
    at = micros(datetime(2026, 3, 2, tzinfo=UTC))
    item = played.receive(at, **facts, serves="Beispiel GmbH", currency="EUR")

    def hear(recording):
        said = {"recorded_consent": "yes", "recording": recording, "recording_quality": "clear", "passage": PASSAGE}
        played.do(item, "hear", "sekar", **said)
        (key, send), *_ = [(key, send) for key, send in played.desk.outbox.items() if send.name == "listen"]
        result = jobs.listen(Job("listen", send.payload, "k", 1))
        perform(played.desk, Finish(key, None, "test", result), played.desk.at)
        return set(played.tasks(item))

    assert hear("noise5.wav") == {"hear"}
    assert hear("noise5.wav") == {"rate_first"}
    spoken = played.desk.items[item].instance.variables["spoken"]
    assert (spoken["noisy"], spoken["again"]) == (True, False)
    played.desk.close()


def test_a_recording_of_floats_that_are_no_numbers_is_no_recording(recordings, measured):
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + 400_000, b"WAVE", b"fmt ", 16, 3, 1, 16_000, 64_000, 4, 32)
    for name, sample in (("nan", math.nan), ("infinite", math.inf)):
        (recordings / f"{name}.wav").write_bytes(
            head + struct.pack("<4sI", b"data", 400_000) + struct.pack("<2f", 0.5, sample) * 50_000
        )
        found = measured(f"{name}.wav")
        assert found["noisy"] is None
        assert found["said"].endswith(ALONE)
