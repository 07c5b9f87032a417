"""Greetings, thanks and the like: what people say to somebody who answers, and that asks nothing.

Everyday English and Spanish, never of a subject. In a chat they stand alone ("thanks!") or before a question ("Hi,
how long …?"); looked up, they would be answered with whatever shares a word.
"""

from __future__ import annotations

import re

_GREETINGS = (
    r"hi|hiya|hello|hey|howdy|greetings|good (?:morning|afternoon|evening|day|night)|thanks?(?: you)?|thank u|thx|ty|"
    r"cheers|much appreciated|(?:i )?appreciate (?:it|that|this|your help)|bye(?:[- ]bye)?|goodbye|see you(?: later)?|"
    r"take care|how are you(?: doing)?|how(?:'s| is) it going|what'?s up|nice to meet you|pleased to meet you|"
    r"(?:who|what) are you|what's your name|are you (?:a |an )?(?:bot|human|person|robot|ai|real|there)|"
    r"(?:can|could) you help(?: me)?(?: out)?|i(?: have|'ve got) (?:a|one|another) (?:quick )?question|"
    r"hola|buen(?:os|as) (?:d[ií]as|tardes|noches)|(?:muchas |mil )?gracias|adi[oó]s|hasta luego|qu[eé] tal|"
    r"(?:c[oó]mo est[aá]s?|qui[eé]n eres)|tengo una pregunta"
)
"""What opens or closes a talk, with a question mark or without."""

_ASSENTS = (
    r"that(?:'s| is| was)(?: very| really| so| all)? "
    r"(?:helpful|great|good|useful|interesting|perfect|clear|all|it|nice)|"
    r"(?:very|really|so|super) (?:helpful|useful|interesting|nice|good|clear)|"
    r"well done|good (?:job|bot|to know|point)|"
    r"ok(?:ay)?|k|alright|all right|right|got it|understood|i see|noted|makes sense|fair enough|good|great|nice|cool|"
    r"awesome|perfect|excellent|wonderful|lovely|brilliant|amazing|interesting|wow|yes|yep|yeah|yup|no|nope|nah|sure|"
    r"sorry|oops|never ?mind|please|lol|ha(?:ha)+|hm+|"
    r"vale|perfecto|genial|claro|s[ií]|de acuerdo|entendido|muy bien|por favor|perd[oó]n"
)
"""What takes an answer up; with a question mark it may ask for more ("right?")."""

_FILLERS = (
    r"for (?:that|this|(?:your|the|all the|all your) (?:help|answer|answers|info|information|reply|time))|for helping|"
    r"so|very|really|much|a lot|a bunch|again|then|there|everyone|everybody|all|team|folks|friend|bot|and|but|well|oh|"
    r"to you|you too|as well|by the way|btw|muy|mucho|todos|amig[oa]"
)
_SOUND = re.compile(r":[a-z0-9_+-]{1,30}:|@[\w.-]+|[^\w\s?¿'\"“”$€£%]|_", re.IGNORECASE)
"""What stands between such words: punctuation, emoji and their codes, names of people."""


def _only(said: str) -> re.Pattern[str]:
    # Atomic and possessive: each word is read once, however long the line.
    return re.compile(rf"(?>(?:{said}|{_FILLERS})(?: |$))++", re.IGNORECASE)


_TALK = _only(rf"{_GREETINGS}|{_ASSENTS}")
_GREETING = _only(_GREETINGS)
_SAID = re.compile(rf"\b(?:{_GREETINGS}|{_ASSENTS})\b", re.IGNORECASE)
_OPENING = re.compile(
    rf"(?>(?:{_GREETINGS}|ok(?:ay)?|great|perfect|cool)(?: (?:{_FILLERS}))?+ ?[,!.:;–—-]+ ?)++(?=\S)", re.IGNORECASE
)


def is_courtesy(sentence: str) -> bool:
    """Whether *sentence* only greets, thanks or takes note."""
    words = " ".join(_SOUND.sub(" ", _straight(sentence)).split())
    if not words:
        return True
    bare = words.rstrip(" ?")
    said = _TALK if bare == words else _GREETING
    return bool(said.fullmatch(bare) and _SAID.search(bare))


def without_courtesy(sentence: str) -> str:
    """*sentence* without the courtesy that it opens with: "Thanks! And in spring?" is "And in spring?"."""
    if is_courtesy(sentence):
        return ""
    opening = _OPENING.match(_straight(sentence))
    return sentence[opening.end() :] if opening else sentence


def _straight(sentence: str) -> str:
    """*sentence* with its apostrophes as the cues have them; no character moves."""
    return sentence.replace("’", "'")
