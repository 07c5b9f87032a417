"""Case candidates from what readers think of replies, for a person to edit.

A reply that was found right is proposed as it was, with the passages it cites; of one that was found wrong only the
question is, and what a right reply to it is stays to be written: until then the file isn't an eval, and says so.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import yaml

from bot.feedback import Feedback, Reason, Verdict
from corpus.builder import slugify
from eval.cases import EvalCase, Kind
from eval.passages import linked

FROM_FEEDBACK = "feedback"
HEADER = """\
# Case candidates from readers' feedback: drafts, not an eval yet. For every case:
#   1. write what each TODO asks for; a case that isn't worth asking is deleted whole;
#   2. where the reply was right, check that its passages are all that a right answer needs, and add the facts;
#   3. take out of the question what tells who asked it;
#   4. give the case an id and a kind that say what it tries, and take the tag "feedback" off.
# Then run `footnoted eval lint` on the file.
"""
_SLUG_WORDS = 6
_YES_NO = re.compile(r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|may|must|will|would)\b", re.IGNORECASE)
_REASONS = frozenset(get_args(get_args(EvalCase.model_fields["reason"].annotation)[0]))
"""The reasons for a refusal that a case may name."""
_KIND_OF_REASON: Mapping[str | None, Kind] = {"off_topic": Kind.OFF_TOPIC, "false_premise": Kind.FALSE_PREMISE}
"""The reasons that questions of one kind alone are refused for, as `eval.lint` has it; the others are any."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A reply and what readers said of it; ``history`` holds the questions that were asked before it."""

    question: str
    body: Mapping[str, Any]
    feedback: tuple[Feedback, ...]
    history: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether nobody found the reply wrong."""
        return all(given.verdict == Verdict.RIGHT for given in self.feedback)

    @property
    def answered(self) -> bool:
        """Whether the reply was an answer."""
        return bool(self.body["status"] == "answered")

    @property
    def reasons(self) -> frozenset[str]:
        """Why it is wrong, as its readers say."""
        return frozenset(given.reason for given in self.feedback if given.reason)


def candidates_yaml(judged: Sequence[Judged], *, with_text: bool = False) -> str:
    """A YAML case file with a candidate for each of *judged*; readers' own words are in it only *with_text*."""
    return "\n".join([HEADER, *(_candidate(each, with_text=with_text) for each in judged)])


def _candidate(judged: Judged, *, with_text: bool) -> str:
    case, todos = _proposed(judged)
    listed = yaml.safe_dump([case], sort_keys=False, allow_unicode=True, width=110).rstrip("\n")
    return "\n".join([*(_comment(line) for line in _story(judged, with_text=with_text)), listed, *todos, ""])


def _proposed(judged: Judged) -> tuple[dict[str, Any], list[str]]:
    """The case as far as it is known, and the lines that a person completes."""
    case: dict[str, Any] = {
        "id": _id(judged),
        "question": judged.question,
        **({"history": list(judged.history)} if judged.history else {}),
    }
    expected, todos = _expected(judged)
    document = _document(judged.body)
    named: dict[str, Any] = {"document": document} if document else {}
    if not document:
        todos.append("  document: TODO  # the id of the document that this is asked of")
    kind = {"kind": _kind(judged, expected["status"])}
    return {**case, **kind, **named, "tags": [FROM_FEEDBACK], **expected}, todos


def _expected(judged: Judged) -> tuple[dict[str, Any], list[str]]:
    """What a right reply is, as far as the verdict says."""
    if not (judged.answered if judged.right else _should_answer(judged)):
        return {"status": "refused"}, [_reason_line(judged)]
    if judged.right:
        return {"status": "answered", "passages": [_passage(footnote) for footnote in judged.body["footnotes"]]}, []
    return {"status": "answered"}, [
        "  passages: []  # TODO: what a right answer cites, e.g. [{quote: its exact words}]"
    ]


def _should_answer(judged: Judged) -> bool:
    """Whether the text answers, where the reply was wrong: as its readers say, else as the bot did."""
    if Reason.SHOULD_HAVE_ANSWERED in judged.reasons:
        return True
    return judged.answered and Reason.SHOULD_HAVE_REFUSED not in judged.reasons


def _reason_line(judged: Judged) -> str:
    said = (judged.body["refusal"] or {}).get("reason")
    if judged.right and said in _REASONS:
        return f"  reason: {said}"
    return "  reason: not_in_text  # TODO: why the text doesn't answer; check that it doesn't"


def _passage(footnote: Mapping[str, Any]) -> dict[str, str]:
    """By its words, which are found again in a later version; by its permalink where it has none."""
    quote = " ".join(footnote["quote"].split())
    return {"quote": quote} if any(map(str.isalnum, quote)) else {"permalink": footnote["permalink"]}


def _kind(judged: Judged, status: str) -> str:
    """A guess."""
    said = (judged.body["refusal"] or {}).get("reason")
    if judged.history:
        return Kind.FOLLOW_UP.value
    if status == "refused":
        return (_KIND_OF_REASON.get(said, Kind.UNANSWERABLE) if judged.right else Kind.UNANSWERABLE).value
    if any(line.startswith("• ") for line in judged.body["answer"].split("\n")):
        return Kind.LIST.value
    return (Kind.YES_NO if _YES_NO.match(judged.question) else Kind.FACT).value


def _document(body: Mapping[str, Any]) -> str | None:
    """The document that the reply cites first, or else comes closest to."""
    if body["footnotes"]:
        return str(body["footnotes"][0]["document"]["id"])
    nearest = (body["refusal"] or {}).get("nearest") or []
    return linked(nearest[0]["permalink"]).document if nearest else None


def _id(judged: Judged) -> str:
    first = judged.feedback[0]
    words = re.sub(r"[^a-z0-9]+", "-", slugify(judged.question, "question")).strip("-").split("-")[:_SLUG_WORDS]
    place = hashlib.sha256(f"{first.conversation_id} {first.turn}".encode()).hexdigest()[:8]
    return "-".join([FROM_FEEDBACK, *(word for word in words if word), place])


def _story(judged: Judged, *, with_text: bool) -> list[str]:
    """What was said, and by whom, for the person who edits the case."""
    lines = [f"{given.verdict}{f' ({given.reason})' if given.reason else ''}" for given in judged.feedback]
    if with_text:
        lines += [f"A reader says: {given.text}" for given in judged.feedback if given.text]
    refusal = judged.body["refusal"]
    lines += [f"Answered: {judged.body['answer']}"] if judged.answered else []
    lines += [f"Refused ({refusal['reason']}): {refusal['message']}"] if refusal else []
    return lines + [f"[{footnote['number']}] {footnote['permalink']}" for footnote in judged.body["footnotes"]]


def _comment(text: str) -> str:
    """*text* as one line of a comment; YAML reads no control characters even there."""
    return f"# {' '.join(''.join(c if c.isprintable() else ' ' for c in text).split())}"
