"""Whether what a person filled in fits the form of the task."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

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


def check_form(form: Form | None, result: Mapping[str, Any]) -> list[Problem]:
    """Give everything that is wrong with `result`; a task without a form takes no fields at all."""
    fields = {field.name: field for field in form.fields} if form else {}
    problems = [_problem(name, "is no field of this form") for name in result if name not in fields]
    problems += unkeepable({name: value for name, value in result.items() if name in fields}, "form")
    for name, field in fields.items():
        problems += [_problem(name, why) for why in _wrong(field, result.get(name))]
    return problems


def _wrong(field: Field, value: Any) -> Iterator[str]:
    if value is None or value == "":
        if field.required:
            yield "is required"
        return
    if not isinstance(value, _KINDS[field.type]) or (isinstance(value, bool) and field.type != "boolean"):
        yield f"must be of type {field.type}"
    elif field.options and value not in field.options:
        yield f"must be one of {', '.join(field.options)}, not {str(value)[:40]!r}"
    elif isinstance(value, str) and len(value) > _LONGEST:
        yield f"is longer than {_LONGEST:,} characters"


def dated(form: Form | None, result: Mapping[str, Any]) -> dict[str, Any]:
    """Read the dates of a result that came as JSON; what is none is left for `check_form` to refuse."""
    kinds = {field.name: field for field in (form.fields if form else ()) if field.type == "date"}
    return {
        name: read_field(kinds[name], value) if name in kinds and isinstance(value, str) else value
        for name, value in result.items()
    }


def _problem(name: str, why: str) -> Problem:
    return Problem("form", f"{name} {why}", Source(element=name))


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
