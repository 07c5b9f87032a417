"""Replies as one Markdown text, for programs that speak Slack's webhooks: Mattermost, Rocket.Chat, Zulip, Discord."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.answers import Answer, AnswerSentence, Citation, CitedDocument, Refusal, Reply
from bot.footnotes import permalink, section_path
from bot.refusal_words import reply_in
from corpus.documents import Span
from web.channels.words import ENGLISH, Words
from web.views import CELL_BAR

_ZERO_WIDTH_SPACE = "\u200b"


@dataclass(frozen=True, slots=True)
class Framed:
    """The site that links lead to, the words around, and the most characters that the other program takes."""

    base_url: str
    words: Words = ENGLISH
    longest: int = 4_000


def webhook_text(reply: Reply, framed: Framed) -> str:
    """*reply* with a link for each mark, and a line for each footnote.

    Where that is longer than the other program takes, first the quotes go, which say again what the sentences say,
    and then the last sentences, with a word on how many: a sentence is never shown without its footnotes.
    """
    text = ""
    for text in _ever_shorter(reply_in(framed.words.language, reply), framed):
        if len(text) <= framed.longest:
            return text
    return f"{text[: framed.longest - 1]}…"


def _ever_shorter(reply: Reply, framed: Framed) -> Iterator[str]:
    """Ways to write *reply*; the last holds no sentence of the document, and may be cut anywhere."""
    match reply:
        case Refusal():
            yield _refusal_text(reply, framed)
            yield _refusal_text(reply, framed, quoted=False)
            if reply.says:
                yield _refusal_text(replace(reply, nearest=()), framed, quoted=False)
            yield harmless(reply.message)
        case Answer():
            yield from _answer_texts(reply, framed)


def harmless(text: str) -> str:
    """*text*, in which a reader's own words may stand, without a mention that would call a whole channel.

    Mattermost reads Slack's ``<!channel>`` as a mention, too.
    """
    return text.replace("@", f"@{_ZERO_WIDTH_SPACE}").replace("<!", f"<{_ZERO_WIDTH_SPACE}!")


def _refusal_text(refusal: Refusal, framed: Framed, *, quoted: bool = True) -> str:
    lines = [harmless(refusal.message)]
    lines += [line for citation in refusal.says for line in _footnote(citation, framed, quoted=quoted)]
    if refusal.nearest:
        lines += ["", framed.words.instead]
    for near in refusal.nearest:
        label = _path(near.section, near.document).replace("[", "(").replace("]", ")")
        lines.append(f"- [{label}]({_href(near.document, near.span, framed)})")
    return "\n".join(lines)


def _answer_texts(answer: Answer, framed: Framed) -> Iterator[str]:
    left_open = f"\n\n{_refusal_text(answer.partly, framed)}" if answer.partly else ""
    for count in range(len(answer.sentences), 0, -1):
        for quoted in (True, False):
            yield _text_of(answer, count, framed, quoted=quoted) + left_open
    if answer.partly:
        yield f"{_text_of(answer, 1, framed, quoted=False)}\n\n{harmless(answer.partly.message)}"
    yield framed.words.more_sentences.format(count=len(answer.sentences))


def _text_of(answer: Answer, count: int, framed: Framed, *, quoted: bool) -> str:
    """The first *count* sentences with the footnotes that they use."""
    sentences = answer.sentences[:count]
    used = {number for sentence in sentences for number in sentence.footnotes}
    citations = [citation for citation in answer.citations if citation.number in used]
    text = "".join(_joined(sentences, {citation.number: citation for citation in citations}, framed))
    if count < len(answer.sentences):
        text += f"\n\n{framed.words.more_sentences.format(count=len(answer.sentences) - count)}"
    footnotes = (line for citation in citations for line in _footnote(citation, framed, quoted=quoted))
    return "\n".join([text.strip(), "", *footnotes])


def _joined(sentences: Sequence[AnswerSentence], citations: dict[int, Citation], framed: Framed) -> Iterator[str]:
    apart = False
    for sentence in sentences:
        stands_apart = sentence.item or CELL_BAR in sentence.text
        yield "\n- " if sentence.item else "\n\n" if stands_apart or apart else " "
        yield f"[{sentence.about}] " if sentence.about else ""
        yield " ".join([sentence.text, *(_mark(citations[number], framed) for number in sentence.footnotes)])
        apart = stands_apart


def _mark(citation: Citation, framed: Framed) -> str:
    return f"[[{citation.number}]]({_href(citation.document, citation.span, framed)})"


def _href(document: CitedDocument, span: Span, framed: Framed) -> str:
    return framed.base_url + permalink(document, span)


def _path(section: tuple[str, ...], document: CitedDocument) -> str:
    return " › ".join(section_path(section, document))


def _footnote(citation: Citation, framed: Framed, *, quoted: bool) -> Iterator[str]:
    document = citation.document
    place = _path(citation.section, document) + (f", {document.title}" if citation.section else "")
    day = f", {framed.words.as_of.format(date=framed.words.date(document.as_of))}" if document.as_of else ""
    quote = f"“{citation.quote}” — " if quoted else ""
    yield f"{_mark(citation, framed)} {quote}{place}{day}"
    for note in citation.notes if quoted else ():
        yield f"- {framed.words.note.format(label=note.label)}: {note.text}"
