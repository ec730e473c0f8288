"""The sample terms, and small variations of them."""

from pathlib import Path

import alihdaya
from alihdaya.engagement.terms import Terms, parse

FILE = Path(alihdaya.__file__).parent / "packs" / "disruption" / "terms.toml"
TEXT = FILE.read_text(encoding="utf-8")


def sample() -> Terms:
    return parse(TEXT.encode(), "terms.toml")


def changed(old: str, new: str) -> bytes:
    """The sample with one passage replaced; the passage must be there."""
    assert old in TEXT
    return TEXT.replace(old, new, 1).encode()


def line_of(text: str, content: bytes) -> int:
    """The number of the first line that holds `text`."""
    return next(n for n, line in enumerate(content.decode().splitlines(), 1) if text in line)
