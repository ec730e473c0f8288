"""People in the terminal: a table of all, a tree of one; readable at 80 columns."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from alihdaya.cli.settings import mark, say
from alihdaya.kernel.time import iso
from alihdaya.people.gate import render_reason

if TYPE_CHECKING:
    from alihdaya.operations.people.standing import Fact, Standing, Verdict
    from alihdaya.people.person import Certificate, LanguageTest

_EVENTS = {
    "PersonJoined": mark("joined"),
    "TestTaken": mark("tested"),
    "CertificateIssued": mark("certified"),
    "CertificateWithdrawn": mark("withdrawn"),
}


def plain(one: "Standing", at: int) -> dict[str, Any]:
    """Give somebody as JSON has them."""
    person = one.person
    tests = [{**test._asdict(), "at": iso(test.at), "passed": test.passed} for test in one.tests]
    certificates = [
        {"name": held.name, "from": iso(held.start), "until": iso(held.end), "withdrawn": iso(held.withdrawn)}
        | {"valid": held.valid(at)}
        for held in one.certificates
    ]
    facts: dict[str, Any] = {"id": one.id, "joined": person is not None}
    if person is not None:
        facts |= {"name": person.name, "employer": person.employment.employer, "serves": person.employment.serves}
        facts |= {"languages": dict(person.languages), "skills": list(person.skills)}
    return {**facts, "tests": tests, "certificates": certificates}


def people_table(found: Iterable["Standing"], at: int) -> Table:
    """Show everybody with their latest tests and their certificates."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in (mark("Person"), mark("Languages"), mark("Tests"), mark("Certificates")):
        table.add_column(say(head))
    for one in found:
        who = escape(f"{one.id}\n{one.person.name}") if one.person else escape(one.id) + "\n" + say("applicant")
        spoken = one.person.languages.items() if one.person else ()
        certificates = "\n".join(_certificate(held, at) for held in one.certificates)
        languages = escape("\n".join(f"{code} {level}" for code, level in spoken))
        table.add_row(who, languages, "\n".join(map(_test, _latest(one.tests))), certificates)
    return table


def _latest(tests: Sequence["LanguageTest"]) -> list["LanguageTest"]:
    return list({(test.kind, test.language): test for test in sorted(tests, key=lambda test: test.at)}.values())


def _test(test: "LanguageTest") -> str:
    colour = "green" if test.passed else "red"
    return f"[{colour}]{say(test.kind)} {test.language} {test.score}/{test.pass_mark}[/{colour}]"


def _certificate(held: "Certificate", at: int) -> str:
    name = escape(held.name)
    if held.withdrawn is not None and held.withdrawn <= at:
        return f"[red]{name} " + say("withdrawn {day}").format(day=_day(held.withdrawn)) + "[/red]"
    if held.valid(at):
        return f"[green]{name} " + say("until {day}").format(day=_day(held.end)) + "[/green]"
    return f"[red]{name} " + say("expired {day}").format(day=_day(held.end)) + "[/red]"


def person_tree(one: "Standing", tasks: Iterable["Verdict"], past: Iterable["Fact"], at: int) -> Tree:
    """Show one person: proofs, tasks with verdicts, and the log about them."""
    tree = Tree(escape(f"{one.id}, {one.person.name}" if one.person else one.id))
    proofs = tree.add(say("Proved"))
    for text in [*map(_test, one.tests), *(_certificate(held, at) for held in one.certificates)] or [say("nothing")]:
        proofs.add(text)
    branch = tree.add(say("Tasks"))
    for verdict in tasks:
        verb = "[red]" + say("may not") if verdict.reasons else "[green]" + say("may")
        colour = "[/red]" if verdict.reasons else "[/green]"
        leaf = branch.add(f"{verb}{colour} {escape(verdict.pack)}: {escape(verdict.name)}")
        for reason in verdict.reasons:
            leaf.add(escape(_why(reason)), style="dim")
    log = tree.add(say("In the log"))
    for fact in past:
        log.add(escape(f"{fact.at[:16]}  {say(_EVENTS.get(fact.event, fact.event))}: {fact.says}  ({fact.by})"))
    return tree


def _why(code: str) -> str:
    return say("Has not joined: an applicant gets no work.") if code == "not-joined" else render_reason(code, say)


def _day(at: int) -> str:
    return (iso(at) or "")[:10]
