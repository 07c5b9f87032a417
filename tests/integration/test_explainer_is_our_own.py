"""The sample explainer shares its facts, and no run of eight words, with the text it was written from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ROOT / "corpus/explainers/287g-agreements.md"
SOURCES = sorted((ROOT.parent / "shared" / "explainer").glob("*.txt"))
RUN = 8
LONGEST = 12  # words: a longer quotation counts as copied
QUOTED = re.compile(r'“([^“”]*)”|"([^"]*)"')
FIGURE = re.compile(r"\$?\d[\d,.]*\d(?:\([a-z]\))?|\$?\d(?: percent)?")
SPELLED = re.compile(r"\b(?:two-thirds|(?:one|two|four|five|eight|ten)[- ](?:weeks?|years|day|hours|law))\b")
DATE = re.compile(r"\b(?:January|February|March|April|September|December) (?:\d+, )?\d{4}\b")
NAME = re.compile(r"\b[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)+")
CODE = re.compile(r"\b[A-Z]{3,}\d*\b")
OPENERS = re.compile(r"^(?:Access|Administration|As|Before|Between|Checking|In|Proposed|Since|While) ")
SHORTENED = {"WSO"}  # written as WSOM or in full by us

pytestmark = pytest.mark.skipif(not SOURCES, reason="the source, ../shared/explainer, is not at hand")


def plain(text: str) -> str:
    return " ".join(text.replace("\u2019", "'").split())


def source() -> str:
    """The source's body: from its introduction up to the related articles."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    return text[text.index("\nIntroduction\n") :].split("\nLearn More\n")[0]


def runs(text: str, *, split: bool) -> set[tuple[str, ...]]:
    """Every run of eight words; punctuation inside a word splits it or is dropped."""
    found: set[tuple[str, ...]] = set()
    for stretch in text.split("\0"):
        words = re.sub(r"[\W_]", " ", stretch) if split else re.sub(r"[^\w\s]|_", "", stretch)
        listed = words.lower().split()
        found |= {tuple(listed[i : i + RUN]) for i in range(len(listed) - RUN + 1)}
    return found


def shared_runs(ours: str, theirs: str, *, split: bool) -> set[tuple[str, ...]]:
    ours, theirs = plain(ours), plain(theirs)

    def cut(match: re.Match[str]) -> str:
        quoted = (match[1] or match[2] or "").rstrip(".,")
        return "\0" if quoted in theirs and len(quoted.split()) <= LONGEST else match[0]

    return runs(QUOTED.sub(cut, ours), split=split) & runs(theirs, split=split)


@pytest.mark.parametrize("split", [True, False])
def test_no_eight_words_in_common(split: bool) -> None:
    common = shared_runs(OURS.read_text(encoding="utf-8"), source(), split=split)
    assert not common, "\n".join(" ".join(run) for run in sorted(common))


def test_every_figure_and_name_is_carried_over() -> None:
    ours, theirs = plain(OURS.read_text(encoding="utf-8")), plain(source())
    figures, have = set(FIGURE.findall(theirs)), set(FIGURE.findall(ours))
    assert {"287(g)", "1996", "625", "77,949", "$6.4", "14159", "9 percent"} <= figures
    missing = figures - have
    missing |= {d for d in DATE.findall(theirs) if d not in ours}
    missing |= {s for s in SPELLED.findall(theirs.lower()) if s not in ours.lower()}
    missing |= {c for c in CODE.findall(theirs) if c not in ours and c not in SHORTENED}
    for match in (m for line in source().splitlines() for m in NAME.finditer(plain(line))):
        name = OPENERS.sub("", match[0]).removesuffix(" Sheriff")
        missing |= {name} if name.lower() not in ours.lower() else set()
    assert not missing, sorted(missing)


def test_a_copied_sentence_would_be_found() -> None:
    sentence = next(s for s in plain(source()).split(". ") if len(s.split()) > 2 * RUN and "“" not in s)
    assert shared_runs(f"Ours. {sentence}.", source(), split=True)
