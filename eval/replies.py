"""A reply as programs get it: the parts of the README's JSON contract that are scored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.errors import ReplyFormatError

Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Milliseconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]

_MARK = re.compile(r"\s*\[[0-9]{1,3}\]")


class _Record(BaseModel):
    # The contract may grow; what isn't scored is passed over.
    model_config = ConfigDict(frozen=True, extra="ignore")


class DocumentRecord(_Record):
    """The document version that a footnote points into."""

    id: str
    version: str


class FootnoteRecord(_Record):
    """A footnote of a reply."""

    number: int
    quote: str
    section: tuple[str, ...]
    document: DocumentRecord
    start: int
    end: int


class SentenceRecord(_Record):
    """A sentence of an answer; ``about`` is the section named in brackets before it, where there is one."""

    text: str
    footnotes: tuple[int, ...]
    about: str | None = None


class PassageRecord(_Record):
    """A retrieved passage, best first in the reply."""

    id: str
    document: str
    text: str


class RefusalRecord(_Record):
    """Why a question was declined."""

    reason: str
    message: str


class ReplyRecord(_Record):
    """A reply. ``passages`` is None where the reply doesn't say what was retrieved.

    ``probability`` is the bot's estimate that the text answers, where it gives one. ``timings_ms`` holds the
    milliseconds by stage; it stays out of dumps, because it differs from run to run.
    """

    status: Literal["answered", "refused"]
    answer: str
    sentences: tuple[SentenceRecord, ...] = ()
    footnotes: tuple[FootnoteRecord, ...] = ()
    refusal: RefusalRecord | None = None
    passages: tuple[PassageRecord, ...] | None = None
    probability: Probability | None = None
    timings_ms: Mapping[str, Milliseconds] = Field(default_factory=dict, exclude=True, repr=False)

    @property
    def said(self) -> str:
        """The answer without its marks, which would otherwise pass for numbers of the text."""
        return _MARK.sub("", self.answer)

    def cited(self, sentence: SentenceRecord) -> tuple[FootnoteRecord, ...]:
        """The footnotes of *sentence* that there are."""
        return tuple(note for number in sentence.footnotes for note in self.footnotes if note.number == number)


def parse_reply(reply: Mapping[str, Any], case_id: str) -> ReplyRecord:
    """*reply* as a record; raises `ReplyFormatError` where it isn't in the JSON of the contract."""
    try:
        return ReplyRecord.model_validate(reply)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in fault["loc"]) or "the whole"
        raise ReplyFormatError(
            f"The reply to case {case_id!r} is not in the JSON of the contract ({place}: {fault['msg']}); "
            "compare it with the README."
        ) from error
