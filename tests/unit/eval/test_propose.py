"""Cases proposed from a document: right by construction, the same each time, and loaded without an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corpus.builder import DocumentBuilder, Metadata
from corpus.documents import Document
from corpus.inline import InlineText, Mark
from eval.cases import EvalCase, load_cases
from eval.errors import EvalSetupError
from eval.facts import holds
from eval.lint import has_faults, lint
from eval.propose import HEADER, PROPOSED, propose, proposed_yaml


def explainer() -> Document:
    builder = DocumentBuilder()
    builder.add_heading(2, "Basic training")
    builder.add_paragraph(
        "Inspectors train for 12 weeks in the town of Elm Grove before 2019. "
        "The Field Clerk Office (FCO) pays about $1,300,000 a year. "
        "A permit is a paper that lets a well be dug."
    )
    builder.add_paragraph("An inspector checks these things in each house:")
    builder.add_list(["the taps;", "the pipes under the floor;", "the meter."])
    builder.add_heading(2, "What it costs")
    paid = "Fees fell by 8.5 percent in March 2016."
    builder.add_paragraph(InlineText(paid, (Mark(len(paid), "1", "[1]"),)))
    builder.add_note("1", "The count covers 140 towns and no villages.")
    return builder.build(Metadata(id="well-rules", title="Well Rules", language="en"))


def spanish() -> Document:
    builder = DocumentBuilder()
    builder.add_heading(2, "Formación")
    builder.add_paragraph("Los inspectores se forman durante 12 semanas en la capital.")
    return builder.build(Metadata(id="reglas", title="Reglas", language="es"))


EXPLAINER = explainer()


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [draft for draft in propose(EXPLAINER, limit=50) if draft["kind"] == kind]


def test_a_figure_is_asked_for_and_is_the_fact() -> None:
    drafts = {draft["question"]: draft for draft in of_kind("fact")}
    draft = drafts["Inspectors train for how many weeks in the town of Elm Grove before 2019?"]
    assert draft["facts"] == [{"number": 12, "unit": "weeks"}]
    assert draft["passages"] == [{"quote": "Inspectors train for 12 weeks in the town of Elm Grove before 2019."}]
    assert drafts["Fees fell by what share in March 2016?"]["facts"] == [{"number": 8.5, "unit": "%"}]
    money = drafts["The Field Clerk Office (FCO) pays about how much a year?"]
    assert money["facts"] == [{"number": 1300000, "unit": "$"}]


@pytest.mark.parametrize(
    ("kind", "question", "facts"),
    [
        ("dated", "Fees fell by 8.5 percent in when?", ["March 2016"]),
        ("fact", "Inspectors train for 12 weeks in the town of who or what before 2019?", ["Elm Grove"]),
        ("acronym", "What does FCO stand for?", ["Field Clerk Office"]),
        ("lay", "What is a permit?", None),
        (
            "list",
            "Which are they: an inspector checks these things in each house?",
            ["the taps", "the pipes under the floor", "the meter"],
        ),
        (
            "note",
            "According to a note, the count covers how many towns and no villages?",
            [{"number": 140, "unit": "towns"}],
        ),
        ("lay", "What does the text say about “What it costs”?", None),
    ],
)
def test_each_sort_of_case_is_proposed(kind: str, question: str, facts: list[Any] | None) -> None:
    drafts = {draft["question"]: draft for draft in of_kind(kind)}
    assert drafts[question].get("facts") == facts


def test_an_unanswerable_question_has_something_that_the_text_lacks() -> None:
    drafts = of_kind("unanswerable")
    assert drafts
    for draft in drafts:
        assert (draft["status"], draft["reason"]) == ("refused", "not_in_text")
        words = set(draft["question"].strip("?").replace(",", "").split()) - {
            "how",
            "many",
            "much",
            "what",
            "share",
            "when",
        }
        assert {word for word in words if word not in EXPLAINER.text and word.lower() not in EXPLAINER.text.lower()}


def test_every_proposal_is_a_case_whose_facts_stand_in_its_quotes_and_not_in_its_question() -> None:
    drafts = propose(EXPLAINER, limit=50)
    cases = [EvalCase.model_validate(draft) for draft in drafts]
    assert len({case.id for case in cases}) == len({case.question for case in cases}) == len(cases)
    for case, draft in zip(cases, drafts, strict=True):
        quoted = " ".join(entry.get("quote", "") for entry in draft.get("passages", []))
        assert all(holds(quoted, fact) and not holds(case.question, fact) for fact in case.facts)
        assert case.tags == (PROPOSED,)
    assert not has_faults(lint(cases, [EXPLAINER]))


def test_the_same_seed_gives_the_same_cases_and_another_gives_another_order() -> None:
    assert propose(EXPLAINER, 50, seed=3) == propose(EXPLAINER, 50, seed=3)
    orders = {tuple(draft["question"] for draft in propose(EXPLAINER, 50, seed=seed)) for seed in range(4)}
    assert len(orders) > 1
    assert len({frozenset(order) for order in orders}) == 1


def test_a_few_proposals_are_of_several_sorts() -> None:
    assert len({draft["kind"] for draft in propose(EXPLAINER, limit=6)}) >= 4


def test_the_yaml_says_what_to_do_and_loads(tmp_path: Path) -> None:
    text = proposed_yaml(EXPLAINER, limit=8)
    (tmp_path / "proposed.yaml").write_text(text, encoding="utf-8")
    assert text.startswith(HEADER)
    assert "write the question as a reader would" in text
    assert len(load_cases([tmp_path / "proposed.yaml"])) == 8
    assert text == proposed_yaml(EXPLAINER, limit=8)


def test_spanish_is_asked_in_spanish() -> None:
    questions = [draft["question"] for draft in propose(spanish())]
    assert "¿Los inspectores se forman durante cuántos/as semanas en la capital?" in questions
    assert "¿Qué dice el texto sobre «Formación»?" in questions


def test_a_document_without_anything_to_ask_is_named() -> None:
    builder = DocumentBuilder()
    builder.add_paragraph("Nothing here is worth a question.")
    with pytest.raises(EvalSetupError, match="'empty'"):
        proposed_yaml(builder.build(Metadata(id="empty", title="Empty", language="en")))


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(EvalSetupError, match="at least one"):
        propose(EXPLAINER, limit=0)


def test_a_document_id_that_no_case_could_have_is_no_hindrance() -> None:
    builder = DocumentBuilder()
    builder.add_heading(2, "Ünïcode")
    builder.add_paragraph("There are 12 houses in the whole street.")
    drafts = propose(builder.build(Metadata(id="规则 №1", title="R", language="en")))
    assert drafts
    assert all(EvalCase.model_validate(draft) for draft in drafts)
