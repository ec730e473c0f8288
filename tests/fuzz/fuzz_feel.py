"""Fuzzing FEEL and DMN: made and mutated texts through parser, reader and both evaluators, each within its time.

Run as a script it goes on for SECONDS (default 600) from a SEED and ends with a line of counts in JSON; the tests run a
short piece of it. What counts as a failure: an error that is no NotationError, a case that takes too long, two
evaluators that differ.
"""

import contextlib
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from alihdaya.kernel.errors import NotationError
from alihdaya.notation import dmn
from alihdaya.notation.dmn.write import load, write
from alihdaya.notation.feel import compile_expression, evaluate, parse
from alihdaya.notation.feel.builtins import NAMES

CASE_SECONDS = 20
BUILTINS = sorted(NAMES - {"now", "today"})
VARIABLES = {
    "a": 1, "b": -2, "c": None, "s": "text", "é x": "ünï", "l": [1, 2, 3], "m": {"a": 1, "b b": [1, {"c": 2}]}, "n": [],
    "t": True, "big": 10**33, "deep": [[[1], [2]], [[3]]], "r": [{"a": 1}, {"a": "x"}, {}, None],
}  # fmt: skip
ATOMS = (
    *VARIABLES, "0", "1", "2.5", "-1", "1e30", "1E-300", "9999999999999999999999999999999999", "null", "true", "false",
    '""', '"a"', '"aaaa"', '"\\u00e9"', '@"2024-02-29"', '@"-12345-01-01"', '@"10:00:00Z"', '@"P1Y2M"', '@"PT25H"',
    '@"2024-01-01T00:00:00@Europe/Paris"', "[]", "{}", "[1..5]", "(< 3)", "?", "item",
    "partial", '"(a+)+$"', '"[a-z-[b]]*"',
)  # fmt: skip
SIGNS = ("+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or")
TYPES = (
    "number",
    "string",
    "list<number>",
    "context<a: number>",
    "Any",
    "date",
    "function<number>->number",
    "range<date>",
)
PIECES = (
    *SIGNS, *"()[]{},.:?@\"'\\", "..", "->", "if ", " then ", " else ", "for ", " in ", " return ", "some ",
    "function(", "instance of ", "between ", "not(", "external", "//", "/*", "*/", "\n", "\0", "\ud800", "\ufffd",
    "1e999999999",
)  # fmt: skip


class Grammar:
    """Makes expressions out of the grammar."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def expression(self, depth: int) -> str:
        """Make an expression at most so deep."""
        if depth <= 0 or self.chance.random() < 0.15:
            return self.chance.choice(ATOMS)
        return self.chance.choice(FORMS)(self, depth - 1)

    def some(self, depth: int, most: int = 3) -> str:
        """Make expressions with commas between."""
        return ", ".join(self.expression(depth) for _ in range(self.chance.randint(0, most)))


FORMS = (
    lambda g, d: f"{g.expression(d)} {g.chance.choice(SIGNS)} {g.expression(d)}",
    lambda g, d: f"({g.expression(d)})",
    lambda g, d: f"{g.chance.choice(BUILTINS)}({g.some(d)})",
    lambda g, d: f"{g.chance.choice(BUILTINS)}({g.some(d, 4)})",
    lambda g, d: f"[{g.some(d, 4)}]",
    lambda g, d: f"{{k: {g.expression(d)}, j j: {g.expression(d)}}}",
    lambda g, d: f"if {g.expression(d)} then {g.expression(d)} else {g.expression(d)}",
    lambda g, d: f"for i in {g.expression(d)}, j in {g.expression(d)} return {g.expression(d)}",
    lambda g, d: f"for i in {g.expression(d)}..{g.expression(d)} return {g.expression(d)}",
    lambda g, d: f"{g.chance.choice(['some', 'every'])} q in {g.expression(d)} satisfies {g.expression(d)}",
    lambda g, d: f"({g.expression(d)})[{g.expression(d)}]",
    lambda g, d: f"({g.expression(d)}).{g.chance.choice(['a', 'b b', 'year', 'months', 'start', 'timezone'])}",
    lambda g, d: f"(function(x, y) {g.expression(d)})({g.some(d)})",
    lambda g, d: f"{{f: function(f, n) {g.expression(d)}, v: f(f, {g.expression(d)})}}.v",
    lambda g, d: f"{g.expression(d)} instance of {g.chance.choice(TYPES)}",
    lambda g, d: f"{g.expression(d)} between {g.expression(d)} and {g.expression(d)}",
    lambda g, d: (
        f"{g.expression(d)} in ({g.expression(d)}, < {g.expression(d)}, [{g.expression(d)}..{g.expression(d)}])"
    ),
    lambda g, d: f"-{g.expression(d)}",
    lambda g, d: f"sort({g.expression(d)}, function(x, y) {g.expression(d)})",
)


def mutated(text: str, chance: random.Random) -> str:
    """Cut, double, swap or put pieces into a text."""
    for _ in range(chance.randint(1, 4)):
        at, end = sorted((chance.randint(0, len(text)), chance.randint(0, len(text))))
        end = min(end, at + 200)
        piece = chance.choice([chance.choice(PIECES), text[at:end] * chance.randint(0, 3), ""])
        text = text[:at] + piece + text[chance.choice([at, end]) :]
    return text


def same(left: object, right: object) -> bool:
    """Tell whether two values are the same; function values only in kind."""
    one, other = repr(left), repr(right)
    return one == other or ("Function(" in one and "Function(" in other)


def feel_case(text: str, counts: Counter, *, unary: bool) -> None:
    """Parse, evaluate by the reference, run the compiled code."""
    try:
        expr = parse(text, names=[*VARIABLES], unary=unary)
    except NotationError:
        counts["refused"] += 1
        return
    counts["parsed"] += 1
    variables = {**VARIABLES, "?": 2, "now()": None}
    notes: list = []
    reference = evaluate(expr, variables, notes)
    compiled = compile_expression(expr)(variables)
    counts["limited"] += any(note.code == "limit" for note in notes)
    deep = any(note.code == "too-deep" or "too long to look" in note.message for note in notes)
    counts["null"] += reference is None
    assert deep or same(reference, compiled), f"{reference!r} is not {compiled!r}"


def dmn_case(data: bytes, counts: Counter) -> None:
    """Read, write, compile and evaluate a file."""
    try:
        document = load(data, "fuzz.dmn")
        assert write(load(write(document), "fuzz.dmn")) == write(document)
        model = dmn.read(data, "fuzz.dmn", lenient=True)
        decisions = dmn.compile_model(model)
    except NotationError:
        counts["files refused"] += 1
        return
    counts["files read"] += 1
    with contextlib.suppress(NotationError):
        dmn.compile_model(dmn.read(data, "fuzz.dmn"))
    for decision in model.decisions[:5]:
        if decision.name in decisions and decisions[decision.name].id == decision.id:
            notes: list = []
            reference = dmn.evaluate(model, decision.id, VARIABLES, notes)
            compiled = decisions[decision.name].run(VARIABLES)
            deep = any("too deep" in note.message or "too long to look" in note.message for note in notes)
            assert deep or same(reference, compiled), f"{decision.name}: {reference!r} is not {compiled!r}"
            counts["decisions"] += 1


def corpus() -> list[bytes]:
    """Give the files to mutate: the suite's models where they are at hand, else one of ours."""
    root = Path(__file__).parents[2]
    given = os.environ.get("ALIHDAYA_CONFORMANCE")
    folder = (Path(given) if given else root.parent / "shared" / "conformance") / "dmn-tck"
    found = [path.read_bytes() for path in sorted(folder.rglob("*.dmn"))]
    own = [path.read_bytes() for path in sorted((root / "src").rglob("*.dmn"))]
    return own + [data for data in found if len(data) < 60_000]


