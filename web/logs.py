"""How the log is written: JSON lines, or text for people, on standard error; the one place that uses structlog."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from web.request_log import REQUEST_ID

_OURS = ("footnoted", "uvicorn.error")


def configure_logs(form: Literal["json", "text"] | None, stream: TextIO | None = None) -> None:
    """Sends every logger of the process to *stream*, standard error where none is given.

    Without a *form*, it is text where somebody reads along on a terminal, and JSON elsewhere.

    Of other libraries only warnings are told: what they say at lower levels may hold a question.
    """
    before: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _drop_colours,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
    ]
    target = stream or sys.stderr
    form = form or ("text" if target.isatty() else "json")
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendered(form)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error"):  # uvicorn gives them ways of their own, past ours
        logger = logging.getLogger(name)
        logger.handlers[:], logger.propagate = [], True


def _rendered(form: Literal["json", "text"]) -> list[Processor]:
    if form == "text":
        return [_without_texts, structlog.dev.ConsoleRenderer(colors=False)]
    return [_without_texts, structlog.processors.JSONRenderer(ensure_ascii=False)]


def _without_texts(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """An exception by its type and where it came from: its text may quote a question."""
    info = event.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else info if isinstance(info, BaseException) else sys.exc_info()[1]
    if not info or error is None:
        return event
    return {**event, "error": type(error).__qualname__, "exception": "".join(traceback.format_tb(error.__traceback__))}


def _drop_colours(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Without what uvicorn adds for terminals."""
    event.pop("color_message", None)
    return event


def _add_request_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    request_id = REQUEST_ID.get()
    return event if request_id is None else {**event, "request_id": request_id}
