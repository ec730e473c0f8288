"""The sourcing studio: an exact formula, a split without a residual, seeded draws, advice with reasons (S2-S4, S12)."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from alihdaya.cli import cli
from alihdaya.kernel.errors import TermsError
from alihdaya.notation import dmn
from alihdaya.notation.dmn.analysis import check_file
from alihdaya.planning.sourcing import advise, read_function, read_wages, recommended, study
from alihdaya.planning.sourcing.advice import facts, model_text
from alihdaya.planning.sourcing.cost import Item, contracted, in_house, loaded_hour, posts, split
from alihdaya.planning.sourcing.quantity import Quantity, exactly
from alihdaya.planning.sourcing.studio import overlap

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "claims-mail.toml"
DAY = date(2026, 6, 1)


def made(text=None, draws=100, seed=1):
    data = EXAMPLE.read_bytes() if text is None else text.encode()
    return study(read_function(data, "f.toml"), Random(seed).random, DAY, draws)


def changed(**words):
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in words.values():
        assert old in text
        text = text.replace(old, new)
    return text


def option(found, name):
    return next(one for one in found.options if one.site.name == name)


def test_an_item_by_a_pocket_calculator():
    site = {
        "minutes": Fraction(10),
        "wage": Fraction(12),
        "burden": Fraction(1, 10),
        "benefits": Fraction(3, 20),
        "space": Fraction(2),
        "shrinkage": Fraction(1, 5),
        "occupancy": Fraction(3, 4),
        "attrition": Fraction(1, 2),
        "hiring": Fraction(2000),
        "hours": Fraction(2000),
        "errors": Fraction(1, 20),
    }
    assert loaded_hour(site) == Fraction(35, 2)  # 12 * 1.25 + 2 + 0.5 * 2000 / 2000
    home = in_house(site, Fraction(8))
    assert home == (Fraction(175, 36), 0, 0, Fraction(2, 5))  # 17.50 / 60 / (0.8 * 0.75) * 10; 0.05 * 8
    away = contracted(
        site | {"margin": Fraction(1, 5), "governance": Fraction(1, 10), "transition": Fraction(600)}, Fraction(8), 1200
    )
    assert away == (Fraction(35, 6), Fraction(7, 12), Fraction(1, 2), Fraction(2, 5))
    assert posts(site, Fraction(120_000)) == Fraction(50, 3)  # 20,000 hours / 0.6 / 2,000


numbers = st.integers(1, 1_000_000).map(lambda thousandths: Fraction(thousandths, 1000))


@given(st.tuples(numbers, numbers, numbers, numbers), st.tuples(numbers, numbers, numbers, numbers), numbers, numbers)
def test_the_split_leaves_no_residual(home, away, here, there):
    home, away = Item(*home), Item(*away)
    parts = split(home, here, away, there)
    assert parts.cost + parts.knowledge + parts.errors == parts.saving == home.total - away.total


@given(numbers, numbers, numbers)
def test_equal_minutes_are_cost_alone_and_equal_rates_knowledge_alone(rate, other, minutes):
    zero = Fraction(0)
    same_minutes = split(
        Item(rate * minutes, zero, zero, zero), minutes, Item(other * minutes, zero, zero, zero), minutes
    )
    assert same_minutes.knowledge == 0
    same_rate = split(Item(rate * minutes, zero, zero, zero), minutes, Item(rate * other, zero, zero, zero), other)
    assert same_rate.cost == 0


@given(st.lists(st.decimals(0, 1000, places=2), min_size=3, max_size=3), st.floats(0, 1, exclude_max=True))
def test_a_draw_stays_within_its_range(values, uniform):
    low, likely, high = sorted(values)
    drawn = Quantity(low, likely, high).draw(lambda: uniform)
    assert float(low) - 1e-6 <= drawn <= float(high) + 1e-6


def test_draws_have_the_mean_of_the_triangle():
    chance = Random(7).random
    one = Quantity(Decimal(2), Decimal(3), Decimal(10))
    assert sum(one.draw(chance) for _ in range(20_000)) / 20_000 == pytest.approx(5, abs=0.05)


def test_the_same_seed_gives_the_same_study_and_another_one_not():
    assert made() == made()
    assert made().options[0].saving != made(seed=2).options[0].saving


def test_certain_inputs_leave_no_range_and_the_exact_figures():
    text = changed()
    for line in text.splitlines():
        if "likely = " in line:
            key, likely = line.split(" = ", 1)[0], line.split("likely = ")[1].split(",")[0]
            text = text.replace(line, f"{key} = {likely}")
    found = made(text, draws=100)
    for one in found.options:
        assert one.saving.p5 == one.saving.p95 == pytest.approx(float(one.split.saving * 480_000))
        assert one.tornado == ()
        assert one.chance in {0, 1}


def test_break_even_earns_the_transition_back_to_the_cent():
    found = made()
    for one in found.options:
        running = found.home.total - (one.item.total - one.item.transition)
        once = Fraction(one.site.quantities["transition"].likely)
        assert one.even_items * running == once
        assert one.even_months * 40_000 * running == once


def test_the_tornado_has_the_widest_first_and_moves_one_quantity_each():
    bars = option(made(), "Jakarta").tornado
    assert [bar.width for bar in bars] == sorted((bar.width for bar in bars), reverse=True)
    assert {"volume", "in-house: minutes", "Jakarta: margin"} <= {bar.quantity for bar in bars}
    assert all(bar.source for bar in bars)


@pytest.mark.parametrize(
    ("change", "site", "verdict", "reason"),
    [
        ({}, "Jakarta", "advised", "saves"),
        ({"a": ("data_stays = false", "data_stays = true")}, "Jakarta", "not advised", "data-stays"),
        ({"a": ("data_stays = false", "data_stays = true")}, "Columbus", "advised", "saves"),
        ({"a": ('["id", "en"]', '["id"]')}, "Jakarta", "not advised", "no-language"),
        ({"a": ("core = false", "core = true")}, "Jakarta", "not advised", "core"),
        ({"a": ('basis = "rules"', 'basis = "judgment"')}, "Jakarta", "not advised", "needs-knowledge"),
        ({"a": ('kind = "BPO"', 'kind = "KPO"')}, "Jakarta", "possible", "more-than-needed"),
        ({"a": ("likely = 5.8, high = 6.3", "likely = 9, high = 12")}, "Columbus", "not advised", "costs-more"),
        (
            {"a": ("likely = 140000, high = 220000", "likely = 9e6, high = 9e6")},
            "Columbus",
            "not advised",
            "costs-more",
        ),
    ],
)
def test_advice_and_its_reason(change, site, verdict, reason):
    found = made(changed(**change))
    advice = advise(found, option(found, site))
    assert (advice.verdict, advice.reason) == (verdict, reason)


def test_nothing_advised_means_that_the_work_stays():
    assert recommended(made(changed(a=("core = false", "core = true")))) is None
    assert recommended(made()).site.name == "Jakarta"


def test_redundant_posts_are_a_risk_that_is_named():
    found = made()
    assert found.posts > 50
    assert "dispute" in advise(found, option(found, "Columbus")).risks
    assert "little-overlap" in advise(found, option(found, "Jakarta")).risks
    small = made(changed(a=("low = 420000, likely = 480000, high = 560000", "likely = 4800")))
    assert "dispute" not in advise(small, option(small, "Columbus")).risks


def test_the_model_has_no_finding_and_both_evaluators_agree():
    assert check_file(model_text(), "sourcing.dmn") == []
    found = made()
    model = dmn.read(model_text(), "sourcing.dmn")
    for one in found.options:
        known = facts(found, one)
        for name in ("advice", "risks"):
            assert dmn.evaluate(model, name, known)[0] == dmn.compile_model(model)[name](known)


@pytest.mark.parametrize(
    ("here", "there", "hours"),
    [
        ("America/New_York", "America/New_York", 8),
        ("Europe/London", "Europe/Paris", 7),
        ("America/New_York", "Asia/Jakarta", 0),
        ("Asia/Tokyo", "Asia/Jakarta", 6),
        ("Europe/London", "Australia/Sydney", 0),
    ],
)
def test_office_hours_in_common_when_they_are_fewest(here, there, hours):
    assert overlap(here, there, 2026) == overlap(there, here, 2026) == hours


WAGES = (
    "country,source,currency_info,year,earnings_ppp,obs_status\nIndonesia,LFS,PPP,2019,900,\n"
    "Indonesia,LFS,PPP,2022,1040,\nMexico,LFS,PPP,2022,1300,\n"
)


def test_wages_by_country_fill_in_with_their_source():
    wages = read_wages(WAGES.encode(), "wages.csv")
    assert wages["indonesia"].likely == Decimal("6.00")  # 1,040 / (52 * 40 / 12)
    assert "2022" in wages["indonesia"].source
    text = changed(a=('wage = { low = 3.2, likely = 3.8, high = 4.6, source = "offer" }\n', ""))
    found = read_function(text.encode(), "f.toml", wages)
    assert found.options[0].quantities["wage"] == wages["indonesia"]
    with pytest.raises(TermsError, match="wage"):
        read_function(text.encode(), "f.toml")


@pytest.mark.parametrize(
    "line",
    [
        "Chad,LFS,PPP,now,10,",
        "Chad",
        "Chad,LFS,PPP,2020,much,",
        "Chad,LFS,PPP,2020,1e30,",
        "Chad,LFS,PPP,2020,1e999999,",
    ],
)
def test_a_bad_line_of_wages_is_named(line):
    with pytest.raises(TermsError, match=r"wages.csv:5"):
        read_wages((WAGES + line + "\n").encode(), "wages.csv")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("low = 8, likely = 9, high = 11", "low = 9.5, likely = 9, high = 11", "must follow one another"),
        ("low = 8, likely = 9, high = 11", "likely = 0", "must be over 0"),
        ("shrinkage = { low = 0.25, likely = 0.28, high = 0.32", "shrinkage = { likely = 1", "nobody would work"),
        ('country = "MX"', 'country = "Mexico"', "written like"),
        ('time_zone = "Asia/Jakarta"', 'time_zone = "Asia/Atlantis"', "no time zone"),
        ("months = 36", "months = 0", "at least 1"),
        ("core = false", 'core = "no"', "true or false"),
        ('name = "Columbus"', 'name = "Jakarta"', "there twice"),
        ('name = "Columbus"', 'name = "in-house"', "not called in-house"),
        ("attrition = 0.3", "atrition = 0.3", "unknown key"),
        ("volume = { low = 420000, likely = 480000", "volume = { low = 0, likely = 480000", "must be over 0"),
        ("months = 36", "months = 36\nmonths = 37", "not TOML"),
        ("attrition = 0.3", "attrition = nan", "must be a number"),
        ("attrition = 0.3", "attrition = 1e30", "digits"),
    ],
)
def test_a_bad_file_is_refused_naming_the_line(old, new, message):
    with pytest.raises(TermsError, match=message) as refused:
        read_function(changed(a=(old, new)).encode(), "f.toml")
    assert all(problem.source.line for problem in refused.value.problems)


def test_wages_in_another_encoding_are_refused():
    with pytest.raises(TermsError, match="not UTF-8"):
        read_wages(b"\xff\xfe\0", "wages.csv")


def test_a_quantity_of_one_number_has_no_range():
    assert exactly("2.5").certain
    assert exactly(3).draw(lambda: 0.99) == 3


def test_the_command_gives_the_same_in_json_and_refuses_a_country_that_is_none(tmp_path):
    asked = ["source", str(EXAMPLE), "--draws", "200", "--json"]
    first = CliRunner().invoke(cli, asked)
    assert first.exit_code == 0
    told = json.loads(first.output)
    assert told == json.loads(CliRunner().invoke(cli, asked).output)
    assert told["recommended"] == "Jakarta"
    for one in told["options"]:
        parts = one["split"]
        assert parts["cost"] + parts["knowledge"] + parts["errors"] == pytest.approx(parts["saving"], abs=2e-4)
    path = tmp_path / "f.toml"
    path.write_text(changed(a=('country = "MX"', 'country = "XX"')), encoding="utf-8")
    refused = CliRunner().invoke(cli, ["source", str(path)])
    assert refused.exit_code != 0
    assert "XX" in refused.output


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_page_tells_what_the_figures_do_and_what_others_wrote_stays_text(tmp_path, language):
    path, page = tmp_path / "mail.toml", tmp_path / "mail.html"
    path.write_text(EXAMPLE.read_text().replace("mailbox statistics 2025", "<script>alert(1)</script>"))
    asked = ["--lang", language, "source", str(path), "--draws", "200", "--html", str(page), "--json"]
    answer = CliRunner().invoke(cli, asked)
    assert answer.exit_code == 0, answer.exception
    told, shown = json.loads(answer.output), page.read_text(encoding="utf-8")
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert shown.count("<tr>") == 1 + len(told["sources"])
    for option in told["options"]:
        assert f"{option['name']} ({option['kind']}, {option['shore']})" in shown
        for part in ("cost", "knowledge", "errors"):
            assert f">{option['split'][part]:+.2f}</b>" in shown
    assert shown.count('rx="3"') == 1 + len(told["options"]) + min(12, len(told["options"][0]["tornado"]))
