"""What is wrong with an answer, a page or a link: pure, from what was fetched to findings."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from alihdaya.packs.website.checks.address import may_call
from alihdaya.packs.website.checks.fetch import Fetched
from alihdaya.packs.website.checks.page import Link, Page, difference
from alihdaya.packs.website.checks.site import Site, place_of

KINDS: Final = (
    "unreachable",
    "timeout",
    "server-error",
    "broken-link",
    "missing-page",
    "turned-away",
    "redirect-loop",
    "redirect-abroad",
    "bad-redirect",
    "long-redirect",
    "tls-expired",
    "tls-expires",
    "tls-hostname",
    "tls-untrusted",
    "tls-left",
    "slow",
    "content-changed",
    "text-missing",
    "missing-header",
    "mixed-content",
    "unsafe-link",
    "bad-link",
    "too-large",
    "unreadable",
    "endless-links",
    "robots-unreachable",
    "cut-short",
    "unchecked",
)
"""Every kind of finding; decisions/triage.dmn of the pack says how grave each is."""

FAR_REDIRECT: Final = 3
"""More redirects than this on the way to one page are a finding."""

_INSIDE: Final = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".intranet")
_LEFT_TO_OTHERS: Final = frozenset({"mailto", "tel", "sms", "javascript", "data", "blob", "about", "geo", "whatsapp"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong at `url`. `page` and `link`: where a link to it stands, and its text.

    `status`, `ms`: what was answered and how fast, 0 where nothing was; `days_left` of a certificate; `was` and `is_`:
    digests of a text before and now; `detail`: a sentence or lines for a person.
    """

    kind: str
    url: str
    page: str = ""
    link: str = ""
    status: int = 0
    ms: int = 0
    days_left: int | None = None
    was: str = ""
    is_: str = ""
    detail: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same finding the next time."""
        return self.kind, self.url, self.is_


@dataclass(frozen=True, slots=True)
class Text:
    """What a watched page said: its digest and its lines."""

    digest: str = ""
    lines: tuple[str, ...] = field(default=())


def of_answer(site: Site, got: Fetched, page: str = "", link: str = "") -> list[Finding]:
    """Give what is wrong with an answer itself: the way to it, its status, its slowness."""

    def found(kind: str, detail: str) -> Finding:
        return Finding(kind, got.url, page, link, got.status, got.ms, detail=detail)

    if got.fault:
        return [found(got.fault, got.detail)]
    if got.status >= 500:
        return [found("server-error", f"the server answers {got.status}")]
    if got.status in (401, 403, 429):
        return [found("turned-away", f"the server answers {got.status}")]
    if got.status >= 400 or got.status < 200:
        return [found("broken-link" if page else "missing-page", f"the server answers {got.status}")]
    findings = []
    if got.ms >= site.slow_ms:
        findings.append(found("slow", f"{got.ms:,} ms; {site.slow_ms:,} are agreed"))
    if len(got.hops) > FAR_REDIRECT:
        findings.append(found("long-redirect", f"{len(got.hops)} redirects, to {got.final[:200]}"))
    if got.url.startswith("https:") and any(hop.startswith("http:") for hop in got.hops):
        findings.append(found("tls-left", "is sent on from https to http"))
    return findings


def of_page(site: Site, got: Fetched, page: Page, before: Text | None) -> list[Finding]:
    """Give what is wrong with what a page says; `before` is what it said last time, None where it was not seen."""
    agreed = site.terms(got.url)
    findings = []
    if agreed.must_say and not any(agreed.must_say in line for line in (page.title, *page.lines)):
        detail = f"nowhere on the page: {agreed.must_say[:200]}"
        findings.append(Finding("text-missing", got.url, status=got.status, ms=got.ms, detail=detail))
    if agreed.watched and before is not None and before.digest != page.digest:
        detail = difference(before.lines, page.lines)
        findings.append(
            Finding("content-changed", got.url, status=got.status, was=before.digest, is_=page.digest, detail=detail)
        )
    if got.final.startswith("https:"):
        plain = [link.url for link in page.links if link.loaded and link.url.startswith("http:")]
        if plain:
            detail = "loads without encryption: " + ", ".join(url[:160] for url in plain[:5])
            findings.append(Finding("mixed-content", got.url, status=got.status, detail=detail))
    return findings


def of_links(site: Site, url: str, page: Page) -> list[Finding]:
    """Give links that nobody should follow: into a machine or a network inside, or to no address at all."""
    return [
        Finding(kind, link.url[:2_000], url, link.text, detail=detail)
        for link in page.links
        for kind, detail in _unsafe(site, link)
    ]


def _unsafe(site: Site, link: Link) -> list[tuple[str, str]]:
    try:
        parts = urlsplit(link.url)
        host = parts.hostname or ""
    except ValueError:
        return [("bad-link", "is no address")]
    if parts.scheme not in ("http", "https"):
        if parts.scheme in _LEFT_TO_OTHERS:
            return []
        return [("unsafe-link", f"leads to {parts.scheme or 'nothing'}:, which a visitor's browser must not open")]
    if place_of(parts) is None:
        return [("bad-link", "is no address, or holds a password")]
    if not site.allows(parts) and _is_inside(host):
        return [("unsafe-link", f"leads to {host[:100]}, which is inside a network")]
    return []


def _is_inside(host: str) -> bool:
    try:
        return not may_call(ip_address(host), loopback=False)
    except ValueError:
        return host == "localhost" or host.endswith(_INSIDE) or "." not in host


def of_headers(got: Fetched) -> list[Finding]:
    """Give the one finding that names every header which protects visitors and is not sent with the start page."""
    sent = got.headers
    policy = sent.get("content-security-policy", "").lower()
    missing = []
    if got.final.startswith("https:") and "max-age" not in sent.get("strict-transport-security", "").lower():
        missing.append("Strict-Transport-Security")
    if sent.get("x-content-type-options", "").strip().lower() != "nosniff":
        missing.append("X-Content-Type-Options")
    if "frame-ancestors" not in policy and "x-frame-options" not in sent:
        missing.append("Content-Security-Policy: frame-ancestors")
    if not missing:
        return []
    return [Finding("missing-header", got.url, status=got.status, detail="not sent: " + ", ".join(missing))]
