"""`alihdaya run` leaves the deliverables of a pack that has them, and none for a pack that has none."""

import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from click.testing import CliRunner

from alihdaya.cli import cli

sys.path.insert(0, str(Path(__file__).parents[1] / "operations"))
from claims_pack import TERMS, write_pack

PACKS = Path(str(files("alihdaya.packs")))


def run(pack, file, out):
    command = [sys.executable, "-m", "alihdaya.cli", "run", pack, "--input", str(file), "--out", str(out), "--json"]
    clean = {name: value for name, value in os.environ.items() if name != "ALIHDAYA_STORE"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=clean)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_a_run_leaves_payslips_payments_and_journal(tmp_path):
    lines = (PACKS / "payroll" / "input" / "united_kingdom.csv").read_text("utf-8").splitlines(keepends=True)
    staff = tmp_path / "staff.csv"
    staff.write_text("".join(lines[:4]), "utf-8")
    ran = run("payroll", staff, tmp_path / "out")
    month = tmp_path / "out" / "deliverables" / "2018-03"
    made = {path.suffix for path in (month / "payslip").iterdir()}
    assert (ran["items"], made) == (3, {".html", ".pdf"})
    assert len(list((month / "payslip").iterdir())) == 6
    assert b"pain.001.001.09" in (month / "payments-GBP.xml").read_bytes()
    assert (month / "journal.csv").exists()


def test_a_pack_without_deliverables_leaves_none(tmp_path):
    run(str(PACKS / "begin"), PACKS / "begin" / "input" / "requests.csv", tmp_path / "out")
    assert (tmp_path / "out" / "report.html").exists()
    assert not (tmp_path / "out" / "deliverables").exists()


def test_a_month_that_could_not_be_billed_is_told_beside_what_was(tmp_path):
    """A price in another currency, and no rate: the sums would else look like all that there is."""
    text = TERMS.replace(
        "[service.rates.paid]\n", '[service.rates.paid]\nconversion = { currency = "EUR", by = "day" }\n'
    )
    pack, rows = write_pack(tmp_path / "claims", terms=text), tmp_path / "rows.csv"
    rows.write_text("claim,kind,amount,came\n1,plain,10,2013-01-08T17:00:00Z\n")
    words = ["run", str(pack), "--trust", "--input", str(rows), "--out", str(tmp_path / "out")]
    told = CliRunner().invoke(cli, ["--lang", "en", *words]).output
    assert re.search(r"Not billed +2013-01 is not billed: .*EUR", told)
    assert "2013-01 is not billed" in (tmp_path / "out" / "report.html").read_text()
    again = CliRunner().invoke(cli, ["--lang", "en", *words, "--json"]).output
    (why,) = json.loads(again.splitlines()[-1])["unbilled"]
    assert why.startswith("2013-01 is not billed")
