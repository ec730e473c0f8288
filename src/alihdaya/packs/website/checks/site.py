"""What is agreed about a site: which hosts may be called, how far a check goes, which pages matter, what is released.

A site is a TOML file that the provider writes; docs/website.md names every key.
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, Literal, cast
from urllib.parse import SplitResult, urlsplit

from alihdaya.engagement.document import load
from alihdaya.kernel.errors import PackError, Problem, Source, TermsError
from alihdaya.packs.table import PackTable

Importance = Literal["high", "normal", "low"]

_NAME: Final = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
_HOST: Final = r"(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:[1-9]\d{0,4})?"
_PORTS: Final = {"http": 80, "https": 443}
_LARGEST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How far one check goes: pages, links deep, seconds and bytes in all; seconds and bytes of one answer.

    `alike`: so many addresses are called that differ in nothing but numbers and values, as those of a calendar do.
    """

    pages: int = 200
    depth: int = 6
    seconds: int = 300
    bytes: int = 100_000_000
    page_seconds: int = 15
    page_bytes: int = 2_000_000
    alike: int = 50


@dataclass(frozen=True, slots=True)
class PageTerms:
    """What is agreed about the pages whose path fits `path` (with * and ?): the first that fits counts.

    `watched`: a change of its text is a finding. `must_say`: a text that has to stand on it, "" for none.
    """

    path: str
    importance: Importance = "normal"
    watched: bool = False
    must_say: str = ""


USUAL: Final = PageTerms("*")
"""What holds for a page that the site's file does not name."""


@dataclass(frozen=True, slots=True)
class Site:
    """One site under maintenance. `hosts`: (host, port) pairs that may be called, and no others.

    `loopback` allows addresses of this machine, for tests and demonstrations. `authority`: a file of certificates to
    trust beside the usual ones. `slow_ms`: from here on an answer is slow; `certificate_days`: so near is the end of
    a certificate a finding. `folder` holds the releases and the link `live`; None where we do not publish.
    """

    name: str
    start: str
    hosts: frozenset[tuple[str, int]]
    limits: Limits = Limits()
    pages: tuple[PageTerms, ...] = ()
    loopback: bool = False
    authority: Path | None = None
    slow_ms: int = 2_000
    certificate_days: int = 30
    folder: Path | None = None

    def terms(self, url: str) -> PageTerms:
        """Give what is agreed about a page."""
        path = urlsplit(url).path or "/"
        return next((one for one in self.pages if fnmatchcase(path, one.path)), USUAL)

    def named(self, url: str) -> list[str]:
        """Addresses of the pages that the file names without * and ?, on the host of the start page."""
        parts = urlsplit(url)
        plain = [one.path for one in self.pages if not re.search(r"[*?\[]", one.path)]
        return [f"{parts.scheme}://{parts.netloc}{path}" for path in plain]

    def allows(self, parts: SplitResult) -> bool:
        """Whether an address lies on a host that the file names."""
        return place_of(parts) in self.hosts


def place_of(parts: SplitResult) -> tuple[str, int] | None:
    """Give host and port of an http or https address; None for any other, and for what is no address."""
    try:
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        return None
    return parts.hostname.rstrip("."), port or _PORTS[parts.scheme]


def read_site(path: Path) -> Site:
    """Read a site's file. Raises PackError with every problem found, and OSError where it cannot be opened."""
    with path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise PackError(Problem("too-large", f"larger than {_LARGEST:,} bytes", Source(str(path))))
    try:
        document, content = load(data, str(path))
    except TermsError as error:
        raise PackError(error.problems) from None
    site = _site(PackTable(document, content), path.parent)
    if document.problems:
        raise PackError(document.problems)
    return site


def _site(root: PackTable, home: Path) -> Site:
    start = root.text("start", like=r"https?://\S+")
    hosts = _hosts(root)
    if start and (place_of(urlsplit(start)) or ("", 0)) not in hosts:
        root.report("not-named", "the start page is not on one of the hosts", "start")
    publish = root.text("publish", "")
    authority = root.text("authority", "")
    site = Site(
        name=root.text("name", like=_NAME),
        start=start,
        hosts=hosts,
        limits=_limits(root.sub("limits", needed=False)),
        pages=tuple(_page(row) for row in root.rows("page", needed=False)),
        loopback=root.flag("loopback", default=False),
        authority=home / authority if authority else None,
        slow_ms=_whole(root, "slow_ms", 2_000, 1, 600_000),
        certificate_days=_whole(root, "certificate_days", 30, 0, 3_650),
        folder=home / publish if publish else None,
    )
    root.done()
    return site


def _hosts(root: PackTable) -> frozenset[tuple[str, int]]:
    found = set()
    for name in root.names("hosts", _HOST):
        parts = urlsplit(f"http://{name}")
        host, port = parts.hostname or "", parts.port
        found |= {(host, port)} if port else {(host, 80), (host, 443)}
    return frozenset(found)


def _whole(table: PackTable, key: str, usual: int, low: int, high: int) -> int:
    found: int | None = table.whole(key, None, low=low, high=high)
    return usual if found is None else found


def _limits(table: PackTable) -> Limits:
    usual = Limits()
    made = Limits(
        pages=_whole(table, "pages", usual.pages, 1, 10_000),
        depth=_whole(table, "depth", usual.depth, 0, 100),
        seconds=_whole(table, "seconds", usual.seconds, 1, 3_600),
        bytes=_whole(table, "bytes", usual.bytes, 1, 10_000_000_000),
        page_seconds=_whole(table, "page_seconds", usual.page_seconds, 1, 120),
        page_bytes=_whole(table, "page_bytes", usual.page_bytes, 1_000, 50_000_000),
        alike=_whole(table, "alike", usual.alike, 1, 10_000),
    )
    table.done()
    return made


def _page(table: PackTable) -> PageTerms:
    made = PageTerms(
        path=table.text("path", like=r"/\S*|\*"),
        importance=cast("Importance", table.one_of("importance", ("high", "normal", "low"), "normal")),
        watched=table.flag("watched", default=False),
        must_say=table.text("must_say", ""),
    )
    table.done()
    return made
