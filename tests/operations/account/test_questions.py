"""Registered questions: what is refused, what stands in the log, in one store and in the house's of many shards."""

import json

import pytest
from click.testing import CliRunner
from house_street import Street
from small_desk import SmallDesk

from alihdaya.cli import cli
from alihdaya.kernel.errors import Refused
from alihdaya.operations.books.questions import Inquire, minutes_spent, plain, questions
from alihdaya.operations.books.replay import prove
from alihdaya.operations.floor.commands import SpendTime
from alihdaya.store import open_store
from alihdaya.work.question import QuestionAnswered, QuestionRegistered, QuestionSettled

ASKED = QuestionRegistered("q-1", "acme", "claims-desk", "Is it a fraud?", ("yes", "no"), ("0.20", "0.80"))
GIVEN = QuestionAnswered("q-1", "ana", ("0.5", "0.5"), 0, 1800, ("page 7",))
TRUE = QuestionSettled("q-1", "yes", "a court")


@pytest.fixture
def small(store, tmp_path):
    return SmallDesk(store, tmp_path)


def tell(small, *facts, instead=False):
    return small.command(Inquire(facts, "operator", instead))


def refusal(small, *facts, instead=False):
    with pytest.raises(Refused) as caught:
        tell(small, *facts, instead=instead)
    return {problem.code for problem in caught.value.problems}


def test_a_question_is_asked_answered_and_settled_and_the_log_says_so(small):
    small.later(hours=1)
    item = small.receive("judge")
    assert tell(small, ASKED, GIVEN) == 2
    assert tell(small, ASKED._replace(prior=("0.2", "0.8"))) == 0, "0.20 is 0.2"
    assert tell(small, GIVEN._replace(probabilities=("0.9", "0.1"), item=item, seconds=0)) == 1
    assert tell(small, TRUE) == 1
    assert tell(small, TRUE) == 0
    small.commit()
    (one,) = questions(small.store).values()
    assert plain(one)["prior"] == {"yes": "0.2", "no": "0.8"}
    assert [(given.probabilities, given.item) for _, given in one.answers] == [(("0.5", "0.5"), 0), (("0.9", "0.1"), 1)]
    assert one.outcome == TRUE
    assert tell(small, QuestionSettled("q-1", "no", "appeal"), instead=True) == 1
    small.commit()
    assert questions(small.store)["q-1"].outcome.outcome == "no"
    assert prove(small.store).equal


