"""What Harper finds in an English text: agreement, word choice, repetition. It screens; a person judges."""

from collections import Counter
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final

_MOST_CHARACTERS: Final = 20_000
_MOST_EXAMPLES: Final = 10
_LONGEST_EXAMPLE: Final = 160
_NOT_GRAMMAR: Final = frozenset(
    {"Spelling", "Style", "Enhancement", "Readability", "Regionalism", "Redundancy", "Formatting"}
)
"""Kinds of findings that are left out: Hunspell counts the spelling, and taste is no fault."""


def check_grammar(text: str, language: str) -> dict[str, Any]:
    """Count what Harper finds wrong in the first 20,000 characters of an English text.

    Gives `said` (what it comes to, or why nothing was measured), `findings` (how many, or null), `kinds` (name of the
    kind -> how many) and `examples` (texts, each with its reason).
    """
    nothing: dict[str, Any] = {"findings": None, "kinds": {}, "examples": []}
    if language != "en":
        return {**nothing, "said": f"grammar not measured: Harper knows English, not {language!r}"}
    if find_spec("harper") is None:
        return {**nothing, "said": "grammar not measured: Harper is not installed (alihdaya[people])"}
    text = text[:_MOST_CHARACTERS]
    try:
        found = [one for one in _linter().lint(text, language="plaintext") if one.lint_kind not in _NOT_GRAMMAR]
    except (ImportError, RuntimeError, ValueError) as error:
        return {**nothing, "said": f"grammar not measured: {error}"}
    kinds = Counter(one.lint_kind_pretty for one in found)
    examples = [f"{one.problem_text}: {one.message}"[:_LONGEST_EXAMPLE] for one in found[:_MOST_EXAMPLES]]
    said = f"{len(found)} findings of Harper in {len(text.split())} words: a screen, not a verdict"
    return {"said": said, "findings": len(found), "kinds": dict(kinds.most_common()), "examples": examples}


@lru_cache(maxsize=1)
def _linter() -> Any:
    from harper import Linter

    return Linter()
