"""A spoken test in a real browser, with a microphone that plays a file: consent, noise, another try, the file kept."""

import re
import shutil
import subprocess
import threading
import time
from datetime import UTC, datetime
from datetime import time as day_time
from pathlib import Path

import pytest

from alihdaya import packs
from alihdaya.engagement import terms as agreement
from alihdaya.kernel.time import micros
from alihdaya.operations.commands import Assign, Complete, Receive
from alihdaya.operations.opening import open_desk
from alihdaya.operations.perform import perform
from alihdaya.operations.sign import open_service
from alihdaya.packs.kit import Job
from alihdaya.packs.recruitment import jobs
from alihdaya.store import open_store

CHROMIUM = Path("/usr/bin/chromium")
NOW = 1_900_000_000_000_000
SPEECH = "Thank you for calling. I can see that your parcel left our warehouse on Monday morning."
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream"]
FLAGS += ["--use-fake-device-for-media-stream"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists() or shutil.which("espeak-ng") is None,
        reason="NO CHROMIUM OR ESPEAK-NG: install Debian's to run the browser's tests of recordings",
    ),
]


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """What the microphone hears: somebody in a quiet room, and in a loud one."""
    import numpy as np
    import parselmouth

    folder = tmp_path_factory.mktemp("spoken")
    subprocess.run(["espeak-ng", "-v", "en", "-s", "150", "-w", folder / "quiet.wav", SPEECH], check=True)
    quiet = parselmouth.Sound(str(folder / "quiet.wav"))
    noise = np.random.default_rng(1).normal(0, 0.15, quiet.values.shape)
    parselmouth.Sound(np.clip(quiet.values * 0.6 + noise, -1, 1), quiet.sampling_frequency).save(
        str(folder / "loud.wav"), "WAV"
    )
    return folder


@pytest.fixture
def hall(tmp_path, monkeypatch):
    """A store with one application that waits for its spoken test, and the console over it."""
    import uvicorn

    from alihdaya.cli.reading import StoreReader
    from alihdaya.console.app import make_app

    (tmp_path / "recordings").mkdir()
    monkeypatch.setenv("ALIHDAYA_RECORDINGS", str(tmp_path / "recordings"))
    pack = packs.load("recruitment")
    store = open_store(tmp_path / "hall.db")
    desk = open_desk(store, recorded=lambda: NOW, packs={pack.digest: pack})
    signed = agreement.parse(pack.terms.encode())
    begun = micros(datetime.combine(signed.signed, day_time(), UTC))
    service = open_service(desk, pack, signed, begun, roster=pack.roster.encode(), trusted=True)
    facts = {"application": "A-1", "applicant": "sari.new", "name": "Sari Misalan", "post": "call-agent", "level": "C1"}
    facts |= {"consent": True, "country": "ID", "time_zone": "Asia/Jakarta", "employer": "PT Misal", "wage": 6}
    facts |= {"serves": "Beispiel GmbH", "currency": "EUR"}
    at = micros(datetime(2026, 3, 2, tzinfo=UTC))
    item = perform(desk, Receive(service, "hand", "A-1", 0, 0, dict.fromkeys(pack.intake.variables) | facts), at)
    desk.commit()
    config = uvicorn.Config(make_app(StoreReader(store), clock=lambda: 0, poll=0.05), port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield desk, item, address, tmp_path / "recordings"
    server.should_exit = True
    thread.join(60)
    desk.close()


class Applicant:
    """Who speaks: a browser whose microphone plays a file."""

    def __init__(self, play, profile, sound):
        flags = [*FLAGS, f"--use-file-for-fake-audio-capture={sound}"]
        self.context = play.chromium.launch_persistent_context(
            profile, executable_path=str(CHROMIUM), args=flags, viewport={"width": 900, "height": 1000}
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(100_000)
        self.troubles = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", lambda one: self.troubles.append(one.text) if one.type == "error" else None)

    def speak(self):
        """Record until more than five seconds are there, and hand it in."""
        page = self.page
        page.locator("#start").click()
        page.locator("#time", has_text=re.compile(r"0:0[6-9]|0:[1-5]|[1-9]:")).wait_for()
        page.locator("#stop").click()
        page.locator("#heard:visible").wait_for()
        page.locator("#send").click()


def test_an_applicant_consents_speaks_and_hands_in(hall, spoken, tmp_path):
    from playwright.sync_api import sync_playwright

    desk, item, address, folder = hall
    with sync_playwright() as play:
        loud = Applicant(play, tmp_path / "loud", spoken / "loud.wav")
        page = loud.page
        page.goto(f"{address}/record/{item}")
        assert page.locator("#start").is_disabled(), "nobody is recorded before they agreed"
        page.locator("#consent").check()
        loud.speak()
        page.locator("#said.warn", has_text="too much noise").wait_for()
        assert list(folder.iterdir()) == []
        loud.speak()
        page.locator("#file:visible").wait_for()
        assert loud.troubles == []
        loud.context.close()
        (noisy,) = [one.name for one in folder.iterdir()]

        quiet = Applicant(play, tmp_path / "quiet", spoken / "quiet.wav")
        page = quiet.page
        page.goto(f"{address}/record/{item}")
        page.evaluate(
            """() => {
              window.told = [];
              new BroadcastChannel("alihdaya-recording").onmessage = (one) => told.push(one.data);
            }"""
        )
        page.locator("#consent").check()
        quiet.speak()
        page.locator("#said.good").wait_for()
        name = page.locator("#file code").inner_text()
        heard = page.evaluate(
            "new Promise((done) => (function look() { told[0] ? done(told[0]) : setTimeout(look, 50) })())"
        )
        assert heard == {"item": str(item), "field": "recording", "name": name}
        assert quiet.troubles == []
        quiet.context.close()
    assert (folder / name).is_file()
    assert name != noisy
    measured = _told(desk, item, name)
    assert measured["noisy"] is False
    assert measured["seconds"] >= 5
    assert measured["syllables"] > 2


def _told(desk, item, name):
    """Let a recruiter finish the task with the file, and its measuring be done; gives what was measured."""
    (token,) = [task.key[1] for task in desk.queue if task.key[0] == item]
    perform(desk, Assign(item, token, "sekar"), desk.at)
    said = {"recorded_consent": "yes", "recording": name, "recording_quality": "clear"}
    perform(desk, Complete(item, token, "sekar", 600, said), desk.at)
    (send,) = [send for send in desk.outbox.values() if send.name == "listen"]
    return jobs.listen(Job("listen", send.payload, "k", 1))["spoken"]
