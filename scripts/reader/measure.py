"""The reader alone, on SQuAD 2.0 articles that it wasn't trained on, each question with its own paragraph.

python -m scripts.reader.measure --data ../shared/data
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from bot.onnx_reader import FOLDER, OnnxReader
from bot.reader import Reading, Window
from corpus.documents import Span
from scripts.reader.examples import Example
from scripts.reader.packed import text_of
from scripts.reader.public_sets import squad2_dev


def _window(example: Example) -> Window:
    text, spans = text_of(example)
    skip = len(example.heading) + 1 if example.heading else 0
    return Window(example.heading, text[skip:].rstrip(), tuple(Span(a - skip, b - skip) for a, b in spans))


def _found(example: Example, window: Window, reading: Reading) -> tuple[bool, bool]:
    """Whether the likeliest sentence is the one that answers, and whether its words overlap the answer's."""
    best = max(range(len(reading.evidence)), key=lambda i: reading.evidence[i])
    if example.span is None or best != example.span[0]:
        return False, False
    words = reading.words[best]
    start = window.sentences[best].start
    gold = Span(start + example.span[1], start + example.span[2])
    return True, words is not None and words.start < gold.end and gold.start < words.end


def main() -> None:
    """Prints the AUROC of the window's logit, and the shares of sentences and of spans found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    reader = OnnxReader(options.folder)
    examples = squad2_dev(options.data, keep_held=True)
    windows = [_window(example) for example in examples]
    readings = [reader.read(e.question, [w])[0] for e, w in zip(examples, windows, strict=True)]
    labels = [example.answerable for example in examples]
    rows = zip(examples, windows, readings, strict=True)
    found = np.array([_found(e, w, r) for e, w, r in rows if e.answerable])
    sys.stdout.write(
        f"n={len(labels)} ({sum(labels)} answerable) AUROC {roc_auc_score(labels, [r.answers for r in readings]):.3f} "
        f"sentence found {found[:, 0].mean():.3f} words found {found[:, 1].mean():.3f}\n"
    )


if __name__ == "__main__":
    main()
