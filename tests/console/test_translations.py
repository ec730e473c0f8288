"""Both languages are whole: every message of the sources has its words, and every template asks for them."""

import ast
import re
from string import Formatter

import pytest
from babel.messages.checkers import checkers
from babel.messages.pofile import read_po
from jinja2 import Environment

from alihdaya.locale import LANGUAGES, catalogue, chosen
from alihdaya.locale.refresh import ROOT, extracted, po_path, untranslated

TEMPLATES = sorted((ROOT / "console" / "templates").rglob("*.html"))
ALLOWED = {"Alihdaya", "Bahasa", "Language", "doctype", "html", "s"}
"""Names, and the one legend that speaks both languages at once."""


def held(language):
    with po_path(language).open("rb") as text:
        return read_po(text, locale=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_wholehas_exactly_the_messages_of_the_sources(language):
    """When this fails: python -m alihdaya.locale.refresh, then translate what it names."""
    wanted = {message.id for message in extracted() if message.id}
    known = {message.id for message in held(language) if message.id}
    assert wanted - known == set()
    assert known - wanted == set()
    assert untranslated(held(language)) == []


def test_no_message_hides_in_an_f_string():
    """Babel does not look into them before Python 3.12: what stands there is in no catalogue, and stays English."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno} {call.args[0].value!r}"
        for path in sorted(ROOT.rglob("*.py"))
        for whole in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(whole, ast.JoinedStr)
        for call in ast.walk(whole)
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", getattr(call.func, "attr", "")) in {"say", "count", "mark"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and call.args[0].value not in held("id")
    ]
    assert hidden == []


def _fields(text):
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_translations_keep_the_places_for_values():
    whole = held("id")
    for message in whole:
        if not message.id:
            continue
        for check in checkers:
            check(whole, message)
        texts = message.string if message.pluralizable else (message.string,)
        source = message.id[-1] if message.pluralizable else message.id
        for text in texts:
            assert sorted(re.findall(r"%\(\w+\)s", text)) == sorted(re.findall(r"%\(\w+\)s", source)), source
            if "%(" not in source:
                assert _fields(text) == _fields(source), source


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_words_of_its_own(path):
    source = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    data = []
    for _, kind, value in Environment(extensions=["jinja2.ext.i18n"], autoescape=True).lex(source):
        data.append(value if kind == "data" else "\0" if kind.endswith("_begin") else "")
    text = re.sub(r"<style>.*?</style>", "", "".join(data), flags=re.DOTALL)
    attributes = re.findall(r'\b(?:title|alt|aria-label|placeholder)="([^"\0]*)', text)
    words = re.findall(
        r"[A-Za-zÀ-ÿ]{2,}",
        re.sub(
            r"&\w+;",
            "",
            " ".join([re.sub(r"<[^>]*>|\bclass=\"[^\"]*\"|\b(?:data|aria)-[a-z]+=\"[^\"]*\"", " ", text), *attributes]),
        ),
    )
    assert [word for word in words if word not in ALLOWED] == []


def test_languages_are_chosen_by_any_wish():
    assert chosen(None, "", "fr_FR", "id_ID.UTF-8") == "id"
    assert chosen("xx") == "en"
    assert catalogue("id").gettext("Queues") == "Antrean"
    assert catalogue("xx").gettext("Queues") == "Queues"
    assert catalogue("../../etc").gettext("Queues") == "Queues"
    assert catalogue("id").ngettext("… and %(n)s more row", "… and %(n)s more rows", 3) == "… dan %(n)s baris lagi"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_nothing_in_every_language(language):
    """Gettext keeps the head of a catalogue under the empty message; a fact that is empty must not show it."""
    assert catalogue(language).gettext("") == ""
    assert catalogue(language).ngettext("", "", 2) == ""


_FIGURE = re.compile(r"[<>=^]?\d*(,(\.\d+f)?|\.\d+[f%]|g)$")
_ATTRIBUTE = re.compile(r"[\w-]+=\"[^\"]*$")


def _figures(path):
    """Places that write a figure by themselves: f"{n:,}", f"{share:.0%}"; a drawing's coordinates are none."""
    for text in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.JoinedStr)):
        before = ""
        for part in text.values:
            if isinstance(part, ast.Constant):
                before += part.value
            elif part.format_spec is not None and not _ATTRIBUTE.search(before):
                spec = "".join(str(one.value) for one in part.format_spec.values if isinstance(one, ast.Constant))
                if _FIGURE.match(spec):
                    yield f"{path.relative_to(ROOT)}:{part.lineno}"


PROBLEMS = ("cli/checks/questions/files.py", "cli/decide/rows.py", "cli/decide/trial.py")
"""Files in which such figures stand in the sentences of problems, which are English until they are told."""


def test_figures_for_people_are_written_by_the_words_of_their_language():
    """When this fails: cli.settings.figure, or Words.figure, number, percent, money."""
    files = [path for room in ("cli", "console") for path in (ROOT / room).rglob("*.py")]
    found = [place for path in files for place in _figures(path)]
    assert [place for place in found if not place.startswith(PROBLEMS)] == []
