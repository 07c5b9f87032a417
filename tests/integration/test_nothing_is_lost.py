"""Whatever happens to a build, the published index stays whole, answers, and old permalinks open.

Builds are killed at random and at each of their steps, run out of disk, lack permission, and race with each other and
with readers; `footnoted index verify` finds nothing to complain of after any of it.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import pytest

from index.build import open_index
from index.errors import IndexNotBuilt
from index.faiss_index import read_index
from index.store import KEPT_VERSIONS, IndexStore
from index.verify import verify_all
from tests.dying_builder import Builder, ExportingEmbedder, documents_of, number_of

KILLS = 100
NOBODY = 65534
MEMORY = Path("/dev/shm")  # noqa: S108 - where it is there, builds take a tenth of the time, and kills land closer


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """One that other users reach too, as pytest's own aren't."""
    folder = Path(mkdtemp(prefix="footnoted-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with temporary_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def builder() -> Iterator[Builder]:
    with Builder() as builder:
        yield builder


def published_number(data_dir: Path) -> int:
    """The number of the build that is published, of which every byte is there and which answers from its own text."""
    store = IndexStore(data_dir)
    assert [finding for finding in verify_all(store) if finding.harmful] == []
    embedder = ExportingEmbedder(int(store.manifest().model_id[-1]))
    index = open_index(data_dir, embedder)
    number = number_of(index.document("rules"))
    assert [card.version for card in index.cards] == [d.version for d in documents_of(number)]
    query = f"Rule {number} has part 0."
    best = index.sentences[index.search(embedder.embed_query(query), query, 1).lexical_sentences.rows[0]]
    assert query in index.passages[best.passage_row].slice(best.sentence.span)
    return number


def assert_permalinks_open(data_dir: Path, numbers: set[int]) -> None:
    for document in (document for number in numbers for document in documents_of(number)):
        assert IndexStore(data_dir).document(document.id, document.version) == document


def test_a_build_killed_at_random_moments_leaves_the_index_of_the_last_that_ended(
    data_dir: Path, builder: Builder
) -> None:
    chance = random.Random(20260131)  # noqa: S311 - the same moments each time, as far as the machine allows
    began_at = time.monotonic()
    builder.build(data_dir, 0)
    longest = 1.5 * (time.monotonic() - began_at)
    last, ever, between = 0, {0}, 0
    for _ in range(KILLS):
        began = last + 1
        process = builder.start(data_dir, began, builds=0)
        time.sleep(chance.uniform(0, longest))
        os.kill(process, signal.SIGKILL)
        told = [line["published"] for line in builder.rest() if "published" in line]
        last = max([last, *told])
        number = published_number(data_dir)
        assert number in {last, last + 1}, "more or less than the build that ran was published"
        between += number >= began
        last = number
        ever |= {number, *told}
    assert_permalinks_open(data_dir, ever)
    assert 0 < between < KILLS, "every kill, or none, came before the first pointer flip"


@pytest.fixture(scope="module")
def at_rest(builder: Builder) -> Iterator[Path]:
    """A data directory after four builds, so that another has a version to prune."""
    with temporary_folder() as folder:
        builder.build(folder, 0, builds=4)
        yield folder


def afresh(data_dir: Path, source: Path) -> None:
    """Makes *data_dir* what *source* is."""
    shutil.rmtree(data_dir)
    shutil.copytree(source, data_dir)


def test_a_build_killed_at_each_step_publishes_the_new_index_or_leaves_the_old(
    data_dir: Path, builder: Builder, at_rest: Path
) -> None:
    numbers = []
    for step in count(1):
        afresh(data_dir, at_rest)
        outcome = builder.build(data_dir, 4, at=step)
        numbers.append(published_number(data_dir))
        assert_permalinks_open(data_dir, {0, 1, 2, 3, numbers[-1]})
        if "unharmed" in outcome:
            break
    assert numbers == sorted(numbers), "an index was published, and wasn't any more after a later kill"
    assert numbers.count(3) > 50, "hardly a step was seen"
    assert numbers.count(4) > 10, "hardly a kill came after the pointer flip"


def test_the_next_build_cleans_up_after_one_that_was_killed(data_dir: Path, builder: Builder, at_rest: Path) -> None:
    left = 0
    for step in range(1, 200, 16):
        afresh(data_dir, at_rest)
        builder.build(data_dir, 4, at=step)
        left += bool(IndexStore(data_dir).abandoned())
        assert builder.build(data_dir, 5) == {"published": 5}
        assert published_number(data_dir) == 5
        assert IndexStore(data_dir).abandoned() == []
        assert len(IndexStore(data_dir).versions()) == KEPT_VERSIONS
    assert left > 3


def test_the_first_build_of_all_killed_at_each_step_is_whole_or_not_there(data_dir: Path, builder: Builder) -> None:
    for step in count(1, 3):
        outcome = builder.build(data_dir, 0, at=step)
        store = IndexStore(data_dir)
        if store.current_version() is None:
            with pytest.raises(IndexNotBuilt, match="footnoted index"):
                store.read_current(lambda folder, _: folder)
        else:
            assert published_number(data_dir) == 0
        if "unharmed" in outcome:
            return
        shutil.rmtree(data_dir)
        data_dir.mkdir()


@pytest.mark.parametrize(("first", "failure"), [(1, errno.ENOSPC), (2, errno.EIO), (3, errno.EACCES)])
def test_a_step_that_fails_is_said_and_leaves_an_index_whole(
    data_dir: Path, builder: Builder, at_rest: Path, first: int, failure: int
) -> None:
    """A failure that doesn't matter (what is reused can't be read, say) may as well be got over."""
    said = set()
    for step in count(first, 3):
        afresh(data_dir, at_rest)
        outcome = builder.build(data_dir, 4, at=step, failure=failure)
        number = published_number(data_dir)
        if "error" in outcome:
            assert outcome["error"] == "IndexNotWritable"
            assert os.strerror(failure) in outcome["message"]
            standing = "untouched" if number == 3 else "is published"
            assert standing in outcome["message"]
            said.add(standing)
        else:
            assert (outcome["published"], number) == (4, 4)
        if "unharmed" in outcome:
            break
    assert "untouched" in said


def test_files_that_are_cut_off_at_any_length_are_never_published(data_dir: Path, builder: Builder) -> None:
    builder.build(data_dir, 0)
    old = 0
    for limit in range(0, 8000, 240):
        outcome = builder.build(data_dir, old + 1, limit=limit)
        assert "crash" not in outcome
        number = published_number(data_dir)
        assert number == (old + 1 if "published" in outcome else old)
        old = number
    assert old > 1, "the longest limit cut files off too"


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    command = [shutil.which("mount") or "", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run([shutil.which("umount") or "", "--lazy", str(folder)], check=True)


def fill(path: Path, free: int) -> None:
    """Leaves no more than *free* bytes of the disk."""
    path.unlink(missing_ok=True)
    disk = os.statvfs(path.parent)
    path.write_bytes(bytes(max(0, disk.f_bavail * disk.f_frsize - free)))


@pytest.mark.skipif(shutil.which("mount") is None, reason="there is no mount here")
def test_a_full_disk_is_said_and_costs_nothing_that_was_published(tmp_path: Path, builder: Builder) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        data_dir = disk / "data"
        builder.build(data_dir, 0)
        old, full = 0, 0
        for free in range(0, 160_000, 8_192):
            fill(disk / "ballast", free)
            outcome = builder.build(data_dir, old + 1)
            assert "crash" not in outcome
            number = published_number(data_dir)
            assert number == (old + 1 if "published" in outcome else old)
            if "error" in outcome:
                full += 1
                assert "No space left on device" in outcome["message"]
                assert "Make room" in outcome["message"]
                assert IndexStore(data_dir).abandoned() == []
            old = number
        assert full > 3
        assert old > 0, "there was never room"


def give_away(data_dir: Path) -> int | None:
    """Another user, who owns all that is in the folder, where this one is root, who may write anywhere."""
    if os.geteuid():
        return None
    for path in [data_dir, *data_dir.rglob("*")]:
        os.chown(path, NOBODY, -1)
    return NOBODY


@pytest.mark.parametrize("closed", ["index", "models", "documents/rules"])
def test_a_folder_that_may_not_be_written_is_said(data_dir: Path, builder: Builder, closed: str) -> None:
    builder.build(data_dir, 0)
    user = give_away(data_dir)
    (data_dir / closed).chmod(0o555)
    outcome = builder.build(data_dir, 1, user=user)
    assert outcome["error"] == "IndexNotWritable"
    assert "Permission denied" in outcome["message"]
    assert "untouched" in outcome["message"]
    assert published_number(data_dir) == 0
    (data_dir / closed).chmod(0o755)
    assert builder.build(data_dir, 1, user=user) == {"published": 1}
    assert published_number(data_dir) == 1


def test_a_data_directory_that_may_not_be_written_is_said(data_dir: Path, builder: Builder) -> None:
    user = give_away(data_dir)
    data_dir.chmod(0o555)
    assert builder.build(data_dir, 0, user=user)["error"] == "IndexNotWritable"
    assert list(data_dir.iterdir()) == []
    data_dir.chmod(0o755)


def test_two_builders_at_once_publish_one_after_the_other(data_dir: Path, builder: Builder) -> None:
    with Builder() as other:
        builder.start(data_dir, 2, builds=6, stride=2)
        other.start(data_dir, 3, builds=6, stride=2)
        told = [*builder.rest(), *other.rest()]
    assert not [line for line in told if "crash" in line]
    assert all(line["error"] == "IndexBusy" for line in told if "error" in line)
    numbers = {line["published"] for line in told if "published" in line}
    assert published_number(data_dir) in numbers
    assert_permalinks_open(data_dir, numbers)
    assert len(IndexStore(data_dir).versions()) <= KEPT_VERSIONS


def test_a_reader_never_fails_while_what_it_reads_is_replaced_and_pruned(data_dir: Path, builder: Builder) -> None:
    builder.build(data_dir, 0)
    process = builder.start(data_dir, 1, builds=0, keep=1)
    seen: set[int] = set()
    deadline = time.monotonic() + 60
    try:
        while len(seen) < 12 and time.monotonic() < deadline:
            store = IndexStore(data_dir)
            index = store.read_current(lambda folder, manifest: read_index(folder, manifest.version))
            seen.add(number_of(index.document("rules")))
    finally:
        os.kill(process, signal.SIGKILL)
        builder.rest()
    assert len(seen) >= 12
    published_number(data_dir)
