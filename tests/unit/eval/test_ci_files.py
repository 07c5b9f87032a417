"""What other repositories copy from us: the composite action, our workflow, the pre-commit hook."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from footnoted.cli import app

ROOT = Path(__file__).parents[3]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = [*ACTION["runs"]["steps"], *WORKFLOW["jobs"]["check"]["steps"]]
EVAL = next(step for step in ACTION["runs"]["steps"] if step.get("id") == "eval")

FAKE = """#!/usr/bin/env bash
printf '%s\\n' "$@" > "$RUNNER_TEMP/arguments"
while [ $# -gt 0 ]; do
  if [ "$1" = --markdown ]; then echo "# Eval" > "$2"; fi
  shift
done
exit "$FAKE_CODE"
"""


def cli_options(*words: str) -> set[str]:
    """The long options of a command, or of a command's command, of the command line."""
    command: Any = typer.main.get_command(app)
    for word in words:
        assert word in getattr(command, "commands", {}), f"there is no `footnoted {' '.join(words)}`"
        command = command.commands[word]
    return {option for parameter in command.params for option in parameter.opts}


def test_the_action_names_only_options_that_footnoted_eval_has() -> None:
    used = set(re.findall(r"--[a-z][a-z-]+", EVAL["run"]))
    assert {"--cases", "--junit", "--markdown", "--html", "--json-file", "--annotations", "--baseline"} <= used
    assert used <= cli_options("eval")


def test_the_action_names_only_options_that_footnoted_index_has() -> None:
    script = next(
        step["run"]
        for step in ACTION["runs"]["steps"]
        if "footnoted index" in str(step.get("run")) or " index " in str(step.get("run"))
    )
    assert set(re.findall(r"--[a-z][a-z-]+", script)) <= cli_options("index")


def test_the_hook_runs_a_command_that_there_is() -> None:
    program, *words = HOOKS[0]["entry"].split()
    assert program == "footnoted"
    cli_options(*words)


def test_the_hook_looks_at_case_files_only() -> None:
    looked_at = re.compile(HOOKS[0]["files"])
    assert all(looked_at.search(path) for path in ("cases/a.jsonl", "site/cases/b/c.yaml", "cases/d.yml"))
    assert not any(looked_at.search(path) for path in ("cases.jsonl", "showcases/a.jsonl", "cases/readme.md"))


def test_scripts_take_inputs_from_the_environment_only_so_that_none_can_become_a_command() -> None:
    assert [step["name"] for step in STEPS if "${{" in str(step.get("run", ""))] == []


def test_actions_are_pinned_to_a_major_version_or_a_commit() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used
    assert [name for name in used if not re.search(r"@(?:v[0-9]+|[0-9a-f]{40})", name)] == []


def test_our_workflow_may_read_the_repository_and_nothing_else_and_has_no_secrets() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert "secrets." not in (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert "secrets." not in (ROOT / "action.yml").read_text(encoding="utf-8")


def run_eval_step(tmp_path: Path, exit_code: int = 0, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The action's eval step as a runner would run it, with a fake footnoted that exits with *exit_code*."""
    program = tmp_path / "footnoted" / "bin" / "footnoted"
    program.parent.mkdir(parents=True)
    program.write_text(FAKE, encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "out").touch()
    (tmp_path / "summary").touch()
    environment = {
        "PATH": os.environ["PATH"],
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "out"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "FAKE_CODE": str(exit_code),
        "CASES": "cases",
        "FAIL_ON": "shortfall",
        "BASELINE": "",
        "THRESHOLDS": "",
        **inputs,
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", EVAL["run"]]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)


def test_each_line_of_cases_is_one_argument_whatever_is_in_it(tmp_path: Path) -> None:
    run_eval_step(tmp_path, CASES="cases\n$(touch pwned) more cases\n")
    arguments = (tmp_path / "arguments").read_text(encoding="utf-8").splitlines()
    named = [value for option, value in pairwise(arguments) if option == "--cases"]
    assert named == ["cases", "$(touch pwned) more cases"]
    assert "--baseline" not in arguments


def test_a_baseline_and_thresholds_are_handed_on_where_they_are_named(tmp_path: Path) -> None:
    run_eval_step(tmp_path, BASELINE="cases/baseline.json", THRESHOLDS="floors.toml")
    arguments = (tmp_path / "arguments").read_text(encoding="utf-8")
    assert "--baseline\ncases/baseline.json\n--thresholds\nfloors.toml\n" in arguments


@pytest.mark.parametrize(("fail_on", "failing"), [("shortfall", {1, 3, 4, 5}), ("stale", {3, 4, 5}), ("never", {4, 5})])
@pytest.mark.parametrize("code", [0, 1, 3, 4, 5])
def test_fail_on_says_which_ends_fail_the_job_and_what_is_broken_always_does(
    tmp_path: Path, fail_on: str, failing: set[int], code: int
) -> None:
    result = run_eval_step(tmp_path, code, FAIL_ON=fail_on)
    assert result.returncode == (code if code in failing else 0)
    assert f"exit-code={code}\n" in (tmp_path / "out").read_text(encoding="utf-8")
    assert (tmp_path / "summary").read_text(encoding="utf-8") == "# Eval\n"


def test_another_fail_on_is_refused(tmp_path: Path) -> None:
    result = run_eval_step(tmp_path, FAIL_ON="sometimes")
    assert (result.returncode, result.stdout) == (
        4,
        "::error::fail-on is shortfall, stale or never, not 'sometimes'.\n",
    )
