"""Whether a question that the text doesn't answer takes something for granted that the text doesn't say.

"Why did the town close the market?" does, where no market was closed; "How many markets closed?" doesn't. The form of
the question tells most of it, and how near the text comes; a logistic regression weighs both (docs/decisions.md has
how well). The cue words are English, since a question in another language is read by its gloss.
"""

from __future__ import annotations

import re

from bot.gloss import SHORTEST_QUESTION
from bot.logistic import fitted
from bot.retrieve import Evidence
from bot.rewrite import Query
from corpus.language import detect_language

_LIKELY = 0.5
_MANY_TERMS = 10

_FORMS = {
    "asks_why": re.compile(
        r"^(?:(?:so|and|but),? )?(?:how come|what (?:made|caused|led|prompted|drove|reasons?))\b|\bwhy\b"
    ),
    "asks_when": re.compile(r"\bwhen (?:did|was|were|will|does)\b"),
    "asks_how": re.compile(r"^how (?:did|do|does|was|is|are|will)\b"),
    "asks_how_much": re.compile(r"\bhow (?:many|much|long|often)\b"),
    "asks_whether": re.compile(r"^(?:is|are|was|were|do|does|did|can|could|may|must|will|would|has|have)\b"),
    "tells_first": re.compile(r"^(?:since|because|given that|seeing as|considering|as|if)\b.*,|\bnow that\b|\bafter\b"),
}
_DENIES = re.compile(
    r"\b(?:no|not|never|none|neither|nor|without|cannot|nothing|nobody|only|but|instead|rather|however|although|"
    r"though|unlike)\b|n['’]t\b",
    re.IGNORECASE,
)


def takes_for_granted(query: Query, evidence: Evidence) -> bool:
    """Whether *query*, which *evidence* doesn't answer, likely holds a false premise; of English ones alone it is told.

    It is fitted to questions that a text doesn't answer. Where the bot refuses one that the text does answer, it may be
    wrong, so what is said of it stays careful.
    """
    if query.unread is None and detect_language(query.asked.text, SHORTEST_QUESTION) not in {"en", "zxx"}:
        return False
    return fitted()["false_premise"].probability(premise_features(query, evidence)) >= _LIKELY


def premise_features(query: Query, evidence: Evidence) -> dict[str, float]:
    """What the regression sees, all between 0 and 1: the question's form and length, and the sentence likest to it."""
    spoken = " ".join(query.asked.text.split()).casefold().lstrip("¿")
    likest = max(evidence.candidates, key=lambda candidate: candidate.similarity, default=None)
    return {
        **{name: float(bool(form.search(spoken))) for name, form in _FORMS.items()},
        "terms": min(1.0, len(query.asked.terms) / _MANY_TERMS),
        "similarity": max(0.0, likest.similarity) if likest else 0.0,
        "text_denies": float(bool(likest and _DENIES.search(likest.text))),
    }
