"""Which format a file is in: by its first bytes, and by its name where these leave it open.

A loader is imported when a file needs it, so that what only asks needs none of the packages that read files.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from corpus.errors import DocumentFormatError
from corpus.html_bytes import is_html
from corpus.office_files import office_file
from corpus.ports import Loader

# Some programs write a few lines before it; a text that only speaks of it doesn't begin a line with it.
_PDF = re.compile(rb"(?:\A(?:\xef\xbb\xbf)?[\0\s]*|[\r\n])%PDF-\d")


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: its name, the endings of its files' names (lower-case, with the dot), and its loader.

    ``recognises`` says whether a file's bytes are in this format and no other, whatever the file is called.
    """

    name: str
    suffixes: tuple[str, ...]
    open: Callable[[], Loader]
    recognises: Callable[[bytes], bool] = lambda _: False

    @property
    def described(self) -> str:
        """The name with its endings: ``Markdown (.md, .markdown)``."""
        return f"{self.name} ({', '.join(self.suffixes)})"


def _markdown() -> Loader:
    from corpus.markdown import MarkdownLoader

    return MarkdownLoader()


def _plain_text() -> Loader:
    from corpus.plain_text import PlainTextLoader

    return PlainTextLoader()


def _pdf() -> Loader:
    from corpus.pdf import PdfLoader

    if find_spec("pypdfium2") is None:  # it is imported in a process of its own, which couldn't say so
        raise ModuleNotFoundError(name="pypdfium2")
    return PdfLoader()


def _is_pdf(data: bytes) -> bool:
    return bool(_PDF.search(data[:1024]))


def _word() -> Loader:
    from corpus.docx import DocxLoader

    return DocxLoader()


def _html() -> Loader:
    from corpus.html_page import HtmlLoader

    return HtmlLoader()


MARKDOWN = Format("Markdown", (".md", ".markdown"), _markdown)
PLAIN_TEXT = Format("plain text", (".txt", ".text"), _plain_text)
PDF = Format("PDF", (".pdf",), _pdf, _is_pdf)
# What other office programs write goes to the same loader, which says what to do with it.
WORD = Format("Word", (".docx",), _word, recognises=lambda data: office_file(data) is not None)

HTML = Format("HTML", (".html", ".htm", ".xhtml"), _html, recognises=is_html)

FORMATS = (MARKDOWN, PLAIN_TEXT, PDF, WORD, HTML)
BY_SUFFIX = {suffix: format_ for format_ in FORMATS for suffix in format_.suffixes}

_listed = [format_.described for format_ in FORMATS]
DESCRIBED = f"{', '.join(_listed[:-1])} and {_listed[-1]}"
"""The formats that are read, as a sentence names them."""


def format_of(data: bytes, source: Path) -> Format:
    """The format of the file *source*, whose bytes are *data*. Raises `DocumentFormatError` where none is known."""
    by_content = next((format_ for format_ in FORMATS if format_.recognises(data)), None)
    found = by_content or BY_SUFFIX.get(source.suffix.lower())
    if found is None:
        raise DocumentFormatError(f"{source} can't be read as an explainer; the formats read are {DESCRIBED}.")
    return found


def loader_for(data: bytes, source: Path) -> Loader:
    """The loader of the file *source*. Raises `DocumentFormatError`, also where its packages aren't installed."""
    found = format_of(data, source)
    try:
        return found.open()
    except ModuleNotFoundError as error:
        raise DocumentFormatError(
            f"{source} is {found.name}, and what reads that isn't installed ({error.name}); "
            "install it with: pip install 'footnoted[build]'."
        ) from error