@pytest.mark.parametrize(
    ("code", "fact"),
    [
        ("question-registered", ASKED._replace(prior=("0.3", "0.7"))),
        ("question-registered", ASKED._replace(text="Another?")),
        ("no-engagement", ASKED._replace(question="q-2", engagement="nobody")),
        ("no-service", ASKED._replace(question="q-2", service="nothing")),
        ("bad-outcomes", ASKED._replace(question="q-2", outcomes=("yes", "yes"))),
        ("bad-outcomes", ASKED._replace(question="q-2", outcomes=("yes",), prior=("1",))),
        ("bad-probabilities", ASKED._replace(question="q-2", prior=("0.2", "0.9"))),
        ("bad-probabilities", ASKED._replace(question="q-2", prior=("0", "1"))),
        ("bad-text", ASKED._replace(question=" ")),
        ("bad-text", ASKED._replace(question="q-2", text="two\nlines")),
        ("no-question", GIVEN._replace(question="q-9")),
        ("no-question", TRUE._replace(question="q-9")),
        ("bad-probabilities", GIVEN._replace(probabilities=("0.5", "0.4"))),
        ("bad-probabilities", GIVEN._replace(probabilities=("0.5", "0.3", "0.2"))),
        ("bad-probabilities", GIVEN._replace(probabilities=("1.5", "-0.5"))),
        ("bad-probabilities", GIVEN._replace(probabilities=("5e-1", "0.5"))),
        ("bad-probabilities", GIVEN._replace(probabilities=("NaN", "0.5"))),
        ("bad-probabilities", GIVEN._replace(probabilities=("0.00001", "0.99999"))),
        ("no-such-person", GIVEN._replace(person="nobody")),
        ("no-such-person", GIVEN._replace(person="a\0na")),
        ("no-time", GIVEN._replace(seconds=0)),
        ("bad-time", GIVEN._replace(seconds=86_401)),
        ("no-such-item", GIVEN._replace(item=99)),
        ("no-such-item", GIVEN._replace(item=2**70)),
        ("bad-text", GIVEN._replace(evidence=("",))),
        ("no-outcome", TRUE._replace(outcome="perhaps")),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(small, code, fact):
    tell(small, ASKED)
    small.commit()
    before = small.desk.seq
    assert code in refusal(small, fact, GIVEN)
    assert (small.desk.seq, small.desk.pending) == (before, []), "all of them, or none"


def test_once_the_outcome_is_known_nobody_answers_any_more(small):
    tell(small, ASKED, TRUE)
    assert refusal(small, GIVEN) == {"outcome-known"}
    assert refusal(small, TRUE._replace(outcome="no")) == {"outcome-known"}
    tell(small, ASKED._replace(question="q-2"))
    assert refusal(small, TRUE._replace(question="q-2"), GIVEN._replace(question="q-2")) == {"outcome-known"}


def test_an_answer_that_is_sent_again_counts_nobodys_minutes_twice(small):
    tell(small, ASKED)
    assert tell(small, GIVEN) == 1
    assert tell(small, GIVEN._replace(probabilities=("0.50", "0.5"))) == 0, (
        "before it is durable, and otherwise written"
    )
    small.commit()
    other = GIVEN._replace(person="budi", probabilities=("0.9", "0.1"))
    assert tell(small, other) == 1
    assert tell(small, GIVEN) == 0, "lost on the way, and somebody else answered meanwhile"
    for another in (
        GIVEN._replace(seconds=1801),
        GIVEN._replace(evidence=("page 8",)),
        GIVEN._replace(probabilities=("0.6", "0.4")),
    ):
        assert tell(small, another) == 1
    assert tell(small, GIVEN) == 1, "they came back to it"
    small.commit()
    assert len(questions(small.store)["q-1"].answers) == 6


def test_whom_a_wall_keeps_away_neither_answers_nor_meets(small):
    item = small.receive("judge")
    tell(small, ASKED)
    ana = small.desk.people["ana"]
    for wall in (small.terms.client.name, "engagement:acme"):
        small.desk.people["ana"] = type(ana)(**{**_fields(ana), "walls": frozenset({wall})})
        assert refusal(small, GIVEN) == {"gate"}
        with pytest.raises(Refused, match="wall"):
            small.command(SpendTime(item, "ana", "meeting", 60))
    small.desk.people["ana"] = ana
    assert tell(small, GIVEN) == 1


def _fields(person):
    return {name: getattr(person, name) for name in person.__dataclass_fields__}


def test_time_with_others_is_labour_and_counts_for_answers(small):
    item = small.receive("judge")
    small.assign(item, person="ana")
    small.complete(item, seconds=600, verdict="yes")
    small.commit()
    for kind, seconds in (("meeting", 300), ("comment", 60), ("hand-over", 120)):
        small.command(SpendTime(item, "ana", kind, seconds, "about the claim"))
    small.commit()
    assert minutes_spent(small.store, item) == {"ana": 18.0}
    for wrong in (
        SpendTime(item, "ana", "lunch", 60),
        SpendTime(item, "ana", "meeting", 0),
        SpendTime(item, "nobody", "meeting", 60),
        SpendTime(99, "ana", "meeting", 60),
        SpendTime(2**70, "ana", "meeting", 60),
        SpendTime(item, "ana", "comment", 60, "x" * 2001),
    ):
        with pytest.raises(Refused):
            small.command(wrong)
    assert prove(small.store).equal


def test_a_house_of_shards_has_its_questions_in_one_place(postgresql, tmp_path):
    street = Street(postgresql.new_database(), tmp_path)
    try:
        street.receive(1, 10**15)
        street.commit()
        known = []
        for fact in (ASKED, GIVEN, TRUE):

            def act(desk, fact=fact):
                from alihdaya.operations.perform import perform

                new = perform(desk, Inquire((fact,)), max(desk.at, 10**15))
                desk.commit()
                known.append([[plain(one)["outcome"], len(one.answers)] for one in questions(desk.store).values()])
                return new

            assert street.books(act) == (1, 1)
        assert known[-2:] == [[["yes", 1]], [["yes", 1]]]
        with pytest.raises(Refused, match="no question any more"):
            street.books(lambda desk: _perform(desk, GIVEN))
    finally:
        street.close()


def _perform(desk, fact):
    from alihdaya.operations.perform import perform

    return perform(desk, Inquire((fact,)), max(desk.at, 10**15))


def alihdaya(place, *words):
    done = CliRunner().invoke(cli, ["--store", str(place), "question", *words])
    assert done.exception is None or isinstance(done.exception, SystemExit | Refused | Exception)
    return done


def test_files_by_the_command_line_name_the_row_that_is_wrong(tmp_path):
    place = tmp_path / "one.db"
    with open_store(place) as store:
        SmallDesk(store, tmp_path).commit()
    questions_ = tmp_path / "q.csv"
    questions_.write_text("question,text,prior\nq-1,Is it?,yes=0.2; no=0.8\nq-2,And this?,a=0.5;b=0.25;c=0.25\n")
    assert "Recorded: 2" in alihdaya(place, "register", "--file", str(questions_)).output
    answers = tmp_path / "a.csv"
    answers.write_text(
        "question,person,probabilities,minutes,evidence\nq-1,ana,no=0.5; yes=0.5,30,p. 7; p. 8\nq-2,ana,a=1,x,\n"
    )
    wrong = alihdaya(place, "answer", "--file", str(answers))
    assert wrong.exit_code
    (problem,) = wrong.exception.problems
    assert (problem.source.row, problem.source.file) == (2, str(answers))
    answers.write_text(answers.read_text().replace("a=1,x,", "c=0.5;b=0.25;a=0.25,6,"))
    assert "Recorded: 2" in alihdaya(place, "answer", "--file", str(answers)).output
    found = [json.loads(line) for line in alihdaya(place, "list", "--json").output.splitlines()]
    assert found[0]["answers"][0]["probabilities"] == {"yes": "0.5", "no": "0.5"}
    assert found[1]["answers"][0]["probabilities"] == {"a": "0.25", "b": "0.25", "c": "0.5"}
    assert found[0]["answers"][0]["evidence"] == ["p. 7", "p. 8"]
    (score,) = [json.loads(line) for line in alihdaya(place, "score", "--json").output.splitlines()]
    assert score["bits"]["state"] == "too few"
    assert score["bits"]["hours"] == 0.6
    listed = alihdaya(place, "list").output.splitlines()
    assert listed[0].split() == ["Question", "Answers", "Outcome", "Believed", "Text"]
    assert listed[1].split() == ["q-1", "1", "open", "yes", "0.5;", "no", "0.5", "Is", "it?"]
    for words, code in ((("--engagement", "foo"), "which-engagement"), (("--service", "foo"), "no-service")):
        assert alihdaya(place, "score", *words).exception.problems[0].code == code
    for header in ("question,text", "question,text,prior,more", ""):
        questions_.write_text(header + "\n")
        assert "header" in str(alihdaya(place, "register", "--file", str(questions_)).exception)
    questions_.write_bytes(b"question,text,prior\n\xff,x,y\n")
    assert "UTF-8" in str(alihdaya(place, "register", "--file", str(questions_)).exception)
