"""Files and folders: what is loaded, what is left out, and how each thing that can be wrong is put."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from corpus.errors import (
    CorpusError,
    DocumentFormatError,
    DocumentNotFound,
    DuplicateDocument,
    LibraryError,
    OriginUnavailable,
)
from corpus.formats import PDF, format_of
from corpus.load import LARGEST_FILE, bundled_explainers, load_corpus, load_document
from tests.unit.corpus.invariants import assert_sound

MARKDOWN = "---\nid: vouchers\nas_of: 2025-04-14\n---\n\n# Vouchers\n\n## Who qualifies\n\nFamilies do.\n"
TEXT = "Water Permits\n\nLast updated April 14, 2025\n\nOverview\n\nA system needs a permit before it pumps.\n"


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        ("a.md", MARKDOWN, "Vouchers"),
        ("a.markdown", MARKDOWN, "Vouchers"),
        ("A.MD", MARKDOWN, "Vouchers"),
        ("a.txt", TEXT, "Water Permits"),
        ("a.text", TEXT, "Water Permits"),
        ("a.txt", "\ufeff" + TEXT, "Water Permits"),
        ("a.md", MARKDOWN.replace("\n", "\r\n"), "Vouchers"),
        ("a.txt", TEXT.replace("\n", "\r\n"), "Water Permits"),
        ("a.txt", TEXT.replace("\n", "\r"), "Water Permits"),
    ],
)
def test_the_suffix_chooses_the_loader_and_line_ends_dont_matter(
    tmp_path: Path, name: str, content: str, title: str
) -> None:
    document = load_document(write(tmp_path / name, content))
    assert_sound(document)
    assert document.title == title
    assert document.as_of == date(2025, 4, 14)


@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.xhtml", "A.HTM", "a.md", "a.txt", "page"])
@pytest.mark.parametrize(
    "start",
    [
        "<!doctype html>",
        "\n <!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>",
        "<!-- saved from url=(0014)about:internet -->\n<html>",
        "<?xml version='1.0' encoding='utf-8'?>\n<!-- x --><html xmlns='http://www.w3.org/1999/xhtml'>",
    ],
)
def test_a_web_page_is_told_by_how_it_begins(tmp_path: Path, name: str, start: str) -> None:
    html = f"{start}<body><h1>Vouchers</h1><p>Updated April 14, 2025</p><p>Families qualify.</p></body>"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        document = load_document(write(tmp_path / name, html.encode(encoding)))
        assert (document.title, document.text, document.as_of) == ("Vouchers", "Families qualify.", date(2025, 4, 14))


@pytest.mark.parametrize(
    "text", ["<!-- a comment -->\n\nFamilies do.", "<b>Families</b> do.", "<?php ?>\n\nFamilies do."]
)
def test_markdown_with_tags_in_it_stays_markdown(tmp_path: Path, text: str) -> None:
    assert load_document(write(tmp_path / "a.md", f"{text}\n\n## Who\n\nMore.")).sections[-1].heading == "Who"


def test_a_pdf_is_told_by_a_line_that_begins_as_one(tmp_path: Path) -> None:
    for text in ("A PDF begins with `%PDF-1.7`.", "The sign is\n\n%PDF-version"):
        assert load_document(write(tmp_path / "a.md", text)).text.startswith(text[:5])
    for start in (b"", b"\xef\xbb\xbf", b"\0 \t", b"HTTP/1.1 200 OK\r\n\r\n"):
        assert format_of(start + b"%PDF-1.7\n", Path("a.md")) is PDF


def test_a_corpus_is_sorted_by_id_and_a_file_named_twice_is_loaded_once(tmp_path: Path) -> None:
    water = write(tmp_path / "water.txt", TEXT)
    write(tmp_path / "deeper" / "vouchers.md", MARKDOWN)
    loaded = load_corpus([water, tmp_path, tmp_path / "deeper"])
    assert [document.id for document in loaded.documents] == ["vouchers", "water"]
    assert loaded.warnings == ()


def test_a_folder_skips_hidden_files_and_housekeeping_and_names_what_else_it_leaves_out(tmp_path: Path) -> None:
    write(tmp_path / "vouchers.md", MARKDOWN)
    write(tmp_path / "scan.tiff", b"II*")
    write(tmp_path / "sub" / "notes.epub", b"PK")
    for name in (".hidden.md", ".git/x.md", "README.md", "readme.txt", "CHANGELOG.md", "LICENSE", "LICENSE.txt"):
        write(tmp_path / name, "Not an explainer.")
    loaded = load_corpus([tmp_path])
    assert [document.id for document in loaded.documents] == ["vouchers"]
    (warning,) = loaded.warnings
    assert "scan.tiff, sub/notes.epub" in warning.replace(os.sep, "/")
    assert "README" not in warning


def test_a_readme_that_is_named_outright_is_loaded(tmp_path: Path) -> None:
    assert load_document(write(tmp_path / "README.md", MARKDOWN)).id == "vouchers"


def test_many_files_left_out_are_counted(tmp_path: Path) -> None:
    write(tmp_path / "vouchers.md", MARKDOWN)
    for number in range(8):
        write(tmp_path / f"{number}.tiff", b"II*")
    assert " and 3 more" in load_corpus([tmp_path]).warnings[0]


def test_a_document_without_headings_or_date_is_loaded_with_a_warning_for_each(tmp_path: Path) -> None:
    loaded = load_corpus([write(tmp_path / "plain.md", "Families qualify by income.")])
    headings, as_of = loaded.warnings
    assert loaded.documents[0].text == "Families qualify by income."
    assert "plain.md has no headings" in headings
    assert "plain.md doesn't say as of when it holds; put as_of:" in as_of


def test_a_date_below_a_plain_texts_title_is_its_date(tmp_path: Path) -> None:
    assert load_corpus([write(tmp_path / "water.txt", TEXT)]).warnings == ()


class TestEncodings:
    def test_windows_text_is_read_with_a_warning(self, tmp_path: Path) -> None:
        file = write(tmp_path / "a.md", MARKDOWN.replace("Families", "Señor Núñez’s café").encode("cp1252"))
        loaded = load_corpus([file])
        assert "Señor Núñez’s café" in loaded.documents[0].text
        assert "Windows-1252" in loaded.warnings[0]

    def test_what_isnt_text_is_refused_rather_than_read_wrong(self, tmp_path: Path) -> None:
        file = write(tmp_path / "a.txt", b"Text\x00with a NUL.")
        with pytest.raises(DocumentFormatError, match=r"a\.txt isn't text.*save it as UTF-8"):
            load_document(file)


class TestErrors:
    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("a.md", "", "is empty"),
            ("a.txt", " \n\t\ufeff\u200b\r\n", "is empty"),
            ("a.tiff", "II*", r"formats read are Markdown \(\.md, \.markdown\), plain text \(\.txt, \.text\)"),
            ("a", "Text.", "formats read are"),
            ("a.md", "# Only\n\n## Headings\n", "has no body text"),
            ("a.txt", "Only a Heading", "has no body text"),
            ("a.txt", "Notes\n\n[1] One.\n\n[2] Two.\n", "has no body text"),
            ("a.md", "---\nid: [\n---\n\nText.", "front matter can't be read"),
            ("a.md", "---\nas_of: soon\n---\n\nText.", 'as_of is "soon"'),
            ("a.md", "---\nid: ../up\n---\n\nText.", 'id is "../up"'),
            ("住房.txt", "A text.", "can't stand in an address; rename the file"),
        ],
    )
    def test_a_file_that_isnt_an_explainer(self, tmp_path: Path, name: str, content: str, message: str) -> None:
        file = write(tmp_path / name, content)
        with pytest.raises(DocumentFormatError, match=message) as raised:
            load_document(file)
        assert str(raised.value).startswith(str(file))
        assert "\n" not in str(raised.value)

    @pytest.mark.parametrize("load", [load_document, lambda path: load_corpus([path])])
    def test_a_path_that_leads_nowhere(self, tmp_path: Path, load: object) -> None:
        assert callable(load)
        with pytest.raises(DocumentNotFound, match=r"no file.*gone\.md; check the name"):
            load(tmp_path / "gone.md")

    def test_a_folder_without_explainers(self, tmp_path: Path) -> None:
        write(tmp_path / "README.md", MARKDOWN)
        with pytest.raises(DocumentNotFound, match="no explainers in it"):
            load_corpus([tmp_path])

    def test_a_folder_in_place_of_a_file(self, tmp_path: Path) -> None:
        with pytest.raises(DocumentFormatError, match="is a folder"):
            load_document(tmp_path)

    def test_no_paths_at_all(self) -> None:
        with pytest.raises(DocumentNotFound, match="name at least one"):
            load_corpus([])

    def test_a_file_that_cant_be_opened(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = write(tmp_path / "a.md", MARKDOWN)

        def refuse(_: Path) -> bytes:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "read_bytes", refuse)  # root may open anything, so a mode wouldn't do
        with pytest.raises(DocumentFormatError, match=r"can't be opened \(Permission denied\)"):
            load_document(file)

    @pytest.mark.parametrize("name", ["a.md", "a.pdf"])
    def test_a_file_that_is_too_large_isnt_read(self, tmp_path: Path, name: str) -> None:
        with write(tmp_path / name, MARKDOWN).open("r+b") as file:
            file.truncate(LARGEST_FILE + 1)  # takes no room on the disk
        with pytest.raises(DocumentFormatError, match="is larger than 200 MB"):
            load_corpus([tmp_path])

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
    def test_a_pipe_isnt_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "a.md")
        with pytest.raises(DocumentFormatError, match="can't be read as an explainer"):
            load_document(tmp_path / "a.md")

    @pytest.mark.parametrize("other", ["vouchers", "VOUCHERS"])
    def test_two_files_with_one_id_are_both_named(self, tmp_path: Path, other: str) -> None:
        write(tmp_path / "one.md", MARKDOWN)
        write(tmp_path / "two.md", MARKDOWN.replace("id: vouchers", f"id: {other}"))
        with pytest.raises(DuplicateDocument, match=r"one\.md and .*two\.md both"):
            load_corpus([tmp_path])

    def test_every_error_is_a_corpus_error(self) -> None:
        errors = {DocumentFormatError, DocumentNotFound, DuplicateDocument, LibraryError, OriginUnavailable}
        assert errors == set(CorpusError.__subclasses__())


def test_the_bundled_explainers_load_without_a_warning() -> None:
    loaded = load_corpus([bundled_explainers()])
    assert loaded.documents
    assert loaded.warnings == ()
    for document in loaded.documents:
        assert_sound(document)
