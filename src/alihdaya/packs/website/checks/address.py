"""Which machine a name leads to, and whether it may be called: never one inside, whatever a site's links say."""

import asyncio
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

_NAT64: Final = IPv6Network("64:ff9b::/96")

Address = IPv4Address | IPv6Address


class Closed(Exception):
    """No address of the name may be called; its text says why."""


def may_call(address: Address, *, loopback: bool) -> bool:
    """Whether an address is public (RFC 6890), or this machine's own where that is allowed.

    An IPv4 address inside an IPv6 one (mapped, 6to4, Teredo, NAT64) counts as itself.
    """
    inner = _inside(address)
    if inner is not None:
        return may_call(inner, loopback=loopback)
    if address.is_loopback:
        return loopback
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inside(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


async def resolve(host: str, port: int, *, loopback: bool) -> str:
    """Give the first address of a host that may be called, IPv4 first; the caller connects to it and to no other.

    Raises Closed where there is none, and OSError where the name is not known.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, proto=6)
    addresses = [ip_address(str(where[0]).partition("%")[0]) for *_, where in found]
    open_ones = [address for address in addresses if may_call(address, loopback=loopback)]
    if not open_ones:
        raise Closed(f"{host} leads to {addresses[0] if addresses else 'nowhere'}, which is not a public address")
    return str(min(open_ones, key=lambda address: address.version))
