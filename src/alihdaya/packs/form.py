"""Whether what a person filled in fits the form of the task."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from alihdaya.kernel.errors import Problem, Source
from alihdaya.packs.pack import Field, Form
from alihdaya.work.keepable import unkeepable

_KINDS: dict[str, tuple[type, ...]] = {
    "choice": (str,),
    "text": (str,),
    "integer": (int,),
    "number": (int, Decimal),
    "boolean": (bool,),
    "date": (date,),
    "recording": (str,),
}
_LONGEST = 10_000


class Fault(NamedTuple):
    """What is wrong with a field: `kind` is a key of SAID, `fact` what its sentence needs."""

    field: str
    kind: str
    fact: str = ""


SAID: Mapping[str, str] = {
    "unknown": "is no field of this form",
    "required": "is required",
    "type": "must be of type {fact}",
    "option": "must be one of {fact}",
    "long": "is longer than {fact} characters",
}
"""Kind of a fault -> its sentence after the field's name."""


def check_form(form: Form | None, result: Mapping[str, Any]) -> list[Problem]:
    """Give everything that is wrong with `result`; a task without a form takes no fields at all."""
    known = {field.name for field in form.fields} if form else set()
    odd = unkeepable({name: value for name, value in result.items() if name in known}, "form")
    found = faults(form, result)
    unknown = [one for one in found if one.kind == "unknown"]
    return [*map(_problem, unknown), *odd, *(_problem(one) for one in found if one.kind != "unknown")]


def faults(form: Form | None, result: Mapping[str, Any]) -> list[Fault]:
    """Give the faults of `result`, field by field."""
    fields = {field.name: field for field in form.fields} if form else {}
    found = [Fault(name, "unknown") for name in result if name not in fields]
    for name, field in fields.items():
        found += [Fault(name, *why) for why in _wrong(field, result.get(name))]
    return found


def _wrong(field: Field, value: Any) -> Iterator[tuple[str, str]]:
    if value is None or value == "":
        if field.required:
            yield "required", ""
        return
    if not isinstance(value, _KINDS[field.type]) or (isinstance(value, bool) and field.type != "boolean"):
        yield "type", field.type
    elif field.options and value not in field.options:
        yield "option", f"{', '.join(field.options)}, not {str(value)[:40]!r}"
    elif isinstance(value, str) and len(value) > _LONGEST:
        yield "long", f"{_LONGEST:,}"


def dated(form: Form | None, result: Mapping[str, Any]) -> dict[str, Any]:
    """Read the dates of a result that came as JSON; what is none is left for `check_form` to refuse."""
    kinds = {field.name: field for field in (form.fields if form else ()) if field.type == "date"}
    return {
        name: read_field(kinds[name], value) if name in kinds and isinstance(value, str) else value
        for name, value in result.items()
    }


def _problem(fault: Fault) -> Problem:
    return Problem("form", f"{fault.field} {SAID[fault.kind].format(fact=fault.fact)}", Source(element=fault.field))


def read_field(field: Field, text: str) -> Any:
    """Read what a person typed into a field; a text that does not fit is given back for `check_form` to refuse."""
    try:
        match field.type:
            case "integer":
                return int(text)
            case "number":
                return Decimal(text)
            case "boolean":
                return {"true": True, "yes": True, "false": False, "no": False}.get(text.lower(), text)
            case "date":
                return date.fromisoformat(text)
    except (ValueError, ArithmeticError):
        pass
    return text
