"""Posting to an address that came with a request: once, without following it elsewhere."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import anyio
import httpx2

from web.delivery_worker import Later, Undeliverable

TIMEOUT_S = 10


async def post_json(url: str, body: Mapping[str, Any]) -> None:
    """Posts *body* as JSON. Raises `Later`, `Undeliverable`; neither holds the address, which is a secret."""
    try:
        with anyio.fail_after(TIMEOUT_S):
            async with (
                httpx2.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
                client.stream("POST", url, json=dict(body)) as response,
            ):
                pass  # Only the status is looked at: what else comes may have no end.
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
        raise Undeliverable("a response address can't be read") from error
    except (httpx2.HTTPError, TimeoutError) as error:
        raise Later(f"a response address didn't answer ({type(error).__name__})") from error
    if response.status_code == 429:
        raise Later("a response address asks to wait", seconds_of(response.headers.get("Retry-After")))
    if response.status_code >= 500:
        raise Later(f"a response address failed ({response.status_code})")
    if response.status_code >= 300:
        raise Undeliverable(f"a response address says {response.status_code}")


def seconds_of(header: str | None) -> float:
    """The seconds of a ``Retry-After`` header, at most an hour, or a second where it holds none."""
    try:
        seconds = float(header or 1)
    except ValueError:
        return 1.0
    return min(max(seconds, 0.0), 3600.0) if math.isfinite(seconds) else 1.0
