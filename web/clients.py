"""Whom a request comes from, and how: what the connection says, or a proxy that the operator trusts."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger("footnoted.web")

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_MOST_HOPS = 20


class TrustedProxies:
    """ASGI middleware that puts into the scope what a trusted proxy says of the client's address and of https.

    Anybody can send ``X-Forwarded-For``; it is read only where the connection comes from a proxy that is trusted, and
    from its right end, where trusted proxies wrote. Sources: RFC 7239;
    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For
    """

    def __init__(self, app: ASGIApp, proxies: Sequence[Network]) -> None:
        self._app = app
        self._proxies = tuple(proxies)
        self._has_warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on as the proxy got it."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            peer = _address(str((scope.get("client") or ("",))[0]))
            if peer is not None and self._trusts(peer):
                scope["client"] = (str(self._client(peer, headers)), 0)
                scope["scheme"] = "https" if _was_https(headers) else scope.get("scheme", "http")
            elif "x-forwarded-for" in headers or "forwarded" in headers:
                self._warn()
        await self._app(scope, receive, send)

    def _warn(self) -> None:
        """Says once what an operator who put a proxy before the server may have forgotten."""
        if not self._has_warned:
            self._has_warned = True
            log.warning(
                "Requests come by a proxy that FOOTNOTED_TRUSTED_PROXIES doesn't name, so what it says of its clients "
                "isn't read: they share one rate limit."
            )

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._proxies)

    def _client(self, peer: Address, headers: Headers) -> Address:
        """The client by either header; the proxy itself where both are there and disagree.

        A proxy writes one of them and may pass on the other as the client made it up.
        """
        plain = [hop.strip() for value in headers.getlist("x-forwarded-for") for hop in value.split(",")]
        standard = _named("for", headers)
        found = {self._nearest(peer, hops) for hops in (plain, standard) if hops}
        return found.pop() if len(found) == 1 else peer

    def _nearest(self, peer: Address, hops: Sequence[str]) -> Address:
        """The rightmost hop that isn't trusted; what is no address hides whatever stands left of it."""
        nearest = peer
        for hop in reversed(hops[-_MOST_HOPS:]):
            address = _address(hop)
            if address is None:
                return nearest
            nearest = address
            if not self._trusts(address):
                return nearest
        return nearest


def network_of(host: str) -> str:
    """What stands for a client at *host*: its address, or of IPv6 the /64 that one subscriber has to themselves."""
    address = _address(host)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address or host)


def _address(text: str) -> Address | None:
    """The address that *text* names, as headers write it: perhaps in brackets, perhaps with a port."""
    bare = re.sub(r"^\[(.*)\](:\d+)?$|^([\d.]+):\d+$", lambda found: found[1] or found[3] or "", text.strip(' "'))
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _named(name: str, headers: Headers) -> list[str]:
    """The values of *name* in the ``Forwarded`` headers, the client's first."""
    pairs = (pair for value in headers.getlist("forwarded") for pair in re.split("[,;]", value))
    parts = (pair.partition("=") for pair in pairs)
    return [value.strip(' "') for key, _, value in parts if key.strip().lower() == name]


def _was_https(headers: Headers) -> bool:
    """Whether the nearest proxy was reached by https."""
    plain = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip()
    return "https" in {plain.lower(), *(proto.lower() for proto in _named("proto", headers)[-1:])}
