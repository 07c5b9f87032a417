"""Where there is no browser, people's runs go on without one and CI doesn't."""

from __future__ import annotations

import pytest

from tests.browser.conftest import do_without


def test_in_ci_a_missing_browser_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="Chromium isn't installed"):
        do_without()


@pytest.mark.parametrize("value", [None, ""])
def test_elsewhere_it_is_a_test_less(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv("CI", raising=False)
    if value is not None:
        monkeypatch.setenv("CI", value)
    with pytest.raises(pytest.skip.Exception, match="Chromium isn't installed"):
        do_without()
