"""The page about service level clocks, followed like the others; what it lets terms say can be said."""

import tomllib
from pathlib import Path

from pages import DOCS
from test_walks import follow
from test_walks import shell as shell  # noqa: PLC0414 (the fixture)

import alihdaya
from alihdaya.engagement.sla.goals import goals
from alihdaya.engagement.terms import parse

PAGE = DOCS / "sla.md"


def test_clocks_explained(shell):
    assert follow(PAGE, shell, {}) == 6


def test_what_the_page_lets_the_terms_promise_can_be_promised():
    shown = PAGE.read_text().split("```toml\n")[1].split("```")[0]
    assert tomllib.loads(shown)
    text = (Path(alihdaya.__file__).parent / "packs" / "techsupport" / "terms.toml").read_text()
    begin, end = text.index("[service.calendar]"), text.index("# Prices are per incident")
    terms = parse((text[:begin] + shown + text[end:]).encode(), "terms.toml")
    promised = [(one.clock, one.level, int(one.percent)) for one in goals(terms.services[0])]
    assert promised == [
        ("respond", "", 90),
        ("respond", "P1/telephone", 80),
        ("respond", "P4/telephone", 100),
        ("resolve", "", 95),
    ]
