"""Why a question isn't answered, in a sentence to the reader.

The cues are those of everyday questions, never of one explainer's subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.answers import RefusalReason
from bot.questions import analyse
from bot.rewrite import Query
from corpus.documents import DocumentCard
from corpus.language import base_language, detect_language

_ASKS_ADVICE = re.compile(
    r"^(?:(?:so|and|but|ok),? )?(?:should|ought) (?:i|we|my|our)\b|"
    r"\bwhat (?:would you do|do you (?:think|recommend))\b|"
    r"\b(?:do|would) you (?:recommend|advise|suggest)\b|\bis it (?:a good|the right) (?:idea|thing|choice)\b|"
    r"\byour (?:own |personal |honest )*(?:opinion|view|guess|take|advice)\b|^¿?deber[ií]a(?:mos)?\b"
)
"""What asks for advice, whatever the text says."""
_PERSONAL = re.compile(
    r"\b(?:should|ought) (?:i|we|my|our)\b|\b(?:can|could|may) i (?:sue|be sued|appeal)\b|"
    r"\b(?:my|our) (?:lawyer|attorney|case|hearing)\b|\bmi (?:abogad[oa]|caso)\b"
)
"""What asks about the asker's own case, where the text doesn't answer it."""
_SHORTEST_QUESTION = 15
"""Letters; the language of less can't be told."""
_YEAR = re.compile(r"\b(?:19|20|21)\d\d\b")


def reason_for(query: Query, documents: Sequence[DocumentCard], off_topic: bool) -> RefusalReason:
    """The reason for refusing *query*, once it is known that *documents* don't answer it."""
    if not query.asks:
        return RefusalReason.NOT_A_QUESTION
    if _language_is_foreign(query.text, documents):
        return RefusalReason.UNSUPPORTED_LANGUAGE
    if off_topic:
        return RefusalReason.OFF_TOPIC
    if _asks_for_later(query.text, documents):
        return RefusalReason.AFTER_AS_OF
    if wants_advice(query.text) or _PERSONAL.search(" ".join(query.text.split()).casefold()):
        return RefusalReason.PERSONAL_OR_LEGAL_ADVICE
    return RefusalReason.NOT_IN_TEXT


def wants_advice(question: str) -> bool:
    """Whether *question* asks what to do, which no explainer answers: the bot doesn't advise."""
    return bool(_ASKS_ADVICE.search(" ".join(question.split()).casefold()))


def _language_is_foreign(question: str, documents: Sequence[DocumentCard]) -> bool:
    languages = {base_language(document.language) for document in documents}
    return bool(languages) and detect_language(question, _SHORTEST_QUESTION) not in languages | {"en"}


def _asks_for_later(question: str, documents: Sequence[DocumentCard]) -> bool:
    """Whether the question names a year after the last day that every document speaks of."""
    ends = [document.as_of.year for document in documents if document.as_of]
    years = [int(year) for year in _YEAR.findall(question)]
    return bool(ends and years) and max(years) > max(ends)


def message_for(reason: RefusalReason, query: Query, missing: Sequence[str], documents: Sequence[DocumentCard]) -> str:
    """One or two sentences that say what the text doesn't, and where it ends."""
    one = len(documents) == 1
    source = f"“{documents[0].title}”" if one else "The explainers here"
    dont, cover, deal = ("doesn’t", "covers", "deal") if one else ("don’t", "cover", "deal")
    if reason is RefusalReason.NOT_IN_TEXT:
        named = list(_as_written(query, missing))
        rest = f"Nothing in the text mentions {_listed(named)}" if named else "These are the sections that come closest"
        return f"{source} {dont} say. {rest}."
    if reason is RefusalReason.AFTER_AS_OF:
        return f"{source} {dont} say: the text ends at {_ends(documents)}."
    if reason is RefusalReason.PARTLY_ANSWERED:
        return partly_message([query.text], documents)
    return {
        RefusalReason.OFF_TOPIC: f"{source} {dont} {deal} with that.",
        RefusalReason.NOT_A_QUESTION: (
            "That doesn’t ask anything that can be looked up. Ask a question about the explainer in a sentence."
        ),
        RefusalReason.UNSUPPORTED_LANGUAGE: (
            f"{source} can’t be searched in that language yet. Ask in the language of the text."
        ),
        RefusalReason.PERSONAL_OR_LEGAL_ADVICE: (
            f"That asks for advice, which the text can’t give; a lawyer can. {source} {cover} the subject in these "
            "sections."
        ),
    }[reason]


def no_such_document(called: str) -> str:
    """That no document here is what the question calls one."""
    return f"No explainer here is from {called}. The list of explainers has what there is."


def partly_message(parts: Sequence[str], documents: Sequence[DocumentCard]) -> str:
    """Which *parts* of the question, in the reader's words, the text leaves open."""
    source = f"“{documents[0].title}” doesn’t" if len(documents) == 1 else "The explainers here don’t"
    named = "; ".join(f"“{part.strip(' ?')}”" for part in parts)
    return f"{source} answer this part: {named}."


def _ends(documents: Sequence[DocumentCard]) -> str:
    last = max(document.as_of for document in documents if document.as_of)
    return f"{last:%B} {last.day}, {last.year}"


def _as_written(query: Query, missing: Sequence[str]) -> Iterator[str]:
    """The names among the *missing* terms, as the reader wrote them."""
    wanted = [term for term in missing if term in query.asked.names]
    for word in query.text.split():
        bare = word.strip(".,;:?!()[]“”\"'’")
        if set(analyse(bare).terms) & set(wanted):
            yield bare


def _listed(names: Sequence[str]) -> str:
    unique = list(dict.fromkeys(names))
    return unique[0] if len(unique) == 1 else f"{', '.join(unique[:-1])} or {unique[-1]}"
