"""``python -m eval.peers [PEER]… [--environments FOLDER]``: measures, and writes ``docs/comparison.md``.

Without PEER all are measured; with some, only these, and the rest of the table stays as it was.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from corpus.load import load_document
from eval.cases import load_cases
from eval.peers.compare import measure, without_case
from eval.peers.environments import REQUIREMENTS, ROOT, read_environments
from eval.peers.page import PAGE, RESULTS, load_rows, page, save_rows
from eval.peers.roster import ROSTER, PeerSpec

EXPLAINERS = (ROOT / "corpus" / "explainers", ROOT / "tests" / "fixtures" / "explainers")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command, peer by peer, and keeps what is measured after each."""
    parser = argparse.ArgumentParser(prog="python -m eval.peers", description="Footnoted beside its peers.")
    parser.add_argument("peers", nargs="*", metavar="PEER", help=", ".join(spec.key for spec in ROSTER))
    parser.add_argument(
        "--environments", type=Path, default=ROOT / "build" / "peers", help="Where peers are installed."
    )
    parser.add_argument("--page-only", action="store_true", help="Only write the page from what was measured.")
    options = parser.parse_args(arguments)
    for spec in [] if options.page_only else _chosen(parser, options.peers):
        _measure(spec, options.environments.resolve())
    PAGE.write_text(page(load_rows()), encoding="utf-8")
    return 0


def _chosen(parser: argparse.ArgumentParser, names: Sequence[str]) -> list[PeerSpec]:
    known = {spec.key: spec for spec in ROSTER}
    if unknown := [name for name in names if name not in known]:
        parser.error(f"there is no peer {unknown[0]!r}; there is {', '.join(known)}.")
    return [known[name] for name in names or known]


def _measure(spec: PeerSpec, folder: Path) -> None:
    files = sorted(file for place in EXPLAINERS for file in place.glob("*.md"))
    documents = {file: load_document(file) for file in files}
    at_hand = {document.id for document in documents.values()}
    cases = [case for case in load_cases() if case.document in at_hand]
    sys.stderr.write(f"{spec.label} …\n")
    row = without_case(measure(spec, cases, documents, read_environments(REQUIREMENTS.read_text("utf-8")), folder))
    sys.stderr.write(f"  {row.reason or 'measured'}\n")
    save_rows({**load_rows(), spec.key: row}, RESULTS)


if __name__ == "__main__":
    raise SystemExit(main())
