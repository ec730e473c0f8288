"""Recordings of speech: files of one folder, named by their item and what is in them."""

import io
import os
import re
import wave
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

RECORDINGS: Final = "ALIHDAYA_RECORDINGS"
"""Names the folder of the recordings; no other file is opened."""

LONGEST: Final = 600
"""Seconds that a recording made in the browser may last."""

MOST_BYTES: Final = 64_000_000
"""So long may what a browser sends be: LONGEST seconds of 48,000 samples of 16 bits, and its head."""

_ASIDE: Final = ".going"
"""Ends the name of a file whose deletion began."""

_MOST_OF_FILE: Final = 400_000_000
_MOST_OF_ITEM: Final = 20
_MARKED: Final = re.compile(r"[a-z0-9-]{1,40}-([0-9a-f]{16})\.wav")


class NoRecording(ValueError):
    """What was sent is not kept: `kind` says why, as a key of console.terms.NO_RECORDING, with its fact."""

    def __init__(self, kind: str, fact: str = "") -> None:
        super().__init__(f"{kind} {fact}".rstrip())
        self.kind = kind
        self.fact = fact


class Sound(NamedTuple):
    """What the head of a recording says: samples a second, and how many seconds."""

    rate: int
    seconds: float


def folder_of_recordings() -> Path | None:
    """Give the folder that ALIHDAYA_RECORDINGS names; None where it names none that is there."""
    home = os.environ.get(RECORDINGS, "")
    return Path(home).resolve() if home and Path(home).is_dir() else None


def find_recording(recording: str) -> tuple[Path | None, str]:
    """Give the file of a recording, or why there is none. It must lie within the folder of recordings.

    A file that was kept here carries the mark of its content in its name: one that was changed since is none.
    """
    if not os.environ.get(RECORDINGS):
        return None, f"{RECORDINGS} names no folder of recordings"
    folder = Path(os.environ[RECORDINGS]).resolve()
    try:
        path = (folder / recording).resolve()
        if not path.is_relative_to(folder) or not path.is_file():
            return None, "there is no such recording"
        if path.stat().st_size > _MOST_OF_FILE:
            return None, "the recording is too long"
        marked = _MARKED.fullmatch(path.name)
        if marked and marked[1] != _mark(path.read_bytes()):
            return None, "the recording is not what was handed in"
    except (OSError, ValueError):
        return None, "there is no such recording"
    return path, ""


def keep_recording(item: int, content: bytes) -> str:
    """Keep what a browser recorded for an item; gives the file's name. The same again is kept once.

    Raises NoRecording for what is no recording, or where nothing more can be kept for the item.
    """
    read_sound(content)
    folder = folder_of_recordings()
    if folder is None:
        raise NoRecording("no-folder")
    path = folder / f"{item}-{_mark(content)}.wav"
    if path.exists():
        return path.name
    if len(list(folder.glob(f"{item}-*.wav"))) >= _MOST_OF_ITEM:
        raise NoRecording("enough", str(_MOST_OF_ITEM))
    beside = path.with_suffix(".part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise NoRecording("not-written", error.strerror or str(error)) from None
    return path.name


def list_recordings() -> dict[str, bool]:
    """Give every file of the folder by its name, those that were put aside by their former one; says whether it was."""
    folder = folder_of_recordings()
    if folder is None:
        return {}
    files = sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file() or one.is_symlink())
    return {one.removesuffix(_ASIDE): one.endswith(_ASIDE) for one in files}


def put_aside(recording: str) -> None:
    """Let nobody hear a recording any more that is about to be deleted. Raises OSError."""
    path = _within(recording)
    if path.is_file() or path.is_symlink():
        path.replace(path.with_name(path.name + _ASIDE))


def delete_recording(recording: str) -> None:
    """Let the file of a recording go that was put aside, and have the disk know of it. Raises OSError."""
    path = _within(recording)
    path.with_name(path.name + _ASIDE).unlink(missing_ok=True)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _within(recording: str) -> Path:
    """Give where a recording's file is, a link itself and not what it leads to. Raises OSError for elsewhere."""
    folder = folder_of_recordings()
    path = (folder or Path()) / recording
    if folder is None or not path.parent.resolve().is_relative_to(folder):
        raise OSError(f"{recording[:80]!r} is not within the folder of recordings")
    return path.parent.resolve() / path.name


def read_sound(content: bytes) -> Sound:
    """Read the head of a recording, and that its samples are there. Raises NoRecording."""
    try:
        with wave.open(io.BytesIO(content)) as sound:
            rate, frames = sound.getframerate(), sound.getnframes()
            plain = sound.getnchannels() == 1 and sound.getsampwidth() == 2 and sound.getcomptype() == "NONE"
            whole = len(sound.readframes(frames)) == 2 * frames
    except (wave.Error, EOFError, ValueError, RuntimeError):
        raise NoRecording("none") from None
    if not plain or not 8_000 <= rate <= 48_000:
        raise NoRecording("kind")
    if not whole or not frames:
        raise NoRecording("broken")
    if frames > LONGEST * rate:
        raise NoRecording("long", str(LONGEST))
    return Sound(rate, frames / rate)


def _mark(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]
