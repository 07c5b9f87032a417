"""The floor: what forty lines of sentence-transformers and FAISS do, which answer with whole passages.

    python -m bench.floor FILE.md… -- QUESTION

Prints the best three passages and, as JSON, its milliseconds and megabytes.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

import faiss
import torch
from sentence_transformers import SentenceTransformer

from bench.timing import memory_mb
from index.embedders import packaged_model

_LEAST_CHARS = 40


def main() -> None:
    """Answers the question on the command line."""
    started = time.perf_counter()
    at = sys.argv.index("--")
    files, question = sys.argv[1:at], " ".join(sys.argv[at + 1 :])
    torch.set_num_threads(1)
    model = SentenceTransformer(str(packaged_model()), device="cpu", local_files_only=True)
    loaded = time.perf_counter()
    texts = [text for file in files for text in re.split(r"\n\s*\n", Path(file).read_text(encoding="utf-8"))]
    passages = [text for text in texts if len(text) > _LEAST_CHARS]
    index = faiss.IndexFlatIP(model.get_embedding_dimension())
    index.add(model.encode(passages, normalize_embeddings=True, show_progress_bar=False))
    built = time.perf_counter()
    _, rows = index.search(model.encode([question], normalize_embeddings=True, show_progress_bar=False), 3)
    answered = time.perf_counter()
    for row in rows[0]:
        sys.stdout.write(f"{passages[row]}\n\n")
    times = {"load_s": loaded - started, "build_s": built - loaded, "question_ms": 1000 * (answered - built)}
    sys.stdout.write(json.dumps({**times, "rss_mb": memory_mb("VmRSS"), "peak_mb": memory_mb("VmHWM")}) + "\n")


if __name__ == "__main__":
    main()
