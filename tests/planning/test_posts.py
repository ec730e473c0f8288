"""Job classification (S1, S3, S6, S7, S12): the employment first, then evidence, and what somebody knows better."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from alihdaya.cli import cli
from alihdaya.notation import dmn
from alihdaya.notation.dmn.analysis import check_file
from alihdaya.people.employment import Agreement, kind_of
from alihdaya.people.person import Employment
from alihdaya.planning.posts import GIVEN, Post, classify, hardest, model_text
from alihdaya.planning.posts.table import read_posts

AGENT = "Interact with customers to provide information in response to inquiries."
ANALYST = "Conduct quantitative analyses and research the outlook of investments."


@pytest.mark.parametrize(
    ("third", "agreement", "kind", "assumed"),
    [
        (False, None, "non-BPO", False),
        (False, True, "non-BPO", False),
        (True, False, "non-BPO", False),
        (True, True, "BPO", False),
        (True, None, "BPO", True),
        (None, True, "BPO", True),
    ],
)
def test_the_same_agent_is_bpo_or_not_by_the_employment_alone(third, agreement, kind, assumed):
    found = classify(Post("Agents", AGENT, "43-4051", third, agreement))
    assert (found.kind, found.assumed) == (kind, assumed)
    assert (found.channel, found.contact) == ("voice", "telephone")


@pytest.mark.parametrize(("employer", "serves"), [("Beta", "Acme"), ("Acme", "Acme"), ("Beta", "Other")])
def test_the_model_says_of_employment_what_the_room_people_says(employer, serves):
    agreements = [Agreement("Acme", "Beta")]
    third, agreed = employer != serves, Agreement(serves, employer) in agreements
    assert (
        classify(Post("Agents", AGENT, "43", third, agreed)).kind
        == kind_of(Employment(employer, serves), agreements).word
    )


def test_judgment_under_an_agreement_is_kpo_even_where_the_post_leads():
    found = classify(Post("Research managers", ANALYST, "11-9121", third_party=True, agreement=True))
    assert (found.kind, found.level) == ("KPO", "managerial")
    assert classify(Post("Research managers", ANALYST, "11-9121")).kind == "non-BPO"


def test_points_are_the_sum_of_the_evidence_that_is_told():
    found = classify(Post("Analysts", ANALYST, "13-2051"))
    assert {(2, "group:13"), (2, "word:research"), (2, "word:analys")} <= set(found.evidence)
    assert found.judgment == sum(part.points for part in found.evidence) > 0


def test_whoever_knows_better_gives_the_decision_and_it_stands():
    found = classify(Post("Analysts", ANALYST, "13-2051", given={"basis": "rules", "contact degree": "text"}))
    assert (found.kind, found.basis, found.contact, found.channel) == ("BPO", "rules", "text", "non-voice")
    assert found.evidence == ()
    assert hardest([found]) == []
    with pytest.raises(ValueError, match="basis is one of rules, judgment"):
        classify(Post("Analysts", given={"basis": "luck"}))


def test_nothing_known_is_still_answered():
    found = classify(Post("Something"))
    assert (found.kind, found.assumed, found.channel, found.level, found.judgment) == (
        "BPO",
        True,
        "non-voice",
        "operative",
        0,
    )


def test_the_hardest_are_nearest_to_the_line():
    found = [classify(Post(f"p{n}", text, "13-1000")) for n, text in enumerate(["", "routine", ANALYST, "strategy"])]
    assert [one.post.title for one in hardest(found, 2)] == ["p1", "p0"]


def test_the_model_has_no_finding_and_both_evaluators_agree():
    assert [one for one in check_file(model_text(), "posts.dmn") if one.level in {"error", "warning"}] == []
    model = dmn.read(model_text(), "posts.dmn")
    facts = {"third party": True, "agreement": True, "group": "13", "title": "Analysts", "description": ANALYST}
    assert dmn.evaluate(model, "classification", facts)[0] == dmn.compile_model(model)["classification"](facts)
    assert set(GIVEN) <= set(dmn.compile_model(model))


def test_a_table_gives_posts_and_a_problem_for_every_other_row(tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text(
        "Title,Employer,Serves,Agreement,Basis\n"
        "Agents,Beta,Acme,yes,\n,Beta,Acme,yes,\nClerks,Beta,,yes,\nClerks,,,perhaps,\nClerks,,,,luck\nOwn,Acme,acme,,\n"
    )
    posts, problems = read_posts(path)
    assert [(post.title, post.third_party, post.agreement) for post in posts] == [
        ("Agents", True, True),
        ("Own", False, None),
    ]
    assert [problem.source.line for problem in problems] == [3, 4, 5, 6]


def test_a_file_without_titles_or_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text("name\nA\n")
    assert [one.code for one in read_posts(path)[1]] == ["no-title"]
    path.write_bytes(b"title\nA\n\xff\xfe\n")
    assert [one.code for one in read_posts(path)[1]] == ["bad-file"]


@pytest.mark.parametrize(
    "text", ['title\n"unclosed\na\nb\n', "title,Title\na,b\n", "title\n", "title,code\na,abc\n", ""]
)
def test_what_would_be_lost_is_told(tmp_path, text):
    path = tmp_path / "posts.csv"
    path.write_text(text)
    posts, problems = read_posts(path)
    assert posts == []
    assert len(problems) == 1


def test_the_command_prints_a_line_a_post_and_fails_where_a_row_is_none(tmp_path):
    path = tmp_path / "posts.tsv"
    path.write_text("title\tcode\nAgents\t43-4051\n\t43\n")
    done = CliRunner().invoke(cli, ["classify", str(path), "--json"])
    assert done.exit_code == 1
    assert json.loads(done.output.splitlines()[0])["kind"] == "BPO"
    shown = CliRunner().invoke(cli, ["classify", str(path), "--hardest", "3"])
    assert "Agents" in shown.output
    assert "BPO?" in shown.output


def occupations():
    given = os.environ.get("ALIHDAYA_CONFORMANCE")
    data = Path(given).parent if given else Path(__file__).parents[2].parent / "shared"
    return data / "data" / "onet-occupations" / "occupations.tsv"


@pytest.mark.skipif(
    not occupations().is_file(), reason="THE OCCUPATIONS ARE NOT HERE: data/ beside ALIHDAYA_CONFORMANCE"
)
def test_occupations_of_the_source_fall_where_the_source_puts_them():
    posts, problems = read_posts(occupations())
    assert problems == []
    assert len(posts) > 1000
    by_code = {post.code: classify(post) for post in posts}
    assert {by_code[code].kind for code in ("43-4051.00", "43-9021.00", "43-3051.00", "15-1151.00")} == {"BPO"}
    assert {by_code[code].kind for code in ("23-2011.00", "13-2051.00", "13-1161.00")} == {"KPO"}
    assert {(by_code[code].kind, by_code[code].place) for code in ("33-9032.00", "35-2014.00", "37-2011.00")} == {
        ("BPO", "on site")
    }
    assert by_code["43-1011.00"].kind == "non-BPO"
    assert {by_code[code].channel for code in ("43-4051.00", "15-1151.00")} == {"voice"}
    assert {by_code[code].channel for code in ("43-9021.00", "43-3051.00")} == {"non-voice"}
