"""Which version of the program this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def footnoted_version() -> str:
    """The installed version, or ``0`` where the program runs from a folder that was never installed."""
    try:
        return version("footnoted")
    except PackageNotFoundError:
        return "0"
