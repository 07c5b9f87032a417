"""Abbreviations and figures: what is a fault, and what only looks like one."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.checks.findings import Rule
from tests.unit.corpus.checking import findings_in, found

SPANISH = "as_of: 2026-01-15\nlanguage: es"


@pytest.mark.parametrize(
    "text",
    [
        "The Public Housing Agency (PHA) pays. The PHA is slow.",
        "The PHA pays. The Public Housing Agency is slow.",
        "The PHA (Public Housing Agency) pays.",
        "The Public Housing Agencies (“PHAs”) pay, and each PHA is slow.",
        "An accessory dwelling unit, or ADU, is small.",
        "An ADU, or accessory dwelling unit, is small.",
        "The ADUs (accessory dwelling units) are small.",
        "The Department of Justice sued. DOJ lawyers won.",
        "The U.S. Department of Agriculture pays. USDA staff check.",
        "The Centers for Medicare & Medicaid Services pay. CMS is slow.",
        "The statutory scheme of the Germans (GKV) is old. The GKV is large.",
        "The Coastal Information Exchange, known as CIX, is new.",
        "A program called Home Energy Aid for Tenants, known as HEAT, pays.",
        "She moved to Austin, TX, and he to Reno, NV 89501.",
        "Senators Smith (R-TX) and Jones (D-CA) agreed.",
        "World War II and Title XIX and Part IV.",
        "It passed as HB 2217, then as SB1808 and AB 32, under 42 USC 1437 and 24 CFR 982.",
        "Form DS-160 and an EB-5 visa and an H-1B.",
        "The UK, the EU and the US agreed; a PDF of it needs an ID.",
        "You must NOT park here. Do NOT STOP HERE AT ALL.",
        "The plant makes 12 MW and 3 GWH.",
        "R&D at AT&T and a Q&A.",
        "It is due on 5 JAN at noon.",
        "It got an AAA rating.",
        "It is only a ZONE when the map says zone.",
    ],
)
def test_an_abbreviation_that_is_written_out_or_needs_no_writing_out(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, f"{text}\n", Rule.ABBREVIATION) == []


@pytest.mark.parametrize(
    "body",
    [
        "The title says it: the ZQA pays.\n",
        "Zoning is hard, and the quarrel is old: ask the ZQA.\n",
        "Some text.\n\n- the ZQA’s form\n",
        "Some text.[^1]\n\n[^1]: See the ZQA.\n",
        "| Who | What |\n| --- | --- |\n| The ZQA | pays |\n",
        "## What the ZQA does\n\nIt pays.\n",
        "The non-ZQA towns and ZQA/QXA areas.\n",
    ],
)
def test_an_abbreviation_that_nobody_writes_out_is_told_once(tmp_path: Path, body: str) -> None:
    lines = found(tmp_path, f"{body}\nAnd the ZQA again.\n", Rule.ABBREVIATION)
    assert len(lines) == (2 if "QXA" in body else 1)


def test_an_abbreviation_may_be_written_out_in_the_title_or_far_below(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "---\nas_of: 2026-01-15\n---\n\n# The Zoning Quality Act\n\nZQA and QET.\n\n## Quick Exit Taxes\n\nHm.\n"
    )
    assert findings_in(page) == []


@pytest.mark.parametrize("text", ["La Agencia de Vivienda (HUX, por sus siglas en inglés) paga.", "La ONU y EE. UU."])
def test_an_abbreviation_in_spanish_may_keep_its_english_letters(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, f"{text}\n", Rule.ABBREVIATION, head=SPANISH) == []


@pytest.mark.parametrize(
    "text",
    [
        "In 2024 a stall cost $40.",
        "A stall cost $40 on March 4.",
        "A stall costs $40, according to the clerk.",
        "A stall costs $40.[^1]\n\n[^1]: The clerk says so.",
        "A stall costs [$40](https://example.org).",
        "A stall costs $40 (https://example.org).",
        "A stall costs $40 under 12 U.S.C. § 4.",
        "The Market Act set the fee at $40.",
        "## Fees in 2024\n\nThere are fees.\n\nA stall costs $40.",
        "## Fees\n\nAs of May 2024, there are fees.\n\n### Stalls\n\nA stall costs $40.",
        "As of May 2024:\n\n- a stall costs $40;\n- a table costs $20.",
        "| Fee | Sum in 2024 |\n| --- | --- |\n| Stall | $40 |",
        "All figures are for 2024 unless noted.\n\n## Fees\n\nA stall costs $40.",
        "The fee is due in 30 days, after a four-week course and 40 hours of class.",
        "Sellers aged 65 and people under 18 pay nothing; so do those 62 or older.",
        "Call 988 or 555-0100, or dial 911.",
        "Section 8, Title 42 and § 120 of the code, Form 227 and Route 128.",
        "The 40th stall, the 287(g) program, the 401(k) plan and a 504 plan.",
        "The road is 120 miles long and 250 feet wide, and 1,500 or 3,500 km away.",
        "At least 51 percent of a stall must belong to the seller.",
        "1. Come early.\n2. Pay.\n",
        "The board has 15 members from 24 towns.",
        "It opens at 9:30 and weighs 600 pounds.",
    ],
)
def test_a_figure_with_a_date_or_a_source_and_a_number_that_is_no_figure(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, f"{text}\n", Rule.FIGURE) == []


@pytest.mark.parametrize(
    "text",
    [
        "A stall costs $40.",
        "A stall must not cost more than $40.",
        "The market earns 1.4 million dollars.",
        "About 60 stalls stand there.",
        "There are 340 stalls.",
        "Some 12,000 people come.",
        "They make up 12.5% of the town.",
        "Rents rose by 3 percentage points.",
        "It pays 91 cents for each dollar.",
        "1 in 10 sellers leaves.",
        "The rate is 14 per 1,000.",
        "The Office of Fees keeps €250.",
    ],
)
def test_a_figure_from_nowhere(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, f"{text}\n", Rule.FIGURE) == [1]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Cuesta 40 dólares.", [1]),
        ("Hay 1.240 parcelas.", [1]),
        ("El 38 % de las familias espera.", [1]),
        ("Uno de cada cinco espera.", [1]),
        ("Según la oficina, cuesta 40 dólares.", []),
        ("En 2025 costaba 40 dólares.", []),
        ("El 4 de mayo costaba 40 dólares.", []),
        ("El plazo es de 30 días y de 12 meses.", []),
    ],
)
def test_figures_in_spanish(tmp_path: Path, text: str, lines: list[int]) -> None:
    assert found(tmp_path, f"{text}\n", Rule.FIGURE, head=SPANISH) == lines
