"""One answer of a stranger's server, within bounds of time, bytes and redirects: it can be wrong, but not endless."""

import asyncio
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from time import perf_counter
from types import TracebackType
from typing import Final, Self
from urllib.parse import urljoin, urlsplit

import httpx

from alihdaya.packs.website.checks.address import Closed, resolve
from alihdaya.packs.website.checks.site import Site, place_of

AGENT: Final = "alihdaya-maintenance"
"""The name by which a site's robots.txt may speak of us."""

MOST_HOPS: Final = 10
_TOO_LONG: Final = 4_000
_HEADERS: Final = {"User-Agent": f"{AGENT}/1 (+https://alihdaya.org)", "Accept": "*/*", "Accept-Encoding": "gzip"}
_VERIFIED: Final = {9: "tls-expired", 10: "tls-expired", 62: "tls-hostname", 64: "tls-hostname"}
"""OpenSSL's X509_V_ERR codes -> kind of finding; every other code is an untrusted chain."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of asking for `url`. `hops`: the addresses it was sent on to, in order; the last one answered.

    `status` 0: nobody answered. `fault`: the kind of finding where the way there was at fault, "" where it was not,
    and `detail` says why. `body` is whole, or empty where nobody wanted it. `ms`: until the last byte, redirects too.
    """

    url: str
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    hops: tuple[str, ...] = ()
    ms: int = 0
    fault: str = ""
    detail: str = ""

    @property
    def final(self) -> str:
        """The address that answered."""
        return self.hops[-1] if self.hops else self.url

    @property
    def is_html(self) -> bool:
        """Whether the answer says that it is a page."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower() in (
            "text/html",
            "application/xhtml+xml",
        )


class Fault(Exception):
    """The way to an answer was at fault: the kind of the finding, and why."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind, self.detail = kind, detail


