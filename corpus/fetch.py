"""Reads an explainer from the web: only from public addresses, in bounded time and size.

Proxies that the environment names aren't used: a proxy looks names up by itself, so that nobody could say where a
request ends.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpcore2
import httpx2

from corpus.connect import (
    CheckedBackend,
    CheckedTransport,
    Deadline,
    NotPublicError,
    OutOfTimeError,
    Resolve,
    UnknownHostError,
    addresses_of,
    is_public,
)
from corpus.errors import OriginUnavailable
from corpus.responses import asks_for_password, file_name, in_utf8, media_type

_HEADERS = {
    "User-Agent": "footnoted",
    "Accept": "text/html,application/xhtml+xml,application/pdf,text/markdown,text/plain;q=0.9,*/*;q=0.5",
    "Accept-Encoding": "gzip, deflate",
}
_BY_HAND = "download it by hand and add the file"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a fetch may take, in seconds, how many bytes it may bring, and how often it may be led on."""

    connect_s: float = 10.0
    silence_s: float = 20.0
    total_s: float = 90.0
    bytes: int = 25_000_000
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address sent: a file's name, its bytes (text as UTF-8), and what tells whether it has changed since."""

    name: str
    data: bytes
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches, within *limits*, from hosts all of whose addresses *may_reach* lets through."""

    limits: Limits = Limits()
    resolve: Resolve = addresses_of
    may_reach: Callable[[str], bool] = is_public

    def fetch(
        self, url: str, *, allow_private: bool = False, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched | None:
        """What *url* (as `web_address` returns it) holds; None where it hasn't changed since *etag* or *last_modified*.

        With *allow_private* any address is reached. Raises `OriginUnavailable`.
        """
        since = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        conditions = {name: value for name, value in since.items() if value}
        deadline = Deadline(self.limits.total_s)
        backend = CheckedBackend(self.resolve, _anywhere if allow_private else self.may_reach, deadline)
        timeout = httpx2.Timeout(self.limits.silence_s, connect=self.limits.connect_s)
        with (
            _in_a_sentence(url),
            httpx2.Client(
                transport=CheckedTransport(backend), headers=_HEADERS, timeout=timeout, trust_env=False
            ) as client,
        ):
            return self._follow(client, url, conditions)

    def _follow(self, client: httpx2.Client, url: str, conditions: dict[str, str]) -> Fetched | None:
        address = httpx2.URL(url)
        for _ in range(self.limits.redirects + 1):
            with client.stream("GET", address, headers=conditions) as response:
                if not response.has_redirect_location:
                    return self._received(response, url, conditions)
                address = _led_on(url, address, response.headers["location"])
        raise OriginUnavailable(f"{url} leads on more than {self.limits.redirects} times; give the address it ends at.")

    def _received(self, response: httpx2.Response, url: str, conditions: dict[str, str]) -> Fetched | None:
        if response.status_code == 304 and conditions:
            return None
        if response.status_code != 200:
            raise OriginUnavailable(f"{url} {_refusal(response.status_code)}.")
        data = self._body(response, url)
        type_, charset = media_type(response.headers.get("content-type"))
        # An address that was led away to a log-in page must not be read as the explainer.
        if str(response.url) != url and asks_for_password(type_, data):
            raise OriginUnavailable(f"{url} leads to a page to log in on; {_BY_HAND}.")
        return Fetched(
            file_name(url, type_, response.headers.get("content-disposition"), data),
            in_utf8(data, type_, charset),
            response.headers.get("etag"),
            response.headers.get("last-modified"),
        )

    def _body(self, response: httpx2.Response, url: str) -> bytes:
        pieces, size = list[bytes](), 0
        for piece in response.iter_bytes():
            size += len(piece)
            if size > self.limits.bytes:
                raise OriginUnavailable(
                    f"{url} is larger than {self.limits.bytes / 1e6:.0f} MB, which is too large; {_BY_HAND}."
                )
            pieces.append(piece)
        if not size:
            raise OriginUnavailable(f"{url} sent nothing; check the address.")
        return b"".join(pieces)


def web_address(given: str) -> str:
    """*given* as one address is always written, without its fragment. Raises `OriginUnavailable`."""
    try:
        url = httpx2.URL(given)
    except httpx2.InvalidURL as error:
        raise OriginUnavailable(f"{given} isn't an address that can be read ({error}); check it.") from error
    if url.scheme not in ("http", "https"):
        raise OriginUnavailable(f"{given} isn't an address on the web; give one that begins with https:// or http://.")
    if not url.host or not 0 < (url.port or 1) < 65_536:
        raise OriginUnavailable(f"{given} names no host, or no port that there is; check the address.")
    if url.userinfo:
        raise OriginUnavailable(
            f"The address on {url.host} has a name or password in it, which would be kept; leave it out, or {_BY_HAND}."
        )
    return str(url.copy_with(fragment=None))


def _led_on(url: str, address: httpx2.URL, location: str) -> httpx2.URL:
    try:
        following = httpx2.URL(web_address(str(address.join(location))))
    except (httpx2.InvalidURL, OriginUnavailable) as error:
        raise OriginUnavailable(f"{url} leads to what can't be read ({location[:200]}); check the address.") from error
    if address.scheme == "https" and following.scheme == "http":
        raise OriginUnavailable(f"{url} leads on to an address without encryption ({following}); {_BY_HAND}.")
    return following


def _anywhere(_address: str) -> bool:
    return True


def _refusal(status: int) -> str:
    if status in (404, 410):
        return f"isn't there ({status}); check the address"
    if status in (401, 403, 407):
        return f"may not be read without a log-in ({status}); {_BY_HAND}"
    if status == 429 or status >= 500:
        return f"can't be had just now ({status}); try again later"
    return f"sent no document ({status}); check the address"


@contextmanager
def _in_a_sentence(url: str) -> Iterator[None]:
    """Whatever goes wrong becomes an `OriginUnavailable`."""
    try:
        yield
    except UnknownHostError as error:
        raise OriginUnavailable(
            f"{url} can't be found: {error} has no address; check it, and the connection{_proxy_aside()}."
        ) from error
    except NotPublicError as error:
        raise OriginUnavailable(
            f"{url} leads to {error}, which has an address that isn't public; if it is meant, add --allow-private."
        ) from error
    except (OutOfTimeError, httpcore2.TimeoutException) as error:
        raise OriginUnavailable(f"{url} doesn't answer in time; try again later, or {_BY_HAND}.") from error
    except httpcore2.NetworkError as error:
        cause = next((argument for argument in error.args if isinstance(argument, OSError)), None)
        raise OriginUnavailable(f"{url} {_failure(cause)}.") from error
    except (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol, httpx2.HTTPError, httpx2.InvalidURL) as error:
        reason = str(error)[:200] or type(error).__name__
        raise OriginUnavailable(f"{url} sent what can't be read ({reason}); try again later, or {_BY_HAND}.") from error


def _failure(cause: OSError | None) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"isn't what it says it is: its certificate isn't good ({cause.verify_message}); check the address"
    if isinstance(cause, ssl.SSLError):
        return f"can't be spoken to in TLS ({cause.reason or 'it broke off'}); check the address"
    if isinstance(cause, ConnectionRefusedError):
        return f"refuses the connection; check the address and its port{_proxy_aside()}"
    reason = (cause and cause.strerror) or "the connection broke off"
    return f"can't be reached ({reason}); check the connection{_proxy_aside()}"


def _proxy_aside() -> str:
    names = ("https_proxy", "http_proxy", "all_proxy")
    if any(os.environ.get(name) or os.environ.get(name.upper()) for name in names):
        return f" (the proxy that the environment names isn't used; {_BY_HAND})"
    return ""
