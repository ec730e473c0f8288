"""How long the certificate of a host still holds, as a client sees it who checks chain and name."""

import asyncio
import ssl
from datetime import UTC, datetime
from typing import Any

from alihdaya.kernel.time import DAY, micros
from alihdaya.packs.website.checks.address import Closed, resolve
from alihdaya.packs.website.checks.fetch import certificate_fault, trusted
from alihdaya.packs.website.checks.judge import Finding
from alihdaya.packs.website.checks.site import Site


async def look(site: Site, host: str, port: int, at: int) -> list[Finding]:
    """Give what is wrong with the certificate of a host at the instant `at`: nothing, or one finding.

    A host that cannot be reached is no finding here; asking it for a page will say so.
    """
    url = f"https://{host}/" if port == 443 else f"https://{host}:{port}/"
    try:
        async with asyncio.timeout(site.limits.page_seconds):
            until = await _until(site, host, port)
    except ssl.SSLError as error:
        fault = certificate_fault(error)
        return [Finding(fault.kind, url, detail=fault.detail)] if fault else []
    except (OSError, TimeoutError, UnicodeError, Closed):
        return []
    days = (until - at) // DAY
    if days > site.certificate_days:
        return []
    last = datetime.fromtimestamp(until // 1_000_000, UTC)
    return [Finding("tls-expires", url, days_left=days, detail=f"the certificate ends on {last:%Y-%m-%d}")]


async def _until(site: Site, host: str, port: int) -> int:
    """Shake hands, and give the end of the certificate in microseconds since the epoch."""
    address = await resolve(host, port, loopback=site.loopback)
    _, writer = await asyncio.open_connection(address, port, ssl=trusted(site), server_hostname=host)
    try:
        shown: dict[str, Any] = writer.get_extra_info("peercert")
    finally:
        writer.transport.abort()
    return micros(datetime.fromtimestamp(ssl.cert_time_to_seconds(shown["notAfter"]), UTC))
