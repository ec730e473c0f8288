"""The sentences of problems, read from the sources: what `Problem(code, f"…")` says, with {0}, {1}, … for its facts.

So a refusal is written down once, in English, where it is made. The catalogues have it, and a test names what they
lack.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import count, pairwise, product
from typing import Final

_FACT: Final = "\0"
_CODE: Final = re.compile(r"[a-z]+(-[a-z]+)+|missing|unknown")
_MOST: Final = 24
"""So many wordings one place may have, of texts that are chosen by a condition."""

_Scope = dict[str, list[ast.expr]]


def sentences(source: str) -> Iterator[str]:
    """Yield the sentences of a module's problems; also of those that its functions make of a text that they are given.

    A sentence that is made elsewhere has no words here, and is left out. Raises SyntaxError.
    """
    tree = ast.parse(source)
    makers = _makers(tree)
    for scope, node in _places(tree, {}):
        given = _given(node, makers.get(_name(node), -1)) if isinstance(node, ast.Call) else _coded(node)
        for text in given:
            for said in _texts(text, scope):
                if any(sign.isalpha() for sign in said):
                    yield _numbered(said)


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _given(call: ast.Call, place: int) -> Iterator[ast.expr]:
    """Yield the argument at a place, or none."""
    if 0 <= place < len(call.args) and not any(isinstance(one, ast.Starred) for one in call.args[: place + 1]):
        yield call.args[place]


def _makers(tree: ast.Module) -> dict[str, int]:
    """Give the functions that make a problem of a text -> which of their arguments it is; functions may call others."""
    found = {"Problem": 1, "problem": 1, "ValueError": 0, "CellError": 0}
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    before = 0
    while len(found) > before:
        before = len(found)
        for function in functions:
            names = [one.arg for one in function.args.args if one.arg not in {"self", "cls"}]
            for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                for text in _given(call, found.get(_name(call), -1)):
                    last = _last(text)
                    if last in names:
                        found.setdefault(function.name, names.index(last))
    return found


def _coded(pair: ast.Tuple) -> Iterator[ast.expr]:
    """Yield what follows a code in a tuple, if it is a sentence: ("bad-value", f"…") becomes a problem elsewhere."""
    for code, text in pairwise(pair.elts):
        if isinstance(code, ast.Constant) and isinstance(code.value, str) and _CODE.fullmatch(code.value):
            words = "".join(str(one.value) for one in ast.walk(text) if isinstance(one, ast.Constant))
            if isinstance(text, ast.Constant | ast.JoinedStr) and " " in words.strip():
                yield text


def _last(text: ast.expr) -> str:
    """Give the name that a text is, or ends with: f"{name}: {why}"; "" for another text."""
    if isinstance(text, ast.JoinedStr) and text.values and isinstance(text.values[-1], ast.FormattedValue):
        text = text.values[-1].value
    return text.id if isinstance(text, ast.Name) else ""


def _places(node: ast.AST, scope: _Scope) -> Iterator[tuple[_Scope, ast.Call | ast.Tuple]]:
    """Yield every call and tuple with the texts that its function, and the module, gave names to."""
    if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
        scope = {**scope, **_assigned(node)}
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.Call | ast.Tuple):
            yield scope, inner
        yield from _places(inner, scope)


def _assigned(function: ast.AST) -> _Scope:
    found: _Scope = {}
    for node in _within(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                _take(found, target, node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            _take(found, node.target, node.value)
    return found


def _take(found: _Scope, target: ast.expr, value: ast.expr) -> None:
    if isinstance(target, ast.Name):
        found.setdefault(target.id, []).append(value)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, other in zip(target.elts, value.elts, strict=True):
            _take(found, one, other)


def _within(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a function, but not those within it."""
    for inner in ast.iter_child_nodes(node):
        if not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield inner
            yield from _within(inner)


def _texts(text: ast.expr, scope: _Scope, deep: int = 0) -> list[str]:
    """Give the wordings that an expression may have, _FACT for what is only known when it is said."""
    if isinstance(text, ast.Constant) and isinstance(text.value, str):
        return [text.value.replace("{", "{{").replace("}", "}}")]
    if isinstance(text, ast.JoinedStr):
        return _joined([_texts(part, scope, deep) for part in text.values])
    if isinstance(text, ast.BinOp) and isinstance(text.op, ast.Add):
        return _joined([_texts(text.left, scope, deep), _texts(text.right, scope, deep)])
    if isinstance(text, ast.IfExp):
        return [*_texts(text.body, scope, deep), *_texts(text.orelse, scope, deep)]
    if isinstance(text, ast.FormattedValue) and isinstance(text.value, ast.Call):
        return _formatted(text.value, scope)
    if isinstance(text, ast.FormattedValue) and isinstance(text.value, ast.Name) and text.conversion < 0:
        named = scope.get(text.value.id, [])
        if deep < 3 and named and all(isinstance(one, ast.Constant | ast.IfExp | ast.JoinedStr) for one in named):
            return _texts(text.value, scope, deep)
    if isinstance(text, ast.Name) and deep < 3 and 0 < len(scope.get(text.id, [])) <= 6:
        return [said for one in scope[text.id] for said in _texts(one, scope, deep + 1)]
    return [_FACT]


def _formatted(call: ast.Call, scope: _Scope) -> list[str]:
    """Give the wordings of TEXTS[kind].format(…), whose texts are those of a table of the module."""
    table = call.func.value if isinstance(call.func, ast.Attribute) and call.func.attr == "format" else None
    name = table.value.id if isinstance(table, ast.Subscript) and isinstance(table.value, ast.Name) else ""
    rows = [one for found in scope.get(name, []) if isinstance(found, ast.Dict) for one in found.values]
    texts = [one.value for one in rows if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return [re.sub(r"\{\w*\}", _FACT, one) for one in texts] or [_FACT]


def _joined(parts: Iterable[list[str]]) -> list[str]:
    made = product(*parts)
    return ["".join(one) for _, one in zip(range(_MOST), made, strict=False)]


def _numbered(said: str) -> str:
    numbers = count()
    return "".join(f"{{{next(numbers)}}}" if sign == _FACT else sign for sign in said)
