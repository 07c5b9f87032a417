"""What a web server sent gets a name that tells its format, and its text becomes UTF-8."""

from __future__ import annotations

import codecs
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import OriginUnavailable
from corpus.responses import asks_for_password, file_name, in_utf8, media_type

PAGE = "text/html"


@pytest.mark.parametrize(
    ("url", "type_", "name"),
    [
        ("https://x.org/vouchers", PAGE, "vouchers.html"),
        ("https://x.org/vouchers/", PAGE, "vouchers.html"),
        ("https://x.org/guides/vouchers/index.html", PAGE, "vouchers.html"),
        ("https://x.org/index.html", PAGE, "index.html"),
        ("https://x.org/vouchers.php?page=2", PAGE, "vouchers.html"),
        ("https://x.org/rules-2.0", PAGE, "rules-2.0.html"),
        ("https://x.org/", PAGE, "x-org.html"),
        ("https://x.org/v.htm", PAGE, "v.htm"),
        ("https://x.org/raw/v.md", "text/plain", "v.md"),
        ("https://x.org/raw/v", "text/plain", "v.txt"),
        ("https://x.org/get/v.PDF", "application/pdf", "v.PDF"),
        ("https://x.org/get/v", "application/pdf", "v.pdf"),
        ("https://x.org/get/v.html", "application/pdf", "v.pdf"),
        ("https://x.org/get/v.docx", "application/octet-stream", "v.docx"),
        ("https://x.org/get/v", "", "v"),
        ("https://x.org/ayuda%20f%C3%A1cil.md", "text/markdown", "ayuda fácil.md"),
        ("https://x.org/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "text/plain", "passwd.txt"),
    ],
)
def test_the_name_comes_from_the_address_and_its_ending_from_the_type(url: str, type_: str, name: str) -> None:
    assert file_name(url, type_, None, b"text") == name


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="v.md"', "v.md"),
        ("attachment; filename*=UTF-8''f%C3%A1cil.md", "fácil.md"),
        ('attachment; filename="../../up.md"', "up.md"),
        ('attachment; filename="C:\\\\temp\\\\v.md"', "v.md"),
        ('attachment; filename=".md"', "md.md"),
        ("attachment", "named.md"),
        ('inline; filename=""', "named.md"),
    ],
)
def test_a_name_that_the_server_offers_counts_for_more(disposition: str, name: str) -> None:
    assert file_name("https://x.org/named.md", "text/markdown", disposition, b"text") == name


@pytest.mark.parametrize("type_", ["image/png", "application/json", "video/mp4"])
def test_what_is_no_explainers_type(type_: str) -> None:
    with pytest.raises(OriginUnavailable, match=rf"is of the type {type_}, which is no explainer's"):
        file_name("https://x.org/a.md", type_, None, b"text")


@pytest.mark.parametrize("name", ["v.pdf", "v.docx", "v.md"])
def test_a_web_page_in_place_of_another_document(name: str) -> None:
    with pytest.raises(OriginUnavailable, match="what came is a web page, perhaps one to log in on"):
        file_name(f"https://x.org/{name}", PAGE, None, b"text")


@given(st.text(), st.text())
def test_no_name_leads_out_of_a_folder(path: str, offered: str) -> None:
    for disposition in (None, f'attachment; filename="{offered}"'):
        name = file_name(f"https://x.org/{path}", "text/plain", disposition, b"text")
        assert name
        assert not set(name) & set("/\\\0\n")
        assert not name.startswith(".")
        assert len(name) < 200


@pytest.mark.parametrize(
    ("header", "read"),
    [
        (None, ("", None)),
        (" ", ("", None)),
        ("text/html", ("text/html", None)),
        ('Text/HTML; Charset="ISO-8859-1"', ("text/html", "ISO-8859-1")),
        ("text/html; charset=utf-8; charset=x", ("text/html", "utf-8")),
    ],
)
def test_the_type_and_the_character_set(header: str | None, read: tuple[str, str | None]) -> None:
    assert media_type(header) == read


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "us-ascii"])
def test_western_text_is_read_as_browsers_read_it(charset: str) -> None:
    assert in_utf8("“año”".encode("cp1252"), PAGE, charset) == codecs.BOM_UTF8 + "“año”".encode()


@pytest.mark.parametrize(
    ("data", "type_", "charset"),
    [
        (b"plain", PAGE, "utf-16"),
        ("año".encode(), PAGE, None),
        ("año".encode(), "application/pdf", "iso-8859-1"),
        ("año".encode("latin-1"), PAGE, "utf-8"),
        (codecs.BOM_UTF8 + "año".encode(), PAGE, "iso-8859-1"),
        ("año".encode(), PAGE, "no-such-set"),
        ("año".encode(), PAGE, "zlib"),
        (b"A \\u201cplain\\u201d path: C:\\new", PAGE, "unicode_escape"),
        (b"a+AGI-b", PAGE, "utf-7"),
        (b"plain text", PAGE, "utf-16"),
        ("año".encode(), PAGE, "\0"),
        ("año".encode("utf-16-le"), PAGE, "utf16le"),
    ],
)
def test_bytes_that_say_more_than_the_header_stay_as_they_came(data: bytes, type_: str, charset: str | None) -> None:
    assert in_utf8(data, type_, charset) == data


@pytest.mark.parametrize(("codec", "charset"), [("utf-16", "utf-16"), ("utf-16", "utf-8"), ("utf-16-le", "utf-16le")])
def test_wide_text_is_narrowed(codec: str, charset: str) -> None:
    assert in_utf8("plain".encode(codec), PAGE, charset) == codecs.BOM_UTF8 + b"plain"


@pytest.mark.parametrize(
    ("codec", "charset", "text"),
    [("cp1254", "iso-8859-9", "“ığ”"), ("gb18030", "gb2312", "住房 €"), ("cp932", "shift_jis", "①住房")],
)
def test_a_name_means_what_browsers_take_it_to_mean(codec: str, charset: str, text: str) -> None:
    assert in_utf8(text.encode(codec), PAGE, charset).decode("utf-8-sig") == text


def test_many_fields_cost_seconds_at_most() -> None:
    started = time.process_time()
    assert not asks_for_password(PAGE, b"<input " * 40_000)
    assert asks_for_password(PAGE, b"<input name='x' TYPE = \"password\">")
    assert time.process_time() - started < 5  # nothing; what reads on from each field to the end takes half a minute


@given(st.text(alphabet=st.characters(codec="iso-8859-15"), min_size=1))
def test_the_named_set_is_honoured(text: str) -> None:
    assert in_utf8(text.encode("iso-8859-15"), "text/plain", "ISO-8859-15").decode("utf-8-sig") == text
