"""``footnoted corpus``: what a publisher types, what is said, and which exit code scripts see."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from footnoted.commands.options import open_library
from index.build import open_index
from index.store import IndexStore
from tests.command_line import typed
from tests.fakes import HashEmbedder
from tests.unit.corpus.web_server import serving

TEXT = (
    "# {title}\n\nLast updated May 2, 2025\n\n## Rent\n\nRent is paid by the {title} office.[^1]\n\n[^1]: Since 1999.\n"
)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The program's exit code, output and errors; the embedder is one that needs no model."""
    monkeypatch.setattr("index.embedders.MiniLMEmbedder", HashEmbedder)

    def run(*arguments: object) -> tuple[int, str, str]:
        return typed(monkeypatch, capsys, *arguments, "--data-dir", data_dir)

    return run


def write(path: Path, title: str = "Vouchers") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEXT.format(title=title), encoding="utf-8")
    return path


def published(data_dir: Path) -> list[str]:
    return [card.id for card in open_index(data_dir, HashEmbedder()).cards]


def counts(out: str) -> tuple[int, int]:
    embedded, reused = re.findall(r"(\d+) texts embedded, (\d+) reused", out)[0]
    return int(embedded), int(reused)


def test_adding_one_adds_it_to_what_is_served_and_embeds_only_that(run: Run, data_dir: Path, tmp_path: Path) -> None:
    code, out, _ = run("index")
    assert (code, published(data_dir)) == (0, ["287g-agreements"])
    whole = sum(counts(out))
    code, out, err = run("corpus", "add", write(tmp_path / "vouchers.md"))
    assert code == 0, err
    assert "vouchers: added\n  Vouchers\n  Markdown, 2 sections, 1 note, as of no day, en\n" in out
    assert "doesn't say as of when it holds" in out
    embedded, reused = counts(out)
    assert (reused, embedded > 0) == (whole, True)
    assert published(data_dir) == ["287g-agreements", "vouchers"]
    assert run("index")[0] == 0
    assert published(data_dir) == ["287g-agreements", "vouchers"], "the library is what is indexed from now on"


def test_an_index_of_given_files_leaves_the_library_alone(run: Run, data_dir: Path, tmp_path: Path) -> None:
    assert run("index", "--corpus", write(tmp_path / "vouchers.md"))[0] == 0
    assert published(data_dir) == ["vouchers"]
    assert not (data_dir / "library").exists()


def test_no_name_or_text_steers_the_terminal(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "guides" / "vouchers.md")
    write(tmp_path / "guides" / "drawn\x1b[2J.odg")
    wrong = write(tmp_path / "wrong.md")
    wrong.write_text('---\nas_of: "\\e[2Jsoon"\n---\nText.\n')
    for said in (
        run("index", "--corpus", tmp_path / "guides"),
        run("index", "--corpus", wrong),
        run("corpus", "add", wrong),
    ):
        assert ("[2J" in said[2], "\x1b" in said[2]) == (True, False), said


def test_twenty_in_one_command(run: Run, data_dir: Path, tmp_path: Path) -> None:
    for number in range(20):
        write(tmp_path / "guides" / f"guide-{number:02}.{'md' if number % 2 else 'txt'}", f"Office {number}")
    code, out, err = run("corpus", "add", tmp_path / "guides", "--collection", "Offices", "--publisher", "A Town")
    assert (code, "20 added." in out) == (0, True), err
    assert len(published(data_dir)) == 21
    _, out, _ = run("corpus", "list", "--json")
    listed = {card["id"]: card for card in json.loads(out)}
    assert {listed[f"guide-{number:02}"]["collection"] for number in range(20)} == {"Offices"}
    assert (listed["guide-01"]["format"], listed["guide-00"]["format"]) == ("Markdown", "plain text")


def test_bad_ones_dont_keep_the_others_out(run: Run, data_dir: Path, tmp_path: Path) -> None:
    for number in range(17):
        write(tmp_path / "guides" / f"guide-{number}.md", f"Office {number}")
    (tmp_path / "guides" / "empty.md").write_text("")
    broken = ["http://127.0.0.1:1/a.md", tmp_path / "gone.md"]
    code, out, err = run("corpus", "add", tmp_path / "guides", *broken)
    assert code == 2
    assert "17 added, 3 not read." in out
    assert len(err.strip().splitlines()) == 3
    assert all(words in err for words in ("empty.md is empty", "isn't public", "gone.md; check the name"))
    assert len(published(data_dir)) == 18


