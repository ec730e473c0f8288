"""Pages that no parser gets through: they end at their limit, are a finding, and harm nothing else."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from faulty import answer, page, serving, site_at

from alihdaya.packs.website.checks import apart
from alihdaya.packs.website.checks.apart import Unreadable, read_apart
from alihdaya.packs.website.checks.check import check, recheck
from alihdaya.packs.website.checks.memory import Memory
from alihdaya.packs.website.checks.page import read_page
from alihdaya.packs.website.checks.site import Limits, PageTerms

NOW = 1_790_000_000_000_000
HEAVY = b"<p " + b" ".join(b"a%d=1" % number for number in range(200_000)) + b">"
PLAIN = "<title>Umpama</title><p>Caf\u00e9 \U0001f375<a href='/x?a=1&amp;b=\u00e9'>to it</a><img src=i.png>".encode()


@pytest.fixture
def fresh(monkeypatch):
    """No process that was begun under other limits, and little time for a page."""
    monkeypatch.setattr(apart, "_idle", [])
    monkeypatch.setattr(apart, "SECONDS", 1)


def test_what_comes_over_is_what_is_read_here():
    for body in (PLAIN, b"", b"\0", bytes(range(256)) * 30, b"<p>" * 3_000):
        assert read_apart(body, "http://a.test/", "text/html") == read_page(body, "http://a.test/", "text/html")


def test_one_process_reads_page_after_page_and_many_threads_have_one_each(fresh):
    read_apart(PLAIN, "http://a.test/")
    (process,) = apart._idle
    read_apart(PLAIN, "http://a.test/")
    assert apart._idle == [process]
    with ThreadPoolExecutor(3) as pool:
        pages = list(pool.map(lambda number: read_apart(PLAIN, f"http://a.test/{number}/"), range(12)))
    assert [one.links[1].url for one in pages] == [f"http://a.test/{number}/i.png" for number in range(12)]
    assert 1 <= len(apart._idle) <= 3


def test_one_that_was_killed_is_replaced(fresh):
    read_apart(PLAIN, "http://a.test/")
    (process,) = apart._idle
    os.kill(process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert read_apart(PLAIN, "http://a.test/").title == "Umpama"


def test_a_page_that_needs_too_much_time_ends_and_the_next_is_read(fresh):
    with pytest.raises(Unreadable, match="takes more than 1 s"):
        read_apart(HEAVY, "http://a.test/")
    assert apart._idle == []
    assert read_apart(PLAIN, "http://a.test/").title == "Umpama"


def test_a_page_that_needs_too_much_memory_ends(fresh, monkeypatch):
    monkeypatch.setattr(apart, "MEMORY", 150_000_000)
    monkeypatch.setattr(apart, "SECONDS", 60)
    with pytest.raises(Unreadable, match="takes more memory"):
        read_apart(b"<p><a href=x>y</a>" * 300_000, "http://a.test/")


def test_such_a_page_is_a_finding_and_the_rest_of_the_site_is_looked_at(fresh):
    limits = Limits(seconds=600, page_seconds=600, page_bytes=2_000_000)
    with serving({"/": page("/heavy", "/gone"), "/heavy": answer(HEAVY)}) as server:
        site = site_at(server, limits=limits, pages=(PageTerms("/heavy", must_say="Right of withdrawal"),))
        report = check(site, Memory(site.name), NOW)
        assert [(one.kind, one.url) for one in report.findings] == [
            ("broken-link", f"{site.start}gone"),
            ("unreadable", f"{site.start}heavy"),
        ]
        for kind in ("unreadable", "text-missing"):
            row = {"kind": kind, "url": f"{site.start}heavy", "page": site.start}
            assert [one.kind for one in recheck(site, row, NOW)] == ["unreadable"], "what nobody can see is not mended"
