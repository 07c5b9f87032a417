"""How often one caller, and all together, may ask; the one place that uses `limits`."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable

from anyio import to_thread
from limits import RateLimitItem, RateLimitItemPerDay, parse
from limits.errors import ConfigurationError
from limits.storage import StorageTypes, storage_from_string
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter, RateLimiter

from bot.errors import LimitReached
from bot.wording import message
from web.settings import SettingError, WebSettings

log = logging.getLogger("footnoted.web")

TOO_OFTEN = message("You have asked many questions in a short time. Please wait a little, then ask again.")
NO_MORE_TODAY = message("This site has answered as many questions as it can today. Please come back tomorrow.")


_PATIENCE_S = 1.0
"""How long a storage may take: whoever asks waits for it."""


class RateLimits:
    """The limits of *settings*; *refused* is told of everybody who is turned away.

    Raises `SettingError` where the storage can't be used. One that is out of reach later lets everybody in: the queue
    still protects the model, and a counter that is down must not silence the bot. The log says so once.
    """

    def __init__(self, settings: WebSettings, refused: Callable[[], None] = lambda: None) -> None:
        try:
            storage = _storage(settings.rate_limit_storage.get_secret_value())
        except (ConfigurationError, ValueError, ImportError) as error:
            raise SettingError(
                "FOOTNOTED_RATE_LIMIT_STORAGE can't be used: it is memory:// or redis://HOST:PORT, and Redis needs a "
                "package that may not be installed (pip install 'footnoted[redis]')."
            ) from error
        self._each = parse(settings.rate_limit) if settings.rate_limit else None
        self._all = RateLimitItemPerDay(settings.daily_limit) if settings.daily_limit else None
        self._moving = MovingWindowRateLimiter(storage)
        self._fixed = FixedWindowRateLimiter(storage)
        self._refused = refused
        self._is_down = False

    async def admit(self, caller: str) -> None:
        """Counts a question of *caller*. Raises `LimitReached`."""
        if self._each is not None:
            await self._hit(self._moving, self._each, TOO_OFTEN, "client", caller)

    async def admit_today(self) -> None:
        """Counts a question of today's, whoever asks it. Raises `LimitReached`."""
        if self._all is not None:
            await self._hit(self._fixed, self._all, NO_MORE_TODAY, "day", "all")

    async def _hit(self, limiter: RateLimiter, item: RateLimitItem, sentence: str, name: str, whose: str) -> None:
        resets_at = await to_thread.run_sync(self._counted, limiter, item, (name, whose))
        if resets_at is not None:
            self._refused()
            pause = max(math.ceil(resets_at - time.time()), 1)
            raise LimitReached(sentence, pause, name=name, amount=item.amount, window_s=item.get_expiry())

    def _counted(self, limiter: RateLimiter, item: RateLimitItem, names: tuple[str, str]) -> float | None:
        """None where one more is within the limit; else when (Unix time) it may be again."""
        try:
            resets_at = None if limiter.hit(item, *names) else limiter.get_window_stats(item, *names).reset_time
        except Exception as error:  # noqa: BLE001, RUF100 - each storage raises its own client's errors
            if not self._is_down:
                log.error("The storage of the rate limits can't be used, so nobody is limited: %s", _kind(error))  # noqa: TRY400
            self._is_down = True
            return None
        self._is_down = False
        return resets_at


def _storage(address: str) -> StorageTypes:
    """The storage at *address*; one on another machine is given up after `_PATIENCE_S`."""
    away = address.startswith("redis")
    return storage_from_string(
        address, **({"socket_timeout": _PATIENCE_S, "socket_connect_timeout": _PATIENCE_S} if away else {})
    )


def _kind(error: Exception) -> str:
    """What *error* is, without its text, which may hold the storage's password."""
    return type(error).__qualname__
