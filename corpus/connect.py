"""Connections that reach no further than they may, and that end in time."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from ssl import SSLContext

import httpcore2
import httpx2

Resolve = Callable[[str, int], tuple[str, ...]]
"""The addresses of a host and port; raises ``OSError`` or ``UnicodeError`` where it has none."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class UnknownHostError(Exception):
    """A host that has no address."""


class NotPublicError(Exception):
    """A host one of whose addresses may not be reached."""


class OutOfTimeError(Exception):
    """The time for the whole of a fetch is up."""


def addresses_of(host: str, port: int) -> tuple[str, ...]:
    """Every address of *host*; how long that may take is for the system's resolver to say."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether *address* is one that anybody on the internet may reach."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and (embedded := _embedded(ip)):
        return is_public(str(embedded))
    unfit = ip.is_multicast or ip.is_reserved or ip.is_unspecified or getattr(ip, "is_site_local", False)
    return ip.is_global and not unfit


def _embedded(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a packet to *ip* ends at, where it is one in another form."""
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


class Deadline:
    """When a fetch must be over, however slowly its bytes come."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def clip(self, timeout: float | None) -> float:
        """*timeout*, in seconds, or the time that is left where that is less. Raises `OutOfTimeError`."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise OutOfTimeError
        return left if timeout is None else min(timeout, left)


class CheckedBackend(httpcore2.NetworkBackend):
    """Looks a host up once, checks every address it has, and connects to one of those.

    A name that is looked up again could lead elsewhere by then. TLS still goes by the name.
    """

    def __init__(self, resolve: Resolve, may_reach: Callable[[str], bool], deadline: Deadline) -> None:
        self._resolve = resolve
        self._may_reach = may_reach
        self._deadline = deadline
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """A connection to *host*; raises httpcore2's errors and those of this module."""
        failure: Exception = UnknownHostError(host)
        for address in self._checked(host, port):
            clipped = self._deadline.clip(timeout)
            try:
                stream = self._sockets.connect_tcp(address, port, clipped, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure

    def _checked(self, host: str, port: int) -> tuple[str, ...]:
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise UnknownHostError(host) from error
        if not all(map(self._may_reach, addresses)):
            raise NotPublicError(host)
        return addresses


class _TimedStream(httpcore2.NetworkStream):
    """A connection whose every step is over by the deadline."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.clip(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.clip(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        started = self._stream.start_tls(ssl_context, server_hostname, self._deadline.clip(timeout))
        return _TimedStream(started, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class CheckedTransport(httpx2.BaseTransport):
    """Sends httpx2's requests over *backend*. No proxy is used: one would look names up by itself."""

    def __init__(self, backend: httpcore2.NetworkBackend) -> None:
        self._pool = httpcore2.ConnectionPool(network_backend=backend)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """The response, its body still to come; raises httpcore2's errors and those of the backend."""
        url = request.url
        sent = httpcore2.Request(
            request.method,
            httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            extensions=request.extensions,
        )
        response = self._pool.handle_request(sent)
        return httpx2.Response(
            response.status, headers=response.headers, stream=_Body(response), extensions=response.extensions
        )

    def close(self) -> None:
        """Closes every connection."""
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_stream()

    def close(self) -> None:
        self._response.close()
