"""The run as JUnit XML, in the form that Jenkins, GitLab and GitHub's test reporters read.

Source: https://github.com/jenkinsci/xunit-plugin (``junit-10.xsd``), and pytest's ``xunit1`` for ``file`` and ``line``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from eval.cases import EvalCase
from eval.reports import Extras
from eval.reports.words import (
    asked,
    by_id,
    expected,
    fault_words,
    fraction,
    is_scored,
    place,
    printable,
    skipped_words,
    stale_words,
)
from eval.run import CaseResult, EvalRun

_COUNTS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def junit_xml(run: EvalRun, extras: Extras) -> str:
    """The run as JUnit XML: a suite a document, a test a case.

    A wrong reply is a failure, a stale case an error, a case whose document isn't at hand is skipped.
    """
    root = ET.Element("testsuites", name="footnoted eval")
    documents = {case.document for case in by_id(run).values()} | set(run.skipped)
    for document in sorted(documents):
        root.append(_suite(document, run, extras))
    _count(root)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False).join(
        ['<?xml version="1.0" encoding="utf-8"?>\n', "\n"]
    )


def _suite(document: str, run: EvalRun, extras: Extras) -> ET.Element:
    suite = ET.Element("testsuite", name=printable(document))
    if document in run.versions:
        _properties(suite, {"version": run.versions[document]})
    suite.extend(_result(result) for result in run.results if result.case.document == document)
    suite.extend(_stale(case, extras) for case in run.stale if case.document == document)
    if number := run.skipped.get(document, 0):
        suite.extend(_skipped(document, number, [case for case in extras.skipped if case.document == document]))
    _count(suite)
    return suite


def _count(element: ET.Element) -> None:
    """Writes down how many tests are in *element*, and how they ended."""
    tests = list(element.iter("testcase"))
    ended = Counter(child.tag for test in tests for child in test)
    element.set("tests", str(len(tests)))
    for name, tag in _COUNTS.items():
        element.set(name, str(ended[tag]))
    element.set("time", "0")  # some readers want one, but a report with times would differ from run to run


def _test(case: EvalCase) -> ET.Element:
    test = ET.Element("testcase", name=case.id, classname=case.kind.value)
    if spot := place(case):
        test.set("file", printable(spot.file))
        test.set("line", str(spot.line))
    test.set("time", "0")
    return test


def _result(result: CaseResult) -> ET.Element:
    test = _test(result.case)
    if not is_scored(result.case):
        _properties(test, {f"score.{name}": fraction(score) for name, score in result.scores.items()})
    if result.faults:
        failure = ET.SubElement(test, "failure", message=fault_words(result), type=result.faults[0].code.value)
        failure.text = None if is_scored(result.case) else printable("\n".join(_body(result)))
    return test


def _body(result: CaseResult) -> Iterable[str]:
    refusal = result.reply.refusal
    yield f"Question: {asked(result.case)}"
    yield f"Expected: {expected(result.case)}"
    yield f"Got: {result.reply.answer or 'no answer'}"
    if refusal:
        yield f"Refused: {refusal.reason}: {refusal.message}"
    yield f"Fault: {'; '.join(fault.detail for fault in result.faults)}"
    for note in result.reply.footnotes:
        yield f"[{note.number}] {' › '.join(note.section)}: {note.quote}"


def _stale(case: EvalCase, extras: Extras) -> ET.Element:
    test = _test(case)
    ET.SubElement(test, "error", message=printable(stale_words(case, extras)), type="stale")
    return test


def _skipped(document: str, number: int, cases: list[EvalCase]) -> Iterable[ET.Element]:
    """The skipped cases, or, where only their number is known, one test that stands for them."""
    tests = [_test(case) for case in cases]
    for test in tests or [ET.Element("testcase", name="all cases", classname="skipped", time="0")]:
        ET.SubElement(test, "skipped", message=printable(skipped_words(document, number)))
        yield test


def _properties(parent: ET.Element, values: dict[str, str]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in values.items():
        ET.SubElement(properties, "property", name=name, value=printable(value))
