"""`alihdaya run` leaves the deliverables of a pack that has them, and none for a pack that has none."""

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

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
