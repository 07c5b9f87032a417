"""Files that are read as PDF, and what is said of those that can't be."""

from __future__ import annotations

import time
import zlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import DocumentFormatError
from corpus.formats import PDF, format_of
from corpus.load import load_document
from corpus.pdf import PdfLoader, read_printed
from corpus.pdf_glyphs import Printed
from corpus.pdf_metadata import day_of, read_packet, sensible_title
from corpus.pdf_pages import read_pages
from corpus.pdf_process import read_apart
from tests.unit.corpus.printed import column, page

_FORMATS = Path(__file__).parents[2] / "fixtures/formats"
_PERMITS = (_FORMATS / "drinking-water-permits.pdf").read_bytes()
_SOURCE = Path("permits.pdf")
_NO_TITLES = ["Microsoft Word - vouchers.docx", "final_v3.pdf", "Untitled 1", "", "12", "https://example.org"]
_LINES = ["The agency reviews each form within thirty days of", "the day that it came in, and answers by letter."]


def test_a_pdf_is_told_by_its_first_bytes() -> None:
    assert format_of(b"\n\n" + _PERMITS[:50], Path("explainer.txt")) is PDF


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ((_FORMATS / "scanned.pdf").read_bytes(), "is a picture of text; run it through text recognition"),
        ((_FORMATS / "locked.pdf").read_bytes(), "is locked with a password"),
        (_PERMITS.replace(b"/ToUnicode", b"/XoUnicode"), "doesn't say which characters its letters stand for"),
        (_PERMITS[:20_000], "is damaged"),
        (b"%PDF-1.7", "is damaged"),
        (b"%PDF-1.7\n" + b"\0" * 100_000, "is damaged"),
    ],
)
def test_what_cant_be_read_is_said_in_one_sentence(data: bytes, says: str) -> None:
    with pytest.raises(DocumentFormatError, match=says) as caught:
        PdfLoader().load(data, _SOURCE)
    assert str(caught.value).startswith("permits.pdf")
    assert "\n" not in str(caught.value)


def test_pages_that_are_pictures_are_named() -> None:
    pages = (page(1, column(_LINES)), page(2, pictured=0.9), page(3, pictured=0.8))
    warnings = read_printed(Printed(pages, {}), _SOURCE).warnings
    assert warnings[0].startswith("permits.pdf: pages 2, 3 are each a picture of text and left out")


def test_a_file_without_a_date_is_dated_by_its_last_change_and_says_so() -> None:
    info = {"ModDate": "D:20250304101500+01'00'", "CreationDate": "D:20240101"}
    loaded = read_printed(Printed((page(1, column(_LINES)),), info), _SOURCE)
    assert loaded.document.as_of == date(2025, 3, 4)
    assert "shows no date" in loaded.warnings[0]


def test_a_line_that_dates_the_text_counts_for_more_and_is_no_part_of_it() -> None:
    pages = (page(1, column(["Last updated May 2, 2025"], top=740), column(_LINES)),)
    loaded = read_printed(Printed(pages, {"ModDate": "D:20250304"}), _SOURCE)
    assert loaded.document.as_of == date(2025, 5, 2)
    assert loaded.warnings == ()
    assert "updated" not in loaded.document.text


@pytest.mark.parametrize("title", _NO_TITLES)
def test_what_a_program_calls_a_file_is_no_title(title: str) -> None:
    assert sensible_title(title) is None
    document = read_printed(Printed((page(1, column(_LINES)),), {"Title": title}), _SOURCE).document
    assert document.title == "Permits"


def test_the_files_own_title_and_packet_are_read() -> None:
    assert sensible_title(" Housing  Vouchers ") == "Housing Vouchers"
    packet = b"<x:xmpmeta><dc:publisher><rdf:Bag><rdf:li>A &amp; B</rdf:li></rdf:Bag></dc:publisher></x:xmpmeta>"
    assert read_packet(b"%PDF-1.7 " + packet + packet) == {"publisher": "A & B"}
    assert read_packet(packet.replace(b"</dc:publisher>", b"") + b"<dc:creator>") == {}
    assert day_of("D:20251301") is None


