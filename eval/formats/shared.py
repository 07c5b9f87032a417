"""What the readers of public question sets share: lines of JSON with their place, and names that our cases can have."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from corpus.builder import DocumentBuilder, Metadata
from corpus.documents import Document
from eval.cases import EvalCase
from eval.errors import FormatError


class Row(BaseModel):
    """A record of a public set; what isn't read is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


RowT = TypeVar("RowT", bound=BaseModel)


def read_text(path: Path) -> str:
    """The text of *path*. Raises `FormatError`."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise FormatError(f"{path} can't be read: {error.strerror}; check the path.") from error
    except UnicodeDecodeError as error:
        raise FormatError(f"{path} is not UTF-8 text; save it as UTF-8.") from error


def parsed(model: type[RowT], content: object, where: str) -> RowT:
    """*content* as a *model*. Raises `FormatError`, which names *where*."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(map(str, fault["loc"]))
        raise FormatError(f"{where}: {f'{place}: ' if place else ''}{fault['msg']}; mend the file.") from error


def json_lines(path: Path) -> Iterator[tuple[str, Any]]:
    """Each line of *path* as ``file:line`` and what it holds. Raises `FormatError`."""
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            try:
                yield f"{path}:{number}", json.loads(line)
            except ValueError as error:
                raise FormatError(f"{path}:{number}: the line is not JSON ({error}); mend the file.") from error


def unique_id(text: str, taken: Mapping[str, object] | set[str]) -> str:
    """*text* as the id of a case: lower-case letters, digits and hyphens, numbered where it is *taken*."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "case"
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return name


def short_document(document_id: str, title: str, text: str, language: str | None) -> Document:
    """A document of one section without a heading, a paragraph for each block of lines; the title where it has none."""
    builder = DocumentBuilder()
    for paragraph in re.split(r"\n\s*\n", text):
        builder.add_paragraph(paragraph)
    if not builder.has_body:
        builder.add_paragraph(title or document_id)
    return builder.build(Metadata(id=document_id, title=title or document_id, language=language))


def tagged(case: EvalCase, prefix: str) -> str | None:
    """The rest of the first tag of *case* that begins with *prefix*."""
    return next((tag.removeprefix(prefix) for tag in case.tags if tag.startswith(prefix)), None)
