"""Explainers written in Word: titles, headings, text, tables, notes, and what isn't the text's."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.documents import BlockKind
from corpus.errors import DocumentFormatError
from tests.unit.corpus.word_files import PROSE, cell, field, item, load, notes, p, paths, run, shown, table, word

FIXTURES = Path(__file__).parents[2] / "fixtures" / "formats"


def style(style_id: str, name: str, more: str = "") -> str:
    return f'<w:style w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/>{more}</w:style>'


class TestAFileThatLibreOfficeWrote:
    """With endnotes, nested lists, a merged table, tracked changes, a comment, a table of contents and a text box."""

    loaded = load((FIXTURES / "kitchen-waste.docx").read_bytes(), "kitchen-waste.docx")

    def test_headings_are_the_paths(self) -> None:
        assert self.loaded.document.title == "Kitchen Waste Collection in Larch County"
        assert paths(self.loaded) == [("Who must sort",), ("Who must sort", "How to join"), ("What it costs",)]

    def test_what_a_reader_of_the_page_sees_is_the_text(self) -> None:
        assert shown(self.loaded) == [
            "Every household in the county sorts its kitchen waste from July 2024. "
            "Shops with fewer than five workers may join, but need not.",
            "The bins are read by a sensor in the truck, and the county says that readings are kept for a year. "
            "A full bin weighs about 10⁴ grams.",
            "In short: sort, rinse nothing, and leave the lid open.",
            "A shop that wants to join takes these steps, which go on from the three above:",
            "4. It asks for a bin, and says:\n(a) how many people work there,\n"
            "(b) where the bin will stand, which must be\n• level, and\n• within 20 feet of the street.\n"
            "5. It signs a form.",
            "The fees are set by the county board each spring. They haven’t changed since 2022.",
            "Who | Fee for each bin |\nHouseholds | small | $4\nHouseholds | large | $7\nShops | large | $19",
        ]

    def test_footnotes_and_endnotes_bear_the_labels_that_are_printed(self) -> None:
        assert notes(self.loaded) == [
            ("1", "A household is everyone who shares a kitchen.", ["2024."]),
            ("i", "Ordinance 12, section 3, lists the shops.", ["not."]),
            ("ii", "The board met on March 3.", ["2022."]),
        ]

    def test_its_properties_are_read(self) -> None:
        document = self.loaded.document
        assert (document.id, document.publisher) == ("kitchen-waste", "Larch Policy Desk")
        assert document.topics == ("waste", "county services")
        assert (str(document.as_of), document.language) == ("2025-05-06", "en")


class TestHeadings:
    @pytest.mark.parametrize(
        "name",
        ["heading 2", "Heading 2", "Überschrift 2", "Título 2", "Titre 2", "Encabezado 2", "Titolo 2", "Kop 2"],
    )
    def test_a_style_is_a_heading_by_its_name_in_any_language(self, name: str) -> None:
        body = p("A Guide", "T") + p("Costs", "X") + p(PROSE)
        loaded = load(word(body, styles=style("X", name) + style("T", "Title")))
        assert paths(loaded) == [("Costs",)]
        assert loaded.document.sections[0].level == 2

    @pytest.mark.parametrize("style_id", ["Heading1", "berschrift1", "Ttulo1"])
    def test_without_styles_their_ids_tell(self, style_id: str) -> None:
        body = p("Costs", style_id) + p(PROSE) + p("Terms", style_id) + p(PROSE)
        assert paths(load(word(body))) == [("Costs",), ("Terms",)]

    def test_an_outline_level_makes_a_heading_of_any_style_and_takes_one_away(self) -> None:
        body = (
            p("Costs", more='<w:outlineLvl w:val="0"/>')
            + p("Fees", "Own")
            + p(PROSE)
            + p("Not a heading any more.", "Heading1", more='<w:outlineLvl w:val="9"/>')
            + p("Terms", "Based")
            + p(PROSE)
        )
        styles = (
            style("Heading1", "heading 1", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>')
            + style("Own", "Our Own", '<w:pPr><w:outlineLvl w:val="1"/></w:pPr>')
            + style("Based", "Our Heading", '<w:basedOn w:val="Heading1"/>')
        )
        assert paths(load(word(body, styles=styles))) == [("Costs",), ("Costs", "Fees"), ("Terms",)]

    def test_lines_in_bold_are_headings_only_where_there_are_no_others(self) -> None:
        bold = p(runs=run("What It Costs", "<w:b/>"))
        body = p("A Guide to Vouchers") + p(PROSE) + bold + p(PROSE)
        guessed = load(word(body))
        assert paths(guessed) == [(), ("What It Costs",)]
        assert "lines in bold were taken for headings" in " ".join(guessed.warnings)
        styled = load(word(body + p("Terms", "Heading1") + p(PROSE)))
        assert paths(styled) == [(), ("Terms",)]

    def test_a_heading_in_a_text_box_heads_nothing(self) -> None:
        box = (
            f"<w:r><w:pict><v:shape><w:txbxContent>{p('In Short', 'Heading1')}</w:txbxContent></v:shape></w:pict></w:r>"
        )
        loaded = load(word(p("Costs", "Heading1") + p(PROSE, runs=box) + p("Terms", "Heading1") + p(PROSE)))
        assert paths(loaded) == [("Costs",), ("Terms",)]
        assert shown(loaded)[1] == "In Short"


class TestTitle:
    def test_lines_in_the_title_style_are_one_title(self) -> None:
        loaded = load(word(p("A Guide to", "Title") + p("Vouchers", "Title") + p("Costs", "Heading1") + p(PROSE)))
        assert loaded.document.title == "A Guide to Vouchers"

    def test_the_one_heading_at_the_top_is_the_title(self) -> None:
        loaded = load(word(p("Vouchers", "Heading1") + p("Costs", "Heading2") + p(PROSE)))
        assert (loaded.document.title, paths(loaded)) == ("Vouchers", [("Costs",)])

    def test_of_many_top_headings_none_is_but_a_line_above_them_is(self) -> None:
        body = p("A Guide to Vouchers") + p("Costs", "Heading1") + p(PROSE) + p("Terms", "Heading1") + p(PROSE)
        loaded = load(word(body))
        assert (loaded.document.title, paths(loaded)) == ("A Guide to Vouchers", [("Costs",), ("Terms",)])

    def test_a_file_without_one_goes_by_its_name(self) -> None:
        assert load(word(p(PROSE)), "housing-vouchers.docx").document.title == "Housing Vouchers"


class TestText:
    def test_what_was_deleted_moved_away_or_hidden_is_gone_and_what_was_inserted_is_text(self) -> None:
        runs = (
            f"<w:ins>{run('New words')}</w:ins><w:del><w:r><w:delText> old words</w:delText></w:r></w:del>"
            f"<w:moveFrom>{run(' moved away')}</w:moveFrom><w:moveTo>{run(' and moved here')}</w:moveTo>"
        )
        runs += run(" hidden", "<w:vanish/>") + run(" hidden by style", '<w:rStyle w:val="H"/>')
        runs += run(" shown", '<w:vanish w:val="false"/>')
        styles = '<w:style w:type="character" w:styleId="H"><w:rPr><w:vanish/></w:rPr></w:style>'
        assert shown(load(word(p(runs=runs), styles=styles))) == ["New words and moved here shown"]

    def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next(self) -> None:
        body = p("The first half ", more="<w:rPr><w:del/></w:rPr>") + p("and the second.")
        assert shown(load(word(body))) == ["The first half and the second."]

    def test_a_paragraph_whose_end_was_deleted_is_whole_where_no_other_follows(self) -> None:
        no_end = "<w:rPr><w:del/></w:rPr>"
        body = p("Above a table.", more=no_end) + table(cell("a") + cell("b")) + p("At the end.", more=no_end)
        assert shown(load(word(body))) == ["Above a table.", "a | b", "At the end."]

    def test_contents_page_numbers_and_prompts_are_dropped_and_other_fields_kept(self) -> None:
        contents = p(runs=field("TOC \\o", run("Costs 1"))) + p("Costs 2", "TOC1")
        prompt = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{p('Click here.')}</w:sdtContent></w:sdt>"
        kept = f'<w:fldSimple w:instr=" REF x ">{run("section 2")}</w:fldSimple>{field("HYPERLINK x", run(" or here"))}'
        body = contents + prompt + p("See ", runs=kept + field(" PAGE ", run("7")))
        assert shown(load(word(body))) == ["See section 2 or here"]

    def test_breaks_tabs_and_hyphens_of_words_own(self) -> None:
        runs = "<w:r><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t><w:cr/><w:t>d</w:t><w:noBreakHyphen/><w:t>e</w:t></w:r>"
        assert shown(load(word(p("a", runs=runs)))) == ["a b c d-e"]

    def test_raised_and_lowered_digits_stay_apart(self) -> None:
        runs = (
            run("6", '<w:vertAlign w:val="superscript"/>')
            + run(" of CO")
            + run("2", '<w:vertAlign w:val="subscript"/>')
        )
        assert shown(load(word(p("10", runs=runs)))) == ["10⁶ of CO₂"]

    def test_a_text_box_is_read_once_though_it_is_written_twice(self) -> None:
        box = f"<v:shape><w:txbxContent>{p('In the box.')}</w:txbxContent></v:shape>"
        twice = (
            f'<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{box}</w:drawing></mc:Choice>'
            f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
        )
        assert shown(load(word(p(PROSE, runs=f"<w:r>{twice}</w:r>") + p("Below.")))) == [PROSE, "In the box.", "Below."]

    def test_what_has_no_text_is_told(self) -> None:
        runs = "<w:r><w:drawing><pic:pic/></w:drawing></w:r><w:r><w:drawing/></w:r><m:oMath><m:t>x</m:t></m:oMath>"
        (warning,) = load(word(p(PROSE, runs=runs))).warnings
        assert warning.startswith("some-page.docx has 1 formula and 1 picture with no text that can be read;")

    def test_a_file_of_headings_only_is_refused(self) -> None:
        with pytest.raises(DocumentFormatError, match="has no body text"):
            load(word(p("Costs", "Heading1") + p("Terms", "Heading1")))


class TestTables:
    def test_merged_cells_are_in_every_row_that_they_reach_into(self) -> None:
        body = table(
            cell("Kind") + cell("Fee", '<w:gridSpan w:val="2"/>'),
            cell("Tenant", '<w:vMerge w:val="restart"/>') + cell("low") + cell("$1"),
            cell("", "<w:vMerge/>") + cell("high") + cell("$2"),
        )
        assert shown(load(word(body))) == ["Kind | Fee |\nTenant | low | $1\nTenant | high | $2"]

    def test_a_row_that_begins_further_in_stays_below_its_header(self) -> None:
        late = f'<w:trPr><w:gridBefore w:val="1"/></w:trPr>{cell("$2")}'
        assert shown(load(word(table(cell("Kind") + cell("Fee"), late)))) == ["Kind | Fee\n| $2"]

    def test_a_table_of_one_cell_is_a_frame_around_text(self) -> None:
        frame = f"<w:tbl><w:tr><w:tc>{p('Costs', 'Heading1')}{p(PROSE)}</w:tc></w:tr></w:tbl>"
        loaded = load(word(p("Title", "Title") + frame))
        assert (paths(loaded), shown(loaded)) == ([("Costs",)], [PROSE])

    def test_columns_that_are_empty_throughout_are_left_out_and_deleted_rows_too(self) -> None:
        wide = '<w:gridSpan w:val="3"/>'
        gone = "<w:trPr><w:del/></w:trPr>" + cell("Old") + cell("row")
        body = table(cell("Kind", wide) + cell("Fee"), cell("Tenant", wide) + cell("$1"), gone)
        loaded = load(word(body))
        assert shown(loaded) == ["Kind | Fee\nTenant | $1"]
        assert loaded.document.sections[0].blocks[0].kind is BlockKind.TABLE

    def test_lists_and_tables_in_a_cell_are_text_of_the_cell(self) -> None:
        inner = f"<w:tc>{item('one')}{item('two')}{table(cell('a') + cell('b'))}</w:tc>"
        numbering = (
            '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
            '<w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        )
        assert shown(load(word(table(inner + cell("x")), numbering=numbering))) == ["1. one 2. two a b | x"]
