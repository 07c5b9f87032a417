"""What an install takes on disk: of serving in a fresh environment, and of everything by the files of its packages.

python -m bench.sizes [--environment DIR]
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_LARGEST = 8


def main() -> None:
    """Prints a line of JSON, in megabytes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environment", type=Path, help="make the fresh environment here, to be used afterwards")
    given = parser.parse_args()
    found: dict[str, object] = {"full_mb": sum(_packages("requirements.lock").values())}
    serving = _packages("requirements-serve.lock")
    found["serving_packages_mb"] = sum(serving.values())
    found["largest"] = dict(sorted(serving.items(), key=lambda pair: -pair[1])[:_LARGEST])
    if given.environment:
        found["serving_mb"] = _fresh("requirements-serve.lock", given.environment)
    print(json.dumps(found))


def _packages(lock: str) -> dict[str, float]:
    """Megabytes of each package of *lock*, by the files that are installed here."""
    names = re.findall(r"^([\w.-]+)==", (_ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
    return {name: _package(name) for name in names}


def _package(name: str) -> float:
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        return 0.0
    paths = (Path(str(file.locate())) for file in files)
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


def _fresh(lock: str, folder: Path) -> float | None:
    """Megabytes on disk of a new environment with *lock* and the bot; None where no package index answers."""
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet"]
    steps = [
        [sys.executable, "-m", "venv", str(folder)],
        [*pip, "--requirement", str(_ROOT / lock)],
        [*pip, "--no-deps", str(_ROOT)],
    ]
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)  # noqa: S603 - our own commands
        if done.returncode:
            sys.stderr.write(done.stderr)
            shutil.rmtree(folder, ignore_errors=True)
            return None
    return _on_disk(folder)


def _on_disk(folder: Path) -> float:
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*")) / 1e6


if __name__ == "__main__":
    main()
