"""The reader beside the chat: framed in its panel, and belonging to its conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from web.site import CONVERSATION_ID


@dataclass(frozen=True, slots=True)
class BesideChat:
    """Whether a page of the reader is framed, and which conversation it was opened from."""

    framed: bool
    conversation_id: str | None

    def keep(self, href: str) -> str:
        """*href*, a path of the reader, opened in the same surroundings."""
        path, hash_, fragment = href.partition("#")
        kept = ["frame=1"] if self.framed else []
        kept += [f"c={self.conversation_id}"] if self.conversation_id else []
        joined = "&".join(kept)
        return f"{path}{('&' if '?' in path else '?') if kept else ''}{joined}{hash_}{fragment}"


def beside_chat(request: Request) -> BesideChat:
    """The surroundings that *request* names; only pages of the reader have any."""
    query = request.query_params if request.url.path.startswith("/read/") else {}
    conversation_id = query.get("c", "")
    return BesideChat(
        framed=query.get("frame") == "1",
        conversation_id=conversation_id if CONVERSATION_ID.fullmatch(conversation_id) else None,
    )


Surroundings = Annotated[BesideChat, Depends(beside_chat)]
