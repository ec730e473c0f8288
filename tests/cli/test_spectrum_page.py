"""Drift and margins an hour as they are shown: in the terminal, in the page's pictures, and in the documentation."""

import re
from html.parser import HTMLParser
from pathlib import Path

import click
import numpy as np
import pytest

from alihdaya.cli.checks.spectrum import Placed, _check_names
from alihdaya.cli.checks.spectrum.page import page
from alihdaya.cli.checks.spectrum.shown import left_told, margin_told
from alihdaya.kernel.time import DAY
from alihdaya.planning.spectrum import Case, Earned, Given, Step, drift, margin_an_hour, read_service

DOCS = Path(__file__).parents[2] / "docs"
START = 20_454 * DAY
"""1 January 2026."""

JUDGED = (0.62, 0.6, 0.61, 0.3, 0.31, 0.29)
"""Share of the decisions that people take, by month: from April on a rule answers some of them."""


def cases(chance, judged=JUDGED, each=200):
    found = []
    for month, share in enumerate(judged):
        for n in range(each):
            at = START + (month * 30 + 2 + n % 25) * DAY
            steps = (
                Step("judge", decides=True, ruled=bool(chance.random() > share), minutes=float(chance.uniform(10, 30))),
                Step("check", minutes=float(chance.uniform(2, 9)), review=True),
                *((Step("look", "discretionary", 5.0),) if chance.random() < 0.2 else ()),
            )
            level = (float(chance.exponential(6 + month)),)
            found.append(Case(len(found) + 1, "s", at, steps=steps, level=level))
    return found


def margin(chance, mean):
    rows = [
        Earned(f"2026-0{1 + n // 50}", n + 1, float(chance.normal(mean, 8)), float(chance.uniform(0.3, 1.2)))
        for n in range(300)
    ]
    return margin_an_hour(rows, "EUR", draws=100)


def placed(name="claims", judged=JUDGED, mean=9.0, seed=5):
    chance = np.random.default_rng(seed)
    some = cases(chance, judged)
    read = read_service(name, "BPO", some, Given(), draws=100)
    return Placed(read, drift(some, Given(), draws=200), [], [], [], [margin(chance, mean)], ("acme", name))


@pytest.fixture(scope="module")
def both():
    return [placed(), placed("<research>", (0.9,) * 6, 21.0, 6)]


def test_judgment_that_fell_is_told_with_what_it_asks_for_as_the_documentation_shows(both):
    (told,) = [line for line in left_told(both[0].moved) if "judgment" in line or "rules" in line]
    assert told.startswith("2026-04, towards “by rules”: 0.")
    assert told.endswith("Automate it, and price it anew.")
    assert [one.left for one in both[0].moved["judgment"]] == ["", "", "", "fell", "", ""]
    assert not [line for line in left_told(both[1].moved) if "by rules" in line]
    shown = " ".join((DOCS / "spectrum.md").read_text(encoding="utf-8").split())
    assert told in shown
    assert margin_told(both[0].margins[0]) in shown


class _Balance(HTMLParser):
    """Every element that is opened is closed."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_draws_months_in_orange_that_left_the_one_before_and_margins_over_positions(both):
    text = page(both, "en")
    balance = _Balance()
    balance.feed(text)
    assert balance.open == []
    assert "<research>" not in text
    left = sum(bool(one.left) for service in both for months in service.moved.values() for one in months)
    assert left
    assert len(re.findall(r'<circle[^>]*fill="#c2410c"', text)) == left
    assert text.count("Drift by month</h3>") == 2
    (drawn,) = re.findall(r"<h3>Margin an hour by position, EUR</h3>.*?</svg>", text)
    dots = re.findall(r"<circle.*?<title>(.*?)</title>", drawn)
    assert f"claims: {both[0].service.readings[0].position:.2f}, {both[0].margins[0].rate:,.2f} EUR" in dots
    measured = sum(one.position is not None for service in both for one in service.service.readings[:-1])
    assert len(dots) == measured
    numbers = [float(one) for one in re.findall(r'(?:cx|cy|x1|x2|y1|y2)="([-\d.]+)"', drawn)]
    assert min(numbers) >= 0
    assert max(numbers) <= 1000, "nothing is drawn outside"
    assert "Drift" not in page([placed("one", (0.5,))], "en")


def test_a_name_that_no_service_has_is_refused_with_those_that_there_are():
    """Unrefused, `--reviews tset` measures a coordination of 0.00, and `--subject sytem` asks for `--subject`."""
    known = [{"test", "deploy"}, {"judge"}]
    _check_names("--reviews", frozenset({"test", "judge"}), known)
    _check_names("--reviews", frozenset(), [])
    with pytest.raises(click.UsageError, match="deploy, judge, test"):
        _check_names("--reviews", frozenset({"test", "tset"}), known)
