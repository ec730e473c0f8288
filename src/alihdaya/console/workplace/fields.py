"""A task's form, read from what a browser sent, and what to say of each field that is wrong."""

from collections.abc import Mapping
from typing import Any

from alihdaya.console.words import Words, mark
from alihdaya.notation.bpmn import UserWork
from alihdaya.packs import Form, Pack
from alihdaya.packs.form import Fault, faults, read_field
from alihdaya.work.keepable import unkeepable

_SAID = {
    "required": mark("Fill this in."),
    "option": mark("Choose one of these."),
    "long": mark("This is longer than %(fact)s characters."),
    "unknown": mark("This is no field of the form."),
}
_UNKEEPABLE = mark("This cannot be kept: a number is finite, of 34 digits at most, and a text holds no NUL.")
_TYPES = {
    "choice": mark("Choose one of these."),
    "text": mark("Write a text."),
    "integer": mark("Write a whole number."),
    "number": mark("Write a number."),
    "boolean": mark("Choose yes or no."),
    "date": mark("Write a day."),
}


def form_of(pack: Pack, process: str, node: str) -> Form | None:
    """Give the form of a user task; None where it has none."""
    found = pack.processes.get(process)
    work = next((one.detail for one in found.nodes if one.id == node), None) if found else None
    return pack.forms.get(work.form) if isinstance(work, UserWork) else None


def read_fields(form: Form | None, sent: Mapping[str, str], language: str) -> dict[str, Any]:
    """Give the result by field; what was left empty is not in it. Texts that do not fit stay texts."""
    result = {}
    for field in form.fields if form else ():
        text = sent.get(field.name, "").strip().replace("\r\n", "\n")
        if field.type == "number" and language == "id" and "." not in text and text.count(",") == 1:
            text = text.replace(",", ".")
        if text:
            result[field.name] = read_field(field, text)
    return result


def wrong(form: Form | None, result: Mapping[str, Any], words: Words) -> dict[str, str]:
    """Give field -> what is wrong with it, in words."""
    odd = {one.source.element or "": words.say(_UNKEEPABLE) for one in unkeepable(result)}
    return {**odd, **{fault.field: _sentence(fault, words) for fault in reversed(faults(form, result))}}


def _sentence(fault: Fault, words: Words) -> str:
    if fault.kind == "type":
        return words.say(_TYPES[fault.fact])
    return words.say(_SAID[fault.kind], fact=fault.fact)
