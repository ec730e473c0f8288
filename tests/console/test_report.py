"""The report stands alone: both languages, charts as text, nothing from the network."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from scene import FACTS, PEOPLE, RUN

from alihdaya.console.reports import charts
from alihdaya.console.reports.facts import Load, Tally
from alihdaya.console.reports.run import report_html, write_report
from alihdaya.console.words import words


@pytest.fixture(scope="module")
def report():
    return report_html(FACTS, "id")


class Seen(HTMLParser):
    """Collects ids and what would be loaded."""

    def __init__(self):
        super().__init__()
        self.ids, self.loads = [], []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in {"src", "srcset", "data"} or (name in {"href", "xlink:href"} and tag in {"link", "image"}):
                self.loads.append(value)


def test_it_loads_nothing_runs_nothing_and_names_every_id_once(report):
    seen = Seen()
    seen.feed(report)
    assert seen.loads == []
    assert "<script" not in report
    assert "url(http" not in report
    assert "@import" not in report
    assert len(seen.ids) == len(set(seen.ids))


def test_it_says_in_both_languages_what_happened(report):
    for shown in ("336.776", "336,776", "8.770/dtk", "8,770/s", "sama", "equal", "US$28.911", "$28,911"):
        assert shown in report
    for shown in (
        "Has no certificate disruption-desk",
        "a simulation with seed 20130101",
        "Amerika Serikat dan Indonesia",
    ):
        assert shown in report
    assert report.index('data-tongue="id"') < report.index('<main lang="en"')
    assert 'href="invoices/2013-04.html"' in report


def test_charts_keep_their_text_and_take_the_pages_colours(report):
    assert ">Agu<" in report.replace("\n", "")
    assert "var(--chart-rule)" in report
    assert charts.RULE not in report.split("</style>", 1)[1]
    assert "DejaVu" not in report


def test_a_replay_that_differs_is_not_hidden():
    page = report_html(replace(FACTS, run=replace(RUN, replay_equal=False), days=(), months=(), counts=(), waits=()))
    assert "differs" in page


@pytest.mark.parametrize("days", [0, 1, 2, 40])
def test_a_short_run_has_a_report_too(days):
    """Matplotlib warns about axes without extent; warnings are errors here."""
    load = Load("a", PEOPLE[0].name, 0, 0)
    page = report_html(
        replace(FACTS, days=FACTS.days[:days], months=FACTS.months[: days and 1], loads=(load,), waits=())
    )
    assert page.count("<svg role") == 16


def test_hostile_names_stay_text_in_charts():
    drawn = charts.tallies(words("en"), "x", "y", [Tally("<b>$\\frac$", 3)], charts.RULE)
    assert "<b>" not in drawn
    people = charts.loads(words("en"), "x", [Load("p", "$</svg><script>", 1, 60)])
    assert "<script" not in people
    for text in (drawn, people):
        ET.fromstring(str(text).replace("xlink:", ""))


def test_it_is_written_as_utf8(tmp_path):
    write_report(replace(FACTS, run=replace(RUN, client="Maskapai Élan")), tmp_path / "r.html")
    assert "Maskapai Élan" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_days_on_which_nothing_came_in_have_an_axis_from_zero_up():
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    axes.bar([1, 2, 3], [0, 0, 0])
    charts.axis_of(axes, words("en", "UTC"))
    assert axes.get_ylim() == (0, 1)
