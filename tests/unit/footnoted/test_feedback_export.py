"""``footnoted feedback``: what readers said, for the operator; and case candidates that a person completes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from bot.answers import Answer, AnswerSentence, RefusalReason, Turn
from bot.conversation_stores import SqliteConversationStore
from bot.feedback import FEEDBACK_FILE, Feedback, FeedbackStore
from eval.cases import EvalCase, Kind, load_cases
from eval.errors import CaseFileError
from eval.feedback_cases import Judged, candidates_yaml
from eval.lint import has_faults, lint
from footnoted.cli import app
from tests.unit.web.fake_chatbot import citation, fact_answer, list_answer, permits, refusal

DOCUMENT = permits()
TURNS = {
    "talk": [Turn("How long is a permit valid?", fact_answer(DOCUMENT)), Turn("And who pays?", refusal(DOCUMENT))],
    "other": [
        Turn("What must an owner do: list it?", list_answer(DOCUMENT)),
        Turn("Who won the chess?", refusal(DOCUMENT, RefusalReason.OFF_TOPIC)),
    ],
    "premise": [
        Turn(
            "Why does a permit end after a year?",
            replace(refusal(DOCUMENT, RefusalReason.FALSE_PREMISE), says=fact_answer(DOCUMENT).citations),
        )
    ],
}
PRIVATE = "I am Ann\n  - id: and this is my case"
DAY = 1_744_632_000.0  # April 14, 2025, at noon (UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with two conversations."""
    store = SqliteConversationStore(tmp_path / "conversations.sqlite3")
    for name, turns in TURNS.items():
        for turn in turns:
            store.append(name, turn)
    return tmp_path


def say(data: Path, talk: str, number: int, verdict: str, who: str = "web:a", **more: str | float) -> None:
    given = Feedback(talk, number, who, verdict, "v1", DAY)
    FeedbackStore(data / FEEDBACK_FILE).record(replace(given.on(TURNS[talk][number - 1]), **more))  # type: ignore[arg-type]


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["feedback", *arguments, "--data-dir", str(data)])


def exported(data: Path, *options: str) -> str:
    file = data / "cases.yaml"
    done = run(data, "export", str(file), *options)
    assert done.exit_code == 0, done.output
    return file.read_text(encoding="utf-8")


def cases_of(data: Path) -> dict[str, EvalCase]:
    return {case.question: case for case in load_cases([data / "cases.yaml"])}


def test_replies_found_right_are_cases_that_can_be_run_at_once(data: Path) -> None:
    say(data, "talk", 1, "right")
    say(data, "other", 1, "right")
    say(data, "other", 2, "right")
    exported(data)
    cases = cases_of(data)
    fact = cases["How long is a permit valid?"]
    assert (fact.kind, fact.status, fact.document, fact.tags) == (Kind.FACT, "answered", "water-permits", ("feedback",))
    assert [str(passage) for passage in fact.passages] == ["“A permit is valid for five years.”"]
    assert cases["What must an owner do: list it?"].kind is Kind.LIST
    off_topic = cases["Who won the chess?"]
    assert (off_topic.reason, off_topic.kind) == ("off_topic", Kind.FOLLOW_UP)
    assert off_topic.history == ("What must an owner do: list it?",)
    assert not has_faults(lint(list(cases.values()), [DOCUMENT]))


def test_a_false_premise_found_right_is_a_case_of_its_kind_that_tells_what_was_quoted(data: Path) -> None:
    say(data, "premise", 1, "right")
    assert "# [1] /read/water-permits/" in exported(data)
    (case,) = cases_of(data).values()
    assert (case.kind, case.status, case.reason) == (Kind.FALSE_PREMISE, "refused", "false_premise")
    assert not has_faults(lint([case], [DOCUMENT]))


def test_of_a_reply_found_wrong_the_expectation_is_left_to_a_person(data: Path) -> None:
    say(data, "talk", 1, "wrong", reason="wrong_fact")
    text = exported(data)
    assert "passages: []  # TODO" in text
    assert "# wrong (wrong_fact)" in text
    assert "# Answered: A permit is valid for five years. [1]" in text
    with pytest.raises(CaseFileError, match="needs facts or sections or passages"):
        load_cases([data / "cases.yaml"])
    filled = text.replace("passages: []", "passages: [{quote: It can be renewed twice.}]")
    (data / "cases.yaml").write_text(filled, encoding="utf-8")
    assert not has_faults(lint(list(cases_of(data).values()), [DOCUMENT]))


