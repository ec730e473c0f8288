"""Values as FEEL's texts and as JSON, for the inputs that show a finding."""

from collections.abc import Mapping
from decimal import Decimal
from json import dumps
from typing import Any

from alihdaya.notation.feel.temporal import text_of
from alihdaya.notation.feel.values import NUMBERS

_SHOWN = 60


def feel_text(value: Any) -> str:
    """Write a value as FEEL would be given it."""
    if value is None or type(value) is bool:
        return {None: "null", True: "true", False: "false"}[value]
    if type(value) in NUMBERS:
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if type(value) is str:
        return dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(feel_text, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {feel_text(entry)}" for name, entry in value.items()) + "}"
    return f'@"{text_of(value)}"'


def json_value(value: Any) -> Any:
    """Give a value as JSON can hold it: dates, times and durations as their texts, decimals as numbers."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        near = int(value) if value == value.to_integral_value() else float(value)
        return near if Decimal(str(near)) == value else str(value)
    if isinstance(value, list | tuple):
        return [json_value(entry) for entry in value]
    if isinstance(value, Mapping):
        return {name: json_value(entry) for name, entry in value.items()}
    return text_of(value)


def shortened(text: str) -> str:
    """Cut a long text for a message."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN else flat[: _SHOWN - 1] + "…"
