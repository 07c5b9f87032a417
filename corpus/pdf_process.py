"""Reads a PDF in a process of its own, which a file that is made to crash or to hang its reader takes down alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from corpus.errors import DocumentFormatError
from corpus.pdf_glyphs import Printed

_LONGEST = 60.0
_MOST_MEMORY = 4 << 30
_REFUSED = 3
_COMMAND = "from corpus.pdf_process import main; main()"
_ADAPTER: TypeAdapter[Printed] = TypeAdapter(Printed)


def read_apart(data: bytes, source: Path, seconds: float = _LONGEST) -> Printed:
    """What the PDF *data* holds, as `corpus.pdf_pages.read_pages`, within so many *seconds*."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONIOENCODING": "utf-8"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own code
            [sys.executable, "-c", _COMMAND, os.fspath(source)],
            input=data,
            capture_output=True,
            timeout=seconds,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DocumentFormatError(
            f"{source} takes more than {seconds:.0f} seconds to read, and was given up; print it anew, or split it."
        ) from error
    if done.returncode == _REFUSED:
        raise DocumentFormatError(done.stdout.decode("utf-8", errors="replace"))
    try:
        return _ADAPTER.validate_json(done.stdout)
    except ValidationError as error:
        raise DocumentFormatError(
            f"{source} is damaged and can't be read as a PDF; export it again from where it was made."
        ) from error


def main() -> None:
    """Read the PDF on standard input, and write what it holds, or why it can't be read, to standard output."""
    _limit_memory()
    from corpus.pdf_pages import read_pages  # noqa: PLC0415 - only here is PDFium needed

    try:
        written = _ADAPTER.dump_json(read_pages(sys.stdin.buffer.read(), Path(sys.argv[1])))
    except DocumentFormatError as error:
        sys.stdout.write(str(error))
        sys.stdout.flush()
        os._exit(_REFUSED)
    sys.stdout.buffer.write(written)
    sys.stdout.flush()
    os._exit(0)  # PDFium's own clean-up may crash after a damaged file


def _limit_memory() -> None:
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
