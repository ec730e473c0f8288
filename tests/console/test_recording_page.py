"""The page of a recording and what it takes: consent first, a WAV file of bounded length, noise only once."""

import io
import math
import random
import struct
import wave

import pytest
from scene import Desk
from starlette.testclient import TestClient

from alihdaya.console.app import make_app
from alihdaya.packs.recordings import find_recording

CONSENT = {"content-type": "audio/wav", "recording-consent": "yes", "origin": "http://127.0.0.1:8321"}


def sound(seconds=4, noise=0.0, rate=16_000, channels=1, width=2):
    """Bursts of a voice-like tone with pauses, and noise under all of it."""
    chance, samples = random.Random(1), []
    for n in range(int(seconds * rate)):
        voiced = (n // (rate // 2)) % 2
        tone = 0.5 * math.sin(2 * math.pi * 160 * n / rate) * voiced
        samples.append(max(-1, min(1, tone + noise * chance.gauss(0, 1))))
    packed = struct.pack(f"<{len(samples)}h", *(round(32_000 * one) for one in samples))
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(packed)
    return held.getvalue()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIHDAYA_RECORDINGS", str(tmp_path))
    return tmp_path


@pytest.fixture
def browser():
    return TestClient(make_app(Desk(), clock=lambda: 0), base_url="http://127.0.0.1:8321")


def test_the_page_asks_for_consent_and_says_that_people_decide(browser, folder):
    page = browser.get("/record/4711")
    assert "The parcel left our warehouse on Monday." in page.text
    assert "These measurements only screen. People listen, rate and decide" in page.text
    assert "microphone=(self)" in page.headers["permissions-policy"]
    assert "microphone=()" in browser.get("/").headers["permissions-policy"]
    assert "hanya menyaring" in browser.get("/record/4711?lang=id").text
    for nobody in ("/record/1", "/record/x", "/record/99999999999999999999"):
        assert browser.get(nobody).status_code == 404


def test_without_a_folder_the_page_says_that_nothing_can_be_recorded(browser, monkeypatch):
    monkeypatch.delenv("ALIHDAYA_RECORDINGS", raising=False)
    assert "ALIHDAYA_RECORDINGS names no folder" in browser.get("/record/4711").text
    answer = browser.post("/record/4711", content=sound(), headers=CONSENT)
    assert (answer.status_code, answer.json()["code"]) == (422, "no-recording")


def test_a_clear_recording_is_kept_under_the_mark_of_its_content(browser, folder):
    answer = browser.post("/record/4711", content=sound(), headers=CONSENT)
    told = answer.json()
    assert answer.status_code == 201
    assert (told["again"], told["noisy"]) == (False, False)
    assert told["clarity"] >= 15
    assert (folder / told["name"]).read_bytes() == sound()
    assert browser.get(f"/recordings/{told['name']}").content == sound()
    assert browser.post("/record/4711", content=sound(), headers=CONSENT).json()["name"] == told["name"]
    assert [one.name for one in folder.iterdir()] == [told["name"]]


def test_a_noisy_one_is_asked_for_again_once_and_then_kept(browser, folder):
    noisy = sound(noise=0.4)
    told = browser.post("/record/4711", content=noisy, headers=CONSENT).json()
    assert (told["again"], told["name"], told["noisy"]) == (True, "", True)
    assert list(folder.iterdir()) == []
    told = browser.post("/record/4711", content=noisy, headers=CONSENT | {"recording-again": "yes"}).json()
    assert (told["again"], told["noisy"]) == (False, True)
    assert (folder / told["name"]).is_file()


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"recording-consent": "no"}, 422, "no-consent"),
        ({"content-type": "text/plain"}, 415, "no-recording"),
        ({"origin": "https://elsewhere.example"}, 403, "foreign-page"),
        ({"origin": "null"}, 403, "foreign-page"),
    ],
)
def test_nothing_is_kept_without_consent_or_from_a_foreign_page(browser, folder, headers, status, code):
    answer = browser.post("/record/4711", content=sound(), headers=CONSENT | headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RIFF",
        b"no sound at all" * 100,
        sound()[:-1000],
        sound(1, channels=2),
        sound(1, width=1),
        sound(1, rate=4000),
        sound()[:20] + struct.pack("<H", 3) + sound()[22:],
    ],
)
def test_what_is_no_recording_is_not_kept(browser, folder, content):
    answer = browser.post("/record/4711", content=content, headers=CONSENT)
    assert (answer.status_code, answer.json()["code"]) == (422, "no-recording")
    assert list(folder.iterdir()) == []


def test_so_many_are_kept_of_an_item_and_so_much_is_read(browser, folder, monkeypatch):
    for n in range(20):
        (folder / f"4711-{n:016x}.wav").write_bytes(b"")
    assert "and no more" in browser.post("/record/4711", content=sound(), headers=CONSENT).json()["said"]
    spoken = browser.post("/record/4711", content=sound(), headers=CONSENT | {"accept-language": "id"}).json()["said"]
    assert spoken == "Untuk item ini tersimpan 20 rekaman, tidak lebih."
    monkeypatch.setattr("alihdaya.console.recording.routes.MOST_BYTES", 1000)
    assert browser.post("/record/4711", content=sound(), headers=CONSENT).status_code == 413


def test_a_file_that_was_changed_since_is_no_recording(browser, folder):
    name = browser.post("/record/4711", content=sound(), headers=CONSENT).json()["name"]
    (folder / name).write_bytes(sound(5))
    assert find_recording(name) == (None, "the recording is not what was handed in")
    assert browser.get(f"/recordings/{name}").status_code == 404
    for other in ("..%2F..%2Fetc%2Fpasswd", "none.wav"):
        assert browser.get(f"/recordings/{other}").status_code == 404
