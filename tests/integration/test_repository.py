"""The repository keeps its promises to a newcomer."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from footnoted.cli import UnknownSettingError, known_settings, refuse_unknown_settings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("package", ["bot", "corpus", "eval", "footnoted", "index", "web"])
def test_no_installed_package_shadows_ours(package: str) -> None:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).parent == ROOT / package


def test_every_setting_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in readme for name in known_settings())


def test_an_unknown_setting_is_refused_by_name() -> None:
    with pytest.raises(UnknownSettingError, match="FOOTNOTED_DATADIR"):
        refuse_unknown_settings({"FOOTNOTED_DATADIR": "x"})
    refuse_unknown_settings({"FOOTNOTED_DATA_DIR": "x", "PATH": "y"})
