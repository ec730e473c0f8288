"""EN 16931: our invoices judged by the official rules, and our reader's verdicts beside theirs."""

import multiprocessing
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from alihdaya.channels.einvoice.verdict import judge
from alihdaya.kernel.errors import NotationError
from conformance.einvoice_cases import Case, cases_of
from conformance.einvoice_official import Official, Verdict
from conformance.einvoice_own import COUNT, own_documents

WORKERS: Final = 2
_TOGETHER: Final = 10
_COMPARED: Final = ("BR-", "UBL-", "CII-")
"""What begins otherwise is what the schemas hold, before any rule can be asked."""
_SIBLING: Final = "xrechnung-testsuite"
_OFFICIAL: dict[Path, Official] = {}


class Compared(NamedTuple):
    """One document's verdicts: rules that only one side says are broken, and whether both agree."""

    id: str
    only_ours: tuple[str, ...]
    only_official: tuple[str, ...]
    unexpected: tuple[str, ...]
    """What the unit test expects and the official rules do not say."""

    @property
    def agreed(self) -> bool:
        """Whether both give the same verdict on every rule."""
        return not (self.only_ours or self.only_official)


def run(folder: Path) -> dict[str, Any]:
    """Judge our documents, and compare all verdicts on the third-party ones below a folder."""
    start = time.perf_counter()
    rules = rules_of(folder)
    with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
        own = pool.starmap(_judge_own, [(rules, first) for first in range(0, COUNT, _TOGETHER)])
        compared = list(pool.imap(_compare, ((rules, case) for case in third_party(folder)), chunksize=_TOGETHER))
    broken = [one for part in own for one in part]
    return {
        "own_passed": COUNT - len(broken),
        "own_total": COUNT,
        "own_broken": broken,
        "reader_agreed": sum(one.agreed for one in compared),
        "reader_total": len(compared),
        "disagreements": [one._asdict() for one in compared if not one.agreed],
        "tests_unexpected": [one.id for one in compared if one.unexpected],
        "seconds": round(time.perf_counter() - start, 1),
    }


def rules_of(folder: Path) -> Path:
    """Give the folder with the official rules: the one named, or one right below it."""
    for place in (folder, *sorted(folder.iterdir())):
        if (place / "ubl" / "xslt").is_dir() and (place / "cii" / "xslt").is_dir():
            return place
    raise SystemExit(f"neither {folder} nor a folder below it has ubl/xslt and cii/xslt")


def third_party(folder: Path) -> Iterator[Case]:
    """Give the invoices below a folder, and those of the test suite that lies beside it."""
    yield from cases_of(folder)
    beside = folder.resolve().parent / _SIBLING
    if beside.is_dir() and beside != folder.resolve():
        yield from cases_of(beside)


def official(rules: Path) -> Official:
    """Give the compiled rules of a folder; compiled once a process."""
    if rules not in _OFFICIAL:
        _OFFICIAL[rules] = Official(rules)
    return _OFFICIAL[rules]


def broken_own(rules: Path, first: int, count: int) -> list[str]:
    """Give those of our documents that break a rule, or that our own reader finds fault with."""
    found = []
    for own in own_documents(first, count):
        for syntax, data in (("UBL", own.ubl), ("CII", own.cii)):
            verdict = official(rules).judge(data, syntax)
            ours = judge(data, own.id).findings
            if verdict != Verdict(frozenset(), frozenset()) or ours:
                told = sorted(verdict.fatal | verdict.warnings | {one.rule for one in ours})
                found.append(f"{own.id} {syntax}: {', '.join(told) or verdict.failed}")
    return found


def compare(case: Case, verdict: Verdict) -> Compared:
    """Hold our verdict on a document against the official one, rule by rule."""
    try:
        found = frozenset(one.rule for one in judge(case.document, case.id).findings)
        ours = frozenset(rule for rule in found if rule.startswith(_COMPARED))
        if verdict.failed and found:
            return Compared(case.id, (), (), ())
    except NotationError as refusal:
        ours = frozenset(problem.code for problem in refusal.problems)
    theirs = frozenset(compared(verdict)) | ({"failed"} if verdict.failed else set())
    told = verdict.fatal | verdict.warnings
    unexpected = [rule for rule, kept in case.expected.items() if (rule in told) == kept]
    return Compared(case.id, tuple(sorted(ours - theirs)), tuple(sorted(theirs - ours)), tuple(unexpected))


def compared(verdict: Verdict) -> Iterator[str]:
    """Give the rules that refuse a document, and the business rules that warn.

    Left out are warnings of elements that an invoice had better not have: EN 16931 has no such rules.
    """
    yield from verdict.fatal
    yield from (rule for rule in verdict.warnings if rule.startswith("BR-"))


def _judge_own(rules: Path, first: int) -> list[str]:
    return broken_own(rules, first, min(_TOGETHER, COUNT - first))


def _compare(work: tuple[Path, Case]) -> Compared:
    rules, case = work
    return compare(case, official(rules).judge(case.document, case.syntax))
