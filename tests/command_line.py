"""``footnoted`` as it is typed, in this process."""

from __future__ import annotations

import gc
import sys

import pytest

from footnoted import cli


def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """The exit code, standard output and standard error of ``footnoted`` with *words*; no traceback stands in them."""
    monkeypatch.setattr(sys, "argv", ["footnoted", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    gc.unfreeze()  # the process doesn't end here
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return int(left.value.code or 0), out, err
