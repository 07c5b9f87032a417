"""Opens a Word file as the ZIP of XML parts that it is.

Nothing is written to a disk, names in the file lead to parts of the file and nowhere else, and a part is unpacked
only up to a bound. XML with a document type is refused: Word writes none, and entities are declared there.
"""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from corpus.errors import DocumentFormatError
from corpus.office_files import OfficeFile, office_file
from corpus.word_styles import W

# Five hundred printed pages come to about a third of these.
_MOST_BYTES = 24 * 1024 * 1024
_MOST_ELEMENTS = 300_000
_MOST_FILES = 20_000
_DEEPEST = 200
_CHUNK = 1024 * 1024  # smaller ones make a long token quadratic
_TIGHTEST = 250
_TIGHT_FROM = 1024 * 1024
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    struct.error,
)

_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
# What Word calls "Strict Open XML" has names of its own for the same things.
_STRICT = {
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
    "http://purl.oclc.org/ooxml/officeDocument/extendedProperties": (
        "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
    ),
}


class WordPackage:
    """The parts of a Word file; each method raises `DocumentFormatError` where one can't be read."""

    def __init__(self, data: bytes, source: Path) -> None:
        self.source = source
        self._room = _MOST_BYTES
        self._elements = _MOST_ELEMENTS
        _refuse_others(data, source)
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except _DAMAGE as error:
            raise _damaged(self.source, "it isn't a whole ZIP file") from error
        if len(self._archive.filelist) > _MOST_FILES:
            raise DocumentFormatError(f"{source} holds more than {_MOST_FILES:,} files; save it anew from Word.")
        self._infos = {_plain_name(info.filename).lower(): info for info in self._archive.filelist}
        self._relations: dict[str, list[tuple[str, str]]] = {}
        self._main = next(
            (name for name in self._targets("", "officeDocument") if name.lower() in self._infos), "word/document.xml"
        )

    def document(self) -> Element:
        """The document itself."""
        root = self._part(self._main)
        if root is None or root.find(f"{W}body") is None:
            raise DocumentFormatError(f"{self.source} has no document in it; open it in Word and save it as .docx.")
        return root

    def related(self, kind: str) -> Element | None:
        """The part that belongs to the document as its *kind*, such as "footnotes"."""
        for name in [*self._targets(self._main, kind), f"word/{kind}.xml"]:
            root = self._part(name)
            if root is not None:
                return root
        return None

    def properties(self, name: str) -> dict[str, str]:
        """The properties in ``docProps/name.xml`` by their names without namespace, as far as there are any."""
        root = self._part(f"docProps/{name}.xml")
        return {} if root is None else {local_name(child): (child.text or "").strip() for child in root}

    def _targets(self, name: str, kind: str) -> list[str]:
        """The names of the parts that *name* is related to as its *kind*."""
        if name not in self._relations:
            self._relations[name] = list(self._related_to(name))
        return [target for relation, target in self._relations[name] if relation == kind]

    def _related_to(self, name: str) -> Iterator[tuple[str, str]]:
        folder, _, file = name.rpartition("/")
        root = self._part(posixpath.join(folder, "_rels", f"{file}.rels"))
        for relation in root.iter(f"{_PACKAGE}Relationship") if root is not None else ():
            if relation.get("TargetMode") != "External":
                target = posixpath.join("/", folder, relation.get("Target", ""))
                yield relation.get("Type", "").rpartition("/")[2], _plain_name(target)

    def _part(self, name: str) -> Element | None:
        info = self._infos.get(name.lower())
        if info is None:
            return None
        data = self._unpack(info)
        target = _BoundedBuilder(self._elements)
        try:
            parser = ET.XMLParser(target=target)  # noqa: S314 - the target refuses a document type
            for start in range(0, len(data), _CHUNK):  # what is refused is refused before the rest is read
                parser.feed(data[start : start + _CHUNK])
            root: Element = parser.close()
        except _RefusedError as error:
            raise DocumentFormatError(f"{self.source}: {info.filename} {error}.") from error
        except (ET.ParseError, ValueError, LookupError) as error:
            raise _damaged(self.source, f"{info.filename} isn't XML that can be read") from error
        self._elements -= target.count
        return root

    def _unpack(self, info: zipfile.ZipInfo) -> bytes:
        if info.flag_bits & 1:
            raise _protected(self.source)
        if info.compress_type not in _METHODS:
            raise _damaged(self.source, f"{info.filename} is packed in a way that Word doesn't know")
        tight = info.file_size > max(_TIGHT_FROM, info.compress_size * _TIGHTEST)
        if tight or info.file_size > self._room:
            raise DocumentFormatError(
                f"{self.source} unpacks to more than any explainer needs ({info.filename} alone to "
                f"{info.file_size:,} bytes); open it in Word and save it anew, in parts if it is long."
            )
        try:
            with self._archive.open(info) as file:
                data = file.read(self._room)
        except _DAMAGE as error:
            raise _damaged(self.source, f"{info.filename} can't be unpacked") from error
        self._room -= len(data)
        return data


def local_name(element: Element) -> str:
    """The name of *element* without its namespace."""
    return element.tag.rpartition("}")[2]


def _plain_name(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/")).lstrip("/.")


def _refuse_others(data: bytes, source: Path) -> None:
    kind = office_file(data)
    if kind is OfficeFile.WORD:
        return
    if kind is OfficeFile.PROTECTED:
        raise _protected(source)
    if kind:
        raise DocumentFormatError(f"{source} is {kind}, which isn't read; save its text as .docx.")
    if not data:
        raise DocumentFormatError(f"{source} is empty; write at least one paragraph in it or take it away.")
    if not data.startswith(b"PK"):
        raise DocumentFormatError(
            f"{source} isn't a Word document, whatever it is called; open it in Word and save it as .docx."
        )
    if zipfile.is_zipfile(io.BytesIO(data)):
        raise DocumentFormatError(f"{source} has no Word document in it; open it in Word and save it as .docx.")
    raise _damaged(source, "it isn't a whole ZIP file")


def _damaged(source: Path, reason: str) -> DocumentFormatError:
    return DocumentFormatError(
        f"{source} is damaged: {reason}; get another copy, or open it in Word and save it as .docx."
    )


def _protected(source: Path) -> DocumentFormatError:
    return DocumentFormatError(f"{source} is {OfficeFile.PROTECTED}; take the password off and save it as .docx.")


class _RefusedError(Exception):
    """What is wrong with a part, as the end of a sentence."""


class _BoundedBuilder(ET.TreeBuilder):
    """Builds a tree without a document type that is neither deeper nor larger than the bounds."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.count = 0
        self._most = most
        self._depth = 0

    def doctype(self, *_: str | None) -> None:
        """Refuse a document type, which comes before any entity."""
        raise _RefusedError("declares a document type, which Word never does; open the file in Word and save it anew")

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        """Open an element."""
        self.count += 1
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _RefusedError(f"nests tables or text boxes more than {_DEEPEST} elements deep; lay them out flatter")
        if self.count > self._most:
            raise _RefusedError(f"takes the file over {_MOST_ELEMENTS:,} elements; divide it into several files")
        return super().start(_transitional(tag), {_transitional(name): value for name, value in attrs.items()})

    def end(self, tag: str, /) -> Element:
        """Close an element."""
        self._depth -= 1
        return super().end(_transitional(tag))


def _transitional(name: str) -> str:
    if not name.startswith("{http://purl.oclc.org/"):
        return name
    namespace, _, local = name[1:].partition("}")
    return f"{{{_STRICT.get(namespace, namespace)}}}{local}"
