import pytest

from alihdaya.kernel.errors import AlihdayaError, NotationError, PackError, Problem, Refused, Source, TermsError


@pytest.mark.parametrize(
    ("source", "place"),
    [
        (Source("a.toml"), "a.toml"),
        (Source("a.toml", 3), "a.toml:3"),
        (Source("a.toml", 3, 7), "a.toml:3:7"),
        (Source("a.csv", row=12), "a.csv, row 12"),
        (Source("a.bpmn", 4, element="judge"), "a.bpmn:4, element 'judge'"),
        (Source(element="cause"), "element 'cause'"),
    ],
)
def test_a_problem_says_where_it_is(source, place):
    assert str(source) == place
    assert str(Problem("wrong", "must be text", source)) == f"{place}: must be text [wrong]"


@pytest.mark.parametrize("kind", [AlihdayaError, NotationError, TermsError, PackError, Refused])
def test_an_error_carries_every_problem_and_shows_them_all(kind):
    problems = [Problem("one", "first"), Problem("two", "second", Source("f", 2))]
    error = kind(problems)
    assert error.problems == tuple(problems)
    assert str(error).splitlines() == [str(problem) for problem in problems]
    assert isinstance(error, AlihdayaError)
    assert kind(problems[0]).problems == (problems[0],)


def test_a_plain_sentence_becomes_a_problem():
    (problem,) = AlihdayaError("the disk is full").problems
    assert problem.message == "the disk is full"
    assert "the disk is full" in str(problem)


def test_problems_may_come_one_by_one_from_a_generator():
    error = Refused(Problem(code, code) for code in ("a", "b"))
    assert [problem.code for problem in error.problems] == ["a", "b"]
