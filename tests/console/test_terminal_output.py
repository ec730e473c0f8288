"""What the terminal shows: whole at 80 columns, plain where no terminal listens, in both languages."""

import io
from dataclasses import replace

import pytest
from scene import HOSTILE, INVOICE, NOW, RUN, STORY

from alihdaya.console.reports.margins import margins_table
from alihdaya.console.terminal import (
    ItemRow,
    Reject,
    invoice_table,
    items_table,
    make_console,
    make_progress,
    rejects_table,
    story_tree,
    summary,
)
from alihdaya.console.words import words
from alihdaya.operations.books.shares import Contribution

REJECTS = [Reject("f.csv", 12, "dep_delay", "[bold]not a number[/bold]", "x\x1b[31m\u202ey")]


def shown(make, language="en"):
    out = io.StringIO()
    make_console(out, width=80).print(make(words(language, "America/New_York")))
    assert all(len(line) <= 80 for line in out.getvalue().splitlines())
    assert "\x1b" not in out.getvalue()
    return out.getvalue()


def test_the_summary_says_all_that_a_run_must_say():
    text = shown(lambda w: summary(w, RUN))
    for part in (
        "336,776",
        "97.7%",
        "7,656",
        "Yudi Andaiputra",
        "Has no certificate",
        "92.8%",
        "$28,911.44",
        "$9,120.02",
    ):
        assert part in text
    for part in ("8,770/s", "equal", "simulated", "alihdaya-data/report.html"):
        assert part in text
    assert "DIFFERS" in shown(lambda w: summary(w, replace(RUN, replay_equal=False)))
    assert "simulated" not in shown(lambda w: summary(w, replace(RUN, simulated=False)))


@pytest.mark.parametrize("language", ["en", "id"])
def test_everything_fits_in_eighty_columns(language):
    rows = [
        ItemRow(4711, "2013-07-10/UA1545/EWR", "delivered", "judged", NOW, NOW),
        ItemRow(2, HOSTILE, "waiting", "", NOW, None),
    ]
    for make in (
        lambda w: summary(w, RUN),
        lambda w: items_table(w, rows),
        lambda w: story_tree(w, STORY),
        lambda w: invoice_table(w, INVOICE),
        lambda w: rejects_table(w, REJECTS, total=4),
    ):
        assert shown(make, language).strip()


def test_text_from_outside_is_neither_markup_nor_control():
    text = shown(lambda w: rejects_table(w, REJECTS))
    assert "[bold]not a number[/bold]" in text
    assert "\u202e" not in text


def test_a_story_is_told_in_order():
    text = shown(lambda w: story_tree(w, STORY), "id")
    assert text.index("Menunggu petugas") < text.index("ditolak") < text.index("Diserahkan kepada klien")
    assert "[simulasi]" in text


def test_progress_without_a_terminal_is_one_line():
    out = io.StringIO()
    with make_progress(make_console(out, width=80), words("id")) as progress:
        task = progress.add_task("Penerbangan", total=336_776)
        for done in (1000, 200_000, 336_776):
            progress.update(task, completed=done)
    assert "\x1b" not in out.getvalue()
    assert len(out.getvalue().splitlines()) == 1
    assert "336.776/336.776" in out.getvalue()


def test_credits_are_named_only_where_there_are_some():
    assert "taken off" in shown(lambda words: summary(words, RUN))
    nothing = replace(RUN, credits=replace(RUN.credits, minor=0))
    assert "taken off" not in shown(lambda words: summary(words, nothing))


def test_a_margin_below_zero_has_a_minus_before_its_bar():
    rows = [Contribution("2026-03", name, 1, 0, fees, 0, 0, 0) for name, fees in (("a", 1000), ("b", -500))]
    lines = shown(lambda words: margins_table(words, rows, "USD", "person")).splitlines()
    assert [line.split()[-1] for line in lines if "2026-03" in line] == ["████████", "-████"]
