"""Who may ask as a program, and who is the operator. Secrets are compared in constant time."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request

from web.clients import network_of

if TYPE_CHECKING:
    from web.settings import WebSettings
    from web.site import Site

NO_KEY = "This server answers programs that have a key: send one of its keys as Authorization: Bearer KEY."
NOT_THE_OPERATOR = (
    "This is for the operator of this server: send FOOTNOTED_OPERATOR_TOKEN as Authorization: Bearer TOKEN."
)


def with_key(request: Request) -> None:
    """Refuses a program without a key, where keys are set; our own pages and the widget's sites need none.

    Whoever forges those headers gets what any reader has, and is limited by address as readers are.
    """
    settings = _settings(request)
    if settings.keys_of_programs and not _comes_from_a_page(request, settings) and key_in(request) is None:
        raise HTTPException(401, NO_KEY, {"WWW-Authenticate": 'Bearer realm="footnoted"'})


def operator_only(request: Request) -> None:
    """Refuses everybody but the operator: who has the token, or, where none is set, who sits at a private server.

    A browser may send the token as the password of any name.
    """
    if is_operator(request):
        return
    if _settings(request).operator_token is None:
        raise HTTPException(404)
    raise HTTPException(
        401, NOT_THE_OPERATOR, {"WWW-Authenticate": 'Basic realm="footnoted operator", charset="UTF-8"'}
    )


def is_operator(request: Request) -> bool:
    """Whether *request* is the operator's; see `operator_only`."""
    token = _settings(request).operator_token
    if token is None:
        site: Site = request.app.state.site
        return site.may_list(request)
    return _held((token.get_secret_value(),), _secrets_in(request)) is not None


def key_in(request: Request) -> str | None:
    """The key of a program that *request* holds, where it is one of ours."""
    return _held(_settings(request).keys_of_programs, _secrets_in(request))


def caller_of(request: Request) -> str:
    """What a rate limit counts by: a program's key, unreadable, else the client's network."""
    key = key_in(request)
    if key is not None:
        return "key " + sha256(key.encode()).hexdigest()[:16]
    return "at " + network_of(request.client.host if request.client else "")


async def admitted(request: Request) -> None:
    """Counts a question against its caller's rate limit. Raises `bot.errors.LimitReached`."""
    site: Site = request.app.state.site
    await site.limits.admit(caller_of(request))


def _comes_from_a_page(request: Request, settings: WebSettings) -> bool:
    ours = request.headers.get("sec-fetch-site") == "same-origin"
    return ours or request.headers.get("origin") in settings.allowed_origins


def _settings(request: Request) -> WebSettings:
    settings: WebSettings = request.app.state.settings
    return settings


def _secrets_in(request: Request) -> list[str]:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    given = [request.headers.get("x-api-key", "")]
    if scheme.lower() == "bearer":
        given.append(value.strip())
    if scheme.lower() == "basic":
        given.append(_password(value))
    return [secret for secret in given if secret]


def _password(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _held(secrets: Iterable[str], given: Iterable[str]) -> str | None:
    """Which of *secrets* is among those *given*; every pair is compared."""
    tried = list(given)
    held = [
        secret
        for secret in secrets
        if any([hmac.compare_digest(secret.encode(), one.encode(errors="replace")) for one in tried])  # noqa: C419 - no short cut
    ]
    return held[0] if held else None
