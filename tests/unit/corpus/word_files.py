"""Small Word files, written by hand to have in them what programs write."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from corpus.docx import DocxLoader
from corpus.ports import Loaded
from tests.unit.corpus.invariants import assert_sound

NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
PROSE = "Agencies inspect each unit before a lease begins, and they may not waive it."


def zipped(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP with these files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def part(root: str, content: str) -> str:
    """An XML part whose root element is *root*."""
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{root} {NAMES}>{content}</w:{root}>'


def word(body: str, /, **parts: str) -> bytes:
    """A Word file with *body*; each of *parts* is the content of one such as ``styles``."""
    files = {"word/document.xml": part("document", f"<w:body>{body}</w:body>")}
    return zipped(files | {f"word/{name}.xml": part(name, content) for name, content in parts.items()})


def run(text: str, looks: str = "") -> str:
    """A run of *text*; *looks* are the elements of its properties."""
    return f'<w:r><w:rPr>{looks}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def p(text: str = "", style: str = "", *, more: str = "", runs: str = "") -> str:
    """A paragraph; *more* are elements of its properties, *runs* what stands behind its text."""
    named = f"<w:pStyle w:val={quoteattr(style)}/>" if style else ""
    return f"<w:p><w:pPr>{named}{more}</w:pPr>{run(text) if text else ''}{runs}</w:p>"


def item(text: str, number_id: int = 1, level: int = 0, more: str = "") -> str:
    """An item of a list."""
    return p(text, more=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number_id}"/></w:numPr>{more}')


def cell(text: str, properties: str = "") -> str:
    """A cell of a table."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def table(*rows: str) -> str:
    """A table of rows, each the cells in it."""
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def field(code: str, result: str) -> str:
    """Runs that make up a field with a *result*."""
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    return (
        mark.format("begin")
        + f"<w:r><w:instrText>{code}</w:instrText></w:r>"
        + mark.format("separate")
        + result
        + mark.format("end")
    )


def load(data: bytes, name: str = "some-page.docx") -> Loaded:
    """What is in the Word file *data*, checked to be sound."""
    loaded = DocxLoader().load(data, Path(name))
    assert_sound(loaded.document)
    return loaded


def shown(loaded: Loaded) -> list[str]:
    """The blocks as they stand."""
    text = loaded.document.text
    return [block.span.of(text) for section in loaded.document.sections for block in section.blocks]


def paths(loaded: Loaded) -> list[tuple[str, ...]]:
    """The headings of each section."""
    return [section.path for section in loaded.document.sections]


def notes(loaded: Loaded) -> list[tuple[str, str, list[str]]]:
    """Each note's label, its text, and the words that its marks stand behind."""
    text = loaded.document.text
    return [
        (note.label, note.span.of(text), [text[:mark].split()[-1] for mark in note.marks])
        for note in loaded.document.notes
    ]
