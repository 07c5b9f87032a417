"""Files that aren't Word's, are damaged or mean harm: one sentence each, and never anything but a document or that."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.docx import DocxLoader
from corpus.errors import DocumentFormatError
from corpus.formats import WORD, format_of, loader_for
from tests.unit.corpus.invariants import assert_sound
from tests.unit.corpus.word_files import NAMES, PROSE, cell, field, load, p, part, run, table, word, zipped

REAL = (Path(__file__).parents[2] / "fixtures" / "formats" / "kitchen-waste.docx").read_bytes()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def refusal(data: bytes, name: str = "some-page.docx") -> str:
    """The sentence that refuses *data*."""
    with pytest.raises(DocumentFormatError) as raised:
        loader_for(data, Path(name)).load(data, Path(name))
    message = str(raised.value)
    assert message.startswith(name)
    assert message.endswith(".")
    assert "\n" not in message
    return message


def nested(text: str, opening: str, closing: str, deep: int) -> str:
    return opening * deep + text + closing * deep


class TestOtherFiles:
    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (OLE + "WordDocument".encode("utf-16-le"), "is a document of an old Office program (such as .doc)"),
            (OLE + "EncryptedPackage".encode("utf-16-le"), "is protected by a password; take the password off"),
            (b"{\\rtf1\\ansi Text.}", "is a rich-text document (.rtf)"),
            (zipped({"mimetype": "x", "content.xml": "", "META-INF/manifest.xml": ""}), "is an OpenDocument file"),
            (zipped({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "is a spreadsheet (.xlsx)"),
            (zipped({"[Content_Types].xml": "", "ppt/presentation.xml": ""}), "is a slide show (.pptx)"),
        ],
    )
    @pytest.mark.parametrize("name", ["some-page.docx", "some-page.md", "some-page"])
    def test_each_is_told_to_be_saved_as_docx_whatever_it_is_called(
        self, data: bytes, sentence: str, name: str
    ) -> None:
        message = refusal(data, name)
        assert sentence in message
        assert "save it" in message or "save its text" in message
        assert message.endswith("as .docx.")

    @pytest.mark.parametrize("name", ["some-page.docx", "some-page.txt", "some-page.zip", "some-page"])
    def test_a_word_file_is_known_by_its_content(self, name: str) -> None:
        assert format_of(word(p(PROSE)), Path(name)) is WORD

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (b"", "is empty"),
            (zipped({"a.txt": "x"}), "has no Word document in it"),
            (zipped({"word/documents/x": "x"}), "has no document in it"),
            (word(p(PROSE))[:-30], "is damaged: it isn't a whole ZIP file"),
            (zipped({"word/document.xml": "<w:document"}), "is damaged: word/document.xml isn't XML"),
            (zipped({"word/document.xml": part("document", "")}), "has no document in it"),
            (zipped({"word/document.xml": part("document", "<w:body/>")}, zipfile.ZIP_LZMA), "packed in a way"),
            (word(""), "has no body text"),
        ],
    )
    def test_what_is_called_docx_but_cant_be_read(self, data: bytes, sentence: str) -> None:
        assert sentence in refusal(data)


class TestHarm:
    @pytest.mark.parametrize(
        "declared",
        [
            '<!DOCTYPE w [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>',
            '<!DOCTYPE w [<!ENTITY b SYSTEM "file:///etc/hostname">]>',
            '<!DOCTYPE w SYSTEM "http://127.0.0.1:9/x.dtd">',
        ],
    )
    def test_entities_are_refused_before_they_are_read(self, declared: str) -> None:
        body = f"<w:document {NAMES}><w:body>{p(PROSE)}&b;</w:body></w:document>"
        assert "declares a document type" in refusal(zipped({"word/document.xml": declared + body}))

    def test_nesting_is_bounded(self) -> None:
        deep = nested(p(PROSE), "<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", 10_000)
        assert "nests tables or text boxes" in refusal(word(deep))

    @pytest.mark.parametrize(
        ("opening", "closing", "most"),
        [
            ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", 18),
            ("<w:p><w:r><w:pict><w:txbxContent>", "</w:txbxContent></w:pict></w:r></w:p>", 13),
        ],
        ids=["tables", "text boxes"],
    )
    def test_at_any_depth_there_is_a_document_or_a_sentence(self, opening: str, closing: str, most: int) -> None:
        for deep in (1, most // 2, most):
            assert load(word(nested(p(PROSE), opening, closing, deep))).document.text.count(PROSE) == 1
        for deep in (most + 1, most * 2, most * 4):
            assert "nests tables or text boxes" in refusal(word(nested(p(PROSE), opening, closing, deep)))

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (" " * 40_000_000, "unpacks to more than any explainer needs"),
            ("<w:p/>" * 300_000, "unpacks to more than any explainer needs"),
            ("".join(f'<w:p w:id="{number:x}"/>' for number in range(300_001)), "takes the file over 300,000 elements"),
        ],
    )
    def test_what_unpacks_to_too_much_is_refused(self, content: str, sentence: str) -> None:
        assert sentence in refusal(word(content))

    def test_a_bomb_costs_little_memory(self) -> None:
        """A hundred million letters are refused for less than a tenth of them in memory."""
        packed = io.BytesIO()
        with (
            zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
            archive.open("word/document.xml", "w") as xml,
        ):
            for _ in range(100):
                xml.write(b" " * 1_000_000)
        tracemalloc.start()
        try:
            assert "unpacks to more than any explainer needs" in refusal(packed.getvalue())
            assert tracemalloc.get_traced_memory()[1] < 10_000_000
        finally:
            tracemalloc.stop()

    def test_a_table_that_filled_up_would_be_huge_is_refused(self) -> None:
        square = table(cell("x") * 2_000, *[cell("x")] * 2_000)
        assert "has a table of 2,001 rows and 2,000 columns" in refusal(word(square))

    @pytest.mark.parametrize(
        "target", ["../../../etc/passwd", "/etc/passwd", "C:\\x", "http://127.0.0.1:9/x", "\0", ""]
    )
    def test_names_lead_to_parts_of_the_file_and_nowhere_else(self, target: str) -> None:
        relations = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="a" Type="x/styles" Target="{target}"/></Relationships>'
        )
        files = {"word/document.xml": part("document", f"<w:body>{p(PROSE)}</w:body>"), "../../evil.txt": "x"}
        data = zipped(files | {"word/_rels/document.xml.rels": relations})
        if target == "\0":
            assert "isn't XML that can be read" in refusal(data)
        else:
            assert load(data).document.text == PROSE


_words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=12
)
_settings = st.sampled_from(
    [
        "vanish",
        "del",
        "outlineLvl",
        "numPr",
        "vMerge",
        "gridSpan",
        "tblHeader",
        "pStyle",
        "vertAlign",
        "ilvl",
        "gridBefore",
    ]
)
_values = st.sampled_from(
    ["", "0", "1", "2", "9", "-1", "99", "true", "Heading1", "Title", "TOC1", "superscript", "continue"]
)
_tables = ["tbl", "tr", "tc", "trPr", "tcPr"]
_containers = st.sampled_from(
    ["p", "r", "pPr", "rPr", "numPr", "ins", "del", "moveFrom", "hyperlink", "fldSimple", "sdt", "sdtContent", *_tables]
)
_boxes = st.sampled_from(["pict", "drawing", "txbxContent", "sdtPr"])
_leaves = st.one_of(
    _words.map(run),
    _words.map(p),
    st.builds('<w:{} w:val="{}"/>'.format, _settings, _values),
    st.builds('<w:{}Reference w:id="{}"/>'.format, st.sampled_from(["footnote", "endnote"]), st.integers(0, 2)),
    st.builds('<w:fldChar w:fldCharType="{}"/>'.format, st.sampled_from(["begin", "separate", "end", ""])),
    st.sampled_from(
        ["<w:br/>", "<w:tab/>", "<w:sym/>", '<w:sym w:font="Symbol" w:char="F0B7"/>', field("TOC", run("x"))]
    ),
)
_bodies = st.recursive(
    _leaves,
    lambda inner: st.builds(
        "<w:{0}>{1}</w:{0}>".format, _containers | _boxes, st.lists(inner, max_size=4).map("".join)
    ),
    max_leaves=25,
)


@settings(deadline=None)
@given(_bodies, _bodies)
def test_any_body_is_a_sound_document_or_refused(body: str, note: str) -> None:
    levels = '<w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>'
    numbering = (
        f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    feet = f'<w:footnote w:id="0">{note}</w:footnote><w:footnote>{note}</w:footnote>'
    data = word(p(PROSE) + body, footnotes=feet, numbering=numbering)
    try:
        load(data)
    except DocumentFormatError as error:
        assert "Word wouldn't write" in str(error)  # noqa: PT017 - both ways are right


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(REAL) - 1), st.integers(0, 255)), max_size=6), st.integers(0, len(REAL)))
def test_a_corrupted_file_is_a_document_or_refused(changes: list[tuple[int, int]], end: int) -> None:
    data = bytearray(REAL)
    for place, byte in changes:
        data[place] = byte
    for damaged in (bytes(data), bytes(data[:end])):
        try:
            assert_sound(DocxLoader().load(damaged, Path("x.docx")).document)
        except DocumentFormatError as error:
            assert str(error).startswith("x.docx")  # noqa: PT017 - both ways are right


@settings(deadline=None)
@given(st.data())
def test_a_file_with_corrupted_xml_is_a_document_or_refused(data: st.DataObject) -> None:
    """As above, but below the checksums, which keep most damage out."""
    with zipfile.ZipFile(Path(__file__).parents[2] / "fixtures" / "formats" / "kitchen-waste.docx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from([name for name in parts if not name.startswith("[")]))
    start = data.draw(st.integers(0, len(parts[name])))
    length = data.draw(st.integers(0, 40))
    with_what = data.draw(st.sampled_from([b"", b"x", b'"', b"</w:p>", b"<w:tbl>", b"&#0;", b"9" * 20]))
    parts[name] = parts[name][:start] + with_what + parts[name][start + length :]
    try:
        load(zipped(parts))
    except DocumentFormatError as error:
        assert str(error).startswith("some-page.docx")  # noqa: PT017 - both ways are right
