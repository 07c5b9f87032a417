"""Which language the pages speak: the one that a reader chose with the switch, else the one their browser prefers."""

from __future__ import annotations

from babel import negotiate_locale
from starlette.requests import Request
from starlette.responses import Response

from bot.wording import SOURCE_LANGUAGE, languages

COOKIE = "footnoted_language"
"""Set only by the switch; it holds a language and nothing about the reader."""
_A_YEAR_S = 365 * 24 * 3600
_MOST_WISHES = 20

NAMES = {"en": "English", "es": "Español"}
"""What each language calls itself."""


def language_of(request: Request) -> str:
    """The language for the page that *request* asks for."""
    chosen = request.query_params.get("lang") or request.cookies.get(COOKIE)
    if chosen in languages():
        return str(chosen)
    wishes = _wishes(request.headers.get("accept-language", ""))
    return negotiate_locale(wishes, list(languages()), sep="-") or SOURCE_LANGUAGE


def remember(response: Response, language: str, *, secure: bool) -> None:
    """Keeps *language* in the reader's browser."""
    response.set_cookie(COOKIE, language, max_age=_A_YEAR_S, httponly=True, samesite="lax", secure=secure)


def _wishes(header: str) -> list[str]:
    """The languages of an Accept-Language header (RFC 9110, 12.5.4), the most wanted first."""
    wishes: list[tuple[float, str]] = []
    for part in header.split(",")[:_MOST_WISHES]:
        tag, _, weight = part.strip().partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        if quality > 0:
            wishes.append((quality, tag.strip()))
    return [tag for _, tag in sorted(wishes, key=lambda wish: -wish[0])]
