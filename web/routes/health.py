"""Health checks: is the process alive, and can it answer?"""

from __future__ import annotations

from fastapi import APIRouter

from web.schemas import Alive, Ready
from web.site import CurrentSite

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Alive?")
async def healthz() -> Alive:
    """The process answers; nothing else is looked at."""
    return Alive()


@router.get("/readyz", summary="Ready to answer?")
def readyz(site: CurrentSite) -> Ready:
    """The index that is loaded, and how many explainers it holds; 503 where conversations can't be read."""
    site.chatbot.conversations.conversations(limit=1)
    return Ready(index_version=site.chatbot.index_version, documents=len(site.chatbot.documents()))
