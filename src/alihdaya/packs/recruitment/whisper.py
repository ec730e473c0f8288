"""A recogniser by faster-whisper, with a model that is a folder of this machine. Needs `alihdaya[speech]`."""

import os
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from alihdaya.packs.recordings import find_recording

MODEL: Final = "ALIHDAYA_WHISPER_MODEL"
"""Names the folder of the model, as CTranslate2 has it: model.bin, config.json, tokenizer.json, a vocabulary."""

_PARTS: Final = ("model.bin", "config.json", "tokenizer.json")
_RATE: Final = 16_000
_MOST_SECONDS: Final = 300


def listen(recording: str, language: str) -> dict[str, Any]:
    """Write down the first five minutes of a recording.

    Gives `said` and `words`, with `pace` (words a minute) and `sure` (percent, as the model has it of its words).
    Where there is no model, none for the language, or no recording, `said` alone says so. Nothing is fetched from
    anywhere. Raises ImportError where faster-whisper is not installed.
    """
    folder = Path(os.environ.get(MODEL, ""))
    if not os.environ.get(MODEL) or not all((folder / part).is_file() for part in _PARTS):
        return {"said": f"{MODEL} names no folder of a model"}
    path, why = find_recording(recording)
    if path is None:
        return {"said": why}
    model = _model(folder)
    if language != "en" and not model.model.is_multilingual:
        return {"said": "its model knows English only"}
    return _written(model, path, language)


@lru_cache(maxsize=1)
def _model(folder: Path) -> Any:
    from faster_whisper import WhisperModel

    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)


def _written(model: Any, path: Path, language: str) -> dict[str, Any]:
    from av.error import FFmpegError
    from faster_whisper import decode_audio

    try:
        sound = decode_audio(str(path), sampling_rate=_RATE)[: _MOST_SECONDS * _RATE]
    except (FFmpegError, ValueError, IndexError):
        return {"said": "it is no recording that can be listened to"}
    segments, _ = model.transcribe(
        sound, language=language, beam_size=1, temperature=0.0, word_timestamps=True, condition_on_previous_text=False
    )
    words = [word for segment in segments for word in segment.words or ()]
    if not words:
        return {"said": "heard no words", "words": "", "pace": 0, "sure": 0}
    minutes = max(words[-1].end - words[0].start, 1) / 60
    sure = round(100 * sum(word.probability for word in words) / len(words))
    pace = round(len(words) / minutes)
    said = f"heard {len(words)} words, {pace} a minute"
    return {"said": said, "words": "".join(word.word for word in words).strip(), "pace": Decimal(pace), "sure": sure}
