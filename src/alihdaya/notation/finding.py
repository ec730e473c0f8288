"""What an analysis finds in a model: a stable code, a message in both languages, a place, and inputs that show it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from alihdaya.kernel.errors import Source
from alihdaya.locale import catalogue

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")


def mark(text: str) -> str:
    """Mark a message for the catalogues."""
    return text


UNSURE = mark("not certain, as something in it is computed")

ANYTHING = mark("any input at all")
_SPOKEN = frozenset({"region", "what"})
"""Facts that may themselves be messages."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of finding: its code, how grave it is, and its message, in which {words} stand for facts."""

    code: str
    level: Level
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about an element of a model.

    `facts` fill the message. `example` holds variables by name, FEEL's values, that show it when the element is
    evaluated with them; it is None where no single input can. A finding that is not `sure` is only a note: something
    is computed, and the analysis cannot tell its value.
    """

    rule: Rule
    source: Source
    element: str
    facts: Mapping[str, str] = field(default_factory=dict)
    example: Mapping[str, Any] | None = None
    sure: bool = True

    @property
    def code(self) -> str:
        """The stable code, such as DMN101."""
        return self.rule.code

    @property
    def level(self) -> Level:
        """How grave it is."""
        return self.rule.level if self.sure else "note"

    def title(self, language: str = "en") -> str:
        """Say in a few words what kind of finding it is."""
        return catalogue(language).gettext(self.rule.title)

    def message(self, language: str = "en") -> str:
        """Say what was found."""
        speak = catalogue(language).gettext
        facts = {name: speak(fact) if fact and name in _SPOKEN else fact for name, fact in self.facts.items()}
        said = speak(self.rule.message).format(**facts)
        return said if self.sure else f"{said} ({speak(UNSURE)})"
