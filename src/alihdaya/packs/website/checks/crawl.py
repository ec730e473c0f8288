"""The way through a site: breadth first from its start page, on its own hosts, as far as robots.txt and we allow."""

import asyncio
import re
from collections import Counter, deque
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from protego import Protego

from alihdaya.packs.website.checks.apart import paged
from alihdaya.packs.website.checks.fetch import AGENT, Fetched, Fetcher
from alihdaya.packs.website.checks.judge import Finding
from alihdaya.packs.website.checks.page import Link, Page
from alihdaya.packs.website.checks.site import Site

_LONGEST_URL: Final = 2_000
_LONGEST_PAUSE: Final = 5.0


class Seen(NamedTuple):
    """One address that was asked for: the answer, the page if it is one, and the first link to it: where, what text."""

    got: Fetched
    page: Page | None
    linked_from: str
    link: str


class _Way(NamedTuple):
    url: str
    linked_from: str
    link: str
    depth: int


@dataclass(slots=True)
class Walk:
    """One check's way. `seen` by address, in order; `cut`: which limit ended it, "" where it came to an end itself."""

    site: Site
    fetcher: Fetcher
    seen: dict[str, Seen] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    cut: str = ""
    kept_out: int = 0
    """Addresses that robots.txt keeps us from."""
    _ways: deque[_Way] = field(default_factory=deque)
    _known: set[str] = field(default_factory=set)
    _linked: dict[str, Link] = field(default_factory=dict)
    """Address -> the page and text of the first link to it (`url` is that page)."""
    _shapes: Counter[str] = field(default_factory=Counter)
    _robots: dict[str, Protego | None] = field(default_factory=dict)

    async def go(self) -> None:
        """Walk until there is nothing left, or a limit is reached."""
        site, limits = self.site, self.site.limits
        for url in (site.start, *site.named(site.start)):
            self._plan(_Way(url, "", "", 0))
        end = perf_counter() + limits.seconds
        while self._ways and not self.cut:
            if len(self.seen) >= limits.pages:
                self.cut = f"{limits.pages:,} pages"
            elif perf_counter() >= end:
                self.cut = f"{limits.seconds:,} seconds"
            elif self.fetcher.bytes >= limits.bytes:
                self.cut = f"{limits.bytes:,} bytes"
            else:
                await self._visit(self._ways.popleft(), end)
        for url, seen in self.seen.items():
            if not seen.linked_from and url in self._linked and url != site.start:
                self.seen[url] = seen._replace(linked_from=self._linked[url].url, link=self._linked[url].text)
        if self.cut:
            detail = f"{self.cut} were reached with {len(self._ways):,} addresses still to go"
            self.findings.append(Finding("cut-short", site.start, detail=detail))

    async def _visit(self, way: _Way, end: float) -> None:
        if not await self._allowed(way.url, end):
            self.kept_out += 1
            return
        got, page = await paged(await self.fetcher.get(way.url))
        self.seen[way.url] = Seen(got, page, way.linked_from, way.link)
        for link in page.links if page and way.depth < self.site.limits.depth else ():
            self._follow(link, way)

    def _follow(self, link: Link, way: _Way) -> None:
        if len(link.url) <= _LONGEST_URL and _is_on(self.site, link.url):
            self._linked.setdefault(link.url, link._replace(url=way.url))
            self._plan(_Way(link.url, way.url, link.text, way.depth + 1))

    def _plan(self, way: _Way) -> None:
        """Put an address on the way, once, and not without end where addresses are alike."""
        if way.url in self._known or len(self._known) > 20 * self.site.limits.pages:
            return
        shape = shape_of(way.url)
        self._shapes[shape] += 1
        most = self.site.limits.alike
        if self._shapes[shape] > most:
            if self._shapes[shape] == most + 1:
                detail = f"more than {most} addresses differ from this one in numbers or values only; the rest was left"
                self.findings.append(Finding("endless-links", way.url, way.linked_from, way.link, detail=detail))
            return
        self._known.add(way.url)
        self._ways.append(way)

    async def _allowed(self, url: str, end: float) -> bool:
        """Whether the host's robots.txt lets us ask for an address (RFC 9309); waits as long as it asks us to."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = await self._read_robots(origin)
        rules = self._robots[origin]
        if rules is None:
            return url == self.site.start
        pause = min(rules.crawl_delay(AGENT) or 0.0, _LONGEST_PAUSE)
        if self.seen and 0 < pause < end - perf_counter():
            await asyncio.sleep(pause)
        return url == self.site.start or rules.can_fetch(url, AGENT)

    async def _read_robots(self, origin: str) -> Protego | None:
        """Give the rules of a host; None where it cannot say, which forbids everything (RFC 9309, 2.3.1.4)."""
        url = f"{origin}/robots.txt"
        got = await self.fetcher.get(url, read_all=True)
        if 200 <= got.status < 300 and not got.fault:
            return Protego.parse(got.body.decode("utf-8-sig", "replace"))
        if 400 <= got.status < 500:
            return Protego.parse("")
        if not got.fault.startswith("tls-"):
            detail = f"{got.detail or f'the server answers {got.status}'}; so only the start page was asked for"
            self.findings.append(Finding("robots-unreachable", url, status=got.status, detail=detail))
        return None


def shape_of(url: str) -> str:
    """Give an address without what a calendar counts: numbers become 0, of the query only its names stay."""
    parts = urlsplit(url)
    names = sorted({name for name, _ in parse_qsl(parts.query[:2_000], keep_blank_values=True, max_num_fields=None)})
    return f"{parts.netloc}{re.sub(r'[0-9]+', '0', parts.path)}?{'&'.join(names)}"


def _is_on(site: Site, url: str) -> bool:
    try:
        return site.allows(urlsplit(url))
    except ValueError:
        return False
