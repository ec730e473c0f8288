"""What can be measured in a recording of speech: noise, pauses, pace.

It screens; people rate by the rubric. Nothing here says anything of an accent. Needs `alihdaya[people]` (Praat).
"""

from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from alihdaya.packs.recordings import find_recording

_LEAST_CLEAR: Final = 15
"""Decibels between speech and noise: below that, raters hear the room."""

_LEAST_SECONDS, _MOST_SECONDS = 3, 1800
_STEP: Final = 0.01
_SILENT: Final = -20.0
"""Decibels below the loudest, in Praat's sense: that is a pause, where it lasts a quarter of a second."""


def check_speech(recording: str) -> dict[str, Any]:
    """Measure a recording of the folder ALIHDAYA_RECORDINGS, a WAV file (or what else Praat reads).

    Gives `said` (what it comes to, or why nothing was measured), `noisy` (null where nothing was), `clarity` (decibels
    between speech and noise, at most 60), `seconds`, `pauses` (percent of the speaking time), `syllables` a second.
    """
    nothing: dict[str, Any] = dict.fromkeys(("noisy", "clarity", "seconds", "pauses", "syllables"))
    path, why = find_recording(recording)
    if path is None:
        return {**nothing, "said": f"{why}: the human rubric stands alone"}
    if find_spec("parselmouth") is None:
        return {**nothing, "said": "Praat is not installed (alihdaya[people]): the human rubric stands alone"}
    return {**nothing, **_measured(path)}


def _measured(path: Path) -> dict[str, Any]:
    import numpy as np
    import parselmouth

    unread = {"said": "this is no recording that Praat reads: the human rubric stands alone"}
    try:
        sound = parselmouth.Sound(str(path)).convert_to_mono()
    except parselmouth.PraatError:
        return unread
    if not np.isfinite(sound.values).all():  # a file of floats can hold anything
        return unread
    if not _LEAST_SECONDS <= sound.duration <= _MOST_SECONDS:
        said = f"it lasts {sound.duration:.0f} seconds, not {_LEAST_SECONDS} to {_MOST_SECONDS}"
        return {"said": f"{said}: the human rubric stands alone"}
    loudness = sound.to_intensity(time_step=_STEP)
    clarity = _clarity(loudness)
    found = {"seconds": round(sound.duration), "clarity": clarity, "noisy": clarity < _LEAST_CLEAR}
    if clarity < _LEAST_CLEAR:
        return {**found, "said": f"speech is {clarity} dB above the noise, less than {_LEAST_CLEAR}: record it again"}
    pauses, speaking = _pauses(loudness)
    pace = _rounded(len(_nuclei(sound, loudness)) / speaking) if speaking else Decimal(0)
    said = f"{clarity} dB above the noise, {pauses} % pauses, {pace} syllables a second: a screen, not a verdict"
    return {**found, "pauses": pauses, "syllables": pace, "said": said}


def _clarity(loudness: Any) -> int:
    """Give the decibels between the loud and the quiet tenth of the frames: what nobody speaks in is noise."""
    import numpy as np

    quiet, loud = np.percentile(loudness.values[0], [10, 90])
    return int(min(max(loud - max(quiet, 0), 0), 60))


def _pauses(loudness: Any) -> tuple[int, float]:
    """Give the percent of pauses between the first and the last sound, and the seconds between these without them."""
    from parselmouth.praat import call

    grid = call(loudness, "To TextGrid (silences)", _SILENT, 0.25, 0.1, "pause", "speech")
    count = call(grid, "Get number of intervals", 1)
    spans = [
        (
            call(grid, "Get label of interval", 1, n),
            call(grid, "Get end time of interval", 1, n) - call(grid, "Get start time of interval", 1, n),
        )
        for n in range(1, count + 1)
    ]
    while spans and spans[0][0] == "pause":
        spans.pop(0)
    while spans and spans[-1][0] == "pause":
        spans.pop()
    silent = sum(length for label, length in spans if label == "pause")
    whole = sum(length for _, length in spans)
    return (round(100 * silent / whole) if whole else 100), whole - silent


def _nuclei(sound: Any, loudness: Any) -> list[float]:
    """Give the instants of syllables: voiced peaks of loudness with a dip of two decibels before each."""
    values, times = loudness.values[0], loudness.xs()
    pitch = sound.to_pitch()
    least, found, low = max(values) - 25, [], values[0]
    for before, here, after, at in zip(values, values[1:], values[2:], times[1:], strict=False):
        low = min(low, here)
        if before <= here > after and here > least and here - low >= 2:
            if pitch.get_value_at_time(at) > 0:
                found.append(float(at))
            low = here
    return found


def _rounded(value: float) -> Decimal:
    return Decimal(f"{value:.1f}")
