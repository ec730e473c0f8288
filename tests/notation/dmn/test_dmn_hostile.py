"""Hostile files and expressions, each in a process with 200 MB and little time: a message, never a crash or a hang."""

import subprocess
import sys
from pathlib import Path

import pytest
from dmn_text import one_table
from hostile import READ, RUN

from alihdaya.notation.dmn import compile_model, evaluate, read

SCRIPT = Path(__file__).with_name("hostile.py")


def outcome(*arguments):
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, (done.returncode, done.stderr[-2000:])


@pytest.mark.parametrize("name", READ)
def test_a_hostile_file_is_told_by_place(name):
    outcome(name)


@pytest.mark.parametrize("evaluator", ["reference", "compiled"])
@pytest.mark.parametrize("name", RUN)
def test_a_hostile_expression_is_null_in_time(name, evaluator):
    outcome(name, evaluator)


@pytest.mark.parametrize("cells", [[], ["1"], ["1", "2", "3", "4"]])
def test_a_rule_with_other_cells_than_columns_breaks_no_lenient_model(cells):
    data = one_table(["x"], {"out": ""}, [["1", "1"]]).replace(
        b"<rule>", b"<rule>" + b"".join(b"<inputEntry><text>1</text></inputEntry>" for _ in cells), 1
    )
    model = read(data, "m.dmn", lenient=True)
    assert bool(model.problems) == bool(cells)
    assert repr(compile_model(model)["d"].run({"x": 1})) == repr(evaluate(model, "d", {"x": 1}))
