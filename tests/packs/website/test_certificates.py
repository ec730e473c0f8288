"""Certificates that end, have ended, are somebody else's, or are vouched for by nobody: each under its own name."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from faulty import SAFE, answer, go_to, page, serving, site_at

from alihdaya.kernel.time import DAY, micros
from alihdaya.packs.website.checks.check import check, recheck
from alihdaya.packs.website.checks.memory import Memory

TODAY = datetime.now(UTC).replace(microsecond=0)
HSTS = {**SAFE, "Strict-Transport-Security": "max-age=31536000"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    made = trustme.CA()
    made.file = tmp_path_factory.mktemp("authority") / "ca.pem"
    made.cert_pem.write_to_path(made.file)
    return made


def context_of(authority, *names, days=90, since=-1):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    until, begin = TODAY + timedelta(days=days), TODAY + timedelta(days=since)
    authority.issue_cert(*names, not_after=until, not_before=min(begin, until - timedelta(days=1))).configure_cert(
        context
    )
    return context


def found(authority, context, answers=None, **other):
    with serving(answers or {"/": answer("<p>Safe", **HSTS)}, context) as server:
        site = site_at(server, scheme="https", host="localhost", authority=authority.file, **other)
        report = check(site, Memory(site.name), micros(TODAY))
        again = [recheck(site, {"kind": one.kind, "url": one.url}, micros(TODAY)) for one in report.findings]
        left = [one.kind for some in again for one in some]
        return [(one.kind, one.days_left) for one in report.findings], left


def test_a_certificate_that_holds_long_is_no_finding(authority):
    assert found(authority, context_of(authority, "localhost")) == ([], [])


def test_one_that_ends_soon_says_how_many_days_are_left(authority):
    assert found(authority, context_of(authority, "localhost", days=12)) == ([("tls-expires", 12)], ["tls-expires"])
    assert found(authority, context_of(authority, "localhost", days=12), certificate_days=11) == ([], [])


@pytest.mark.parametrize(
    ("names", "days", "since", "kind"),
    [
        (["localhost"], -1, -30, "tls-expired"),
        (["localhost"], 30, 2, "tls-expired"),
        (["umpama.test"], 90, -1, "tls-hostname"),
    ],
)
def test_one_that_does_not_hold_is_one_finding(authority, names, days, since, kind):
    assert found(authority, context_of(authority, *names, days=days, since=since)) == ([(kind, None)], [kind])


def test_one_of_an_unknown_authority_is_not_trusted(authority):
    assert found(authority, context_of(trustme.CA(), "localhost"))[0] == [("tls-untrusted", None)]


def test_a_page_that_leaves_encryption_is_told(authority):
    with serving({"/plain": page()}) as plain:
        body = f'<script src="http://localhost:{plain.port}/a.js"></script><a href="/off">x</a>'
        answers = {"/": answer(body, **SAFE), "/off": go_to(f"http://localhost:{plain.port}/plain")}
        with serving(answers, context_of(authority, "localhost")) as server:
            hosts = frozenset({("localhost", server.port), ("localhost", plain.port)})
            site = site_at(server, scheme="https", host="localhost", authority=authority.file, hosts=hosts)
            report = check(site, Memory(site.name), micros(TODAY))
    kinds = {one.kind: one.detail for one in report.findings}
    assert kinds.keys() == {"mixed-content", "tls-left", "missing-header", "broken-link"}
    assert kinds["missing-header"] == "not sent: Strict-Transport-Security"


def test_days_are_counted_from_the_instant_that_is_given(authority):
    with serving({"/": answer("<p>", **HSTS)}, context_of(authority, "localhost")) as server:
        site = site_at(server, scheme="https", host="localhost", authority=authority.file)
        report = check(site, Memory(site.name), micros(TODAY) + 61 * DAY)
    assert [one.days_left for one in report.findings] == [29]


def test_a_host_that_the_file_does_not_name_is_not_asked_again(authority, monkeypatch):
    """A row comes in from outside: it must not have us call anybody."""
    with serving({"/": answer("<p>Safe", **HSTS)}, context_of(authority, "localhost")) as server:
        site = site_at(server, scheme="https", host="localhost", authority=authority.file)
    monkeypatch.setattr("asyncio.open_connection", None)
    for kind in ("tls-expires", "broken-link"):
        for url in ("https://localhost:9/", "https://[::1", "file:///etc/passwd", ""):
            left = recheck(site, {"kind": kind, "url": url}, micros(TODAY))
            assert [(one.kind, one.url) for one in left] == [(kind, url)], "what was not asked is not mended"
