"""Explanations and FEEL values as plain data: what JSON has, and Decimal for numbers that are not whole."""

from dataclasses import fields
from typing import Any

from alihdaya.notation.feel.builtins.conversions import written
from alihdaya.notation.feel.evaluator import Diagnostic
from alihdaya.notation.feel.values import KINDS

_SAME = frozenset({"null", "boolean", "number", "string"})


def plain(shown: Any) -> Any:
    """Give plain data of an explanation, of any part of it, or of a FEEL value.

    A part becomes a dict of its fields, with its `kind` where it has one. Dates, times and durations become ISO 8601
    texts, ranges their text in FEEL, and a function the word for its kind.
    """
    kind = KINDS.get(type(shown))
    if kind in _SAME:
        return shown
    if type(shown) is dict:
        return {name: plain(entry) for name, entry in shown.items()}
    if type(shown) in {list, tuple}:
        return [plain(entry) for entry in shown]
    if kind is not None:
        return written(shown)
    if isinstance(shown, Diagnostic):
        return {"code": shown.code, "message": shown.message, "element": shown.element, "at": shown.at}
    return _fields(shown)


def _fields(shown: Any) -> dict[str, Any]:
    named = {"kind": shown.kind} if hasattr(shown, "kind") else {}
    return named | {
        field.name: dict(getattr(shown, field.name))
        if field.name == "annotations"
        else plain(getattr(shown, field.name))
        for field in fields(shown)
    }
