"""The gate: each thing that is not proved is a reason of its own, and nothing else is."""

import pytest
from people_sample import ABLE, DESK, but, day

from alihdaya.people.gate import Needs, gate, render_reason
from alihdaya.people.person import LEVELS, Certificate, LanguageTest

NOW = day(2013, 6, 1)
CERTIFICATE = ABLE.certificates[0]


def test_who_has_proved_everything_passes():
    assert gate(ABLE, DESK, NOW) == ()


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"skills": ("payroll",)}, "no-skill:disruption"),
        ({"languages": {"id": "C2"}}, "no-language:en"),
        ({"languages": {"en": "B1"}}, "low-level:en:B1:B2"),
        ({"tests": ()}, "no-test:writing:en"),
        ({"tests": (ABLE.tests[0]._replace(kind="spoken"),)}, "no-test:writing:en"),
        ({"tests": (ABLE.tests[0]._replace(language="id"),)}, "no-test:writing:en"),
        ({"tests": (ABLE.tests[0]._replace(at=NOW + 1),)}, "no-test:writing:en"),
        ({"tests": (ABLE.tests[0]._replace(score=69),)}, "failed-test:writing:en:69:70"),
        ({"certificates": ()}, "no-certificate:disruption-desk"),
        ({"certificates": (CERTIFICATE._replace(name="payroll"),)}, "no-certificate:disruption-desk"),
        (
            {"certificates": (CERTIFICATE._replace(start=NOW + 1),)},
            "certificate-not-yet:disruption-desk:2013-06-01T00:00:00.000001Z",
        ),
        (
            {"certificates": (CERTIFICATE._replace(end=NOW),)},
            "certificate-expired:disruption-desk:2013-06-01T00:00:00Z",
        ),
        (
            {"certificates": (CERTIFICATE._replace(withdrawn=NOW),)},
            "certificate-withdrawn:disruption-desk:2013-06-01T00:00:00Z",
        ),
    ],
)
def test_each_lack_is_a_reason(facts, reason):
    assert gate(but(**facts), DESK, NOW) == (reason,)


def test_programs_pass_the_same_gate():
    assert gate(but(program=True, certificates=()), DESK, NOW) == ("no-certificate:disruption-desk",)


def test_reasons_come_in_the_order_of_the_checks():
    codes = gate(but(skills=(), languages={}, tests=(), certificates=()), DESK, NOW)
    assert [code.partition(":")[0] for code in codes] == ["no-skill", "no-language", "no-test", "no-certificate"]


def test_a_certificate_counts_from_its_start_until_before_its_end():
    assert gate(ABLE, DESK, CERTIFICATE.start) == ()
    assert gate(ABLE, DESK, CERTIFICATE.start - 1) != ()
    assert gate(ABLE, DESK, CERTIFICATE.end - 1) == ()
    assert gate(ABLE, DESK, CERTIFICATE.end) != ()


def test_a_renewal_counts_and_a_withdrawal_does_not_undo_the_past():
    renewed = Certificate("disruption-desk", day(2014, 12, 3), day(2016, 12, 3))
    both = but(certificates=(CERTIFICATE._replace(withdrawn=day(2014, 1, 1)), renewed))
    assert gate(both, DESK, NOW) == ()
    assert gate(both, DESK, day(2015, 1, 1)) == ()
    assert gate(both, DESK, day(2014, 6, 1)) == ("certificate-not-yet:disruption-desk:2014-12-03T00:00:00Z",)


def test_the_latest_test_counts():
    old, new = LanguageTest("writing", "en", 90, 70, NOW - 9), LanguageTest("writing", "en", 60, 70, NOW - 3)
    assert gate(but(tests=(new, old)), DESK, NOW) == ("failed-test:writing:en:60:70",)
    assert gate(but(tests=(new, old)), DESK, NOW - 5) == ()


def test_voice_asks_for_the_spoken_test():
    assert gate(ABLE, DESK, NOW, test="spoken") == ("no-test:spoken:en",)


def test_levels_are_ordered_as_the_framework_orders_them():
    for has, n in LEVELS.items():
        passed = [level for level in LEVELS if not gate(but(languages={"en": has}), DESK._replace(level=level), NOW)]
        assert len(passed) == n
    assert gate(ABLE, DESK._replace(level="B3"), NOW) == ("low-level:en:B2:B3",)


def test_what_is_not_asked_is_not_checked():
    assert gate(but(skills=(), languages={}, tests=(), certificates=()), Needs(), NOW) == ()


def test_every_reason_reads_as_a_sentence():
    nobody = but(skills=(), languages={}, tests=(), certificates=())
    codes = {*gate(nobody, DESK, NOW), *gate(ABLE, DESK, day(2012, 1, 1)), *gate(ABLE, DESK, day(2020, 1, 1))}
    codes |= {"low-level:en:B1:B2", "failed-test:writing:en:60:70", "certificate-withdrawn:x:2013-01-01T00:00:00Z"}
    for code in codes:
        text = render_reason(code, str)
        assert text.endswith(".")
        assert "{" not in text
    assert (
        render_reason("certificate-expired:desk:2014-12-03T00:00:00Z", str)
        == "The certificate desk expired on 2014-12-03."
    )
    assert render_reason("no-skill:x", {"Lacks the skill {one}.": "Tanpa keahlian {one}."}.get) == "Tanpa keahlian x."
    assert render_reason("of-the-future:x", str) == "of-the-future:x"
