"""Calendars that cannot be meant: each is refused by file, line and key."""

import pytest
from sample_terms import changed, line_of

from alihdaya.engagement.terms import parse
from alihdaya.kernel.errors import TermsError

MONDAY = 'monday = ["08:00-12:00", "12:30-17:00"]'
ZONE = 'time_zone = "America/New_York"\nmonday'
SLA = "\n[service.sla]\n"


def shut(*days):
    return "\n[service.calendar.closed]\n" + "\n".join(days) + SLA


@pytest.mark.parametrize(
    ("old", "new", "code", "key", "line"),
    [
        (MONDAY, 'monday = ["08:00-12:00", "11:30-17:00"]', "bad-period", "monday", "11:30"),
        (MONDAY, 'monday = ["12:30-17:00", "08:00-12:00"]', "bad-period", "monday", "12:30-17"),
        (MONDAY, 'monday = ["22:00-06:00"]', "bad-period", "monday", "22:00"),
        (MONDAY, 'monday = ["08:00-24:01"]', "bad-period", "monday", "24:01"),
        (MONDAY, 'monday = ["08:00-12:61"]', "bad-period", "monday", "12:61"),
        (MONDAY, "monday = [8]", "bad-period", "monday", "[8]"),
        (
            'time_zone = "America/New_York"\nmonday',
            'time_zone = "Mars/Olympus"\nmonday',
            "unknown-time-zone",
            "time_zone",
            "Mars",
        ),
        ('country = "US", sub', 'country = "XX", sub', "unknown-holidays", "holidays.country", "XX"),
        (SLA, shut('"2013-07-04" = "Ours"'), "twice", "closed.2013-07-04", "07-04"),
        (SLA, shut('"2013-02-30" = "Ours"'), "bad-date", "closed.2013-02-30", "02-30"),
        (SLA, shut('"2013-03-04" = "Ours"', '"20130304" = "Again"'), "twice", "closed.20130304", "Again"),
    ],
)
def test_what_no_calendar_can_mean_is_refused(old, new, code, key, line):
    content = changed(old, new)
    with pytest.raises(TermsError) as caught:
        parse(content, "desk.toml")
    (problem,) = caught.value.problems
    source = problem.source
    assert (problem.code, source.file, source.element) == (code, "desk.toml", f"service[1].calendar.{key}")
    assert source.line == line_of(line, content)


def test_the_same_key_twice_is_no_toml():
    with pytest.raises(TermsError) as caught:
        parse(changed(SLA, shut('"2013-03-04" = "Ours"', '"2013-03-04" = "Again"')), "desk.toml")
    assert caught.value.problems[0].code == "not-toml"
    assert caught.value.problems[0].source.line


def test_one_day_closed_by_the_client_is_closed():
    terms = parse(changed(SLA, shut('"2013-03-04" = "Ours"')))
    assert dict(terms.services[0].calendar.closed)["2013-03-04"] == "Ours"
