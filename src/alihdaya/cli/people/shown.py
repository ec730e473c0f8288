"""People in the terminal: a table of all, a tree of one; readable at 80 columns."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from alihdaya.cli.settings import mark, say
from alihdaya.kernel.time import iso
from alihdaya.people.gate import render_reason
from alihdaya.people.walls import told

if TYPE_CHECKING:
    from alihdaya.operations.people.standing import Fact, Standing, Verdict
    from alihdaya.people.person import Certificate, LanguageTest

_EVENTS = {
    "PersonJoined": mark("joined"),
    "TestTaken": mark("tested"),
    "CertificateIssued": mark("certified"),
    "CertificateWithdrawn": mark("withdrawn"),
    "WallRaised": mark("wall raised"),
    "WallLowered": mark("wall taken down"),
}


def people_table(found: Iterable["Standing"], at: int) -> Table:
    """Show everybody with their latest tests and, of each name, the certificate that counts longest."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in (mark("Person"), mark("Languages"), mark("Tests"), mark("Certificates")):
        table.add_column(say(head))
    for one in found:
        name = one.person.name if one.person else say("applicant")
        who = Text(f"{one.id}\n{name}")
        who.append_text(_lines([Text(), *_walls(one)]))
        spoken = one.person.languages.items() if one.person else ()
        tests = [_test(test) for test in _latest(one.tests)]
        certificates = [_certificate(held, at) for held in _longest(one.certificates)]
        languages = Text("\n".join(f"{code} {level}" for code, level in spoken))
        table.add_row(who, languages, _lines(tests), _lines(certificates))
    return table


def _walls(one: "Standing") -> list[Text]:
    """Say what conflict walls keep somebody from."""
    kept = one.person.walls if one.person else ()
    return [Text(say("wall: {what}").format(what=told(what)), "red") for what in kept]


def _lines(texts: Sequence[Text]) -> Text:
    return Text("\n").join(texts)


def _latest(tests: Iterable["LanguageTest"]) -> list["LanguageTest"]:
    return list({(test.kind, test.language): test for test in sorted(tests, key=lambda test: test.at)}.values())


def _longest(certificates: Iterable["Certificate"]) -> list["Certificate"]:
    rising = sorted(certificates, key=lambda held: (held.withdrawn is None, held.end))
    return sorted({held.name: held for held in rising}.values())


def _test(test: "LanguageTest") -> Text:
    said = f"{say(test.kind)} {test.language} {test.score}/{test.pass_mark}"
    return Text(said, "green" if test.passed else "red")


def _certificate(held: "Certificate", at: int) -> Text:
    if held.withdrawn is not None and held.withdrawn <= at:
        return Text(f"{held.name} " + say("withdrawn {day}").format(day=_day(held.withdrawn)), "red")
    if held.valid(at):
        return Text(f"{held.name} " + say("until {day}").format(day=_day(held.end)), "green")
    return Text(f"{held.name} " + say("expired {day}").format(day=_day(held.end)), "red")


def person_tree(one: "Standing", tasks: Iterable["Verdict"], past: Iterable["Fact"], at: int) -> Tree:
    """Show one person: proofs, tasks with verdicts, and the log about them."""
    tree = Tree(Text(f"{one.id}, {one.person.name}" if one.person else one.id))
    proofs = tree.add(say("Proved"))
    shown = [_test(test) for test in one.tests] + [_certificate(held, at) for held in one.certificates]
    for text in shown or [Text(say("nothing"))]:
        proofs.add(text)
    for wall in _walls(one):
        tree.add(wall)
    branch = tree.add(say("Tasks"))
    for verdict in tasks:
        may = Text(say("may not"), "red") if verdict.reasons else Text(say("may"), "green")
        leaf = branch.add(may.append(f" {verdict.pack}: {verdict.name}", "default"))
        for reason in verdict.reasons:
            leaf.add(Text(_why(reason), "dim"))
    log = tree.add(say("In the log"))
    for fact in past:
        log.add(Text(f"{fact.at[:16]}  {say(_EVENTS.get(fact.event, fact.event))}: {_fact(fact)}  ({fact.by})"))
    return tree


def _fact(fact: "Fact") -> str:
    """Give what a fact says; a test begins with its kind."""
    kind, _, rest = fact.says.partition(" ")
    return f"{say(kind)} {rest}" if fact.event == "TestTaken" else fact.says


def _why(code: str) -> str:
    return say("Has not joined: an applicant gets no work.") if code == "not-joined" else render_reason(code, say)


def _day(at: int) -> str:
    return (iso(at) or "")[:10]
