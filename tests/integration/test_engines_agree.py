"""Every eval case gets the same reply whether torch encodes or what was exported from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.bootstrap import bootstrap
from bot.chatbot import Chatbot
from bot.footnotes import reply_dict
from bot.settings import BotSettings
from corpus.load import bundled_explainers, load_corpus
from eval.cases import EvalCase, load_cases
from eval.readings import KeptReader, reader_identity
from index.build import build_index, open_embedder
from index.embedders import MiniLMEmbedder
from index.ports import Embedder

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    paths = [bundled_explainers(), ROOT / "tests/fixtures/explainers"]
    build_index(load_corpus(paths).documents, MiniLMEmbedder(), folder)
    return folder


def over(data_dir: Path, embedder: Embedder) -> Chatbot:
    """A chatbot that encodes with *embedder*, and reads what is kept in the repository."""
    bot = bootstrap(BotSettings(data_dir=data_dir), keep_conversations=False, embedder=embedder)
    assert bot.reader is not None
    return replace(bot, reader=KeptReader(bot.reader, reader_identity(), ROOT / "eval/readings.jsonl"))


def said(bot: Chatbot, cases: list[EvalCase]) -> Iterator[tuple[str, object]]:
    for case in cases:
        reply = reply_dict(bot.ask(case.id, case.question, case.history), "")
        yield case.id, [reply[key] for key in ("status", "answer", "footnotes", "refusal")]


def test_every_eval_case_gets_the_same_reply_from_the_exported_model_as_from_sentence_transformers(
    data_dir: Path,
) -> None:
    cases = list(load_cases(()))
    exported = dict(said(over(data_dir, open_embedder(data_dir)), cases))
    assert len(exported) > 400
    assert dict(said(over(data_dir, MiniLMEmbedder()), cases)) == exported
