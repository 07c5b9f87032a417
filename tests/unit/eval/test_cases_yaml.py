"""Cases in YAML: every scalar is text, every error has its line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import EvalCase, case_dict, load_cases
from eval.errors import CaseFileError
from eval.yaml_cases import DEEPEST, read_yaml

TWO = """\
# Two cases.

- id: a-case
  question: Is it free?
  kind: yes_no
  document: rules
  status: answered
  facts: [no, 2024-01-01, 1_000, {number: 40, unit: hours}]
- id: b-case
  question: How much?
  kind: unanswerable
  document: rules
  status: refused
  reason: not_in_text
"""


def load(folder: Path, text: str, name: str = "cases.yaml") -> tuple[EvalCase, ...]:
    (folder / name).write_text(text, encoding="utf-8")
    return load_cases([folder / name])


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(CaseFileError) as caught:
        load(folder, text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_cases_of_a_yaml_list_have_the_line_they_begin_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [(case.id, case.where) for case in load(tmp_path, TWO)] == [
        ("a-case", "cases.yaml:3"),
        ("b-case", "cases.yaml:9"),
    ]


def test_a_word_that_yaml_takes_for_a_truth_value_or_a_date_is_text(tmp_path: Path) -> None:
    facts = load(tmp_path, TWO)[0].facts
    assert facts[:3] == ("no", "2024-01-01", "1_000")
    assert str(facts[3]) == "40 hours"


def test_a_stream_of_single_cases_and_lists_is_read_in_order(tmp_path: Path) -> None:
    one = "id: d-case\nquestion: Why?\nkind: fact\ndocument: rules\nstatus: answered\nfacts: [because]\n"
    listed = TWO.replace("a-case", "c-case")
    cases = load(tmp_path, f"---\n{one}---\n---\n{listed}", "cases.yml")
    assert [case.id for case in cases] == ["d-case", "c-case", "b-case"]


def test_a_folder_gives_json_lines_and_yaml_by_name(tmp_path: Path) -> None:
    load(tmp_path, TWO, "b.yaml")
    (tmp_path / "a.jsonl").write_text(
        '{"id": "z", "question": "?", "kind": "fact", "document": "d", "status": "answered", "facts": ["x"]}'
    )
    assert [case.id for case in load_cases([tmp_path])] == ["z", "a-case", "b-case"]


@pytest.mark.parametrize(
    ("text", "line", "complaint"),
    [
        (TWO.replace("kind: unanswerable", "kind: riddle"), 9, "kind"),
        (TWO.replace("  reason: not_in_text", "  status: refused"), 14, "'status' is there twice"),
        (TWO.replace("question: How much?", "question: &q How"), 14, None),
        (TWO.replace("question: How much?", "question: *q"), 10, "an alias isn't read here"),
        (TWO.replace("question: How much?", "question: !!python/name:os.system How"), 10, "tag"),
        (TWO.replace("question: How much?", "question: !!int 3"), 10, "tag"),
        (TWO.replace("question: How much?", "question: 'How"), 15, "can't be read"),
        (TWO.replace("question: How much?", "[a]: How"), 10, "a key is a word"),
        (TWO.replace("question: How much?", "question: ~"), 9, "question"),
        (TWO + "- a case\n", 15, "no case"),
        (TWO.replace("How much?", "How \x07?"), 10, "can't be read"),
        (f"a: {'[' * DEEPEST}{']' * DEEPEST}", 1, "nested too deeply"),
        (f"{'[' * 5000}", 1, "nested too deeply"),
    ],
)
def test_what_can_not_be_used_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, complaint: str | None
) -> None:
    if complaint is None:  # an anchor that nothing points to does no harm
        assert load(tmp_path, text)[1].question == "How"
        return
    message = refusal(tmp_path, text)
    assert f"cases.yaml:{line}: " in message
    assert complaint in message


def test_aliases_that_would_grow_are_refused_before_they_do(tmp_path: Path) -> None:
    bomb = "a: &a [x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True))
    assert "an alias isn't read here" in refusal(tmp_path, bomb)


def test_an_empty_file_holds_no_cases(tmp_path: Path) -> None:
    assert "There are no cases" in refusal(tmp_path, "# nothing yet\n")


def test_a_key_that_is_there_twice_on_a_json_line_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "a", "id": "b"}')
    with pytest.raises(CaseFileError, match=r"a\.jsonl:1: .*'id' is there twice"):
        load_cases([tmp_path / "a.jsonl"])


def test_a_file_larger_than_any_case_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.cases.LARGEST", 100)
    assert "larger than" in refusal(tmp_path, TWO)


@given(
    st.recursive(
        st.text(st.characters(exclude_categories=["C"]), min_size=1).filter(lambda text: text not in ("~", "null")),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
        max_leaves=8,
    )
)
def test_what_pyyaml_writes_of_text_comes_back_as_text(content: object) -> None:
    written = yaml.safe_dump([{"case": content}], allow_unicode=True)
    assert [entry.content for entry in read_yaml(written, "a.yaml")] == [{"case": content}]


def test_a_case_written_and_read_again_is_the_same(tmp_path: Path) -> None:
    cases = load(tmp_path, TWO)
    again = load(tmp_path, yaml.safe_dump([case_dict(case) for case in cases], allow_unicode=True), "again.yaml")
    assert [case_dict(case) for case in again] == [case_dict(case) for case in cases]
