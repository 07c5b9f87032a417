"""Health checks: is the process alive, and can it answer?"""

from __future__ import annotations

from fastapi import APIRouter

from web.routes.api import problem
from web.schemas import Alive, Ready
from web.site import CurrentSite

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Alive?")
async def healthz() -> Alive:
    """The process answers; nothing else is looked at."""
    return Alive()


@router.get("/readyz", summary="Ready to answer?", responses={503: problem("Questions can't be asked now.")})
def readyz(site: CurrentSite) -> Ready:
    """The index that is loaded, and how many explainers it holds; 503 where conversations can't be read.

    A server that is being stopped isn't ready either: what it has begun it still answers.
    """
    if site.queue.is_closed:
        raise site.queue.busy()
    site.chatbot.conversations.conversations(limit=1)
    return Ready(index_version=site.chatbot.index_version, documents=len(site.chatbot.documents()))
