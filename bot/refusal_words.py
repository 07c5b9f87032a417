"""The sentence of a refusal, in any language that there is a catalogue for."""

from __future__ import annotations

from dataclasses import replace

from bot.answers import Refusal, RefusalDetails, RefusalReason, Reply
from bot.wording import SOURCE_LANGUAGE, Wording, message, wording_in

_NOTHING_ASKED = message(
    "That doesn’t ask anything that can be looked up. Ask a question about the explainer in a sentence."
)

_SENTENCES: dict[RefusalReason, tuple[str, str]] = {
    RefusalReason.NOT_IN_TEXT: (
        message("“{title}” doesn’t say. These are the sections that come closest."),
        message("The explainers here don’t say. These are the sections that come closest."),
    ),
    RefusalReason.FALSE_PREMISE: (
        message("“{title}” doesn’t say that. The question may take for granted what isn’t so; what the text does say:"),
        message(
            "The explainers here don’t say that. The question may take for granted what isn’t so; what they do say:"
        ),
    ),
    RefusalReason.AFTER_AS_OF: (
        message("“{title}” doesn’t say: the text ends at {ends}."),
        message("The explainers here don’t say: the text ends at {ends}."),
    ),
    RefusalReason.PARTLY_ANSWERED: (
        message("“{title}” doesn’t answer this part: {parts}."),
        message("The explainers here don’t answer this part: {parts}."),
    ),
    RefusalReason.OFF_TOPIC: (
        message("“{title}” doesn’t deal with that."),
        message("The explainers here don’t deal with that."),
    ),
    RefusalReason.NOT_A_QUESTION: (_NOTHING_ASKED, _NOTHING_ASKED),
    RefusalReason.UNSUPPORTED_LANGUAGE: (
        message(
            "“{title}” is in another language, and your question couldn’t be matched with it safely. Ask in the "
            "language of the text; these are the sections that come closest."
        ),
        message(
            "The explainers here are in another language, and your question couldn’t be matched with them safely. Ask "
            "in the language of the text; these are the sections that come closest."
        ),
    ),
    RefusalReason.PERSONAL_OR_LEGAL_ADVICE: (
        message(
            "That asks for advice, which the text can’t give; a lawyer can. “{title}” covers the subject in these "
            "sections."
        ),
        message(
            "That asks for advice, which the text can’t give; a lawyer can. The explainers here cover the subject in "
            "these sections."
        ),
    ),
}
"""For each reason the sentence about one explainer, and about several."""

_LACKS_NAMES = (
    message("“{title}” doesn’t say. Nothing in the text mentions {named}."),
    message("The explainers here don’t say. Nothing in the text mentions {named}."),
)
_MAY_BE_THE_GLOSS = frozenset({RefusalReason.NOT_IN_TEXT, RefusalReason.FALSE_PREMISE})
"""What may be so only because too little of the question was understood."""
_GLOSSED = message(
    "Your question was read word by word in the language of the text; asked in that language, it may find more."
)
_NO_SUCH_YEAR = message("No explainer here is from {year}. The list of explainers has what there is.")


def refused(reason: RefusalReason, details: RefusalDetails) -> Refusal:
    """The refusal for *reason*, in English words."""
    return Refusal(reason, _sentence(reason, details, wording_in(SOURCE_LANGUAGE)), details=details)


def refusal_in(language: str, refusal: Refusal) -> str:
    """The sentence of *refusal* in *language*; as it was made where nobody kept what it names."""
    return _sentence(refusal.reason, refusal.details, wording_in(language)) if refusal.details else refusal.message


def reply_in(language: str, reply: Reply) -> Reply:
    """*reply* with the bot's own words in *language*; the explainers' words stay as they are."""
    if isinstance(reply, Refusal):
        return replace(reply, message=refusal_in(language, reply))
    if reply.partly:
        return replace(reply, partly=replace(reply.partly, message=refusal_in(language, reply.partly)))
    return reply


def _sentence(reason: RefusalReason, details: RefusalDetails, words: Wording) -> str:
    """What the text doesn't say, and where it ends."""
    if details.year:
        return words.say(_NO_SUCH_YEAR, year=details.year)
    lacks_names = reason is RefusalReason.NOT_IN_TEXT and details.named
    of_one, of_several = _LACKS_NAMES if lacks_names else _SENTENCES[reason]
    glossed = details.glossed and reason in _MAY_BE_THE_GLOSS
    opening = f"{words.say(_GLOSSED)} " if glossed else ""
    return opening + words.say(
        of_several if details.title is None else of_one,
        title=details.title or "",
        named=words.any_of(details.named),
        parts="; ".join(words.say(message("“{part}”"), part=part) for part in details.named),
        ends=words.date(details.ends) if details.ends else "",
    )
