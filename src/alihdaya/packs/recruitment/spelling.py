"""Misspelt words of a text, by the Hunspell dictionaries of this machine. It screens; a person judges."""

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

_NAMES: Final = {"en": ("en_US", "en_GB"), "id": ("id_ID",), "ms": ("ms_MY",), "nl": ("nl_NL",), "de": ("de_DE",)}
_FOLDERS: Final = ("/usr/share/hunspell", "/usr/share/myspell/dicts", "/Library/Spelling")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_SENTENCE: Final = re.compile(r"[.!?:\n]\s*$|^$")
_MOST_CHARACTERS: Final = 20_000
_MOST_EXAMPLES: Final = 10


def find_dictionary(language: str) -> Path | None:
    """Give the path of a language's dictionary without its endings (.aff, .dic), None where there is none.

    Looked for in ALIHDAYA_DICTIONARIES, where Hunspell keeps its own, and among those that spylls brings.
    """
    for folder in _folders(language):
        for name in _NAMES.get(language, (language,)):
            if (folder / f"{name}.dic").is_file() and (folder / f"{name}.aff").is_file():
                return folder / name
    return None


def _folders(language: str) -> Iterator[Path]:
    own = os.environ.get("ALIHDAYA_DICTIONARIES")
    if own:
        yield Path(own)
    yield from map(Path, _FOLDERS)
    found = find_spec("spylls")
    if found is not None and found.origin:
        yield Path(found.origin).parent / "hunspell" / "data" / language


def check_spelling(text: str, language: str) -> dict[str, Any]:
    """Count the words of `text` and those that the dictionary does not know.

    Gives `said` (what it comes to, or that there was no dictionary), `dictionary` (its name, or null), `words`,
    `misspelt`, `share` (percent, whole) and `examples`. Capitalised words within a sentence are taken for names. Only
    the first 20,000 characters are looked at.
    """
    path = find_dictionary(language)
    words = list(_words(text[:_MOST_CHARACTERS]))
    empty: dict[str, Any] = {"dictionary": None, "words": len(words), "misspelt": None, "share": None, "examples": []}
    if path is None:
        return {**empty, "said": f"no dictionary for {language!r} is installed: the human rubric stands alone"}
    knows = _reader(path)
    wrong = [word for word in words if not _known(word, knows)]
    share = round(100 * len(wrong) / len(words)) if words else 0
    said = f"{len(wrong)} of {len(words)} words are not in {path.name}: a screen, not a verdict"
    examples = list(dict.fromkeys(wrong))[:_MOST_EXAMPLES]
    return {
        **empty,
        "dictionary": path.name,
        "misspelt": len(wrong),
        "share": share,
        "examples": examples,
        "said": said,
    }


def _words(text: str) -> Iterator[str]:
    for found in _WORD.finditer(text):
        begins = _SENTENCE.search(text[: found.start()].rstrip(" \t\"'(\u201c\u2018"))
        if begins or not found[0][0].isupper():
            yield found[0].replace("\u2019", "'")


def _known(word: str, knows: Any) -> bool:
    if knows.lookup(word) or knows.lookup(word.lower()):
        return True
    parts = word.split("-")
    return len(parts) > 1 and all(knows.lookup(part) or knows.lookup(part.lower()) for part in parts)


@lru_cache(maxsize=4)
def _reader(path: Path) -> Any:
    from spylls.hunspell import Dictionary, readers

    aff, context = readers.read_aff(_Lines(path.with_name(path.name + ".aff"), "Windows-1252"))
    dic = readers.read_dic(_Lines(path.with_name(path.name + ".dic"), context.encoding), aff=aff, context=context)
    return Dictionary(aff, dic)


class _Lines:
    """The numbered lines of a file as spylls reads them; its own reader leaves files open."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._bytes = path.read_bytes()
        self.line_no = 0
        self.reset_encoding(encoding)

    def reset_encoding(self, encoding: str) -> None:
        """Go on from the same line in another encoding."""
        self._lines = self._bytes.decode(encoding, "surrogateescape").split("\n")

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> tuple[int, str]:
        while self.line_no < len(self._lines):
            self.line_no += 1
            line = self._lines[self.line_no - 1].strip("\ufeff\xef\xbb\xbf \t\r")
            if line:
                return self.line_no, line
        raise StopIteration
