"""A document as a page: one HTML file with its style inside, to be read on a screen or printed on A4."""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from alihdaya.channels.documents.sheet import Sheet

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    source = (files("alihdaya.channels.documents") / "templates" / "document.html").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(source)


def page_of(sheet: Sheet) -> str:
    """Set a document as HTML. The same sheet gives the same bytes."""
    return _template().render(sheet=sheet)
