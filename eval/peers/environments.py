"""A virtual environment for each peer, made from ``requirements.txt``, and how much room it takes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.errors import PeerUnavailable

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
ROOT = Path(__file__).resolve().parents[2]
INSTALL_SECONDS = 360
_HEADING = re.compile(r"# \[(?P<name>[a-z]+)\](?: (?P<python>python3\.[0-9]+))?")
_NOT_THE_PEERS = frozenset({"pip", "setuptools", "pkg_resources", "_distutils_hack", "__pycache__"})
"""What every new environment holds, and caches that Python writes."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What to install, a line each, and with which Python (None: the one that runs)."""

    name: str
    python: str | None
    lines: tuple[str, ...]


def read_environments(text: str) -> Mapping[str, Environment]:
    """The environments of a requirements file with headings, by name."""
    found: dict[str, Environment] = {}
    name = ""
    for line in text.splitlines():
        if heading := _HEADING.match(line):
            name = heading["name"]
            found[name] = Environment(name, heading["python"], ())
        elif line.strip() and not line.startswith("#") and name:
            old = found[name]
            found[name] = Environment(name, old.python, (*old.lines, line.strip()))
    return found


def make(environment: Environment, folder: Path) -> Path:
    """The Python of *environment*, which is made in *folder* where it isn't there yet. Raises `PeerUnavailable`."""
    home = folder / environment.name
    python, done = home / "bin" / "python", home / "installed"
    if not done.is_file():
        _run([_base_python(environment), "-m", "venv", "--clear", str(home)], environment)
        for command in _installs(environment):
            _run([str(python), "-m", "pip", "install", "--quiet", *command], environment)
        done.touch()
    return python


def _installs(environment: Environment) -> Iterator[list[str]]:
    """The arguments of each pip command: what comes without its dependencies is installed on its own."""
    alone = [line.split() for line in environment.lines if line.endswith("--no-deps")]
    together = [part for line in environment.lines if not line.endswith("--no-deps") for part in line.split()]
    if together:
        yield together
    yield from alone


def _base_python(environment: Environment) -> str:
    if environment.python is None:
        return sys.executable
    found = shutil.which(environment.python)
    if found is None:
        raise PeerUnavailable(f"needs {environment.python}, which isn't on the path")
    return found


def _run(command: list[str], environment: Environment) -> None:
    try:
        subprocess.run(  # noqa: S603 - our own command
            command, check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS, cwd=ROOT
        )
    except subprocess.TimeoutExpired as error:
        raise PeerUnavailable(f"could not be installed within {INSTALL_SECONDS} s") from error
    except (subprocess.CalledProcessError, OSError) as error:
        said = str(getattr(error, "stderr", "") or error).strip().splitlines()
        raise PeerUnavailable(f"could not be installed ({said[-1] if said else environment.name})") from error


def installed_mb(python: Path) -> float:
    """Megabytes (10⁶ bytes) of the packages in the environment of *python*, without pip's own and caches."""
    return sum(_size(packages) for packages in python.parents[1].glob("lib/python*/site-packages")) / 1e6


def _size(packages: Path) -> int:
    kept = [entry for entry in packages.iterdir() if entry.name.partition("-")[0] not in _NOT_THE_PEERS]
    return sum(folder_size(entry) for entry in kept)


def folder_size(entry: Path) -> int:
    """Bytes of the files at and under *entry*, without caches."""
    files = [entry] if entry.is_file() else entry.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file() and "__pycache__" not in file.parts)