class Fetcher:
    """Asks a site's servers, one request at a time. Use it as an async context; `bytes` counts all that came."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.bytes = 0
        self._clients: dict[tuple[str, int, str], tuple[httpx.AsyncClient, str]] = {}
        self._open = AsyncExitStack()
        self._context: ssl.SSLContext | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def get(self, url: str, *, read_all: bool = False) -> Fetched:
        """Ask for an address and follow its redirects within the site; never raises for what the other side does.

        The body is read where the answer is a page, or `read_all`.
        """
        start = perf_counter()
        trail = _Trail(url)
        try:
            async with asyncio.timeout(self.site.limits.page_seconds):
                found = await self._follow(trail, read_all=read_all)
        except TimeoutError:
            found = Fetched(url, fault="timeout", detail=f"no whole answer in {self.site.limits.page_seconds} s")
        except Fault as fault:
            found = Fetched(url, trail.status, fault=fault.kind, detail=fault.detail)
        return replace(found, hops=tuple(trail.hops), ms=round((perf_counter() - start) * 1000))

    async def _follow(self, trail: "_Trail", *, read_all: bool) -> Fetched:
        while True:
            found = await self._once(trail.last, read_all=read_all)
            trail.status = found.status
            if found.status not in (301, 302, 303, 307, 308):
                return replace(found, url=trail.url)
            trail.on(found.headers.get("location", ""), self.site)

    async def _once(self, url: str, *, read_all: bool) -> Fetched:
        parts = urlsplit(url)
        place = place_of(parts)
        if place is None or not self.site.allows(parts):
            raise Fault("unsafe-link", f"{url[:200]} is not on a host that the site's file names")
        try:
            client, address = await self._client(*place, parts.scheme)
            plain = httpx.URL(url)
            request = client.build_request(
                "GET",
                plain.copy_with(host=address),
                headers={**_HEADERS, "Host": plain.netloc.decode()},
                extensions={"sni_hostname": place[0]},
            )
            answer = await client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError, Closed) as error:
            raise _fault(error) from None
        try:
            return await self._read(url, answer, read_all=read_all)
        except httpx.HTTPError as error:
            raise Fault("unreachable", f"the answer breaks off: {_said(error)}") from None
        finally:
            await answer.aclose()

    async def _client(self, host: str, port: int, scheme: str) -> tuple[httpx.AsyncClient, str]:
        """Give the client of one host, and the address that its name led to when it was first called."""
        if (host, port, scheme) not in self._clients:
            address = await resolve(host, port, loopback=self.site.loopback)
            if scheme == "https" and self._context is None:
                self._context = trusted(self.site)
            client = httpx.AsyncClient(
                verify=self._context or False, timeout=self.site.limits.page_seconds, trust_env=False
            )
            await self._open.enter_async_context(client)
            self._clients[host, port, scheme] = client, address
        return self._clients[host, port, scheme]

    async def _read(self, url: str, answer: httpx.Response, *, read_all: bool) -> Fetched:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        found = Fetched(url, answer.status_code, headers)
        if not (read_all or found.is_html) or 300 <= answer.status_code < 400:
            return found
        return replace(found, body=await self._body(answer.aiter_raw(), headers.get("content-encoding", "")))

    async def _body(self, chunks: AsyncIterator[bytes], coding: str) -> bytes:
        """Read a body, unpacked by ourselves: a library that unpacks a whole chunk could be filled by a bomb."""
        room = self.site.limits.page_bytes
        coding = coding.strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise Fault("unreadable", f"answers in the coding {coding[:40]!r}, which nobody asked for")
        unpack = zlib.decompressobj(47) if coding not in ("", "identity") else None
        body = bytearray()
        async for chunk in chunks:
            self.bytes += len(chunk)
            try:
                body += unpack.decompress(chunk, room + 1 - len(body)) if unpack else chunk
            except zlib.error as error:
                raise Fault("unreadable", f"says that it is {coding}, and is not: {error}") from None
            if len(body) > room:
                raise Fault("too-large", f"more than {room:,} bytes" + (f" when unpacked ({coding})" if unpack else ""))
        return bytes(body)


@dataclass(slots=True)
class _Trail:
    """The way through redirects."""

    url: str
    hops: list[str] = field(default_factory=list)
    status: int = 0

    @property
    def last(self) -> str:
        return self.hops[-1] if self.hops else self.url

    def on(self, location: str, site: Site) -> None:
        """Go one hop further. Raises Fault where it leads nowhere, in a circle, out of the site, or too far."""
        try:
            target = urljoin(self.last, location.strip()).partition("#")[0]
            parts = urlsplit(target)
        except ValueError:
            raise Fault("bad-redirect", f"is sent on to {location[:200]!r}, which is no address") from None
        if not location.strip() or len(target) > _TOO_LONG:
            raise Fault("bad-redirect", "is sent on to nowhere" if not location.strip() else "is sent on too far")
        if target in (self.url, *self.hops):
            raise Fault("redirect-loop", f"comes back to {target[:200]} after {len(self.hops) + 1} redirects")
        if not site.allows(parts):
            raise Fault("redirect-abroad", f"is sent on to {target[:200]}, which is not on a host of the site")
        self.hops.append(target)
        if len(self.hops) > MOST_HOPS:
            raise Fault("redirect-loop", f"no end after {MOST_HOPS} redirects")


def trusted(site: Site) -> ssl.SSLContext:
    """Give the rules for certificates: the usual authorities, and the site's own where it has one."""
    context = ssl.create_default_context()
    if site.authority is not None:
        context.load_verify_locations(site.authority)
    return context


def certificate_fault(error: BaseException | None) -> Fault | None:
    """Give what is wrong with a certificate where that is behind an error; None where it is not."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return Fault(_VERIFIED.get(error.verify_code, "tls-untrusted"), error.verify_message)
        if isinstance(error, ssl.SSLError):
            return Fault("tls-untrusted", f"no safe connection: {error.reason or error}")
        error = error.__cause__ or error.__context__
    return None


def _fault(error: Exception) -> Fault:
    if isinstance(error, Closed):
        return Fault("unsafe-link", str(error))
    return certificate_fault(error) or Fault("unreachable", _said(error))


def _said(error: Exception) -> str:
    return f"{str(error) or type(error).__name__}"[:200]
