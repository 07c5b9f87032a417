"""The bot's own words around an answer, in the languages that a channel may be set to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.wording import wording_in


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words. ``{…}`` in them is filled in by `str.format`."""

    language: str
    as_of: str
    note: str
    instead: str
    open_passage: str
    ask_follow_up: str
    your_question: str
    ask: str
    cancel: str
    share: str
    shared_by: str
    asked_by: str
    thinking: str
    looking_up: str
    how_to_ask: str
    not_here: str
    may_not_ask: str
    thanks: str
    right: str
    wrong: str
    gone: str
    greeting: str
    invite: str
    more_sentences: str

    def date(self, day: date) -> str:
        """*day* as people write it."""
        return wording_in(self.language).date(day)


ENGLISH = Words(
    language="en",
    as_of="as of {date}",
    note="Note {label}",
    instead="Read instead:",
    open_passage="Open passage {number}",
    ask_follow_up="Ask a follow-up",
    your_question="Your question",
    ask="Ask",
    cancel="Cancel",
    share="Share in this channel",
    shared_by="{who} shared the answer to: {question}",
    asked_by="{who} asked: {question}",
    thinking="is looking it up…",
    looking_up="Looking it up…",
    how_to_ask="Write your question after the command, for example: {command} {example}",
    not_here="I don’t answer in this channel.",
    may_not_ask="In this channel only some people may ask me, and you aren’t one of them yet; "
    "whoever runs me can change that.",
    thanks="Thank you; the publisher will see that.",
    right="This is right",
    wrong="Something is wrong",
    gone="That answer isn’t kept any more; please ask again.",
    greeting="What would you like to know?",
    invite="I can’t post in this channel. Invite me first (/invite), or ask me in a direct message.",
    more_sentences="(Sentences of the answer that don’t fit here: {count}. Ask for less at a time.)",
)

SPANISH = Words(
    language="es",
    as_of="al {date}",
    note="Nota {label}",
    instead="En su lugar puede leer:",
    open_passage="Abrir pasaje {number}",
    ask_follow_up="Seguir preguntando",
    your_question="Su pregunta",
    ask="Preguntar",
    cancel="Cancelar",
    share="Compartir en este canal",
    shared_by="{who} compartió la respuesta a: {question}",
    asked_by="{who} preguntó: {question}",
    thinking="está buscando…",
    looking_up="Buscando…",
    how_to_ask="Escriba su pregunta después del comando, por ejemplo: {command} {example}",
    not_here="No respondo en este canal.",
    may_not_ask="En este canal solo algunas personas pueden preguntarme y usted todavía no es una de ellas; "
    "quien me administra puede cambiarlo.",
    thanks="Gracias; lo verá quien publica el texto.",
    right="Es correcto",
    wrong="Hay un error",
    gone="Esa respuesta ya no se conserva; pregunte de nuevo, por favor.",
    greeting="¿Qué quiere saber?",
    invite="No puedo publicar en este canal. Invíteme primero (/invite) o pregúnteme en un mensaje directo.",
    more_sentences="(Frases de la respuesta que no caben aquí: {count}. Pregunte menos cosas a la vez.)",
)

_ALL = {words.language: words for words in (ENGLISH, SPANISH)}


def words_in(language: str) -> Words:
    """The words of *language* (``en`` or ``es``)."""
    return _ALL[language]
