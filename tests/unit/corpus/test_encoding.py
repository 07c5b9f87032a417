"""Bytes into text: what is read, as which encoding, and what is refused."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.encoding import decode
from corpus.errors import DocumentFormatError

SOURCE = Path("a.txt")
ENGLISH = "A system needs a permit. It costs $40. " * 20
SPANISH = "La ayuda llega a las familias. ¿Quién puede pedirla? Los niños y el año pasado, según Núñez. " * 3
RUSSIAN = "Муниципальная программа помогает семьям платить за жильё. Решение принимают за тридцать дней. "
CZECH = "Příjemce musí požádat úřad práce. Žádost se podává písemně, řízení trvá třicet dnů. " * 3
GREEK = "Η αίτηση υποβάλλεται στον δήμο και η απόφαση εκδίδεται σε τριάντα ημέρες. "
JAPANESE = "住宅支援の申請は市役所で受け付けます。審査には三十日かかります。"
POLISH = (
    "Wniosek składa się w urzędzie gminy. Decyzja zapada w ciągu trzydziestu dni, a część osób może otrzymać więcej. "
    * 3
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("text", [ENGLISH, SPANISH, RUSSIAN, JAPANESE])
def test_unicode_is_read_without_a_warning(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), SOURCE) == (text, ())


def test_utf_16_of_either_order_is_read() -> None:
    assert decode(b"\xfe\xff" + SPANISH.encode("utf-16-be"), SOURCE) == (SPANISH, ())


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        (SPANISH, "cp1252", "Windows-1252"),
        (ENGLISH + "Señor Šmíd’s café", "cp1252", "Windows-1252"),
        (RUSSIAN, "koi8-r", "KOI8-R"),
        (RUSSIAN, "cp1251", "Windows-1251"),
        (CZECH, "cp1250", "Windows-1250"),
        (POLISH, "cp1250", "Windows-1250"),
        (POLISH, "iso8859-2", "ISO8859-2"),
        (GREEK, "cp1253", "Windows-1253"),
        (JAPANESE, "cp932", "CP932"),
    ],
)
def test_other_encodings_are_told_and_named_in_a_warning(text: str, encoding: str, named: str) -> None:
    found, warnings = decode(text.encode(encoding), SOURCE)
    assert found == text
    assert warnings == (f"a.txt isn't UTF-8 and was read as {named}; save it as UTF-8.",)


@pytest.mark.parametrize(
    ("declared", "text", "encoding"),
    [
        ("windows-1251", RUSSIAN, "cp1251"),
        ("ISO-8859-1", "“Quoted” – €5", "cp1252"),
        ("Shift_JIS", "住宅", "cp932"),
        ("gb2312", "住房補貼", "gb18030"),
        ("iso-2022-jp", JAPANESE, "iso2022_jp"),
        ("utf-8", SPANISH, "utf-8"),
        ("windows-1252", SPANISH, "utf-8"),
        ("utf-16", SPANISH, "utf-8"),
    ],
)
def test_a_declared_encoding_is_believed_unless_the_text_is_utf_8(declared: str, text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), SOURCE, declared) == (text, ())


@pytest.mark.parametrize("declared", ["utf-8", "us-ascii", "base64", "no-such-thing", "x\0y", "unicode_escape", "hex"])
def test_a_declaration_that_is_wrong_or_no_encodings_name_is_passed_over(declared: str) -> None:
    assert decode(SPANISH.encode("cp1252"), SOURCE, declared)[0] == SPANISH


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"Text\x00with a NUL.",
        b"\x01\x02\x03\x04 text",
        "Utf-sixteen text.".encode("utf-16-le"),
        b"\xff\xfeodd",
        "Text in four bytes each.".encode("utf-32"),
        "Проживание.".encode("koi8-r"),
        "“Café” — naïve text, cut short: é".encode()[:-1],
        b"\x81\x8d\x8f text",
        bytes(range(128, 256)) * 8,
    ],
)
def test_what_isnt_text_is_refused_rather_than_read_wrong(data: bytes) -> None:
    with pytest.raises(DocumentFormatError, match=r"a\.txt isn't text that can be read: .*; save it as UTF-8\."):
        decode(data, SOURCE)


def test_a_broken_byte_is_named_by_its_line() -> None:
    with pytest.raises(DocumentFormatError, match="line 3 has a byte"):
        decode("“One”\n“two”\n".encode() + b"thr\xe9e", SOURCE)


@pytest.fixture
def without_detection(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation that only serves, which lacks the package that detects encodings."""
    importing: Callable[..., Any] = builtins.__import__

    def refuse(name: str, *arguments: Any, **named: Any) -> Any:
        if name.partition(".")[0] == "charset_normalizer":
            raise ModuleNotFoundError(name)
        return importing(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)


@pytest.mark.usefixtures("without_detection")
def test_without_detection_what_could_be_windows_text_is_read_as_that() -> None:
    text, warnings = decode((CZECH + ENGLISH * 9).encode("cp1250"), SOURCE)
    assert ENGLISH in text
    assert "Windows-1252" in warnings[0]
    with pytest.raises(DocumentFormatError, match="no known encoding"):
        decode(RUSSIAN.encode("koi8-r"), SOURCE)


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_an_error(data: bytes) -> None:
    try:
        text, _ = decode(data, SOURCE)
    except DocumentFormatError as error:
        assert "a.txt" in str(error)  # noqa: PT017 - either is right
    else:
        assert text.strip()
        assert "\0" not in text
