"""Builtins on contexts (DMN 10.3.4.10)."""

from typing import Any

from alihdaya.notation.feel.builtins.registry import builtin

Entries = dict[str, Any]


@builtin("get value", "m: context, key: string")
def get_value(context: Entries, key: str) -> Any:
    """Give the entry of a key; null where there is none."""
    return context.get(key)


@builtin("get value", "context: context, key: string")
def get_value_of(context: Entries, key: str) -> Any:
    """Give the entry of a key; null where there is none."""
    return context.get(key)


@builtin("get entries", "m: context")
def get_entries(context: Entries) -> list[Entries]:
    """Give the entries as contexts of a key and a value."""
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context put", "context: context, key: string, value: any")
def context_put(context: Entries, key: str, value: Any) -> Entries:
    """Give a context with one entry set."""
    return {**context, key: value}


@builtin("context put", "context: context, keys: list, value: any")
def context_put_deep(context: Entries, keys: list[str], value: Any) -> Entries | None:
    """Give a context with the entry at the end of a path of keys set."""
    if not keys or any(type(key) is not str for key in keys):
        return None
    if len(keys) == 1:
        return {**context, keys[0]: value}
    inner = context.get(keys[0])
    changed = context_put_deep(inner, keys[1:], value) if type(inner) is dict else None
    return None if changed is None else {**context, keys[0]: changed}


@builtin("context merge", "contexts: list")
def context_merge(contexts: list[Entries]) -> Entries | None:
    """Join contexts; the last one to have a key wins."""
    if any(type(context) is not dict for context in contexts):
        return None
    return {key: value for context in contexts for key, value in context.items()}


@builtin("context", "entries: list")
def context_of(entries: list[Entries]) -> Entries | None:
    """Make a context from contexts of a key and a value; null where a key comes twice."""
    made: Entries = {}
    for entry in entries:
        key = entry.get("key") if type(entry) is dict else None
        if type(key) is not str or "value" not in entry or key in made:
            return None
        made[key] = entry["value"]
    return made
