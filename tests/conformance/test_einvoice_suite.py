"""A sample of the official rules' work on our documents, and of our verdicts beside theirs; all of it by make."""

import os
from pathlib import Path

import pytest
from conformance.einvoice import broken_own, compare, official, rules_of, third_party

ROOT = Path(__file__).parents[2]
EVERY = 25


def data():
    given = os.environ.get("ALIHDAYA_DATA")
    return (Path(given) if given else ROOT.parent / "shared" / "data") / "einvoice-en16931"


pytestmark = pytest.mark.skipif(
    not data().is_dir(), reason="THE EN 16931 RULES ARE NOT HERE: set ALIHDAYA_DATA to their parent"
)


def test_our_documents_pass_the_official_rules():
    assert broken_own(rules_of(data()), 0, 9) == []


def test_our_verdicts_equal_the_official_ones():
    rules = rules_of(data())
    cases = list(third_party(data()))[::EVERY]
    assert len(cases) >= 40
    found = [compare(case, official(rules).judge(case.document, case.syntax)) for case in cases]
    assert [one for one in found if not one.agreed or one.unexpected] == []
