"""Persons made from events, and BPO or non-BPO."""

import pytest
from people_sample import DESK, day

from alihdaya.people import events
from alihdaya.people.employment import Agreement, kind_of, render_reason
from alihdaya.people.events import CertificateIssued, CertificateWithdrawn, PersonJoined
from alihdaya.people.gate import gate
from alihdaya.people.person import Employment, learn

JOINED = PersonJoined(
    "a", "A", "P", "C", "ID", "Asia/Jakarta", {"en": "C1"}, ("disruption",), {"0": ("20:00-04:00",)}, "9", "USD"
)
ISSUED = CertificateIssued("a", "disruption-desk", day(2013, 1, 1), day(2014, 1, 1))
TESTED = events.TestTaken("a", "writing", "en", 80, 70, day(2012, 12, 1))


def test_events_make_somebody_able_and_a_withdrawal_unable_again():
    person = learn(None, JOINED, 0)
    assert len(gate(person, DESK, day(2013, 2, 1))) == 2
    for event in (TESTED, ISSUED):
        person = learn(person, event, 0)
    assert gate(person, DESK, day(2013, 2, 1)) == ()
    person = learn(person, CertificateWithdrawn("a", "disruption-desk", "audit"), day(2013, 2, 1))
    assert gate(person, DESK, day(2013, 2, 1)) == ("certificate-withdrawn:disruption-desk:2013-02-01T00:00:00Z",)


def test_a_certificate_issued_after_a_withdrawal_counts():
    person = learn(learn(learn(None, JOINED, 0), TESTED, 0), ISSUED, 0)
    person = learn(person, CertificateWithdrawn("a", "disruption-desk", "audit"), day(2013, 2, 1))
    person = learn(person, ISSUED._replace(start=day(2013, 3, 1)), day(2013, 3, 1))
    assert gate(person, DESK, day(2013, 3, 2)) == ()


def test_joining_again_keeps_what_was_proved():
    person = learn(learn(learn(None, JOINED, 0), TESTED, 0), ISSUED, 0)
    person = learn(person, JOINED._replace(wage="10"), 0)
    assert (person.wage, gate(person, DESK, day(2013, 2, 1))) == ("10", ())


def test_events_about_nobody_are_refused():
    with pytest.raises(ValueError, match="not joined"):
        learn(None, ISSUED, 0)
    with pytest.raises(ValueError, match="not about people"):
        learn(learn(None, JOINED, 0), ("x",), 0)


@pytest.mark.parametrize(
    ("employer", "serves", "word", "code"),
    [
        ("P", "C", "BPO", "under-agreement:P:C"),
        ("C", "C", "non-BPO", "serves-own-employer:C"),
        ("P", "P", "non-BPO", "serves-own-employer:P"),
        ("P", "D", "non-BPO", "no-agreement:P:D"),
        ("C", "P", "non-BPO", "no-agreement:C:P"),
    ],
)
def test_the_same_agent_is_bpo_or_not_by_the_employment_alone(employer, serves, word, code):
    kind = kind_of(Employment(employer, serves), {Agreement(client="C", provider="P")})
    assert kind == (word, code)
    assert employer in render_reason(kind.reason, str)
