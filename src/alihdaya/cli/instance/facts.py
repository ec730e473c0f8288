"""Variables as an operator writes them: NAME=VALUE, read by what the variable holds now, or NAME:=FEEL."""

import re
from collections.abc import Iterable
from typing import Any

import click

from alihdaya.cli.settings import say
from alihdaya.engine import Instance
from alihdaya.kernel.errors import Source
from alihdaya.notation import feel

_LITERAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|true|false|null", re.ASCII)


def read_facts(texts: Iterable[str], instance: Instance | None) -> dict[str, Any]:
    """Read variables. Raises NotationError for what is no FEEL, UsageError for what is no pair or gives no value.

    A variable that holds a text stays one; one that holds another value is read as FEEL. A new variable, or one that
    holds null, is a number or truth value if it looks like one, else a text.
    """
    before = instance.variables if instance is not None else {}
    found = {}
    for text in texts:
        name, mark, value = text.partition("=")
        if not mark or not name.removesuffix(":"):
            raise click.UsageError(say("{text!r} is not of the form NAME=VALUE or NAME:=FEEL.").format(text=text))
        exact = name.endswith(":")
        name = name.removesuffix(":")
        found[name] = _feel(name, value, before) if exact or _is_feel(before.get(name), value) else value
    return found


def _is_feel(now: Any, value: str) -> bool:
    return _LITERAL.fullmatch(value) is not None if now is None else not isinstance(now, str)


def _feel(name: str, text: str, before: dict[str, Any]) -> Any:
    expression = feel.parse(text, names=frozenset(before), source=Source(element=name))
    value = feel.compile_expression(expression)(before)
    if value is None and text.strip() != "null":
        message = say("{name}: {text!r} gives no value; write null where that is meant.")
        raise click.UsageError(message.format(name=name, text=text[:60]))
    return value
