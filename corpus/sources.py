"""Where explainers come from: files, addresses on the web, and those that come with the package."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from corpus.errors import DocumentNotFound, OriginUnavailable
from corpus.load import bundled_explainers, explainer_files, read_file

if TYPE_CHECKING:
    from corpus.fetch import Fetcher

BUNDLED = "bundled:"
"""What stands before the name of an explainer that comes with the package."""

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


@dataclass(frozen=True, slots=True)
class Validators:
    """What an address sent to tell whether it has changed since, and whether it may be a private one."""

    etag: str | None = None
    last_modified: str | None = None
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """An explainer's bytes as they came from *origin*: an absolute path, an address, or ``bundled:NAME``."""

    origin: str
    name: str
    data: bytes
    validators: Validators = Validators()

    @property
    def path(self) -> Path:
        """What the file is called in messages; its ending tells the format where the bytes don't."""
        return Path(self.name) if is_address(self.origin) or is_bundled(self.origin) else Path(self.origin)


def is_address(origin: str) -> bool:
    """Whether *origin* is an address, on the web or elsewhere."""
    return bool(_ADDRESS.match(origin))


def is_bundled(origin: str) -> bool:
    """Whether *origin* is an explainer that comes with the package."""
    return origin.startswith(BUNDLED)


def origins(given: str, warnings: list[str]) -> tuple[str, ...]:
    """The origins that *given* names: a path (a folder stands for the explainers in it), an address, ``bundled:NAME``.

    What a folder holds besides is named in *warnings*. Raises a `CorpusError` where it names none.
    """
    if is_bundled(given):
        return (given,)
    if is_address(given):
        return (_web(given).web_address(given),)
    if not given.strip():  # it would stand for the folder that the command runs in
        raise DocumentNotFound("An empty name was given; name a file, a folder or an address.")
    # Not resolved: a link to this month's file is one origin, whatever it leads to.
    path = Path(os.path.abspath(given))  # noqa: PTH100 - Path.absolute leaves ".." in
    return tuple(map(str, explainer_files(path, warnings)))


def bundled_origins() -> Iterator[str]:
    """The explainers that come with the package."""
    for file in explainer_files(bundled_explainers(), []):
        yield f"{BUNDLED}{file.name}"


def read_source(origin: str, validators: Validators, fetcher: Fetcher | None = None) -> Source | None:
    """What *origin* holds now; None where it hasn't changed since *validators* were sent. Raises a `CorpusError`."""
    if is_address(origin):
        return _fetched(origin, validators, fetcher)
    path = bundled_file(origin) if is_bundled(origin) else Path(origin)
    return Source(origin, path.name, read_file(path))


def bundled_file(origin: str) -> Path:
    """The file of *origin* in the package. Raises `DocumentNotFound`."""
    name = origin.removeprefix(BUNDLED)
    path = bundled_explainers() / name
    if not name or Path(name).name != name or not path.is_file():
        raise DocumentNotFound(
            f"{origin} doesn't come with this version of the package, which has {', '.join(bundled_origins())}."
        )
    return path


def _fetched(origin: str, validators: Validators, fetcher: Fetcher | None) -> Source | None:
    fetched = (fetcher or _web(origin).Fetcher()).fetch(
        origin,
        allow_private=validators.allow_private,
        etag=validators.etag,
        last_modified=validators.last_modified,
    )
    if fetched is None:
        return None
    kept = Validators(fetched.etag, fetched.last_modified, validators.allow_private)
    return Source(origin, fetched.name, fetched.data, kept)


def _web(origin: str) -> ModuleType:
    """What reads the web: most explainers are files, and need none of it."""
    try:
        from corpus import fetch  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise OriginUnavailable(
            f"{origin} can't be read, since what reads the web isn't installed ({error.name}); install it with: "
            "pip install 'footnoted[build]'."
        ) from error
    return fetch
