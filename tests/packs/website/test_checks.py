"""A site with planted faults: each is found, nothing else is, and whatever a site does, a check ends."""

import time

import pytest
from faulty import AGREED, FAULTS, SAFE, answer, drip, drip_body, go_to, page, planted, serving, site_at

from alihdaya.packs.website.checks.check import check, recheck, rows
from alihdaya.packs.website.checks.judge import KINDS
from alihdaya.packs.website.checks.memory import Memory
from alihdaya.packs.website.checks.site import Limits, PageTerms

NOW = 1_790_000_000_000_000


def looked(site, memory=None, at=NOW):
    return check(site, memory or Memory(site.name), at)


def kinds(report):
    return sorted(finding.kind for finding in report.findings)


@pytest.fixture(scope="module")
def report():
    with serving(planted()) as server:
        yield looked(site_at(server, pages=AGREED)), server


def test_every_planted_fault_is_found_and_nothing_else(report):
    found, server = report
    home = f"http://127.0.0.1:{server.port}"
    expected = {(kind, home + path) for path, kind in FAULTS.items()}
    expected |= {
        ("endless-links", f"{home}/calendar?day=6"),
        ("unsafe-link", "file:///etc/passwd"),
        ("unsafe-link", "http://10.0.0.7/router"),
        ("bad-link", "http://[x"),
        ("bad-link", "http://[bad"),
    }
    assert {(one.kind, one.url) for one in found.findings} == expected
    assert {one.kind for one in found.findings} <= set(KINDS)


def test_a_finding_says_where_the_link_stands_and_what_was_answered(report):
    found, server = report
    broken = next(one for one in found.findings if one.kind == "broken-link")
    assert (broken.page, broken.link, broken.status) == (f"http://127.0.0.1:{server.port}/", "to /gone", 404)


def test_what_is_kept_between_two_checks_makes_only_new_findings_new():
    with serving({"/": page("/gone", "/crash"), "/prices": page(), "/crash": answer(status=500)}) as server:
        site = site_at(server)
        first = looked(site)
        assert kinds(first) == ["broken-link", "server-error"]
        server.answers |= {"/gone": page("/late"), "/late": answer(status=502)}
        second = looked(site, first.memory, NOW + 1)
        assert [(one.kind, one.url) for one in second.new] == [("server-error", f"{site.start}late")]
        assert kinds(second) == ["server-error", "server-error"]
        del server.answers["/gone"]
        third = looked(site, second.memory, NOW + 2)
        assert [one.kind for one in third.new] == ["broken-link"]
        (row,) = rows(third, third.new)
        assert row["found_at"].endswith(".000002Z")


def test_a_changed_text_is_a_finding_where_it_is_watched_and_says_what_changed():
    with serving({"/": page("/prices"), "/prices": page(says="A cup: 10 ringgit")}) as server:
        site = site_at(server)
        first = looked(site)
        server.answers |= {"/prices": page(says="A cup: 1 ringgit"), "/": page("/prices", says="New words")}
        second = looked(site, first.memory, NOW + 1)
        (change,) = second.new
        assert (change.kind, change.detail) == ("content-changed", "- A cup: 10 ringgit\n+ A cup: 1 ringgit")
        (row,) = rows(second, second.new)
        assert row["importance"] == "high"
        assert [one.kind for one in recheck(site, row, NOW)] == ["content-changed"]
        server.answers["/prices"] = page(says="A  cup: <b>10</b> ringgit ")
        assert recheck(site, row, NOW) == []
        assert looked(site, first.memory, NOW + 2).findings == ()


@pytest.mark.parametrize("path", FAULTS)
def test_a_mended_fault_is_seen_to_be_mended_and_an_unmended_one_is_not(path):
    with serving(planted()) as server:
        site = site_at(server, pages=AGREED)
        home = f"http://127.0.0.1:{server.port}"
        row = {"kind": FAULTS[path], "url": home + path, "page": home + "/"}
        assert [one.kind for one in recheck(site, row, NOW)] == [FAULTS[path]]
        server.answers[path] = page(says="Right of withdrawal")
        assert recheck(site, row, NOW) == []


@pytest.mark.parametrize("how", [drip, drip_body])
def test_a_server_that_sends_a_byte_now_and_then_is_left_in_time(how):
    with serving({"/": how}) as server:
        site = site_at(server, limits=Limits(page_seconds=1))
        (finding,) = recheck(site, {"kind": "timeout", "url": site.start}, NOW)
        assert (finding.kind, finding.detail) == ("timeout", "no whole answer in 1 s")


def test_a_slow_answer_is_told_with_its_milliseconds():
    def slow(*_):
        time.sleep(0.2)
        return page()

    with serving({"/": slow}) as server:
        (finding,) = looked(site_at(server, slow_ms=200)).findings
        assert finding.kind == "slow"
        assert finding.ms >= 200


