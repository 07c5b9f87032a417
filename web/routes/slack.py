"""The addresses that Slack calls."""

from __future__ import annotations

from fastapi import APIRouter
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_sdk.signature import SignatureVerifier
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_LONGEST_TIME = 12
"""Digits of a Unix time that anybody will see; Python's own limits lie elsewhere."""


def slack_router(handler: AsyncSlackRequestHandler, signing_secret: str) -> APIRouter:
    """``/slack/events``, ``/slack/interactions`` and ``/slack/commands``, behind the check of the signature."""
    router = APIRouter(prefix="/slack", include_in_schema=False)
    verifier = SignatureVerifier(signing_secret)

    async def receive(request: Request) -> Response:
        """Checks the signature over the raw body before anything in it is looked at."""
        if not is_signed(verifier, await request.body(), request):
            raise HTTPException(401, "The request isn't signed by Slack, or its signature is over five minutes old.")
        try:
            return await handler.handle(request)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
            raise HTTPException(400, "The request isn't one of Slack's payloads.") from error

    for path in ("/events", "/interactions", "/commands"):
        router.add_api_route(path, receive, methods=["POST"])
    return router


def is_signed(verifier: SignatureVerifier, body: bytes, request: Request) -> bool:
    """Whether *body* bears a signature not older than five minutes.

    Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _LONGEST_TIME and signature.isascii()):
        return False
    try:
        return verifier.is_valid(body, timestamp, signature)
    except UnicodeDecodeError:
        return False
