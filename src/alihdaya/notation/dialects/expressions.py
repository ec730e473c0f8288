"""Expressions of the unified expression language and of Java's kind, as FEEL: operators, literals, names, calls."""

import re
from collections.abc import Mapping

from alihdaya.kernel.errors import NotationError, Problem

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>==|!=|<=|>=|&&|\|\||[-+*/%<>!?:().,]))"
)
_WORDS = {"and": "&&", "or": "||", "not": "!", "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">="}
_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/"))
_FEEL = {"||": "or", "&&": "and", "==": "="}
_METHODS = {
    "contains": "contains({0}, {1})",
    "startsWith": "starts with({0}, {1})",
    "endsWith": "ends with({0}, {1})",
    "equals": "({0} = {1})",
    "size": "count({0})",
    "length": "string length({0})",
    "isEmpty": "({0} = [])",
}


def to_feel(text: str, names: Mapping[str, str] | None = None) -> str:
    """Translate an expression, in `${...}` or bare; `names` says what some names are called in FEEL.

    Raises NotationError where it uses what has no counterpart.
    """
    inner = text.strip()
    if inner[:2] in ("${", "#{") and inner.endswith("}"):
        inner = inner[2:-1]
    return _Parser(inner, names or {}).whole()


class _Parser:
    """Recursive descent over the tokens of one expression; every method gives FEEL."""

    def __init__(self, text: str, names: Mapping[str, str]) -> None:
        self.text = text
        self.names = names
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            if match is None:
                raise self._error()
            kind = match.lastgroup or ""
            word = match[kind]
            self.tokens.append(("sign", _WORDS[word]) if kind == "name" and word in _WORDS else (kind, word))
            at = match.end()
        self.at = 0

    def whole(self) -> str:
        """Translate all of it."""
        made = self._choice()
        if self.at < len(self.tokens):
            raise self._error()
        return made

    def _error(self) -> NotationError:
        return NotationError(Problem("foreign-expression", f"the expression {self.text!r} has no counterpart in FEEL"))

    def _peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) and self.tokens[self.at][0] == "sign" else ""

    def _take(self, *signs: str) -> str:
        found = self._peek()
        if found and found in signs:
            self.at += 1
            return found
        return ""

    def _need(self, sign: str) -> None:
        if not self._take(sign):
            raise self._error()

    def _choice(self) -> str:
        condition = self._binary(0)
        if not self._take("?"):
            return condition
        then = self._choice()
        self._need(":")
        return f"(if {condition} then {then} else {self._choice()})"

    def _binary(self, level: int) -> str:
        if level == len(_LEVELS):
            return self._unary()
        made = self._binary(level + 1)
        while sign := self._take(*_LEVELS[level]):
            made = f"({made} {_FEEL.get(sign, sign)} {self._binary(level + 1)})"
        return made

    def _unary(self) -> str:
        if self._take("!"):
            return f"not({self._unary()})"
        if self._take("-"):
            return f"-{self._unary()}"
        return self._path(self._primary())

    def _primary(self) -> str:
        if self._take("("):
            made = self._choice()
            self._need(")")
            return f"({made})"
        if self.at >= len(self.tokens) or self.tokens[self.at][0] == "sign":
            raise self._error()
        kind, word = self.tokens[self.at]
        self.at += 1
        if kind == "text":
            inner = re.sub(r"\\(.)", r"\1", word[1:-1]).replace("\\", "\\\\").replace('"', '\\"')
            return f'"{inner}"'
        return self.names.get(word, word) if kind == "name" else word

    def _path(self, made: str) -> str:
        while self._take("."):
            if self.at >= len(self.tokens) or self.tokens[self.at][0] != "name":
                raise self._error()
            name = self.tokens[self.at][1]
            self.at += 1
            made = self._call(made, name) if self._take("(") else f"{made}.{name}"
        return made

    def _call(self, target: str, name: str) -> str:
        arguments = []
        while not self._take(")"):
            arguments.append(self._choice())
            self._take(",")
        pattern = _METHODS.get(name)
        if pattern is None or pattern.count("{") != len(arguments) + 1:
            raise self._error()
        return pattern.format(target, *arguments)
