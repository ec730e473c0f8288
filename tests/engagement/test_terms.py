"""Terms: what the sample says, what the wire carries, and how wrong terms are refused."""

import json

import pytest
from sample_terms import TEXT, changed, line_of, sample

from alihdaya.engagement.terms import from_wire, parse, to_wire
from alihdaya.kernel.errors import TermsError


def problems(content: bytes) -> dict[str, tuple[str | None, int | None]]:
    with pytest.raises(TermsError) as caught:
        parse(content, "terms.toml")
    assert all(problem.source.file == "terms.toml" for problem in caught.value.problems)
    return {p.code: (p.source.element, p.source.line) for p in caught.value.problems}


def test_sample_is_read_exactly():
    terms = sample()
    service = terms.service("disruption-desk")
    assert (terms.client.country, terms.provider.country, service.delivery_country) == ("US", "ID", "ID")
    assert str(service.rate("screening").tiers[0].price) == "0.012"
    assert service.sla.respond.working_hours == 4
    assert service.sla.resolve.working_days == 2
    assert service.calendar.week[0] == ((480, 720), (750, 1020))
    assert dict(service.calendar.closed)["2013-07-04"] == "Independence Day"


def test_wire_carries_everything_through_json():
    terms = sample()
    again = from_wire(json.loads(json.dumps(to_wire(terms))))
    assert again == terms
    assert again.digest == terms.digest


def test_holidays_on_the_wire_are_final():
    """A newer table of holidays must not move a promise that was signed."""
    wire = to_wire(sample())
    dates = wire["service"][0]["calendar"]["holidays"]["dates"]
    del dates["2013-07-04"]
    assert "2013-07-04" not in dict(from_wire(wire).services[0].calendar.closed)


def test_layout_does_not_change_the_digest_but_a_price_does():
    terms = sample()
    assert parse(changed("price = 0.012", 'price = "0.0120"')).digest == terms.digest
    assert parse(b"# a remark\n" + TEXT.encode()).digest == terms.digest
    assert parse(changed("price = 0.012", "price = 0.013")).digest != terms.digest


def test_every_problem_is_listed_with_its_line():
    text = TEXT.replace('country = "US"', 'country = "XX"', 1)
    text = text.replace("attainment = 95", "attainment = 195")
    text = text.replace('tuesday = ["08:00-12:00"', 'tuesday = ["08:00-08:00"')
    content = text.replace("per_point", "per_piont").encode()
    assert problems(content) == {
        "unknown-country": ("client.country", line_of('"XX"', content)),
        "out-of-range": ("service[1].sla.attainment", line_of("= 195", content)),
        "bad-period": ("service[1].calendar.tuesday", line_of("tuesday", content)),
        "unknown-key": ("service[1].penalty.per_piont", line_of("per_piont", content)),
    }


@pytest.mark.parametrize(
    ("old", "new", "code", "element"),
    [
        ("until = 2014-12-31", "until = 2012-12-31", "bad-dates", "engagement.until"),
        ('currency = "USD"', 'currency = "usd"', "wrong-type", "engagement.currency"),
        ("up_to = 26000", "up_to = 20000", "tiers-out-of-order", "service[1].rates.screening.tiers"),
        ("{ price = 0.007 }", "{ up_to = 90000, price = 0.007 }", "gap", "service[1].rates.screening.tiers"),
        ("price = 0.38", "price = -0.38", "out-of-range", "service[1].rates.decision.tiers[1].price"),
        ("price = 0.38", "price = nan", "wrong-type", "service[1].rates.decision.tiers[1].price"),
        ("price = 0.38", "price = 1e-90", "out-of-range", "service[1].rates.decision.tiers[1].price"),
        ("price = 0.38", "price = true", "wrong-type", "service[1].rates.decision.tiers[1].price"),
        ("working_hours = 4", "working_hours = 4, working_days = 1", "bad-target", "service[1].sla.respond"),
        ("at_risk = 10", "", "missing", "service[1].penalty.at_risk"),
        ('subdivision = "NY" }', 'subdivision = "QQ" }', "unknown-holidays", "service[1].calendar.holidays.country"),
        ('"Asia/Jakarta"', '"Asia/Jakata"', "unknown-time-zone", "provider.time_zone"),
        ('"Asia/Jakarta"', '"../etc/passwd"', "unknown-time-zone", "provider.time_zone"),
        ("judgment = 0.45", "judgement = 0.45", "unknown-unit", "service[1].cost.overhead.judgement"),
        ("shrinkage = 30", "shrinkage = 100", "out-of-range", "service[1].cost.shrinkage"),
    ],
)
def test_one_wrong_term(old, new, code, element):
    assert problems(changed(old, new)).get(code, ("", 0))[0] == element


def test_a_service_twice_and_a_week_without_work():
    service = TEXT[TEXT.index("[[service]]") :]
    assert problems((TEXT + service).encode())["twice"][0] == "service[2].id"
    idle = "\n".join(line for line in TEXT.splitlines() if "day = [" not in line)
    assert problems(idle.encode())["no-working-time"][0] == "service[1].calendar"


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"a = ", b"x = " + b"[" * 5000, b"n = " + b"9" * 5000, b"client = 3\nservice = {}"]
)
def test_hostile_bytes_are_refused(content):
    with pytest.raises(TermsError):
        parse(content, "terms.toml")


def test_bad_toml_names_line_and_column():
    with pytest.raises(TermsError) as caught:
        parse(b"[engagement]\nid = \n", "x.toml")
    assert caught.value.problems[0].source.line == 2
