"""What Harper finds in an English text: agreement, word choice, repetition. It screens; a person judges.

A text is looked at piece by piece, each of some sentences: what takes Harper long grows faster than a piece does, and
between two pieces the processor's time is looked at. So no text, however it was made, costs more than some seconds.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from time import thread_time
from typing import Any, Final

_MOST_CHARACTERS: Final = 20_000
_MOST_OF_PIECE: Final = 1_000
_MOST_SECONDS: Final = 3
"""Of the processor's time; 20,000 characters in which every sentence is wrong take one."""
_MOST_EXAMPLES: Final = 10
_LONGEST_EXAMPLE: Final = 160
_END: Final = re.compile(r"(?<=[.!?])[ \t]+|\n+")
_NOT_GRAMMAR: Final = frozenset(
    {"Spelling", "Style", "Enhancement", "Readability", "Regionalism", "Redundancy", "Formatting"}
)
"""Kinds of findings that are left out: Hunspell counts the spelling, and taste is no fault."""


def check_grammar(text: str, language: str) -> dict[str, Any]:
    """Count what Harper finds wrong in the first 20,000 characters of an English text.

    Gives `said` (what it comes to, or why nothing was measured), `findings` (how many, or null), `kinds` (name of the
    kind -> how many) and `examples` (texts, each with its reason). A text that takes too long is not measured.
    """
    nothing: dict[str, Any] = {"findings": None, "kinds": {}, "examples": []}
    if language != "en":
        return {**nothing, "said": f"grammar not measured: Harper knows English, not {language!r}"}
    if find_spec("harper") is None:
        return {**nothing, "said": "grammar not measured: Harper is not installed (alihdaya[people])"}
    text = text[:_MOST_CHARACTERS]
    try:
        found = list(_findings(text))
    except (ImportError, RuntimeError, ValueError, TimeoutError) as error:
        return {**nothing, "said": f"grammar not measured: {error}"}
    kinds = Counter(one.lint_kind_pretty for one in found)
    examples = [f"{one.problem_text}: {one.message}"[:_LONGEST_EXAMPLE] for one in found[:_MOST_EXAMPLES]]
    said = f"{len(found)} findings of Harper in {len(text.split())} words: a screen, not a verdict"
    return {"said": said, "findings": len(found), "kinds": dict(kinds.most_common()), "examples": examples}


def _findings(text: str) -> Iterator[Any]:
    """Give what is found in each piece. Raises TimeoutError where the text takes too long, and what Harper raises."""
    linter = _linter()
    begun = thread_time()
    for piece in _pieces(text):
        if thread_time() - begun > _MOST_SECONDS:
            raise TimeoutError("Harper takes too long for this text: the human rubric stands alone")
        yield from (one for one in linter.lint(piece, language="plaintext") if one.lint_kind not in _NOT_GRAMMAR)


def _pieces(text: str) -> Iterator[str]:
    """Cut a text between sentences into pieces that are not long; a sentence that is, wherever that is."""
    start = 0
    while start < len(text):
        end = min(start + _MOST_OF_PIECE, len(text))
        if end < len(text):
            end = max((found.end() for found in _END.finditer(text, start, end)), default=end)
        yield text[start:end]
        start = end


@lru_cache(maxsize=1)
def _linter() -> Any:
    from harper import Linter

    linter = Linter()
    linter.lint("Words are red once.", language="plaintext")  # what it reads at first is no text's fault
    return linter
