"""Jinja2, set up once for each language: autoescaped, translated, with the words of that language at hand."""

from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from alihdaya.console import phrases
from alihdaya.console.terms import MINOR
from alihdaya.console.words import NOTHING, words
from alihdaya.locale import LANGUAGES, catalogue
from alihdaya.packs.vocabulary import NO_VOCABULARY, Vocabulary

STATIC = Path(__file__).parent / "static"
_NAMES = {"en": "English", "id": "Bahasa Indonesia"}


@cache
def style(*names: str) -> Markup:
    """Join our own style sheets (names without ending) for pages that must stand alone."""
    return Markup("\n".join((STATIC / f"{name}.css").read_text(encoding="utf-8") for name in names))  # noqa: S704 (our own files)


@lru_cache(maxsize=64)
def pages(language: str, zone: str, vocabulary: Vocabulary = NO_VOCABULARY) -> Environment:
    """Give the environment for a language, a time zone, a pack; every value put into a template is escaped."""
    made = Environment(
        loader=PackageLoader("alihdaya.console"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    spoken = words(language, zone, vocabulary)
    made.globals.update(w=spoken, language=spoken.language, languages=LANGUAGES, language_names=_NAMES)
    made.globals.update(nothing=NOTHING, zone=zone, kind=phrases.kind, minor=MINOR)
    for name in ("term", "clock_name", "told", "reason", "reasons", "sentence"):
        made.globals[name] = partial(getattr(phrases, name), spoken)
    return made


def page(
    template: str, language: str, zone: str = "UTC", vocabulary: Vocabulary = NO_VOCABULARY, **content: Any
) -> str:
    """Render a template of this package. Raises jinja2.UndefinedError where content lacks something."""
    return pages(language, zone, vocabulary).get_template(template).render(**content)