def test_a_broken_link_is_mended_too_when_nobody_links_there_any_more():
    with serving({"/": page("/gone")}) as server:
        site = site_at(server)
        row = {"kind": "broken-link", "url": f"{site.start}gone", "page": site.start}
        assert len(recheck(site, row, NOW)) == 1
        server.answers["/"] = page("/")
        assert recheck(site, row, NOW) == []
        server.answers["/"] = answer(status=500)
        assert len(recheck(site, row, NOW)) == 1


def test_an_unsafe_link_is_mended_when_it_is_gone():
    with serving({"/": page("file:///etc/hosts")}) as server:
        site = site_at(server)
        (finding,) = looked(site).findings
        row = {"kind": finding.kind, "url": finding.url, "page": finding.page}
        assert len(recheck(site, row, NOW)) == 1
        server.answers["/"] = page("/")
        assert recheck(site, row, NOW) == []


def test_robots_txt_is_kept_and_one_that_cannot_be_had_forbids_all_but_the_start():
    answers = {"/": page("/private/x", "/open"), "/open": page(), "/private/x": answer(status=500)}
    with serving(answers | {"/robots.txt": answer("User-agent: *\nDisallow: /private", kind="text/plain")}) as server:
        report = looked(site_at(server))
        assert (report.findings, report.kept_out) == ((), 1)
        assert "/private/x" not in server.asked
        server.answers["/robots.txt"] = answer("User-agent: alihdaya-maintenance\nDisallow: /open", kind="text/plain")
        assert looked(site_at(server)).kept_out == 1
        server.answers["/robots.txt"] = answer(status=503)
        server.asked.clear()
        assert kinds(looked(site_at(server))) == ["robots-unreachable"]
        assert server.asked == ["/robots.txt", "/"]


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(pages=10, alike=500), "10 pages"),
        (Limits(bytes=2_000, alike=500), "2,000 bytes"),
        (Limits(seconds=1, alike=100_000, pages=10_000, depth=100), "seconds"),
    ],
)
def test_a_site_without_end_is_left_at_a_limit_and_that_is_said(limits, said):
    def endless(_, path):
        time.sleep(0.02)
        number = int(path.strip("/") or 0)
        return page(*(f"/{10 * number + one}" for one in range(1, 10)))

    with serving({"*": endless, "/robots.txt": answer(status=404)}) as server:
        report = looked(site_at(server, limits=limits))
        assert kinds(report) == ["cut-short"]
        assert said in report.findings[0].detail


def test_no_page_is_deeper_than_agreed():
    with serving({"/": page("/1"), "/1": page("/2"), "/2": page("/3"), "/3": answer(status=500)}) as server:
        assert kinds(looked(site_at(server, limits=Limits(depth=2)))) == []
        assert kinds(looked(site_at(server, limits=Limits(depth=3)))) == ["server-error"]


def test_a_site_that_is_down_is_one_finding():
    with serving({}) as server:
        site = site_at(server)
    report = looked(site)
    assert kinds(report) == ["robots-unreachable", "unreachable"]


def test_what_is_missing_on_the_start_page_is_told_once():
    bare = answer("<a href='/b'>b</a>")
    with serving({"/": bare, "/b": bare}) as server:
        (finding,) = looked(site_at(server)).findings
    assert finding.kind == "missing-header"
    assert finding.detail == "not sent: X-Content-Type-Options, Content-Security-Policy: frame-ancestors"


def test_no_other_host_is_ever_called_whatever_leads_there():
    with serving({"*": answer("secret")}) as inside, serving({}) as server:
        target = f"http://127.0.0.1:{inside.port}/admin"
        server.answers |= {"/": page("/jump", target, f"//localhost:{inside.port}/"), "/jump": go_to(target)}
        report = looked(site_at(server))
        assert kinds(report) == ["redirect-abroad", "unsafe-link", "unsafe-link"]
        assert inside.asked == []


def test_a_named_host_that_leads_inside_is_not_called_unless_that_is_allowed():
    with serving({"/": page()}) as server:
        closed = looked(site_at(server, loopback=False))
        assert kinds(closed) == ["robots-unreachable", "unsafe-link"]
        assert server.asked == []
        name = site_at(server, host="localhost", loopback=False)
        assert kinds(looked(name)) == ["robots-unreachable", "unsafe-link"]
        assert server.asked == []


def test_pages_that_the_file_names_are_looked_at_though_nobody_links_to_them():
    with serving({"/": page()}) as server:
        report = looked(site_at(server, pages=(PageTerms("/checkout", "high"), PageTerms("/x*"))))
        assert [(one.kind, one.status) for one in report.findings] == [("missing-page", 404)]


def test_findings_that_could_not_be_looked_at_again_stay_what_they_were():
    with serving({"/": page("/a", "/b"), "/a": page(), "/b": answer(status=500, **SAFE)}) as server:
        site = site_at(server)
        first = looked(site)
        short = looked(site_at(server, limits=Limits(pages=2)), first.memory, NOW + 1)
        assert [one.kind for one in short.new] == ["cut-short"]
        assert looked(site, short.memory, NOW + 2).new == ()
