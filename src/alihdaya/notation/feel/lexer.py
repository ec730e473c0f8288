"""Tokens of FEEL (DMN 10.3.1.2, rules 22 to 40). Names are cut at every sign; the scope joins them again."""

import re
from typing import NamedTuple

from alihdaya.kernel.errors import NotationError, Problem, Source

_NAME_START = r"A-Za-z_À-ÖØ-öø-˿Ͱ-ͽͿ-῿‌-‍⁰-↏Ⰰ-⿯、-퟿豈-﷏ﷰ-�\U00010000-\U000EFFFF"
_TOKEN = re.compile(
    rf"""(?P<space>(?:\s|//[^\n]*|/\*.*?\*/)+)
    |(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<name>[{_NAME_START}][{_NAME_START}0-9·̀-ͯ‿-⁀]*)
    |(?P<op>\*\*|\.\.|->|<=|>=|!=|[-+*/=<>()\[\]{{}},.:?@'])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}

TEXT_LIMIT = 1_000_000
"""Most characters that one expression may have."""

TOKEN_LIMIT = 20_000
"""Most tokens that one expression may have."""


class Token(NamedTuple):
    """A piece of the text. `kind`: number, string, name, op or end; `at`: characters before it."""

    kind: str
    text: str
    at: int


class Place(NamedTuple):
    """The text being read, and where it stands; both turn a position into a message."""

    text: str
    source: Source

    def refuse(self, message: str, at: int, code: str = "feel-syntax") -> NotationError:
        """Make the error for the position `at`, its line counted on from the line where the text stands."""
        lines = self.text.count("\n", 0, at)
        column = at - (self.text.rfind("\n", 0, at) + 1) + 1
        inside = self.source.line is not None
        line = (self.source.line or 1) + lines
        shown = self.text if len(self.text) <= 120 else self.text[:117] + "…"
        place = Source(self.source.file, line, None if inside else column, self.source.row, self.source.element)
        return NotationError(Problem(code, f"{message}, at character {at + 1} of {shown!r}", place))


def tokens_of(place: Place) -> list[Token]:
    """Cut a text into tokens, the last one of kind "end". Raises NotationError for a sign that FEEL does not know."""
    text, tokens, at = place.text, [], 0
    if len(text) > TEXT_LIMIT:
        raise place.refuse(f"the expression has more than {TEXT_LIMIT:,} characters", 0, "feel-size")
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            what = "a string is not closed" if text[at] == '"' else f"{text[at]!r} is not part of FEEL"
            raise place.refuse(what, at)
        if found.group() == "/" and text.startswith("/*", at):
            raise place.refuse("a comment is not closed", at)
        if found.lastgroup != "space":
            tokens.append(Token(found.lastgroup, found.group(), at))
        at = found.end()
        if len(tokens) > TOKEN_LIMIT:
            raise place.refuse(f"the expression has more than {TOKEN_LIMIT:,} tokens", at, "feel-size")
    tokens.append(Token("end", "", at))
    return tokens


def words_of(name: str) -> tuple[str, ...]:
    """Cut a name into the texts of its tokens, as the scope matches them; empty for text that is no name."""
    try:
        return tuple(token.text for token in tokens_of(Place(name, Source())) if token.kind != "end")
    except NotationError:
        return ()


def unquote(place: Place, token: Token) -> str:
    """Give a string literal's value: escapes read, surrogate pairs joined.

    An escape that FEEL does not know, as in a regular expression, stays as it is. Raises NotationError for a code
    that is no character.
    """

    def read(found: re.Match[str]) -> str:
        four, six, plain = found.groups()
        code = int(four or six or "0", 16)
        if plain is None and code <= 0x10FFFF:
            return chr(code)
        if plain is None:
            raise place.refuse(f"there is no character {found.group()!r}", token.at + 1 + found.start())
        return _PLAIN.get(plain, found.group())

    value = _ESCAPE.sub(read, token.text[1:-1])
    try:
        return value.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise place.refuse("half of a surrogate pair stands alone", token.at) from None
