"""The jobs of a pack: functions of jobs.py that reach out of the process, listed and checked without running them.

jobs.py is a program, and unlike steps.py a free one: it may import what is installed and use the network. Reading,
checking and deploying a pack never runs it. It runs in a process of its own, once whoever runs the pack has trusted
it: by installing it as a package, or by saying so for a folder.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from alihdaya.kernel.errors import PackError, Problem, Source
from alihdaya.packs.pack import JobTerms, Pack

FILE = "jobs.py"


class Function(NamedTuple):
    """A function of a pack that may be run: where its text is from, and its terms. `digest` names the text's pack."""

    pack: str
    digest: str
    name: str
    text: str
    seconds: int
    attempts: int


def check_jobs(text: str | None, declared: Mapping[str, JobTerms], place: str) -> None:
    """Compare the public functions of jobs.py (None: there is none) with the manifest's; nothing is run.

    Raises PackError with every problem: each function is declared, each declared one is there and takes one argument.
    """
    found = {} if text is None else _functions(text, f"{place}/{FILE}")
    problems = [problem for node in found.values() for problem in _wrong(node, f"{place}/{FILE}")]
    for name in declared.keys() - found.keys():
        manifest = Source(f"{place}/pack.toml", element=f"job.{name}")
        problems.append(Problem("no-job", f"{FILE} has no function {name!r}", manifest))
    for name in found.keys() - declared.keys():
        where = Source(f"{place}/{FILE}", found[name].lineno, element=name)
        problems.append(Problem("no-job", f"pack.toml declares no [job.{name}]; what is no job begins with _", where))
    if problems:
        raise PackError(problems)


def functions_of(pack: Pack, *, trusted: bool = False) -> dict[str, Function]:
    """Give a pack's functions by the name of their job; {} where it has none.

    Raises PackError where the pack is a folder and the caller did not say that it is trusted.
    """
    if not pack.manifest.jobs:
        return {}
    if not (pack.installed or trusted):
        message = f"the pack's {FILE} is a program; it runs only when the pack is trusted (--trust)"
        raise PackError(Problem("not-trusted", message, Source(f"{pack.place}/{FILE}")))
    text = pack.files[FILE]
    return {
        name: Function(pack.name, pack.digest, name, text, terms.seconds, terms.attempts)
        for name, terms in pack.manifest.jobs.items()
    }


def _functions(text: str, name: str) -> dict[str, ast.FunctionDef]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        raise PackError(Problem("not-python", f"not Python: {error}", Source(name, line))) from None
    return {
        node.name: node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


def _wrong(node: ast.FunctionDef, name: str) -> Iterator[Problem]:
    arguments = node.args
    required = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    if required != 1 or any(default is None for default in arguments.kw_defaults):
        place = Source(name, node.lineno, element=node.name)
        yield Problem("bad-job", "a job's function takes one argument, the job", place)
