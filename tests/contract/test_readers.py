"""What every `Reader` does; run over the fake and the trained reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.onnx_reader import FOLDER, OnnxReader
from bot.ports import Reader
from bot.reader import Window, window_of
from bot.remembered import RememberingReader
from corpus.documents import Span
from index.chunk import chunk
from tests.fakes import HashEmbedder, WordReader, orchard_document

MAKERS: dict[str, Callable[[], Reader]] = {
    "words": WordReader,
    "remembering": lambda: RememberingReader(WordReader()),
    "onnx": lambda: OnnxReader(FOLDER),
}
EMBEDDER = HashEmbedder()
DOCUMENT = orchard_document()
WINDOWS = [window_of(p, DOCUMENT.title) for p in chunk(DOCUMENT, EMBEDDER.count_tokens, EMBEDDER.window)]


@pytest.fixture(scope="module", params=list(MAKERS))
def reader(request: pytest.FixtureRequest) -> Reader:
    return MAKERS[request.param]()


def test_one_reading_a_window_in_order_with_a_logit_a_sentence(reader: Reader) -> None:
    readings = reader.read("How long do pear growers train?", WINDOWS)
    assert [len(r.evidence) for r in readings] == [len(w.sentences) for w in WINDOWS]
    alone = [reader.read("How long do pear growers train?", [window])[0] for window in WINDOWS]
    assert readings == alone
    assert reader.read("Who pays?", []) == []


def test_the_sentence_that_answers_is_preferred(reader: Reader) -> None:
    text = "Apple growers pay $40 a year. Pear growers train for three weeks. The town ended the scheme in 2020."
    ends = [text.index(". ") + 1, text.index("weeks.") + 6, len(text)]
    spans = (Span(0, ends[0]), Span(ends[0] + 1, ends[1]), Span(ends[1] + 1, ends[2]))
    (reading,) = reader.read("How many weeks do pear growers train?", [Window("Orchards", text, spans)])
    assert max(range(3), key=lambda i: reading.evidence[i]) == 1


def test_a_text_longer_than_the_model_reads_is_read_as_far_as_it_goes(reader: Reader) -> None:
    text = "Growers pay a fee. " * 200
    spans = tuple(Span(start, start + 18) for start in range(0, len(text), 19))
    (reading,) = reader.read("Who pays? " * 300, [Window("", text, spans)])
    assert len(reading.evidence) == len(spans)
