"""The machine, in general words, and the versions of what computes."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

from eval.baseline import processor

_PACKAGES = ("onnxruntime", "tokenizers", "faiss-cpu", "numpy", "sentence-transformers", "torch")


def machine() -> dict[str, str]:
    """Cores, vector instructions, memory, system, versions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = Path("/proc/meminfo").read_text(encoding="utf-8").split(maxsplit=2)[1]
    return {
        "cores": str(cores),
        "instructions": f"{platform.machine()}, {processor()}",
        "memory": f"{round(int(memory) / 1e6)} GB",
        "system": f"{platform.system()}, Python {platform.python_version()}",
        "packages": ", ".join(f"{name} {version(name)}" for name in _PACKAGES),
    }
