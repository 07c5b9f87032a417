"""``footnoted corpus check`` as a person or a workflow calls it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from footnoted.cli import app

FIXTURES = Path(__file__).parents[2] / "fixtures" / "check"
FAULTS = FIXTURES / "faults"
DAY = ["--today", "2026-03-01"]


def check(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["corpus", "check", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def test_without_a_path_the_bundled_explainers_are_checked() -> None:
    code, out, _ = check("--today", "2025-05-01")
    assert code == 0
    assert out.endswith("errors: 0, warnings: 0.\n")


def test_a_clean_folder_has_no_findings_and_exit_code_0() -> None:
    assert check(FIXTURES / "clean", *DAY) == (0, "Files: 4, errors: 0, warnings: 0.\n", "")


def test_findings_are_told_by_file_with_line_severity_rule_and_how_to_mend() -> None:
    headings, links = FAULTS / "headings-in-text.txt", FAULTS / "links-in-text.txt"
    code, out, _ = check(headings, links, *DAY)
    assert code == 1
    assert out == (
        f"{headings}:9: warning heading-level: The heading “Hours” has level 4, but the one above it has 2. "
        "Give it the level just below the heading above it.\n"
        f"{headings}:13: warning empty-section: There is no text below the heading “Empty”. "
        "Write the section or take its heading out.\n\n"
        f"{links}:7: error dead-link: No heading of this page is #the-fee. Mend the address or take the link out.\n"
        f"{links}:7: error dead-link: There is no file boats.txt beside this one. "
        "Mend the address or take the link out.\n\n"
        "Files: 2, errors: 2, warnings: 2.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["figures.md"], 0),
        (["figures.md", "--strict"], 1),
        (["figures.md", "--strict", "--ignore", "figure"], 0),
        (["links.md"], 1),
        (["links.md", "--ignore", "dead-link"], 0),
        (["links.md", "--select", "figure"], 0),
        (["links.md", "--select", "figure", "--select", "dead-link"], 1),
        (["old.md", "--strict", "--review-age-days", "3650"], 0),
        (["empty.md"], 2),
        (["empty.md", "--select", "figure"], 2),
        (["empty.md", "links.md"], 2),
        (["gone.md"], 2),
        (["links.md", "--ignore", "typo"], 2),
        (["links.md", "--today", "yesterday"], 2),
        (["links.md", "--review-age-days", "0"], 2),
    ],
)
def test_the_exit_code_tells_a_workflow_how_it_went(arguments: list[str], code: int) -> None:
    paths = [FAULTS / argument if argument.endswith(".md") else argument for argument in arguments]
    assert check(*paths, *([] if "--today" in arguments else DAY))[0] == code


def test_a_file_that_cant_be_read_is_told_and_the_others_are_checked() -> None:
    code, out, _ = check(FAULTS / "gone.md", FAULTS / "empty.md", FAULTS / "figures-in-text.txt", *DAY)
    assert code == 2
    assert f"There is no file or folder {FAULTS / 'gone.md'}" in out
    assert f"{FAULTS / 'empty.md'}: error unreadable: " in out
    assert f"{FAULTS / 'figures-in-text.txt'}:7: warning figure: " in out
    assert out.endswith("Files: 3, errors: 2, warnings: 2.\n")


def test_what_a_folder_leaves_out_is_told_on_standard_error(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "clean" / "huertos.md", tmp_path)
    (tmp_path / "scan.xyz").write_bytes(b"x")
    code, out, err = check(tmp_path, *DAY)
    assert (code, out) == (0, "Files: 1, errors: 0, warnings: 0.\n")
    assert "left out scan.xyz" in err


def test_an_unknown_rule_is_refused_with_the_names_of_all() -> None:
    _, _, err = check(FAULTS, "--select", "spelling")
    assert "spelling" in err
    assert "abbreviation" in err


def test_json_has_every_finding_and_is_the_same_each_time() -> None:
    code, out, _ = check(FAULTS, *DAY, "--format", "json")
    assert code == 2
    said = json.loads(out)
    planted = (FIXTURES / "expected.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert sorted((Path(one["file"]).name, str(one["line"] or "-"), one["rule"]) for one in said) == sorted(
        tuple(line.split("\t")) for line in planted
    )
    assert {one["severity"] for one in said} == {"error", "warning"}
    assert all({"file", "line", "mend", "message", "page", "rule", "section", "severity"} == one.keys() for one in said)
    assert check(FAULTS, *DAY, "--format", "json")[1] == out
    assert json.loads(check(FIXTURES / "clean", *DAY, "--format", "json")[1]) == []


def test_github_shows_each_finding_at_its_line(tmp_path: Path) -> None:
    page = tmp_path / "a, b: 50%.md"
    page.write_text("---\nas_of: 2026-01-15\n---\n\n# A page\n\nOf the sellers, 45% go.\n")
    code, out, _ = check(page, *DAY, "--format", "github")
    assert code == 0
    name = page.as_posix().replace("%", "%25").replace(",", "%2C").replace(":", "%3A")
    assert out == (
        f"::warning file={name},line=7,title=figure::“45%25” has no date and no source near. "
        "Say as of when it holds, who counted, or give it a note.\n"
    )
    assert check(FIXTURES / "clean", *DAY, "--format", "github")[1] == ""


@pytest.mark.parametrize("layout", ["text", "github"])
def test_no_name_or_text_steers_the_terminal(tmp_path: Path, layout: str) -> None:
    (tmp_path / "drawn\x1b[2J.odg").touch()
    (tmp_path / "wrong.md").write_text('---\nas_of: "\\e[3Jsoon"\n---\nText.\n')
    _, out, err = check(tmp_path, *DAY, "--format", layout)
    assert ("[2J" in err, "[3J" in out, "\x1b" in out + err) == (True, True, False)


def test_github_is_told_of_a_file_that_has_no_lines() -> None:
    _, out, _ = check(FAULTS / "empty.md", *DAY, "--format", "github")
    assert out.startswith(f"::error file={(FAULTS / 'empty.md').as_posix()},title=unreadable::")
    assert out.count("\n") == 1


def test_help_lists_the_commands_of_the_corpus() -> None:
    result = CliRunner().invoke(app, ["corpus", "--help"])
    assert result.exit_code == 0
    assert "check" in result.stdout