def test_where_none_can_be_read_nothing_is_published(run: Run, data_dir: Path, tmp_path: Path) -> None:
    assert run("corpus", "add", tmp_path / "gone.md")[0] == 2
    assert IndexStore(data_dir).current_version() is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--as-of", "soon"], '--as-of is "soon"; write the date it was last checked, such as --as-of'),
        (["--id", "a b"], '--id is "a b"; write letters, digits and hyphens'),
        (["--language", "Spanish!"], "--language is"),
        (["--url", "javascript:x"], "--url is"),
        (["--title", "T"], "--title is for one explainer, and 2 were named"),
        (["--as-of", "2025-05-02"], "--as-of is for one explainer"),
    ],
)
def test_options_that_cant_be_used_stop_it_before_it_begins(
    run: Run, data_dir: Path, tmp_path: Path, options: list[str], words: str
) -> None:
    code, _, err = run("corpus", "add", write(tmp_path / "a.md"), write(tmp_path / "b.md"), *options)
    assert (code, words in err, "Usage: " in err) == (2, True, True), err
    assert not data_dir.exists()


def test_what_is_said_of_one(run: Run, tmp_path: Path) -> None:
    said = ["--id", "rent", "--title", "Rent help", "--as-of", "May 3, 2025", "--url", "https://example.org/rent"]
    also = ["--publisher", "A Town", "--language", "es", "--topics", "rent, help", "--collection", "Housing"]
    assert run("corpus", "add", write(tmp_path / "a.md"), *said, *also, "--no-index")[0] == 0
    _, out, _ = run("corpus", "show", "rent", "--json")
    shown = json.loads(out)
    assert (shown["title"], shown["as_of"], shown["language"]) == ("Rent help", "2025-05-03", "es")
    assert (shown["publisher"], shown["topics"], shown["collection"]) == ("A Town", ["rent", "help"], "Housing")
    assert shown["url"] == "https://example.org/rent"
    assert shown["warnings"] == []


