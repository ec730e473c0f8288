"""`alihdaya question`: what clients want to know, what answers were worth in bits, and how well they held."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import Settings, figure, refuse_unknown, say
from alihdaya.cli.work import ITEM, do

if TYPE_CHECKING:
    from alihdaya.operations.books.questions import Question
    from alihdaya.store import Store
    from alihdaya.work.question import QuestionFact

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_json = click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
_engagement = click.option("--engagement", help=say("Which engagement, where the store holds several."))
_service = click.option("--service", help=say("Which service, where the engagement has several."))


@click.group(
    help=say(
        "Questions that a client registers, with what they believe before; answers with stated probabilities; the "
        "outcome once it is known. So work that brings knowledge is measured: in bits an expert hour."
    )
)
def question() -> None:
    """Group the commands."""


@question.command(help=say("Register the question NAME, or all of a CSV file (question, text, prior)."))
@click.argument("name", required=False)
@click.option("--text", default="", help=say("What the client wants to know."))
@click.option("--prior", default="", metavar="YES=P;NO=P", help=say("What they believe before: they add up to 1."))
@click.option("--file", type=_FILE, help=say("Many at once: all of them, or none."))
@_engagement
@_service
@click.pass_obj
def register(
    settings: Settings,
    name: str | None,
    text: str,
    prior: str,
    file: Path | None,
    engagement: str | None,
    service: str | None,
) -> None:
    """Register questions."""
    from alihdaya.cli.checks.questions.files import chances, facts
    from alihdaya.operations.books.bill import terms_of
    from alihdaya.work.question import QuestionRegistered

    with settings.read() as store:
        terms = terms_of(store, engagement)
    names = [one.id for one in terms.services]
    if service is None and len(names) > 1:
        raise click.UsageError(say("Name the service with --service: {names}").format(names=", ".join(names)))
    of = (terms.engagement, service or names[0])
    if _one_of(name, file):
        _write(settings, [QuestionRegistered(name or "", *of, text, *chances(prior))])
    elif file is not None:
        _write(settings, facts(file, "register", of, lambda _: ()))


@question.command(
    help=say(
        "Answer the question NAME with a probability for each outcome (YES=P), or answer all of a CSV file (question, "
        "person, probabilities, and where there are: minutes, item, evidence)."
    )
)
@click.argument("name", required=False)
@click.argument("stated", nargs=-1, metavar="[OUTCOME=P]...")
@click.option("--by", "person", default="", help=say("Who answers: a person of the roster, or a program."))
@click.option("--item", type=ITEM, help=say("The work that it comes with; what they spent on it is counted."))
@click.option("--minutes", type=click.IntRange(0, 1440), default=0, help=say("Expert time beside that."))
@click.option("--evidence", multiple=True, metavar="TEXT", help=say("What was opened: a page, a line, a hash."))
@click.option("--file", type=_FILE, help=say("Many at once: all of them, or none."))
@click.pass_obj
def answer(
    settings: Settings,
    name: str | None,
    stated: tuple[str, ...],
    person: str,
    item: int | None,
    minutes: int,
    evidence: tuple[str, ...],
    file: Path | None,
) -> None:
    """Answer questions."""
    from alihdaya.cli.checks.questions.files import chances, facts, ordered
    from alihdaya.work.question import QuestionAnswered

    with settings.read() as store:
        known = {key: one.asked.outcomes for key, one in _known(store).items()}
    if _one_of(name, file) and name is not None:
        given, outcomes = chances(";".join(stated)), known.get(name, ())
        if not person:
            raise click.UsageError(say("Say with --by who answers."))
        numbers = ordered(outcomes, given) if outcomes else given[1]
        _write(settings, [QuestionAnswered(name, person, numbers, item or 0, minutes * 60, evidence)])
    elif file is not None:
        _write(settings, facts(file, "answer", ("", ""), lambda one: known.get(one, ())))


@question.command(help=say("Say how the question NAME came out, or all of a CSV file (question, outcome, source)."))
@click.argument("name", required=False)
@click.argument("outcome", required=False)
@click.option("--source", default="", metavar="TEXT", help=say("Where that is known from."))
@click.option("--instead", is_flag=True, help=say("It corrects what is recorded already."))
@click.option("--file", type=_FILE, help=say("Many at once: all of them, or none."))
@click.pass_obj
def settle(
    settings: Settings, name: str | None, outcome: str | None, source: str, file: Path | None, *, instead: bool
) -> None:
    """Settle questions."""
    from alihdaya.cli.checks.questions.files import facts
    from alihdaya.work.question import QuestionSettled

    if _one_of(name, file):
        _write(settings, [QuestionSettled(name or "", outcome or "", source)], instead=instead)
    elif file is not None:
        _write(settings, facts(file, "settle", ("", ""), lambda _: ()), instead=instead)


@question.command("list", help=say("List questions with their priors, answers and outcomes."))
@_json
@click.pass_obj
def list_(settings: Settings, *, as_json: bool) -> None:
    """List questions."""
    from alihdaya.cli.checks.questions.shown import show_list
    from alihdaya.operations.books.questions import plain

    with settings.read() as store:
        found = list(_known(store).values())
    if as_json:
        for one in found:
            click.echo(json.dumps(plain(one), ensure_ascii=False))
    elif found:
        show_list(found)
    else:
        click.echo(say("No question is registered."))


@question.command(
    help=say(
        "Say what answers were worth: bits an expert hour with its interval (95 %, a bootstrap over questions), and "
        "of settled questions whether what was stated came true: scores, and the reliability of probabilities."
    )
)
@_engagement
@_service
@click.option("--seed", type=int, default=1, help=say("Seed of the bootstrap; the same seed, the same figures."))
@click.option("--draws", type=click.IntRange(50, 20_000), default=400, help=say("Draws of the bootstrap."))
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help=say("Write the picture to this file."))
@_json
@click.pass_obj
def score(
    settings: Settings,
    engagement: str | None,
    service: str | None,
    *,
    seed: int,
    draws: int,
    html: Path | None,
    as_json: bool,
) -> None:
    """Score answers."""
    from alihdaya.cli.checks.questions.scoring import plain_scored, score_services
    from alihdaya.cli.checks.questions.shown import show

    with settings.read() as store:
        _require(store, engagement, service)
        found = score_services(store, engagement, service, seed=seed, draws=draws)
    if not found:
        raise click.ClickException(say("No question is registered."))
    if as_json:
        for one in found:
            click.echo(json.dumps(plain_scored(one), ensure_ascii=False))
    else:
        for one in found:
            show(one)
    if html is not None:
        from alihdaya.cli.checks.questions.page import page

        html.write_text(page(found, settings.language), encoding="utf-8")


def _known(store: "Store") -> "dict[str, Question]":
    from alihdaya.operations.books.questions import questions

    return questions(store)


def _require(store: "Store", engagement: str | None, service: str | None) -> None:
    """Raise Refused where no such engagement is signed, or none has such a service."""
    from alihdaya.kernel.errors import Problem, Refused
    from alihdaya.operations.books.bill import terms_of

    signed = [one.id for one in store.engagements()]
    refuse_unknown(store, engagement)
    wanted = [terms_of(store, one) for one in dict.fromkeys(signed) if engagement in (None, one)]
    names = sorted({one.id for terms in wanted for one in terms.services})
    if service is not None and service not in names:
        listed = ", ".join(names)
        raise Refused(Problem("no-service", f"no engagement has a service {service[:100]!r}; there are: {listed}"))


def _one_of(name: str | None, file: Path | None) -> bool:
    """Say whether one question is named; raises UsageError where a file is named as well, or neither."""
    if (name is None) == (file is None):
        raise click.UsageError(say("Name a question, or a file with --file."))
    return name is not None


def _write(settings: Settings, facts: "list[QuestionFact]", *, instead: bool = False) -> None:
    from alihdaya.operations.books.questions import Inquire

    new = do(settings, lambda _: Inquire(tuple(facts), "operator", instead), house="books")
    known = len(facts) - new
    click.echo(say("Recorded: {count}.").format(count=figure(new)) if new else say("It was recorded already."))
    if new and known:
        click.echo(say("Recorded already: {count}.").format(count=figure(known)))
