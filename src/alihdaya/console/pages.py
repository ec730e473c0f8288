"""Jinja2, set up once for each language: autoescaped, translated, with the words of that language at hand."""

import re
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from alihdaya.console import phrases
from alihdaya.console.terms import MINOR
from alihdaya.console.words import NOTHING, words
from alihdaya.locale import LANGUAGES, catalogue, chosen
from alihdaya.packs.vocabulary import NO_VOCABULARY, Vocabulary

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

STATIC = Path(__file__).parent / "static"
_COOKIE = "language"
_KEPT = ("engagement", "page", "number")
"""What of an address stays in it when another language is chosen."""
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
    for name in ("term", "tongue", "clock_name", "told", "reason", "reasons", "sentence"):
        made.globals[name] = partial(getattr(phrases, name), spoken)
    return made


def page(
    template: str, language: str, zone: str = "UTC", vocabulary: Vocabulary = NO_VOCABULARY, **content: Any
) -> str:
    """Render a template of this package. Raises jinja2.UndefinedError where content lacks something."""
    return pages(language, zone, vocabulary).get_template(template).render(**content)


def accepted(header: str) -> list[str]:
    """Language codes of an Accept-Language header, the most wanted first (RFC 9110, 12.5.4)."""
    wishes = []
    for place, part in enumerate(header.split(",")[:20]):
        code, _, quality = part.strip().partition(";")
        weight = re.fullmatch(r"\s*q=([01](\.\d{0,3})?)\s*", quality)
        wishes.append((-float(weight[1]) if weight else -1.0, place, code))
    return [code for weight, _, code in sorted(wishes) if weight]


def speaks(request: "Request", ours: str | None) -> str:
    """Language for a request: ?lang, then what was chosen before, then ours, then the browser's."""
    wishes = (request.query_params.get("lang"), request.cookies.get(_COOKIE), ours)
    return chosen(*wishes, *accepted(request.headers.get("accept-language", "")))


def shown(
    request: "Request", ours: str | None, template: str, zone: str = "UTC", status: int = 200, **content: Any
) -> "Response":
    """Answer with a page, and remember a language that was chosen by ?lang; `ours`: see `speaks`."""
    from starlette.responses import HTMLResponse

    language = speaks(request, ours)
    kept = {name: request.query_params[name] for name in _KEPT if name in request.query_params}
    tongues = {code: f"{request.url.path}?{urlencode({**kept, 'lang': code})}" for code in LANGUAGES}
    text = page(template, language, zone, tongues=tongues, **content)
    answer = HTMLResponse(text, status, headers={"Content-Language": language, "Vary": "Accept-Language"})
    if request.query_params.get("lang") in LANGUAGES:
        answer.set_cookie(_COOKIE, language, httponly=True, samesite="strict", max_age=31_536_000)
    return answer
