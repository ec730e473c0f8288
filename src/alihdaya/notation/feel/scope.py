"""Names in scope while parsing: FEEL names hold spaces and signs, so the longest known name wins (DMN 10.3.1.5)."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from alihdaya.notation.feel.lexer import Token, words_of

KEYWORDS = frozenset(
    {"and", "or", "in", "between", "if", "then", "else", "for", "return"}
    | {"some", "every", "satisfies", "instance", "true", "false", "null"}
)
"""Words that end a name that nobody declared."""

Table = dict[str, list[tuple[tuple[str, ...], str]]]


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    return words_of(name)


def table_of(names: Iterable[str]) -> Table:
    """Order names by their first word, the longest first."""
    table: Table = {}
    for name in names:
        words = _words(name)
        if words:
            table.setdefault(words[0], []).append((words, " ".join(name.split())))
    for entries in table.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return table


def longest(table: Table, tokens: Sequence[Token], index: int) -> tuple[str, int] | None:
    """Find the longest name that the tokens from `index` on spell; give it and its number of tokens."""
    for words, name in table.get(tokens[index].text, ()):
        if all(
            index + step < len(tokens)
            and tokens[index + step].text == word
            and tokens[index + step].kind not in {"string", "end"}
            for step, word in enumerate(words)
        ):
            return name, len(words)
    return None


def run_of_words(tokens: Sequence[Token], index: int) -> tuple[str, int]:
    """Join the words from `index` on into one name, up to the next sign or keyword; none where the text ends."""
    if tokens[index].kind == "end":
        return "", 0
    end = index + 1
    while tokens[end].kind == "name" and tokens[end].text not in KEYWORDS:
        end += 1
    return " ".join(token.text for token in tokens[index:end]), end - index


class Scope:
    """A stack of name tables. `loose` frames are those of filters, where an element's entries are names too."""

    def __init__(self, names: Iterable[str], properties: Iterable[str] = ()) -> None:
        self.frames: list[Table] = [table_of(names)]
        self.properties = table_of(properties)
        self.loose = 0

    def push(self, names: Iterable[str], *, loose: bool = False) -> None:
        """Add a frame of names on top."""
        self.frames.append(table_of(names))
        self.loose += loose

    def add(self, name: str) -> None:
        """Add a name to the frame on top."""
        words = _words(name)
        if words:
            entries = self.frames[-1].setdefault(words[0], [])
            entries.append((words, " ".join(name.split())))
            entries.sort(key=lambda entry: -len(entry[0]))

    def pop(self, *, loose: bool = False) -> None:
        """Take the top frame away; say `loose` where it was pushed so."""
        self.frames.pop()
        self.loose -= loose

    def find(self, tokens: Sequence[Token], index: int) -> tuple[str, int] | None:
        """Find the longest name in any frame (and, inside a filter, among the properties) at `index`."""
        tables = [*self.frames, self.properties] if self.loose else self.frames
        found = [match for table in tables if (match := longest(table, tokens, index))]
        return max(found, key=lambda match: match[1], default=None)

    def knows(self, name: str) -> bool:
        """Tell whether a whole name is in scope."""
        words = _words(name)
        return bool(words) and any((words, name) in frame.get(words[0], ()) for frame in self.frames)

    def is_local(self, name: str) -> bool:
        """Tell whether a name was made inside the text (by a loop, function, context or filter)."""
        words = _words(name)
        return bool(words) and any((words, name) in frame.get(words[0], ()) for frame in self.frames[1:])
