"""A shell for the walks: `alihdaya` by itself runs within this process, everything else in a real shell.

What is shown of a command is the same either way; starting a program anew for each of a hundred of them proves nothing.
The first one of a walk is started as a user starts it.
"""

import io
import os
import re
import shlex
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout

import pytest

from alihdaya.cli import main

_SHELL = re.compile(r"[|;&<>$`*?~(){}#\\\n]")
"""What only a shell understands."""


class Shell:
    """A shell whose `alihdaya` is this project's, in a folder of its own; it keeps exports and the last exit code."""

    def __init__(self, folder):
        program = folder / "bin" / "alihdaya"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m alihdaya.cli "$@"\n')
        program.chmod(0o755)
        self.folder = folder
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("ALIHDAYA_", "LC_", "LANG"))}
        self.environment |= {"PATH": f"{program.parent}:{os.environ['PATH']}", "COLUMNS": "100", "LANG": "C.UTF-8"}
        self.last = 0
        self.started = False

    def run(self, command):
        """Lines that a person would read: standard output, and what went wrong; not the progress bars."""
        if found := re.fullmatch(r"export (\w+)=(\S+)", command):
            self.environment[found[1]] = found[2]
            return []
        if found := re.fullmatch(r"unset (\w+)", command):
            del self.environment[found[1]]
            return []
        ours = command.startswith("alihdaya ") and _SHELL.search(command) is None
        self.last, out, err = self._here(shlex.split(command)) if ours and self.started else self._apart(command)
        self.started = self.started or ours
        assert "Traceback" not in err, err
        wrong = [line for line in err.splitlines() if line.startswith("alihdaya: ")]
        return [*out.strip("\n").splitlines(), *wrong]

    def _apart(self, command):
        done = subprocess.run(
            ["bash", "-c", f"(exit {self.last}); {command}"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def _here(self, words):
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        with pytest.MonkeyPatch.context() as patch, chdir(self.folder), redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "argv", words)
            for name in os.environ.keys() - self.environment.keys():
                patch.delenv(name)
            for name, value in self.environment.items():
                patch.setenv(name, value)
            try:
                main()
                code = 0
            except SystemExit as end:
                code = end.code or 0
        return code, *(stream.buffer.getvalue().decode() for stream in (out, err))