def texts_of(files: list[bytes]) -> list[str]:
    """Give the expressions in the files."""
    from lxml import etree

    found = {text for data in files for text in etree.fromstring(data).itertext() if 3 < len(text.strip()) < 400}
    return sorted(found)


def overdue(_signal: int, _frame: object) -> None:
    """End a case that takes too long."""
    raise TimeoutError("the case takes too long")


def fuzz(seconds: float, seed: int, cases: int | None = None) -> dict:
    """Run cases until the time, or their number, is used up; give the counts, and the failures as texts."""
    chance = random.Random(seed)
    grammar, files = Grammar(chance), corpus()
    texts = texts_of(files)
    counts: Counter = Counter()
    failures: list[tuple[str, str]] = []
    slowest = (0.0, "")
    signal.signal(signal.SIGVTALRM, overdue)
    end = time.monotonic() + seconds
    while time.monotonic() < end and (cases is None or counts["cases"] < cases) and len(failures) < 20:
        counts["cases"] += 1
        kind = chance.random()
        if kind < 0.1:
            case = chance.choice(files)
            noisy = chance.random() < 0.8
            case = mutated(case.decode("utf-8", "replace"), chance).encode("utf-8", "replace") if noisy else case
        elif kind < 0.55:
            case = grammar.expression(chance.randint(1, 6))
            case = mutated(case, chance) if chance.random() < 0.2 else case
        else:
            case = mutated(chance.choice(texts), chance)
        signal.setitimer(signal.ITIMER_VIRTUAL, CASE_SECONDS)
        start = time.process_time()
        try:
            dmn_case(case, counts) if isinstance(case, bytes) else feel_case(case, counts, unary=chance.random() < 0.2)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            failures.append((f"{type(error).__name__}: {error}"[:300], repr(case)[:4000]))
            sys.stderr.write(f"FAILURE {failures[-1]}\n")
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        slowest = max(slowest, (time.process_time() - start, repr(case)[:300]))
    return {
        "seed": seed,
        **counts,
        "slowest_seconds": round(slowest[0], 2),
        "slowest": slowest[1],
        "failures": failures,
    }


if __name__ == "__main__":
    report = fuzz(
        float(sys.argv[1]) if sys.argv[1:] else 600, int(sys.argv[2]) if sys.argv[2:] else time.time_ns() % 10**9
    )
    sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    sys.exit(bool(report["failures"]))
