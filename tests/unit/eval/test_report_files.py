"""The reports for programs and for the board: JUnit, Markdown, annotations, JSON and HTML."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from markdown_it import MarkdownIt

from eval.cases import EvalCase
from eval.errors import ReportNotWritten
from eval.gate import ExitCode, Thresholds, shortfalls
from eval.report import write_reports
from eval.reports import Extras, ReportPaths, WantedPassage
from eval.reports.annotations import SHOWN_ERRORS, code_quality, workflow_commands
from eval.reports.figures import BINS, histogram, score_bar
from eval.reports.html import report_html
from eval.reports.json_report import report_json
from eval.reports.junit import junit_xml
from eval.reports.markdown import escaped, report_markdown
from eval.reports.words import printable, verdict, worst_first
from eval.run import EvalRun, evaluate
from eval.scores import Score
from tests.unit.eval.builders import HOURS, WEEKS, case, document, refusal, refused_case, reply

SECRET = "who pays the ferryman?"
WANTED = "Ferrymen are paid in coin."
HOSTILE = "</script><img src=x onerror=alert(1)> | ::error::x\n# `a` $1 $2 \u202etxt.exe\x1b[31m & <!-- @all"


class Bin(NamedTuple):
    mean: float
    observed: float
    n: int


class Spread(NamedTuple):
    median: float
    p95: float
    n: int


@dataclass(frozen=True)
class Compared:
    turned_wrong: tuple[str, ...] = ()
    turned_right: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def placed(line: int, made: EvalCase) -> EvalCase:
    made._where = f"cases/rules, 1.jsonl:{line}"
    return made


CASES = (
    placed(1, case()),
    placed(2, case(id="rules-nine", facts=["nine hours"], not_facts=["four weeks"], history=["who inspects?"])),
    placed(3, case(id="rules-ferry", kind="lay", facts=[WANTED], question=SECRET, split="scored")),
    placed(4, refused_case()),
    placed(5, refused_case(id="rules-songs", kind="off_topic", question="sing how long?")),
    placed(6, case(id="rules-old", sections=["Uniforms"])),
    placed(7, case(id="laws-hours", document="laws")),
)
EXTRAS = Extras(
    scores={"ece": Score(0.5, 5)},
    intervals={"right": (0.1, 0.8)},
    comparison=Compared(("rules-ferry", "rules-nine"), ("rules-pay",), ("rules-hours",), ("rules-gone",)),
    baseline_scores={"right": Score(4, 5)},
    calibration=(Bin(0.2, 0.25, 4), Bin(0.9, 1.0, 1)),
    probabilities=((0.9, True), (1.0, True), (0.1, False)),
    threshold=0.4,
    wanted={
        "rules-nine": (WantedPassage(("Basic training",), "Field clerks train."),),
        "rules-ferry": (WantedPassage(("Pay",), WANTED),),
    },
    skipped=(CASES[-1],),
    made_on=date(2026, 11, 24),
)


def answer(asked: EvalCase) -> dict[str, Any]:
    return reply(HOURS, WEEKS) if "how long" in asked.question or asked.question == SECRET else refusal()


def run_of(*cases: EvalCase) -> EvalRun:
    return evaluate(answer, [document()], cases or CASES)


def extras_of(run: EvalRun, **changes: Any) -> Extras:
    short = shortfalls(run, Thresholds.model_validate({"floors": {"right": 0.9}}))
    kept = {name: getattr(EXTRAS, name) for name in EXTRAS.__dataclass_fields__}
    return Extras(**{**kept, "shortfalls": short, **changes})


def reports(run: EvalRun, extras: Extras) -> dict[str, str]:
    code = ExitCode.FELL_SHORT
    return {
        "junit": junit_xml(run, extras),
        "markdown": report_markdown(run, extras, code),
        "annotations": workflow_commands(run, extras),
        "code_quality": code_quality(run, extras),
        "json": report_json(run, extras.shortfalls, code, extras),
        "html": report_html(run, extras, code),
    }


def hostile_run() -> EvalRun:
    def said(_case: EvalCase) -> dict[str, Any]:
        content = reply(HOURS)
        return {**content, "answer": HOSTILE, "footnotes": [{**content["footnotes"][0], "quote": HOSTILE}]}

    return evaluate(
        said, [document()], [placed(1, case(id="rules-bad", question=HOSTILE, facts=[HOSTILE, "nine hours"]))]
    )


# Every report


def test_no_report_shows_of_a_scored_case_more_than_its_id_and_its_fault() -> None:
    for name, text in reports(run_of(), extras_of(run_of())).items():
        assert SECRET not in text, name
        assert "Ferrymen" not in text, name
        assert "jsonl:3" not in text, name
        assert ("rules-ferry" in text.replace("\\", "")) == (name != "code_quality"), name


def test_two_runs_give_the_same_bytes() -> None:
    assert reports(run_of(), extras_of(run_of())) == reports(run_of(), extras_of(run_of()))


def test_what_could_garble_a_report_is_replaced_in_it() -> None:
    for name, text in reports(hostile_run(), EXTRAS).items():
        assert "\x1b" not in text, name
        assert ("\u202e" in text) == (name == "json"), name  # programs get the text as it was
    assert printable("a\x00\u2067b\r\nc\td\ud800\uffff") == "a\ufffd\ufffdb\nc\td\ufffd\ufffd"


def test_the_worst_comes_first_and_what_turned_wrong_before_all() -> None:
    order = [result.case.id for result in worst_first(run_of(), Compared(turned_wrong=("rules-nine",)))]
    assert order == ["rules-nine", "rules-songs", "rules-ferry"]
    assert worst_first(run_of(), None)[0].case.id == "rules-songs"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (ExitCode.HELD, "Held: 2 of 5 cases right."),
        (ExitCode.FELL_SHORT, "Fell short: 2 cases turned wrong, 1 floor not held, 2 of 5 cases right."),
        (ExitCode.STALE, "Out of date: 1 case names what is gone, 2 of 5 cases right."),
        (ExitCode.CRASHED, "No verdict (exit code 5): 2 of 5 cases right."),
    ],
)
def test_the_verdict_is_one_sentence_with_its_reasons(code: ExitCode, words: str) -> None:
    assert verdict(run_of(), extras_of(run_of()), code) == words


# Files


def test_each_report_that_has_a_path_is_written(tmp_path: Path) -> None:
    names = ["junit", "markdown", "annotations", "code_quality", "json", "html"]
    paths = ReportPaths(**{name: tmp_path / "new" / name for name in names})
    write_reports(run_of(), paths, extras_of(run_of()), ExitCode.FELL_SHORT)
    written = {name: (tmp_path / "new" / name).read_text(encoding="utf-8") for name in names}
    made = reports(run_of(), extras_of(run_of()))
    assert {name: text.rstrip("\n") for name, text in written.items()} == {
        name: text.rstrip("\n") for name, text in made.items()
    }
    assert len(list((tmp_path / "new").iterdir())) == len(names)


def test_a_report_that_has_no_path_is_not_written(tmp_path: Path) -> None:
    write_reports(run_of(), ReportPaths(json=tmp_path / "run.json"), EXTRAS, ExitCode.HELD)
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_a_file_that_cant_be_written_is_one_clear_error_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(ReportNotWritten, match=r"The report .*folder can't be written: .*; check the path"):
        write_reports(run_of(), ReportPaths(json=folder), EXTRAS, ExitCode.HELD)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_report_can_go_to_a_pipe_or_a_device() -> None:
    write_reports(run_of(), ReportPaths(annotations=Path("/dev/null")), EXTRAS, ExitCode.HELD)
    assert not Path("/dev/null").is_file()


# JSON


def test_the_json_holds_intervals_where_there_are_some_and_the_comparison() -> None:
    content = json.loads(report_json(run_of(), (), ExitCode.HELD, EXTRAS))
    assert content["scores"]["right"] == {"n": 5, "value": 0.4, "interval": [0.1, 0.8]}
    assert content["scores"]["ece"] == {"n": 5, "value": 0.1}
    assert content["comparison"]["turned_wrong"] == ["rules-ferry", "rules-nine"]
    assert json.loads(report_json(run_of(), (), ExitCode.HELD))["comparison"] is None


# JUnit


def suites(text: str) -> Mapping[str, TestSuite]:
    parsed = JUnitXml.fromstring(text.encode())
    return {str(suite.name): suite for suite in parsed}


def cases_in(text: str) -> Mapping[str, TestCase]:
    return {str(test.name): test for suite in suites(text).values() for test in suite}


def test_junit_has_a_suite_a_document_with_its_counts_and_version() -> None:
    found = suites(junit_xml(run_of(), EXTRAS))
    assert {n: (s.tests, s.failures, s.errors, s.skipped) for n, s in found.items()} == {
        "rules": (6, 3, 1, 0),
        "laws": (1, 0, 0, 1),
    }
    assert [dict(p.attrib) for p in found["rules"]._elem.iterfind("properties/property")] == [
        {"name": "version", "value": document().version}
    ]
    whole = JUnitXml.fromstring(junit_xml(run_of(), EXTRAS).encode())
    assert (whole.tests, whole.failures, whole.errors, whole.skipped) == (7, 3, 1, 1)


def test_a_wrong_case_is_a_failure_at_its_file_and_line_with_all_that_one_needs_to_know() -> None:
    test = cases_in(junit_xml(run_of(), EXTRAS))["rules-nine"]
    assert (test.classname, test._elem.get("file"), test._elem.get("line")) == ("fact", "cases/rules, 1.jsonl", "2")
    (failure,) = test.result
    assert isinstance(failure, Failure)
    assert failure.message == "leaves out a fact; says what is wrong"
    assert failure.text.splitlines() == [
        "Question: who inspects? → how long do clerks train?",
        'Expected: "nine hours"; not "four weeks"; cited from training',
        f"Got: {HOURS} [1] {WEEKS} [2]",
        'Fault: does not say "nine hours"; says "four weeks"',
        f"[1] Basic training: {HOURS}",
        f"[2] Basic training: {WEEKS}",
    ]


def test_a_right_case_passes_with_its_scores_as_properties() -> None:
    test = cases_in(junit_xml(run_of(), EXTRAS))["rules-hours"]
    assert test.result == []
    properties = {p.get("name"): p.get("value") for p in test._elem.iter("property")}
    assert properties["score.quotes_exact"] == "2/2"


def test_a_stale_case_is_an_error_and_a_case_without_its_document_is_skipped() -> None:
    extras = extras_of(run_of(), stale={"rules-old": "section 'Uniforms' is gone."})
    found = cases_in(junit_xml(run_of(), extras))
    (stale,), (skipped,) = found["rules-old"].result, found["laws-hours"].result
    assert isinstance(stale, Error)
    assert stale.message == "section 'Uniforms' is gone."
    assert isinstance(skipped, Skipped)
    assert skipped.message == "Skipped 1 case: no document 'laws' is in the index."
    (alone,) = suites(junit_xml(run_of(), extras_of(run_of(), skipped=())))["laws"]
    assert alone.name == "all cases"


def test_a_scored_case_in_junit_has_no_place_no_scores_and_no_body() -> None:
    element = cases_in(junit_xml(run_of(), EXTRAS))["rules-ferry"]._elem
    assert element.attrib == {"name": "rules-ferry", "classname": "lay", "time": "0"}
    assert [(child.tag, child.get("message"), child.text) for child in element] == [
        ("failure", "leaves out a fact", None)
    ]


def test_junit_stays_xml_whatever_a_reply_says() -> None:
    (failure,) = cases_in(junit_xml(hostile_run(), EXTRAS))["rules-bad"].result
    assert "</script><img src=x onerror=alert(1)>" in failure.text
    assert "\ufffd[31m" in failure.text


# Annotations


def test_an_annotation_names_file_and_line_and_escapes_what_ends_a_property_or_a_line() -> None:
    lines = workflow_commands(run_of(), extras_of(run_of(), comparison=Compared(("rules-nine",)))).splitlines()
    assert lines[0] == (
        "::error file=cases/rules%2C 1.jsonl,line=2,title=rules-nine turned wrong"
        '::Fault: does not say "nine hours"; says "four weeks"%0AAsked: how long do clerks train?'
        f'%0AExpected: "nine hours"; not "four weeks"; cited from training%0AGot: {HOURS} [1] {WEEKS} [2]'
    )
    assert lines[1] == "::error title=A floor was not held::right: 0.400, floor 0.900. n = 5."
    assert "::error title=rules-ferry is wrong::leaves out a fact" in lines
    assert lines[-1].startswith("::error file=cases/rules%2C 1.jsonl,line=6,title=rules-old is stale::")


def test_a_reply_cant_write_a_workflow_command() -> None:
    text = workflow_commands(hostile_run(), Extras())
    assert text.count("\n") == 1
    run = run_of(placed(1, case(id="rules-percent", question="how long: 50%,\r\n::warning::x?", facts=["5"])))
    assert "Asked: how long: 50%25,%0A::warning::x?%0A" in workflow_commands(run, Extras())


def test_github_is_given_as_many_errors_as_it_shows_and_told_of_the_rest() -> None:
    run = run_of(*(placed(n, case(id=f"rules-{n}", facts=["nine"])) for n in range(1, SHOWN_ERRORS + 4)))
    lines = workflow_commands(run, Extras()).splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::error"] * SHOWN_ERRORS + ["::notice"]
    assert lines[-1].endswith("::3 more; the reports hold them all.")


def test_gitlab_gets_a_place_and_a_name_that_moving_the_case_does_not_change() -> None:
    issues = json.loads(code_quality(run_of(), EXTRAS))
    assert [(i["check_name"], i["severity"], i["location"]["lines"]["begin"]) for i in issues] == [
        ("wrong-reply", "critical", 2),
        ("wrong-reply", "critical", 5),
        ("stale-case", "minor", 6),
    ]
    assert len({issue["fingerprint"] for issue in issues}) == 3
    (before,), (after,) = (
        json.loads(code_quality(run_of(placed(line, case(facts=["nine"]))), Extras())) for line in (1, 9)
    )
    assert before["fingerprint"] == after["fingerprint"]


# Markdown


def test_the_summary_begins_with_the_verdict_and_names_what_turned_wrong() -> None:
    text = report_markdown(run_of(), extras_of(run_of()), ExitCode.FELL_SHORT)
    html = MarkdownIt("gfm-like", {"linkify": False}).render(text)
    assert html.startswith("<h2>❌ Fell short: 2 cases turned wrong, 1 floor not held, 2 of 5 cases right.</h2>")
    assert "<li>Turned wrong: cases/rules, 1.jsonl:2 rules-nine</li>" in html
    assert "<li>Turned wrong: rules-ferry</li>" in html
    assert "<summary><b>rules-nine</b> (fact): leaves out a fact; says what is wrong</summary>" in html
    assert "<li>rules-ferry (scored): leaves out a fact</li>" in html
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in html.split("<tr>")]
    assert ["right", "0.400", "0.100–0.800", "5", "0.800"] in cells
    assert ["kind", "off_topic", "0/1", "–", "0/1"] in cells


def test_what_is_escaped_is_read_as_it_is() -> None:
    shown = MarkdownIt("gfm-like", {"linkify": False}).renderInline(
        escaped("a|b *c* <b> [d](e) `f` $1 @all &amp; 1. x")
    )
    assert shown == "a|b *c* &lt;b&gt; [d](e) `f` <span>$</span>1 @all &amp;amp; 1. x"


def test_a_hostile_reply_breaks_no_fold_and_no_table() -> None:
    html = MarkdownIt("gfm-like", {"linkify": False}).render(report_markdown(hostile_run(), EXTRAS, ExitCode.HELD))
    assert "<img" not in html
    assert "<script" not in html
    assert html.count("<details>") == html.count("</details>") == 1
    assert "<h1>" not in html


def test_a_summary_that_would_be_too_large_says_how_many_cases_it_left_out() -> None:
    run = run_of(*(case(id=f"rules-{n}", facts=["nine"]) for n in range(40)))
    whole = report_markdown(run, Extras(), ExitCode.HELD)
    limit = len(whole.encode()) - 4000
    text = report_markdown(run, Extras(), ExitCode.HELD, limit)
    assert len(text.encode()) <= limit
    left = re.search(r"(\d+) more wrong case", text)
    assert left
    assert int(left[1]) == 40 - text.count("<details>")
    assert "### Scores" in text


# HTML


class Page(HTMLParser):
    """What a browser would see: tags with their attributes, and the texts of style and script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.blocks: dict[str, str] = {}
        self.words: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag if tag in ("style", "script") else ""

    def handle_endtag(self, _tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.blocks[self._inside] = self.blocks.get(self._inside, "") + data
        else:
            self.words.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(run: EvalRun | None = None, extras: Extras | None = None) -> Page:
    done = run or run_of()
    return Page(report_html(done, extras or extras_of(done), ExitCode.FELL_SHORT))


def test_the_policy_lets_only_the_pages_own_style_and_script_run() -> None:
    found = page()
    policy = next(m["content"] or "" for m in found.named("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; ")
    for block in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(found.blocks[block].encode()).digest()).decode()
        assert f"{block}-src 'sha256-{digest}'" in policy
    assert not any("style" in attributes for _, attributes in found.tags)


def test_the_page_asks_nothing_of_another_site() -> None:
    found = page()
    assert not {"link", "img", "iframe", "object", "base"} & {tag for tag, _ in found.tags}
    assert not any("src" in attributes for _, attributes in found.tags)
    assert all((a["href"] or "").startswith("#") for a in found.named("a"))
    assert "url(" not in found.blocks["style"]
    assert "@import" not in found.blocks["style"]


def test_a_hostile_reply_and_hostile_ids_are_text_on_the_page() -> None:
    extras = extras_of(hostile_run(), comparison=Compared(gone=(HOSTILE,)), latency={HOSTILE: Spread(1, 2, 3)})
    found = page(hostile_run(), extras)
    assert found.named("img") == []
    assert len(found.named("script")) == 1
    shown = "\n".join(found.words)
    assert shown.count("</script><img src=x onerror=alert(1)>") >= 5
    assert "\u202e" not in shown


def test_every_link_leads_to_a_case_and_every_table_says_what_it_is() -> None:
    text = report_html(run_of(), extras_of(run_of()), ExitCode.FELL_SHORT)
    found = Page(text)
    ids = {attributes.get("id") for _, attributes in found.tags}
    assert all((a["href"] or "")[1:] in ids for a in found.named("a"))
    assert len(found.named("table")) == len(found.named("caption")) == text.count("<caption>")
    assert all(th.get("scope") in ("col", "row") for th in found.named("th"))
    assert all(svg.get("role") == "img" or svg.get("aria-hidden") == "true" for svg in found.named("svg"))


def test_the_page_shows_the_run_beside_the_baseline_with_date_and_versions() -> None:
    shown = " ".join(" ".join(page().words).split())
    for part in ("24 November 2026", document().version, "2 cases turned wrong, 1 floor not held", "0.100–0.800"):
        assert part in shown
    assert "2 turned wrong rules-ferry rules-nine 1 turned right rules-pay 1 new rules-hours 1 gone rules-gone" in shown


def test_a_case_opens_to_its_reply_its_quotes_and_what_should_have_been_found() -> None:
    shown = " ".join(" ".join(page().words).split())
    for part in (f"{HOURS} [1] {WEEKS} [2]", "Should have found Field clerks train.", 'does not say "nine hours"'):
        assert part in shown
    assert "a passage under training" in shown


def test_a_page_without_extras_has_no_empty_parts() -> None:
    shown = " ".join(page(extras=Extras()).words)
    for part in ("baseline", "interval", "Reliability", "Latency"):
        assert part not in shown


def test_a_page_of_350_long_cases_stays_under_two_megabytes() -> None:
    long = [HOURS, WEEKS] * 4
    cases = [case(id=f"rules-{n}", question="how long? " * 20) for n in range(350)]
    run = evaluate(lambda _case: reply(*long), [document()], cases)
    wanted = {made.id: (WantedPassage(("Basic training",), "Field clerks train. " * 40),) for made in cases}
    assert len(report_html(run, extras_of(run, wanted=wanted), ExitCode.HELD).encode()) < 2_000_000


# Figures


def test_a_score_stands_where_its_value_is_between_the_ends_of_its_interval() -> None:
    drawn = ET.fromstring(score_bar(0.25, (0.1, 1.2), 0.5))  # noqa: S314 - our own
    (dot,) = drawn.iter("circle")
    lines = {line.get("class"): (line.get("x1"), line.get("x2")) for line in drawn.iter("line")}
    assert dot.get("cx") == "25.00%"
    assert lines["interval"] == ("10.00%", "100.00%")
    assert lines["before"] == ("50.00%", "50.00%")


def test_what_has_no_value_from_0_to_1_is_not_drawn() -> None:
    assert score_bar(None) == ""
    assert score_bar(3.5) == ""


def test_the_histogram_counts_each_value_once_and_1_in_the_last_bin() -> None:
    counts = histogram([0.0, 0.049, 0.05, 0.999, 1.0])
    assert (counts[0], counts[1], counts[-1], sum(counts), len(counts)) == (2, 1, 2, 5, BINS)
