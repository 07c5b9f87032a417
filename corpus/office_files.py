"""Which office program's file some bytes are, by what is in them."""

from __future__ import annotations

import io
import zipfile
from enum import StrEnum


class OfficeFile(StrEnum):
    """A kind of office file, described as a sentence about it needs it."""

    WORD = "a Word document (.docx)"
    OLD_OFFICE = "a document of an old Office program (such as .doc)"
    PROTECTED = "protected by a password"
    RTF = "a rich-text document (.rtf)"
    OPEN_DOCUMENT = "an OpenDocument file (such as .odt)"
    SPREADSHEET = "a spreadsheet (.xlsx)"
    SLIDES = "a slide show (.pptx)"


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ZIP = b"PK\x03\x04"
_FOLDERS = {"xl/": OfficeFile.SPREADSHEET, "ppt/": OfficeFile.SLIDES}


def office_file(data: bytes) -> OfficeFile | None:
    """What kind of office file *data* is; none where it is something else, or a ZIP that can't be read."""
    if data.startswith(_OLE):
        return OfficeFile.PROTECTED if _ENCRYPTED in data else OfficeFile.OLD_OFFICE
    if data.startswith(b"{\\rtf"):
        return OfficeFile.RTF
    return _zipped(data) if data.startswith(_ZIP) else None


def _zipped(data: bytes) -> OfficeFile | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name.replace("\\", "/").lower() for name in archive.namelist()]
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return None
    # Word Online calls the document word/document2.xml.
    if any(name.startswith("word/document") for name in names):
        return OfficeFile.WORD
    if "meta-inf/manifest.xml" in names and "content.xml" in names:
        return OfficeFile.OPEN_DOCUMENT
    return next((kind for folder, kind in _FOLDERS.items() for name in names if name.startswith(folder)), None)