def test_packets_that_never_end_cost_seconds_at_most() -> None:
    started = time.process_time()
    assert read_packet(b"<x:xmpmeta " * 20_000) == {}
    assert time.process_time() - started < 5  # nothing; what looks for the end of each takes half a minute


def test_a_file_that_doesnt_know_its_language_is_asked_by_its_text() -> None:
    text = ["Las familias reciben un vale para el alquiler,", "y la ciudad paga el resto cada mes."]
    document = read_printed(Printed((page(1, column(text * 3)),), {}, language="und"), _SOURCE).document
    assert document.language == "es"


def test_a_file_made_to_hang_is_given_up() -> None:
    """Forms that draw the next ten times over would take years."""
    with pytest.raises(DocumentFormatError, match="takes more than 1 seconds to read"):
        read_apart(_nested_forms(), _SOURCE, seconds=1)


def test_too_many_pages_are_refused_before_they_are_read() -> None:
    kids = b" ".join([b"3 0 R"] * 1_001)
    tree = _pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1001/Kids[" + kids + b"]>>", _PAGE, _FONT])
    with pytest.raises(DocumentFormatError, match="has 1,001 pages"):
        PdfLoader().load(tree, _SOURCE)


def test_letters_are_read_where_a_turned_page_shows_them() -> None:
    for turn, (x, y) in {0: (72, 700), 90: (700, 612 - 72), 180: (612 - 72, 792 - 700), 270: (792 - 700, 72)}.items():
        angle = {0: b"1 0 0 1", 90: b"0 1 -1 0", 180: b"-1 0 0 -1", 270: b"0 -1 1 0"}[turn]
        content = b"BT /F 12 Tf " + angle + b" 72 700 Tm (Rent) Tj ET"
        leaf = _PAGE.replace(b"/Type/Page", b"/Type/Page/Rotate %d" % turn)
        data = _pdf([*_CATALOG, leaf, _FONT, _stream(content)])
        (shown,) = read_pages(data, _SOURCE).pages
        assert "".join(letter.char for letter in shown.letters) == "Rent"
        assert (shown.letters[0].left, shown.letters[0].baseline) == pytest.approx((x, y), abs=1)
        assert (shown.width, shown.height) == ((792, 612) if turn % 180 else (612, 792))


def test_it_says_what_it_reads_from_disk() -> None:
    document = load_document(_FORMATS / "spanish.pdf")
    assert (document.language, document.as_of) == ("es", date(2025, 9, 15))
    assert "aproximadamente el trece por ciento" in document.text
    assert "socio-económico" in document.text


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_bytes_changed_at_random_give_a_document_or_one_kind_of_error(data: st.DataObject) -> None:
    damaged = bytearray(_PERMITS[: data.draw(st.integers(0, len(_PERMITS)))])
    for _ in range(data.draw(st.integers(0, 20))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        document = PdfLoader().load(bytes(damaged), _SOURCE).document
    except DocumentFormatError as error:
        assert str(error).startswith("permits.pdf")  # noqa: PT017 - an error is one of the two outcomes
    else:
        assert document.sections


_PAGE = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R"
    b"/Resources<</Font<</F 4 0 R>>/XObject<</X 6 0 R>>>>>>"
)
_CATALOG = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>"]
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def _stream(content: bytes, keys: bytes = b"") -> bytes:
    packed = zlib.compress(content)
    return b"<</Filter/FlateDecode/Length %d%s>>stream\n" % (len(packed), keys) + packed + b"\nendstream"


def _pdf(objects: list[bytes]) -> bytes:
    body, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(body))
    return bytes(body) + head + table + tail


def _nested_forms() -> bytes:
    keys = b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</XObject<</X %d 0 R>>>>"
    forms = [_stream(b"/X Do " * 10, keys % (7 + depth)) for depth in range(12)]
    leaf = _stream(b"0 0 m 9 9 l S", b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]")
    return _pdf([*_CATALOG, _PAGE, _FONT, _stream(b"/X Do"), *forms, leaf])


def test_where_what_reads_pdf_is_not_installed_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.formats.find_spec", lambda _: None)
    with pytest.raises(DocumentFormatError, match=r"isn't installed \(pypdfium2\); install it with: pip install"):
        load_document(_FORMATS / "spanish.pdf")