@pytest.mark.parametrize(
    ("turn", "reason", "status"),
    [
        (1, "should_have_refused", "refused"),
        (2, "should_have_answered", "answered"),
        (2, "other", "refused"),
    ],
)
def test_what_readers_say_of_refusing_is_what_is_proposed(data: Path, turn: int, reason: str, status: str) -> None:
    say(data, "talk", turn, "wrong", reason=reason)
    text = exported(data)
    assert f"status: {status}\n" in text
    assert "# TODO" in text


def test_several_readers_of_a_reply_make_one_candidate_and_one_who_found_it_wrong_counts(data: Path) -> None:
    say(data, "talk", 1, "right", who="U1")
    say(data, "talk", 1, "wrong", who="U2")
    text = exported(data)
    assert text.count("- id: feedback-") == 1
    assert "passages: []  # TODO" in text


def test_readers_own_words_are_left_out_unless_they_are_asked_for(data: Path) -> None:
    say(data, "talk", 2, "wrong", reason="incomplete", text=PRIVATE)
    say(data, "talk", 1, "right", text=PRIVATE)
    assert "Ann" not in exported(data)
    (data / "cases.yaml").unlink()
    text = exported(data, "--with-text")
    assert text.count("# A reader says: I am Ann - id: and this is my case\n") == 2
    assert len(load_cases([data / "cases.yaml"])) == 2


def test_only_what_is_asked_for_is_written(data: Path) -> None:
    say(data, "talk", 1, "right", given_at=DAY - 86_400)
    say(data, "other", 1, "wrong")
    assert exported(data, "--since", "2025-04-14").count("- id:") == 1
    (data / "cases.yaml").unlink()
    assert "How long" in exported(data, "--verdict", "right")
    (data / "cases.yaml").unlink()
    done = run(data, "export", str(data / "cases.yaml"), "--since", "2025-04-15")
    assert (done.exit_code, "nothing was written" in done.output) == (0, True)
    assert not (data / "cases.yaml").exists()
    assert run(data, "export", str(data / "cases.yaml"), "--verdict", "maybe").exit_code == 2


def test_a_file_is_never_overwritten_and_nobody_else_reads_it(data: Path) -> None:
    say(data, "talk", 1, "right")
    before = exported(data)
    assert (data / "cases.yaml").stat().st_mode & 0o077 == 0
    done = run(data, "export", str(data / "cases.yaml"))
    assert (done.exit_code, "is there already" in done.output) == (2, True)
    assert (data / "cases.yaml").read_text(encoding="utf-8") == before
    assert run(data, "export", str(data / "nowhere" / "cases.yaml")).exit_code == 2


def test_a_verdict_from_before_replies_were_kept_is_looked_up_or_told(data: Path) -> None:
    store = FeedbackStore(data / FEEDBACK_FILE)
    store.record(Feedback("talk", 1, "U1", "right", "v1", DAY))
    store.record(Feedback("gone", 1, "U1", "right", "v1", DAY))
    file = data / "cases.yaml"
    done = run(data, "export", str(file))
    assert "Left out: 1" in done.output
    assert [case.question for case in load_cases([file])] == ["How long is a permit valid?"]


def test_the_list_is_for_the_operator_and_steers_no_terminal(data: Path) -> None:
    say(data, "talk", 1, "wrong", reason="incomplete", text="bad\x1b[2J\nworse")
    listed = run(data, "list").output
    assert "2025-04-14  wrong (incomplete)  How long is a permit valid?" in listed
    assert "“bad[2J worse”" in listed
    (entry,) = json.loads(run(data, "list", "--json").output)
    assert (entry["verdict"], entry["reply"]["status"]) == ("wrong", "answered")


def test_nothing_is_made_where_nothing_was_said(tmp_path: Path) -> None:
    assert "Nobody has said anything" in run(tmp_path, "list").output
    assert run(tmp_path, "list", "--json").output == "[]\n"
    assert not list(tmp_path.iterdir())


ODD = st.text(
    st.one_of(st.sampled_from("#:-'\"\\[]{}&*!|>%@`\n\t \x85\u2028"), st.characters(exclude_categories=["Cs"]))
)


@given(ODD.filter(str.strip), ODD, ODD)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_question_and_any_words_make_a_file_that_is_read_back(
    tmp_path: Path, question: str, text: str, said: str
) -> None:
    lines = " ".join(question.split()) or "x"
    quote = "A permit is valid for five years."
    answer = Answer((AnswerSentence(f"{quote}{said}", (1,)),), (citation(DOCUMENT, 1, quote),))
    turn = Turn(lines, answer)
    feedback = Feedback("talk", 1, "web:a", "right", "v1", DAY, text=text).on(turn)
    assert feedback.reply_body
    file = tmp_path / "cases.yaml"
    file.write_text(
        candidates_yaml([Judged(lines, feedback.reply_body, (feedback,))], with_text=True), encoding="utf-8"
    )
    (case,) = load_cases([file])
    assert case.question == lines
