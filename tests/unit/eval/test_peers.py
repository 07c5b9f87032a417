"""The comparison with other libraries: what peers are given, how they are judged, and the page."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from corpus.documents import Document
from eval.cases import EvalCase
from eval.errors import PeerUnavailable
from eval.peers.compare import FEW, Asked, Row, few_of, fitted_threshold, group, judged, measure, source_of
from eval.peers.environments import REQUIREMENTS, ROOT, Environment, folder_size, make, read_environments
from eval.peers.page import PAGE, load_rows, page, save_rows
from eval.peers.ports import Quote, Source, answered, quote_unit, refused, source_dict, source_from_dict, standalone
from eval.peers.roster import ROSTER, PeerSpec
from eval.peers.worker import work
from eval.replies import parse_reply
from eval.run import judge
from tests.unit.eval.builders import HOURS, LIBRARY, NOTE, PAID, TEXT, WEEKS, case, document, refused_case, span_of

PLAIN = PeerSpec("plain-passage", "plain", "plain:TopPassage", "plain")
WRITER = PeerSpec("llamaindex", "a writer", "llamaindex_citations:LlamaIndexCitations", "llamaindex", ("llm",))


@pytest.fixture
def source() -> Source:
    return source_of(document(), Path("rules.md"))


def quote(source: Source, text: str, section: str = "Basic training") -> Quote:
    span = span_of(text)
    return Quote(source, span.start, span.end, (section,), text)


def test_peers_get_each_paragraph_and_note_as_a_slice_of_the_text_with_its_sentences(source: Source) -> None:
    assert [(unit.section, unit.text) for unit in source.units] == [
        (("Basic training",), f"{WEEKS} {HOURS}"),
        (("What it costs",), f"{PAID} The state paid nothing."),
        (("What it costs",), NOTE),
    ]
    for unit in source.units:
        assert TEXT[unit.start : unit.end] == unit.text
    assert [TEXT[start:end] for start, end in source.units[0].sentences] == [WEEKS, HOURS]


def test_a_source_goes_to_the_worker_and_back_unchanged(source: Source) -> None:
    assert source_from_dict(json.loads(json.dumps(source_dict(source)))) == source


def test_an_answer_of_a_peer_is_in_the_contract_and_grounded_where_it_quotes(source: Source) -> None:
    hours, weeks = quote(source, HOURS), quote(source, WEEKS)
    reply = answered([(HOURS, [hours]), (WEEKS, [weeks, hours, hours])], [quote_unit(source, source.units[0])])
    assert reply["answer"] == f"{HOURS} [1] {WEEKS} [2] [1]"
    result = judge(case(), parse_reply(reply, "a-case"), LIBRARY)
    names = ("right", "quotes_exact", "sentences_footnoted", "marks_resolve", "section_recall_at_1")
    assert {name: result.scores[name].value for name in names} == dict.fromkeys(names, 1.0)


def test_a_refusal_of_a_peer_is_a_right_refusal() -> None:
    assert not judge(refused_case(), parse_reply(refused("I don't know."), "a-case"), LIBRARY).faults


def test_a_peer_without_a_memory_is_asked_after_the_question_before() -> None:
    assert standalone("and clerks?", ["what is this?", "how long do inspectors train?"]) == (
        "how long do inspectors train? and clerks?"
    )
    assert standalone("how long?", []) == "how long?"


@dataclass
class Parrot:
    """A peer that quotes the first unit, whatever is asked."""

    sources: list[Source] = field(default_factory=list)

    def build(self, sources: Sequence[Source]) -> None:
        self.sources.extend(sources)

    def ask(self, question: str, history: Sequence[str]) -> Mapping[str, Any]:
        first = quote_unit(self.sources[0], self.sources[0].units[0])
        return answered([(" ".join([*history, question]), [first])])


def test_the_worker_asks_in_order_with_history_and_ends_with_what_it_took(source: Source) -> None:
    questions = [{"id": "a", "question": "why?", "history": ["what?"]}, {"id": "b", "question": "who?", "history": []}]
    first, second, last = work(Parrot(), {"sources": [source_dict(source)], "questions": questions})
    assert [line["reply"]["sentences"][0]["text"] for line in (first, second)] == ["what? why?", "who?"]
    assert [first["id"], second["id"]] == ["a", "b"]
    assert last["peak_mb"] > 1
    assert min(first["seconds"], last["build_seconds"]) >= 0


def test_what_runs_in_a_peers_environment_needs_no_package_of_ours() -> None:
    program = (
        "import sys, eval.peers.worker; print(*(n for n in ('pydantic', 'corpus', 'eval.cases') if n in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def sure(reply: Mapping[str, Any], confidence: float) -> Mapping[str, Any]:
    return {**reply, "confidence": confidence}


CASES = (
    case(),
    case(id="rules-weeks", facts=["four weeks"]),
    refused_case(),
    refused_case(id="rules-colour"),
    refused_case(id="rules-secret", split="scored"),
)


def replies(source: Source) -> dict[str, Mapping[str, Any]]:
    """Right and sure, right and less sure, and wrong with what stands behind each name as confidence."""
    hours, weeks = answered([(HOURS, [quote(source, HOURS)])]), answered([(WEEKS, [quote(source, WEEKS)])])
    return {
        "rules-hours": sure(hours, 0.9),
        "rules-weeks": sure(weeks, 0.5),
        "rules-pay": sure(weeks, 0.6),
        "rules-colour": sure(weeks, 0.2),
        "rules-secret": sure(weeks, 0.95),
    }


def test_the_threshold_is_where_most_is_right_among_answerable_and_unanswerable(source: Source) -> None:
    # At 0.2: 2/2 + 0/2. At 0.5: 2/2 + 1/2 = 1.5. At 0.6: 1/2 + 1/2. At 0.9: 1/2 + 2/2 = 1.5; the lower one is kept.
    assert fitted_threshold(CASES[:4], replies(source), LIBRARY) == 0.5


def test_a_peer_without_a_confidence_has_no_threshold() -> None:
    assert fitted_threshold([CASES[2]], {"rules-pay": refused("No.")}, LIBRARY) is None


def test_scored_cases_count_in_the_pooled_figures_and_never_in_the_fit(source: Source) -> None:
    row = judged(PLAIN, CASES, LIBRARY, Asked(replies(source), (0.1, 0.3, 0.2, 0.1, 0.4), 100.4), few_of(CASES))
    assert row.threshold == 0.5
    assert row.open is not None
    assert row.pooled is not None
    # Answered: hours, weeks, pay (wrong), secret (wrong); refused: colour.
    assert (row.open.right, row.pooled.right) == ((3, 4), (3, 5))
    assert (row.open.false_answers, row.pooled.false_answers) == ((1, 2), (2, 3))
    assert (row.open.false_refusals, row.pooled.false_refusals) == ((0, 2), (0, 2))
    assert row.open.citation_precision == (2, 2)
    assert (row.seconds, row.peak_mb) == (0.2, 100)


def test_a_row_holds_no_id_and_no_word_of_a_case(source: Source) -> None:
    row = judged(PLAIN, CASES, LIBRARY, Asked(replies(source), (0.1,), 1), few_of(CASES)).model_dump_json()
    assert "rules" not in row
    assert "clerks" not in row


def test_citation_precision_counts_a_wrong_section_and_an_answer_without_a_footnote(source: Source) -> None:
    both = answered([(HOURS, [quote(source, HOURS), quote(source, PAID, "What it costs")])])
    bare = answered([("Eight hours.", [])])
    results = [judge(case(), parse_reply(reply, "a-case"), LIBRARY) for reply in (both, bare, refused("No."))]
    assert group(results, LIBRARY).citation_precision == (1, 3)
    assert group(results, LIBRARY).words == (6 + 2) / 2


def test_a_writing_peer_is_asked_few_open_cases_spread_over_all() -> None:
    cases: list[EvalCase] = [case(id=f"rules-{n:03}", split="scored" if n % 4 == 0 else "open") for n in range(120)]
    chosen = few_of(cases)
    assert len(chosen) == FEW
    assert {item.split for item in chosen} == {"open"}
    assert chosen == few_of(list(reversed(cases)))
    assert chosen[0].id < "rules-010"
    assert chosen[-1].id > "rules-110"
    assert [item.id for item in few_of(cases[1:4])] == ["rules-001", "rules-002", "rules-003"]


REQUIREMENTS_TEXT = """# Words.
# [plain] what for
torch==1
# a remark
faiss
# [newer] python3.99
thing --no-deps
"""


def test_an_environment_is_a_heading_and_the_lines_under_it() -> None:
    assert read_environments(REQUIREMENTS_TEXT) == {
        "plain": Environment("plain", None, ("torch==1", "faiss")),
        "newer": Environment("newer", "python3.99", ("thing --no-deps",)),
    }


def test_every_peer_has_its_environment_adapter_and_pinned_requirements() -> None:
    environments = read_environments(REQUIREMENTS.read_text(encoding="utf-8"))
    for spec in ROSTER:
        module, _, kind = spec.adapter.partition(":")
        assert f"class {kind}" in (REQUIREMENTS.parent / f"{module}.py").read_text(encoding="utf-8")
        assert environments[spec.environment].lines
    lines = [line for environment in environments.values() for line in environment.lines]
    assert [line for line in lines if "==" not in line and not line.startswith("--requirement")] == []


def test_a_peer_that_cannot_be_had_is_a_row_with_the_reason(tmp_path: Path) -> None:
    nothing: Mapping[Path, Document] = {Path("rules.md"): document()}
    environments = {"plain": Environment("plain", "python3.99", ())}
    row = measure(PLAIN, [case()], nothing, environments, tmp_path)
    assert row == Row(key="plain-passage", reason="needs python3.99, which isn't on the path")


def test_an_environment_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "installed").touch()
    assert make(Environment("plain", "python3.99", ()), tmp_path) == tmp_path / "plain" / "bin" / "python"
    with pytest.raises(PeerUnavailable):
        make(Environment("other", "python3.99", ()), tmp_path)


def test_sizes_leave_out_caches(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_bytes(b"123456")
    (tmp_path / "a.py").write_bytes(b"1234")
    assert folder_size(tmp_path) == 4
    assert folder_size(tmp_path / "a.py") == 4


def test_the_page_shows_what_was_measured_and_why_the_rest_was_not(tmp_path: Path, source: Source) -> None:
    row = judged(PLAIN, CASES, LIBRARY, Asked(replies(source), (0.0123,), 100), few_of(CASES))
    rows = {row.key: row.model_copy(update={"install_mb": 0.42}), "txtai": Row(key="txtai", reason="needs a moon")}
    save_rows(rows, tmp_path / "results.json")
    assert load_rows(tmp_path / "results.json") == rows
    text = page(rows)
    assert "| plain script, top passage | 60% (3/5) | 100% (2/2) | 67% (2/3) | 0% (0/2) |" in text
    assert "| 0.012 | 100 MiB | 0.4 MB |" in text
    assert "- txtai, hybrid search: needs a moon.\n" in text
    assert "- LlamaIndex CitationQueryEngine: not measured yet." in text
    assert "{{" not in text


def test_a_peer_that_writes_is_only_in_the_table_of_few(source: Source) -> None:
    row = judged(WRITER, CASES[:4], LIBRARY, Asked(replies(source), (2.0,), 100), few_of(CASES[:4]))
    assert (row.pooled, row.open) == (None, None)
    assert page({row.key: row}).count("| LlamaIndex CitationQueryEngine |") == 1


def test_the_page_in_docs_is_that_of_the_committed_results() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(load_rows())
