"""Which reader a browser belongs to: a signed cookie with a random id and nothing else; the one place that signs."""

from __future__ import annotations

import secrets
import time

from itsdangerous import BadData, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from bot.remembered import Memory

COOKIE = "footnoted_reader"
"""Set when a reader asks their first question on the pages, or judges a reply, and not before."""
_A_YEAR_S = 365 * 24 * 3600
_LONGEST = 200
_LONGEST_WORD = 64
_AGAIN_S = 60.0
_NEWCOMERS = 1024


class Readers:
    """Gives readers ids and knows them again; without a *secret*, until the server stops."""

    def __init__(self, secret: str | None = None, *, secure: bool = False) -> None:
        """*secure*: people come by https, whatever a proxy says of it."""
        self._secure = secure
        self._newcomers: Memory[tuple[str, str], tuple[str, float]] = Memory(_NEWCOMERS)
        self._signer = URLSafeSerializer(secret or secrets.token_urlsafe(32), salt="footnoted.reader")

    def known(self, request: Request) -> str | None:
        """The reader whose browser sent *request*; None where it has no cookie that we signed."""
        cookie = request.cookies.get(COOKIE, "")
        if not cookie or len(cookie) > _LONGEST:
            return None
        try:
            reader = self._signer.loads(cookie)
        except BadData:
            return None
        return reader if isinstance(reader, str) else None

    def known_or_new(self, request: Request, asked: tuple[str, str] | None = None) -> str:
        """The reader whose browser sent *request*, or an id for a new one, whom no cookie knows yet.

        What is *asked* (a conversation's id, and the word that its form was made with) again within `_AGAIN_S` seconds,
        by a browser that never got the first cookie, comes from the same new reader: the conversation stays theirs. The
        word is random and shown on that one page, so whoever was given the conversation's link doesn't have it.
        """
        return self.known(request) or self._new(asked)

    def _new(self, asked: tuple[str, str] | None) -> str:
        fresh = (secrets.token_urlsafe(16), time.monotonic())
        is_a_forms = asked is not None and 0 < len(asked[1]) <= _LONGEST_WORD
        reader, since = self._newcomers.get(asked, lambda: fresh) if asked and is_a_forms else fresh
        return reader if since + _AGAIN_S > fresh[1] else fresh[0]

    def remember(self, request: Request, response: Response, reader: str) -> None:
        """Puts a cookie for *reader* into *response*, where their browser has none."""
        if self.known(request) is None:
            signed, secure = str(self._signer.dumps(reader)), self.by_https(request)
            response.set_cookie(COOKIE, signed, max_age=_A_YEAR_S, httponly=True, samesite="lax", secure=secure)

    def by_https(self, request: Request) -> bool:
        """Whether cookies may be kept to https."""
        return self._secure or request.url.scheme == "https"
