"""Income tax and contributions of the payroll pack, against the official figures to the penny."""

from collections import Counter
from decimal import Decimal

import payroll_figures
import pytest

from alihdaya.notation import dmn

BRITISH = "payroll-uk/cases.csv"
INDONESIAN = "payroll-id/worked_examples.csv"
LOUD = "THE PAYROLL FIGURES ARE NOT HERE: set ALIHDAYA_DATA to the folder that holds payroll-uk and payroll-id"
needs_figures = pytest.mark.skipif(not (payroll_figures.data() / BRITISH).is_file(), reason=LOUD)
MONTH = dict.fromkeys(["months", "additions", "untaxed", "ytd_taxable", "ytd_pension", "ytd_tax"]) | {
    "leaving": False,
    "gross_up": False,
}


def exact(decide):
    """Count the official British values, and those that come out exactly, by tax year and kind."""
    counts, wrong = Counter(), []
    for row in payroll_figures.rows(BRITISH):
        key = row["tax_year"], row["kind"]
        counts[*key, "all"] += 1
        found = payroll_figures.answer(decide, row)
        counts[*key, "exact"] += found == Decimal(row["expected"])
        if found != Decimal(row["expected"]):
            wrong.append((found, *row.values()))
    return counts, wrong


def tables(counts):
    """Write the counts as the documentation shows them."""
    lines = ["| tax year | income tax, exact of | National Insurance, exact of |", "| --- | --- | --- |"]
    for year in sorted({year for year, _, _ in counts}):
        cells = [
            f"{counts[year, kind, 'exact']} of {counts[year, kind, 'all']}" if counts[year, kind, "all"] else "–"
            for kind in ("PAYE", "NI")
        ]
        lines.append(f"| {year}-{int(year) % 100 + 1} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)


def test_the_file_is_the_one_that_the_figures_are_about():
    if not (payroll_figures.data() / BRITISH).is_file():
        pytest.skip(LOUD)
    assert len(payroll_figures.rows(BRITISH)) == 1992


@needs_figures
def test_every_official_british_value_comes_out_to_the_penny():
    compiled = dmn.compile_model(payroll_figures.model("united_kingdom"))
    counts, wrong = exact(lambda name, known: compiled[name].run(known)[0])
    assert wrong == []
    assert tables(counts) in (payroll_figures.ROOT / "docs" / "payroll.md").read_text(encoding="utf-8")


@needs_figures
def test_the_reference_gives_the_same_on_every_eleventh_value():
    model = payroll_figures.model("united_kingdom")
    for row in payroll_figures.rows(BRITISH)[::11]:
        found = payroll_figures.answer(lambda name, known: dmn.evaluate(model, name, known)[0], row)
        assert found == Decimal(row["expected"]), row


@needs_figures
def test_the_worked_examples_of_indonesia():
    compiled = dmn.compile_model(payroll_figures.model("indonesia"))
    seen = 0
    for row in payroll_figures.rows(INDONESIAN):
        known = MONTH | {"ptkp": row["ptkp"], "basic": Decimal(row["gross_month"]), "period": 1}
        known["pension"] = Decimal(row["pension_employee_month"])
        known["gross_up"] = "gross-up" in row["month"]
        if row["month"] == "12":
            before = {"ytd_taxable": 11 * known["basic"], "ytd_pension": 11 * known["pension"], "ytd_tax": 2_200_000}
            known |= before | {"period": 12}
        assert compiled["pph21"].run(known)[0] == Decimal(row["expected_pph21"]), row
        seen += 1
    assert seen == 7


@needs_figures
def test_every_limit_of_the_monthly_rates_is_where_the_table_has_it():
    """One rupiah more or less at either end of each of the 125 rows."""
    compiled = dmn.compile_model(payroll_figures.model("indonesia"))
    statuses = {"A": "TK/0", "B": "K/1", "C": "K/3"}
    for row in payroll_figures.rows("payroll-id/ter_monthly.csv"):
        for gross in (row["min_gross"], row["max_gross"] or "9000000000"):
            known = MONTH | {"ptkp": statuses[row["category"]], "basic": Decimal(gross), "pension": None, "period": 1}
            wanted = Decimal(gross) * Decimal(row["rate_percent"]) // 100
            assert compiled["pph21"].run(known)[0] == wanted, row


def test_a_year_is_settled_by_the_scale_of_the_year():
    compiled = dmn.compile_model(payroll_figures.model("indonesia"))
    for income, tax in [(60, 3), (61, 3.15), (250, 31.5), (500, 94), (5000, 1444), (6000, 1794)]:
        # nothing but the free income and the job cost (6 million) is taken off
        known = MONTH | {"ptkp": "TK/0", "basic": 1_000_000 * (income + 60), "pension": 0, "period": 12}
        known |= {"ytd_taxable": 0, "ytd_pension": 0, "ytd_tax": 0}
        job_cost = min(Decimal("0.05") * known["basic"], 6_000_000)
        known["basic"] -= 6_000_000 - job_cost
        assert compiled["pph21"].run(known)[0] == Decimal(str(tax)) * 1_000_000, income


CODES = ("1100L", "K427", "BR", "S45L", "0T")
NO_CODES = ("", "L1100", "K0", "SK", "1100Q", "nt", "99999L", None)


@pytest.mark.parametrize(
    ("code", "problems"), [*((code, []) for code in CODES), *((code, ["unknown-tax-code"]) for code in NO_CODES)]
)
def test_a_tax_code_that_means_nothing_is_told(code, problems):
    compiled = dmn.compile_model(payroll_figures.model("united_kingdom"))
    row = {"tax_year": 2017, "frequency": "Monthly", "period": 1, "tax_code": code, "ni_letter": "A", "basic": 2000}
    row |= {
        "week1_month1": False,
        "ytd_taxable": 0,
        "ytd_tax": 0,
        "iban": "GB82WEST12345698765432",
        "pay_date": "2017-04-28",
    }
    assert compiled["uk_problems"].run(row | payroll_figures.UNITED_KINGDOM)[0] == problems


WRONG = [
    ({}, []),
    ({"iban": "GB82WEST12345698765423"}, ["bad-account"]),
    ({"iban": None}, ["no-account"]),
    ({"ni_letter": None}, ["no-ni-letter"]),
    ({"ni_letter": "D"}, ["unknown-ni-letter"]),
    ({"basic": -1}, ["negative-pay", "pension-above-pay"]),
    ({"tax_year": 2013, "tax_code": "944L", "pay_date": "2013-04-28"}, ["no-tables", "unknown-ni-letter"]),
    ({"tax_year": 2026, "pay_date": "2026-04-28"}, ["no-tables", "unknown-ni-letter"]),
    ({"period": 13}, ["bad-period"]),
    ({"frequency": "monthly"}, ["bad-period"]),
    ({"pension": 2001}, ["pension-above-pay"]),
    ({"period": 2, "ytd_tax": None, "pay_date": "2017-05-28"}, ["no-earlier-months"]),
    ({"period": 2, "ytd_tax": None, "week1_month1": True, "pay_date": "2017-05-28"}, []),
    ({"tax_year": 2016}, ["wrong-tax-year"]),
    ({"pay_date": "2017-04-05"}, ["wrong-tax-year"]),
    ({"pay_date": "2017-05-06"}, ["wrong-period"]),
    ({"basic": Decimal("2900.099")}, ["too-many-decimals"]),
]


@pytest.mark.parametrize(("change", "problems"), WRONG)
def test_what_is_wrong_with_a_british_row_is_told(change, problems):
    model = payroll_figures.model("united_kingdom")
    row = {"tax_year": 2017, "frequency": "Monthly", "period": 1, "tax_code": "1100L", "ni_letter": "A", "basic": 2000}
    row |= {
        "week1_month1": False,
        "ytd_taxable": 0,
        "ytd_tax": 0,
        "iban": "GB82WEST12345698765432",
        "pay_date": "2017-04-28",
    }
    row |= payroll_figures.UNITED_KINGDOM | change
    assert dmn.compile_model(model)["uk_problems"].run(row)[0] == problems
    assert dmn.evaluate(model, "uk_problems", row)[0] == problems
