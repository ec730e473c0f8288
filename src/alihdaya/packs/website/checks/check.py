"""One check of a site: what is wrong, and which of it is new. And one finding looked at again, after it was mended."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from alihdaya.kernel.time import iso
from alihdaya.packs.website.checks.apart import paged
from alihdaya.packs.website.checks.certificate import look
from alihdaya.packs.website.checks.crawl import Seen, Walk
from alihdaya.packs.website.checks.fetch import Fetcher
from alihdaya.packs.website.checks.judge import Finding, Text, of_answer, of_headers, of_links, of_page
from alihdaya.packs.website.checks.memory import Memory, Standing
from alihdaya.packs.website.checks.site import Site, place_of


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found at the instant `at`. `findings`: all; `new`: those that the last check did not see.

    `pages`: how many addresses were asked for; `kept_out`: how many robots.txt kept us from; `memory`: for next time.
    """

    site: Site
    at: int
    findings: tuple[Finding, ...]
    new: tuple[Finding, ...]
    pages: int
    kept_out: int
    memory: Memory


def check(site: Site, memory: Memory, at: int) -> Report:
    """Check a site once, at the instant `at`. Ends within its limits of time, whatever the site does."""
    walk, findings = asyncio.run(_check(site, memory.texts, at))
    found = {finding.key: finding for finding in reversed(findings)}
    since = {(one.kind, one.url, one.digest): one.since for one in memory.standing}
    new = [finding for key, finding in found.items() if key not in since]
    asked = walk.seen.keys() | {finding.url for finding in findings}
    standing = [one for one in memory.standing if one.url not in asked and one.kind != "cut-short"]
    standing += [Standing(*key, since.get(key, at)) for key in found]
    texts = memory.texts | {
        url: Text(seen.page.digest, seen.page.lines)
        for url, seen in walk.seen.items()
        if seen.page is not None and site.terms(url).watched
    }
    after = Memory(site.name, sorted(standing, key=lambda one: (one.kind, one.url, one.digest)), texts)
    return Report(site, at, _sorted(found.values()), _sorted(new), len(walk.seen), walk.kept_out, after)


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda one: one.key))


async def _check(site: Site, texts: Mapping[str, Text], at: int) -> tuple[Walk, list[Finding]]:
    async with Fetcher(site) as fetcher:
        walk = Walk(site, fetcher)
        await walk.go()
        findings = list(walk.findings)
        for url, seen in walk.seen.items():
            findings += _judged(site, seen, texts.get(url))
        hosts = {place_of(urlsplit(url)) for url in walk.seen if url.startswith("https:")} - {None}
        ended = {finding.url for finding in findings if finding.kind.startswith("tls-")}
        for host, port in sorted(place for place in hosts if place is not None):
            findings += [one for one in await look(site, host, port, at) if one.url not in ended]
        return walk, findings


def _judged(site: Site, seen: Seen, before: Text | None) -> list[Finding]:
    got, page = seen.got, seen.page
    findings = of_answer(site, got, seen.linked_from, seen.link)
    if page is not None:
        findings += of_page(site, got, page, before) + of_links(site, got.url, page)
    if got.url == site.start and not got.fault:
        findings += of_headers(got)
    return findings


def recheck(site: Site, finding: Mapping[str, Any], at: int) -> list[Finding]:
    """Look again for one finding (a row of `rows`), without a walk; gives what of its kind is still wrong there.

    A link that is gone from its page is mended as well as one that leads somewhere again. A changed text is mended
    when it is again what it was.
    """
    return asyncio.run(_recheck(site, finding, at))


_OF_A_PAGE = ("unsafe-link", "bad-link")
"""What is wrong with a link itself, wherever it leads: its page is asked again."""


def _may_ask(site: Site, url: str) -> bool:
    try:
        return site.allows(urlsplit(url))
    except ValueError:
        return False


async def _recheck(site: Site, finding: Mapping[str, Any], at: int) -> list[Finding]:
    kind, url, page = str(finding["kind"]), str(finding["url"]), str(finding.get("page") or "")
    if not _may_ask(site, page if kind in _OF_A_PAGE else url):
        return [Finding(kind, url, detail="this is no address on a host that the site's file names; it was not asked")]
    async with Fetcher(site) as fetcher:
        if kind == "tls-expires":
            host, port = place_of(urlsplit(url)) or ("", 0)
            return await look(site, host, port, at)
        if kind in _OF_A_PAGE:
            seen = await _ask(fetcher, page)
            return [one for one in _judged(site, seen, None) if one.url in (url, page)]
        before = Text(str(finding["was"] or "")) if kind == "content-changed" else None
        seen = await _ask(fetcher, url)
        left = [one for one in _judged(site, seen._replace(linked_from=page), before) if _alike(one.kind, kind)]
        if left and page and kind in _OF_A_LINK:
            there = await _ask(fetcher, page)
            if there.page is not None and url not in {link.url for link in there.page.links}:
                return []
        return left


_OF_A_LINK = ("broken-link", "turned-away", "redirect-abroad", "redirect-loop", "bad-redirect", "server-error")
_OF_A_TEXT = ("text-missing", "content-changed", "mixed-content")
_UNSEEN = ("unreadable", "too-large")
_DOWN = frozenset({"unreachable", "timeout", "server-error", "broken-link", "missing-page", "robots-unreachable"})


def _alike(found: str, wanted: str) -> bool:
    """Whether a finding stands in the way of calling another one mended: the same, or a page that nobody could see."""
    unseen = found in _UNSEEN and wanted in _OF_A_TEXT
    return found == wanted or unseen or found in _DOWN or found.startswith(("tls-e", "tls-h", "tls-u"))


async def _ask(fetcher: Fetcher, url: str) -> Seen:
    got, page = await paged(await fetcher.get(url))
    return Seen(got, page, "", "")


def rows(report: Report, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Write findings as the rows that the pack `website` takes in (its pack.toml names the columns)."""
    since = {(one.kind, one.url, one.digest): one.since for one in report.memory.standing}
    return [_row(report.site, one, since.get(one.key, report.at)) for one in findings]


def _row(site: Site, one: Finding, since: int) -> dict[str, Any]:
    named = sha256("\n".join([*one.key, str(since)]).encode()).hexdigest()[:8]
    return {
        "finding": f"{site.name}-{one.kind}-{named}",
        "site": site.name,
        "kind": one.kind,
        "url": one.url,
        "page": one.page or None,
        "link": one.link or None,
        "importance": _importance(site, one),
        "status": one.status or None,
        "ms": one.ms or None,
        "days_left": one.days_left,
        "was": one.was or None,
        "detail": one.detail or None,
        "found_at": iso(since),
    }


def _importance(site: Site, finding: Finding) -> str:
    """Give the importance of the page at fault, or that of the page which leads there, where it is higher."""
    places = [url for url in (finding.url, finding.page) if url and _on(site, url)]
    return min((site.terms(url).importance for url in places), key=_RANK.index, default="normal")


_RANK = ("high", "normal", "low")


def _on(site: Site, url: str) -> bool:
    try:
        return site.allows(urlsplit(url))
    except ValueError:
        return False
