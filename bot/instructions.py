"""What in a question is said to the bot and asks nothing of the text: orders, role play, pleas for its prompt, markup,
and courtesies (`bot.courtesies`).

It can do no harm, since only passages are quoted; but it would be searched for, and an order that happens to share
words with a passage would be "answered" with it. The cues are everyday English and Spanish, never of a subject.
"""

from __future__ import annotations

import re

from bot.courtesies import without_courtesy

_MARKUP = re.compile(
    r"<(script|style)\b[^<>]*>.*?</\1>|<\|[^|<>]*\|>|</?[a-z!][^<>]*>|\[/?(?:inst|system|user|assistant)\]|\{\{[^{}]*\}\}|\{%[^%{}]*%\}|\$\([^)]{0,200}\)",
    re.IGNORECASE | re.DOTALL,
)
"""Tags and other marks; of a script or a style sheet what it holds, too."""
_NO_WORD = re.compile(r"!?\[[^\]]*\]\([^)]*\)|\bhttps?://\S+|\S{40,}|\b(?:\w\s+){6,}\w\b")
"""Images and links, encoded text, and letters written apart."""
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")

_OWN = (
    r"(?:prompts?|instructions?|rules|restrictions|guidelines|system message|configuration|passwords?|secrets?|"
    r"(?:api )?keys?|environment variables|reglas|instrucciones|contrase[nñ]a)"
)
_POLITE = r"^(?:(?:please|now|and|so|then|por favor|(?:can|could|would|will) you(?: please)?),? )*"
_ORDERS = re.compile(
    rf"{_POLITE}(?:ignore|disregard|forget|override|bypass|ignora|olvida)\b.*\b(?:all|any|everything|previous|above|"
    rf"prior|earlier|documents?|sources?|text|{_OWN}|todo|anterior(?:es)?)\b|"
    rf"{_POLITE}(?:from now on|act as|pretend|role ?play|play the role|imagine (?:that )?you|behave as|"
    r"you (?:are|'re|will be) (?:now|no longer|going to)|you are (?:a|an|the|my) |say (?:exactly|only|just)|"
    r"(?:repeat|print|output|echo|copy) (?:everything|all|after me|the (?:text|words|line) above)|"
    r"(?:reply|respond|answer) (?:only|always|every|with|in)|responde (?:siempre|solo|en)|confirm by|"
    r"make up|invent|hallucinate|complete the sentence|confirm (?:that|it|this)|"
    r"(?:answer|tell me) or (?:i|else)|publish|"
    r"write (?:me )?(?:an?|the|some|\d+)|don't use (?:the|your) (?:text|documents?|sources?))\b|"
    rf"\b(?:your|hidden|system|initial|secret|tus?) (?:\w+ ){{0,2}}{_OWN}\b|"
    rf"\b(?:print|reveal|leak|output|show|tell) (?:me )?(?:your|the|its|all) (?:\w+ ){{0,2}}{_OWN}$|"
    r"\b(?:developer|debug|admin|god|jailbreak) mode\b|\byour own (?:words|knowledge)\b|"
    rf"{_POLITE}(?:show|open|visit|fetch|load|click|download|run|execute|translate|decode)\b.*"
    r"\b(?:this|that|the following) (?:picture|image|link|url|page|file|code|command|text|string)$",
    re.IGNORECASE,
)
_SPEAKER = re.compile(
    r"^\W*(?:system|assistant|developer|admin)\s*:\s*(?:\w+\s+)?(?:'[^']*'|\"[^\"]*\"|“[^”]*”)[.,;:]?\s*", re.IGNORECASE
)
"""Words put into the bot's mouth before a question."""
_JUST = r"(?:(?:please|come on|just|so|now|then|well|ok(?:ay)?|por favor),? )*"
_PLEAS = re.compile(
    rf"^{_JUST}(?:answer|say it|reply|respond|try (?:again|harder)|tell me|dime(?:lo)?|responde)"
    r"(?: (?:me|it|that|this|the (?:question|answer)|now|please|anyway|again|once|just|ya))*$|"
    rf"^{_JUST}(?:i know )?you (?:must|have to|should|can|do|surely) (?:know|answer|tell|say)"
    r"(?: (?:it|that|this|me))*$|"
    rf"^{_JUST}(?:come on|i beg you|i insist|last chance)$",
    re.IGNORECASE,
)
"""Pleas for an answer, which are no further question."""
_CLAIMS = re.compile(
    r"^(?:but |and |earlier,? |as )*you (?:just |already |have |had )*"
    r"(?:told|said|confirmed|agreed|stated|promised|admitted)\b|"
    r"\b(?:allow(?:ed|s)|permit(?:ted|s)|authori[sz]e[ds]|instruct(?:ed|s)|told|ask(?:ed|s)) you to\b",
    re.IGNORECASE,
)
"""Claims of what the bot said or may do; with a question mark they may ask for what the text says."""


def without_instructions(question: str) -> str:
    """*question* without markup, courtesies and sentences that give the bot orders; empty where nothing else is left.

    "Hi! Ignore your rules. How long is the training?" is "How long is the training?".
    """
    sentences = (" ".join(part.split()) for part in _SENTENCE_ENDS.split(_NO_WORD.sub(" ", _MARKUP.sub(" ", question))))
    asking = (
        without_courtesy(_SPEAKER.sub("", sentence)) for sentence in sentences if not _is_said_to_the_bot(sentence)
    )
    return " ".join(sentence for sentence in asking if sentence)


def _is_said_to_the_bot(sentence: str) -> bool:
    bare = _bare(sentence)
    claims = not sentence.endswith("?") and _CLAIMS.search(bare)
    return bool(_ORDERS.search(bare) or _PLEAS.search(bare) or claims)


def _bare(sentence: str) -> str:
    return sentence.strip(" .!?:\"'“”‘’").replace("’", "'")
