"""Refusals in the reader's language: every sentence that a problem has in the sources, and what commands print."""

import io
import re
import sys
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from alihdaya.cli import main
from alihdaya.kernel.errors import Problem, Source
from alihdaya.locale import PROBLEM
from alihdaya.locale.problems import translated
from alihdaya.locale.refresh import po_path
from alihdaya.locale.sentences import sentences
from alihdaya.operations.books.questions import Inquire
from alihdaya.store import open_store
from alihdaya.work.question import QuestionRegistered

sys.path.insert(0, str(Path(__file__).parents[1] / "operations"))
from small_desk import SmallDesk

with po_path("id").open("rb") as _text:
    SAID = [one for one in read_po(_text, locale="id") if one.context == PROBLEM]


def test_each_sentence_is_found_again_with_its_facts_and_no_other_is_taken_for_it():
    """What a catalogue lacks, and what it has too much, is told by tests/console/test_translations.py."""
    wrong = {}
    for one in SAID:
        facts = [f"F{n}" for n, field in enumerate(Formatter().parse(one.id)) if field[1] is not None]
        wanted = re.sub(r"\{(\d+):n\}", r"{\1}", one.string).format(*facts)
        if (found := translated(one.id.format(*facts), "id")) != wanted:
            wrong[one.id] = found
    assert len(SAID) > 600
    assert wrong == {}


SOURCE = """
KINDS = {"a": "is longer than {fact} signs", "b": "is odd"}


def _refused(code, message):
    return Refused(Problem(code, message))


def judge(name, few):
    why = "is too short" if few else f"has {few} signs"
    yield Problem("one", f"{name!r} {why}")
    raise _refused("two", "of {braces} " + f"and {name}")
    yield "bad-value", f"{name} may not be"
    yield Problem("three", f"{name} {KINDS[few].format(fact=1)}")
    yield Problem("four", name), Problem("five", f"{name}: {few}"), print("no problem at all")
"""


def test_sentences_are_read_where_problems_are_made():
    assert set(sentences(SOURCE)) == {
        "{0} is too short",
        "{0} has {1} signs",
        "of {{braces}} and {0}",
        "{0} may not be",
        "{0} is longer than {1} signs",
        "{0} is odd",
    }


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("q: the probabilities add up to 0.9, not to 1", "q: jumlah peluang 0,9, bukan 1"),
        (
            "budi may not do this: Has no certificate claims: formal training comes before assignment.",
            "budi tidak boleh melakukan ini: Tidak memiliki sertifikat claims: pelatihan resmi mendahului penugasan.",
        ),
        ("skills: must be a list of texts", "skills: harus berupa daftar teks"),
        ("verdict is required", "verdict wajib diisi"),
        ("12345 nobody has ever said this", "12345 nobody has ever said this"),
        ("", ""),
        ("%s {0} {x} {", "%s {0} {x} {"),
    ],
)
def test_facts_that_are_figures_or_sentences_are_translated_too(message, said):
    assert translated(message, "id") == said
    assert translated(message, "en") == message


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run a command; gives what it complains of."""
    with open_store(tmp_path / "s.db") as store:
        small = SmallDesk(store, tmp_path)
        small.receive("judge")
        asked = QuestionRegistered("q-1", "acme", "claims-desk", "Is it?", ("yes", "no"), ("0.5", "0.5"))
        small.command(Inquire((asked,)))
        small.commit()
    monkeypatch.chdir(tmp_path)

    def run(*words, language="id"):
        monkeypatch.setattr(sys, "argv", ["alihdaya", "--lang", language, "--store", str(tmp_path / "s.db"), *words])
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), suppress(SystemExit):
            main()
        return err.getvalue()

    return run


ANSWER = ("question", "answer", "q-1")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*ANSWER, "yes=0.5", "no=0.4", "--by", "ana", "--minutes", "6"), "q-1: jumlah peluang 0,9, bukan 1"),
        ((*ANSWER, "yes=0.5", "no=0.5", "--by", "ana"), "q-1: jawaban tanpa item menyebut berapa lama pengerjaannya"),
        ((*ANSWER, "yes=0.5", "--by", "ana", "--minutes", "6"), "setiap hasil harus disebut satu kali: yes, no"),
        ((*ANSWER, "yes", "--by", "ana"), "'yes' tidak berbentuk yes=0.7; no=0.3"),
        (("question", "score", "--engagement", "foo"), "tidak ada perikatan 'foo' yang ditandatangani di sini"),
        (("wall", "add", "nobody", "--client", "Acme", "--because", "x"), "tidak ada orang bernama"),
        (("wall", "add", "ana", "--client", "Nobody", "--because", "x"), "tidak ada perjanjian yang menyebut klien"),
        (("complete", "1", "--by", "ana"), "ana tidak memegang tugas 2 dari item 1"),
        (("retry", "99", "--token", "1"), "item 99 tidak sedang berjalan"),
    ],
)
def test_commands_refuse_in_indonesian(run, words, said):
    told = run(*words)
    assert said in told, told
    assert said not in run(*words, language="en")


def test_the_gate_refuses_in_indonesian(run):
    assert run("wall", "add", "ana", "--engagement", "acme", "--because", "x") == ""
    told = run(*ANSWER, "yes=0.5", "no=0.5", "--by", "ana", "--minutes", "6")
    assert "ana tidak boleh menjawab ini: tembok konflik kepentingan menjauhkannya dari acme [gate]" in told
    assert "sudah ada tembok" in run("wall", "add", "ana", "--engagement", "acme", "--because", "x")


def test_a_place_is_told_in_the_readers_language(run, tmp_path):
    (tmp_path / "a.csv").write_text("question,person,probabilities,minutes\nq-1,ana,yes=1,3\n")
    told = run("question", "answer", "--file", "a.csv")
    assert told == "alihdaya: a.csv, baris 1: setiap hasil harus disebut satu kali: yes, no [bad-row]\n"
    plain = Problem("bad-row", "it must name each outcome once: yes, no", Source("a.csv", row=1))
    assert run("question", "answer", "--file", "a.csv", language="en") == f"alihdaya: {plain}\n"
