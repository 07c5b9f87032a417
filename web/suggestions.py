"""First questions that an explainer answers, made of its own headings."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from bot.rewrite import resolve
from web.views import explainer_view

if TYPE_CHECKING:
    from bot.chatbot import Chatbot


def first_questions(chatbot: Chatbot, limit: int) -> list[str]:
    """Up to *limit* headings that the bot answers when they are asked, from each explainer in turn.

    Raises what `Chatbot.assess` raises.
    """
    starts = [[link.text for link in explainer_view(document).starts] for document in chatbot.documents()]
    headings = [heading for heading in chain.from_iterable(zip_longest(*starts)) if heading]
    found: list[str] = []
    for heading in dict.fromkeys(headings):
        if len(found) == limit:
            break
        likely = chatbot.assess(resolve(heading, [], chatbot.language)).probability
        if likely >= chatbot.answer_threshold:
            found.append(heading)
    return found