def test_what_hasnt_changed_costs_no_index(run: Run, data_dir: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.md")
    run("corpus", "add", file)
    before = IndexStore(data_dir).current_version()
    for command in (["add", file], ["update"]):
        code, out, _ = run("corpus", *command)
        assert (code, "a: unchanged" in out, "up to date" in out) == (0, True, True)
    assert IndexStore(data_dir).current_version() == before


def test_what_was_put_off_is_made_good(run: Run, data_dir: Path, tmp_path: Path) -> None:
    """A collection is no part of a version, and yet the next command publishes it."""
    file = write(tmp_path / "a.md")
    run("corpus", "add", file)
    run("corpus", "add", file, "--collection", "Housing", "--no-index")
    assert run("corpus", "update")[0] == 0
    assert [card.collection for card in open_index(data_dir, HashEmbedder()).cards] == [None, "Housing"]


def test_a_month_later(run: Run, data_dir: Path, tmp_path: Path) -> None:
    """One command reads every origin again; what is gone is told, and its last copy kept."""
    with serving() as site:
        url = site.page("/c.md", TEXT.format(title="Cash").encode(), ETag='"1"')
        run("corpus", "add", write(tmp_path / "a.md"), write(tmp_path / "b.md", "Bonds"), url, "--allow-private")
        site.pages["/c.md"] = lambda request: request.reply(status=304)
        write(tmp_path / "a.md", "Allowances")
        (tmp_path / "b.md").unlink()
        code, out, err = run("corpus", "update")
    assert code == 2
    assert "a: updated\n  Allowances" in out
    assert "2 unchanged, 1 updated, 1 not read." in out or "1 updated, 2 unchanged, 1 not read." in out
    assert err.startswith("b: There is no file")
    assert err.rstrip().endswith("The copy from before is kept.")
    assert published(data_dir) == ["287g-agreements", "a", "b", "c"]
    _, out, _ = run("corpus", "show", "a", "--json")
    assert len(json.loads(out)["versions"]) == 2
    assert run("corpus", "update", "c")[2].startswith("c: http://127.0.0.1")
    assert "has 287g-agreements, a, b and others" in run("corpus", "update", "zz")[2]


def test_what_was_taken_out_is_answered_from_no_more_but_stays_readable(
    run: Run, data_dir: Path, tmp_path: Path
) -> None:
    run("corpus", "add", write(tmp_path / "a.md"))
    version = IndexStore(data_dir).manifest().documents["a"]
    code, out, _ = run("corpus", "remove", "a", "--yes")
    assert (code, f"Removed a ({tmp_path / 'a.md'})." in out) == (0, True)
    assert published(data_dir) == ["287g-agreements"]
    assert IndexStore(data_dir).document("a", version).title == "Vouchers"
    assert "without an explainer" in run("corpus", "remove", "287g-agreements", "--yes")[2]


def test_on_a_terminal_it_asks_first(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("corpus", "add", write(tmp_path / "a.md"), "--no-index")
    monkeypatch.setattr("sys.stdin", _Terminal())
    asked = list[str]()

    def decline(text: str, *, abort: bool) -> None:
        asked.append(text)
        assert abort
        raise typer.Abort

    monkeypatch.setattr(typer, "confirm", decline)
    assert run("corpus", "remove", "a")[0] == 1
    assert asked == [f"Take a ({tmp_path / 'a.md'}) out of the library?"]
    assert run("corpus", "show", "a")[0] == 0
    assert run("corpus", "remove", "a", "--yes", "--no-index")[0] == 0


class _Terminal:
    def isatty(self) -> bool:
        return True


def test_a_broken_copy_stays_published_and_is_told(run: Run, data_dir: Path, tmp_path: Path) -> None:
    run("corpus", "add", write(tmp_path / "a.md"))
    next((data_dir / "library" / "files").iterdir()).write_text("damaged")
    code, _, err = run("corpus", "add", write(tmp_path / "b.md", "Bonds"))
    assert (code, "the version published last stays in the index" in err) == (2, True)
    assert published(data_dir) == ["287g-agreements", "a", "b"]
    code, out, err = run("corpus", "list")
    assert (code, " b " in out, err.startswith("a: ")) == (2, True, True)
    assert run("index")[0] == 2
    assert run("corpus", "update")[0] == 0, "it is mended from where it came"


def test_the_list_has_a_line_for_each_that_isnt_cut(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path / ("long-" * 20 + "name.md"), "A title [with marks] " + "that is long " * 9)
    run("corpus", "add", file, "--no-index")
    _, out, _ = run("corpus", "list")
    assert len(out.splitlines()) == 3
    assert str(file) in out
    assert "A title [with marks] that is long" in out


def test_what_is_shown(run: Run, tmp_path: Path) -> None:
    run("corpus", "add", write(tmp_path / "a.md", "Red\x1b[31m"))
    _, out, _ = run("corpus", "show", "a")
    assert "\x1b" not in out, "an explainer must not steer the terminal"
    for words in (
        "title: Red",
        f"origin: {tmp_path / 'a.md'}",
        "sections:\n",
        "  Rent\n",
        "  [1] Since 1999.\n",
        "this one",
    ):
        assert words in out
    _, out, _ = run("corpus", "show", "a", "--text")
    assert "Rent is paid by the Red[31m office." in out
    code, _, err = run("corpus", "show", "b")
    assert (code, "There is no explainer 'b' in the library; it has 287g-agreements, a." in err) == (2, True)


def test_a_damaged_library_and_a_second_writer_are_a_sentence(run: Run, data_dir: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.md")
    run("corpus", "add", file, "--no-index")
    with open_library(data_dir).writing():
        code, _, err = run("corpus", "add", file)
        assert (code, err.count("\n"), "Another command is changing the library" in err) == (5, 1, True)
        assert run("corpus", "list")[0] == 0, "who only reads need not wait"
    (data_dir / "library" / "library.json").write_text("{")
    for command in (["index"], ["corpus", "list"], ["corpus", "add", file], ["corpus", "update"]):
        code, _, err = run(*command)
        assert (code, err.count("\n"), "library.json can't be read" in err) == (5, 1, True)


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; sys.argv = ['footnoted', 'corpus', '--help']\nfrom footnoted import cli\n"
        "try: cli.main()\nexcept SystemExit: pass\n"
        "print(sorted({'torch', 'httpx2', 'markdown_it', 'faiss'} & set(sys.modules)))"
    )
    plain = {name: value for name, value in os.environ.items() if not name.startswith("FOOTNOTED_")}
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=plain)
    assert told.stdout.splitlines()[-1] == "[]"
    assert "update" in told.stdout
