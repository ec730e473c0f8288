"""Where the official payroll figures lie, and the pack's decisions that must give them."""

import csv
import os
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

from alihdaya.notation import dmn

ROOT = Path(__file__).parents[2]
UNITED_KINGDOM = {"additions": None, "untaxed": None, "pension": None}


def data():
    """Give the folder of the data sets: named by a variable, or beside the repository."""
    given = os.environ.get("ALIHDAYA_DATA")
    return Path(given) if given else ROOT.parent / "shared" / "data"


def rows(path):
    with (data() / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def model(name):
    content = (files("alihdaya.packs") / "payroll" / "decisions" / f"{name}.dmn").read_bytes()
    return dmn.read(content, f"{name}.dmn")


def british(row):
    """Write a row of the official British values as the pack's variables; empty cells are none of it."""
    known = {"tax_year": Decimal(row["tax_year"]), "frequency": row["frequency"], **UNITED_KINGDOM}
    known["basic"] = Decimal(row["gross_or_taxable"])
    if row["kind"] == "NI":
        return known | {"ni_letter": row["code"]}
    looking_back = {"ytd_taxable": Decimal(row["ytd_gross"]), "ytd_tax": Decimal(row["ytd_tax"])}
    first = row["week1_month1"] == "true"
    return known | looking_back | {"tax_code": row["code"], "period": Decimal(row["period_no"]), "week1_month1": first}


def answer(decide, row):
    """Give what the official value is compared with: the tax, or both contributions together. `decide`: by name."""
    known = british(row)
    if row["kind"] == "PAYE":
        return decide("income_tax", known)["tax"]
    return decide("ni_employee", known) + decide("ni_employer", known)
