"""Hostile files and expressions, each in a process with 200 MB and little time: a message, never a crash or a hang."""

import subprocess
import sys
from pathlib import Path

import pytest
from hostile import READ, RUN

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
