"""The library keeps what was put into it, and loses nothing, whatever happens."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from corpus.errors import (
    CorpusError,
    DocumentFormatError,
    DocumentNotFound,
    DuplicateDocument,
    OriginUnavailable,
)
from corpus.fetch import Fetcher
from corpus.front_matter import FrontMatter
from corpus.library import Change, Library
from corpus.load import bundled_explainers
from corpus.sources import Source, Validators, origins, read_source
from tests.unit.corpus.libraries import BUNDLED, TEXT, entry, ids, put, write
from tests.unit.corpus.web_server import serving


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


class TestAdding:
    def test_it_begins_with_what_comes_with_the_package(self, library: Library, tmp_path: Path) -> None:
        assert ids(library) == BUNDLED
        assert not (tmp_path / "library").exists(), "looking makes nothing"
        put(library, write(tmp_path / "vouchers.md"))
        assert ids(library) == sorted([*BUNDLED, "vouchers"])

    def test_the_bytes_are_kept_as_they_came(self, library: Library, tmp_path: Path) -> None:
        file = write(tmp_path / "Vouchers.MD", "\ufeff" + TEXT.replace("\n", "\r\n"))
        put(library, file)
        (kept,) = (tmp_path / "library" / "files").iterdir()
        assert kept.read_bytes() == file.read_bytes()
        assert (kept.name[:9], kept.suffix) == ("vouchers-", ".md")
        file.unlink()
        assert entry(library, "vouchers").document.title == "Vouchers"

    def test_adding_again_updates_and_says_what_changed(self, library: Library, tmp_path: Path) -> None:
        file = write(tmp_path / "vouchers.md")
        assert put(library, file) is Change.ADDED
        before = entry(library, "vouchers")
        assert put(library, file) is Change.UNCHANGED
        assert entry(library, "vouchers") == before
        write(file, TEXT.replace("town", "county"))
        assert put(library, file) is Change.UPDATED
        after = entry(library, "vouchers")
        assert "county" in after.document.text
        assert after.document.version != before.document.version
        assert after.record.added_at == before.record.added_at
        assert after.record.fetched_at > before.record.fetched_at
        assert len(list((tmp_path / "library" / "files").iterdir())) == 1

    def test_an_id_stays_though_the_text_asks_for_another(self, library: Library, tmp_path: Path) -> None:
        """Links that were given out go by it."""
        file = write(tmp_path / "vouchers.md")
        put(library, file)
        write(file, "---\nid: rent\n---\n" + TEXT)
        put(library, file)
        assert ids(library) == sorted([*BUNDLED, "vouchers"])
        put(library, file, FrontMatter(id="rent"))
        assert ids(library) == sorted([*BUNDLED, "rent"])

    def test_what_is_said_of_it_counts_for_more_and_stays(self, library: Library, tmp_path: Path) -> None:
        said = FrontMatter.model_validate(
            {
                "title": "Rent  help",
                "publisher": "A Town",
                "as_of": "May 2, 2025",
                "language": "es-MX",
                "topics": "a, b",
            }
            | {"url": "https://example.org/rent"}
        )
        file = write(tmp_path / "vouchers.md")
        put(library, file, said, " Housing  guides ")
        write(file, TEXT.replace("town", "county"))
        assert put(library, file, FrontMatter(publisher="A County")) is Change.UPDATED
        document = entry(library, "vouchers").document
        assert (document.title, document.publisher, document.language) == ("Rent help", "A County", "es")
        assert (document.as_of, document.topics) == (date(2025, 5, 2), ("a", "b"))
        assert (document.url, document.collection) == ("https://example.org/rent", "Housing guides")
        put(library, file, collection="")
        assert entry(library, "vouchers").document.collection is None

    def test_a_shortcoming_that_was_made_good_isnt_named(self, library: Library, tmp_path: Path) -> None:
        file = write(tmp_path / "vouchers.md")
        put(library, file)
        assert "as of when" in entry(library, "vouchers").warnings[0]
        put(library, file, FrontMatter.model_validate({"as_of": "2025-05-02"}))
        assert entry(library, "vouchers").warnings == ()

    def test_two_origins_with_one_id(self, library: Library, tmp_path: Path) -> None:
        put(library, write(tmp_path / "a" / "vouchers.md"))
        other = write(tmp_path / "b" / "Vouchers.md", TEXT + "More.")
        with pytest.raises(DuplicateDocument, match=r"a/vouchers\.md has; give it another with --id"):
            put(library, other)
        assert put(library, other, FrontMatter(id="vouchers-b")) is Change.ADDED

    def test_the_same_bytes_from_two_origins_are_told(self, library: Library, tmp_path: Path) -> None:
        put(library, write(tmp_path / "one.md"))
        with library.writing() as writer:
            source = read_source(str(write(tmp_path / "two.md")), Validators())
            assert source is not None
            warnings = writer.put(source)[0].warnings
        assert any("byte for byte" in warning and "one.md" in warning for warning in warnings)

    @pytest.mark.parametrize(("name", "text"), [("a.md", ""), ("a.md", "\0\0"), ("a.zip", "PK"), ("住房.md", TEXT)])
    def test_what_cant_be_read_leaves_the_library_as_it_was(
        self, library: Library, tmp_path: Path, name: str, text: str
    ) -> None:
        with pytest.raises(DocumentFormatError):
            put(library, write(tmp_path / name, text))
        assert ids(library) == BUNDLED
        assert not (tmp_path / "library" / "library.json").exists()

    def test_an_id_on_the_command_line_helps_a_name_that_cant_be_one(self, library: Library, tmp_path: Path) -> None:
        put(library, write(tmp_path / "住房.md"), FrontMatter(id="zhufang"))
        assert "zhufang" in ids(library)


class TestTakingOut:
    def test_one_goes_with_its_file_and_comes_back(self, library: Library, tmp_path: Path) -> None:
        put(library, write(tmp_path / "vouchers.md"))
        with library.writing() as writer:
            writer.remove(BUNDLED)
        assert ids(library) == ["vouchers"]
        put_back = read_source(f"bundled:{next(bundled_explainers().iterdir()).name}", Validators())
        assert put_back is not None
        with library.writing() as writer:
            writer.put(put_back)
            writer.remove(["vouchers"])
        assert ids(library) == BUNDLED
        assert list((tmp_path / "library" / "files").iterdir()) == []

    def test_none_goes_where_one_isnt_there(self, library: Library, tmp_path: Path) -> None:
        put(library, write(tmp_path / "vouchers.md"))
        with library.writing() as writer, pytest.raises(DocumentNotFound, match="it has vouchers"):
            writer.remove([*BUNDLED, "voucher"])
        assert ids(library) == sorted([*BUNDLED, "vouchers"])

    def test_the_last_one_stays(self, library: Library) -> None:
        with library.writing() as writer, pytest.raises(CorpusError, match="without an explainer"):
            writer.remove(BUNDLED)


class TestUpdating:
    def test_a_file_that_is_gone_leaves_the_copy(self, library: Library, tmp_path: Path) -> None:
        file = write(tmp_path / "vouchers.md")
        put(library, file)
        file.unlink()
        with library.writing() as writer, pytest.raises(DocumentNotFound, match=r"no file .*vouchers\.md"):
            writer.update(library.record("vouchers"))
        assert "town" in entry(library, "vouchers").document.text

    def test_a_notice_in_place_of_the_text_isnt_taken_for_it(self, library: Library, tmp_path: Path) -> None:
        file = write(tmp_path / "vouchers.md", TEXT * 20)
        put(library, file)
        write(file, "Back soon.")
        with library.writing() as writer, pytest.raises(DocumentFormatError, match=r"10 characters where it had"):
            writer.update(library.record("vouchers"))
        assert put(library, file) is Change.UPDATED, "unless it is added again"

    def test_a_page_is_asked_only_for_what_is_new(self, library: Library) -> None:
        with serving() as site, library.writing() as writer:
            url = site.page("/vouchers.md", TEXT.encode(), ETag='"1"')
            source = read_source(url, Validators(allow_private=True))
            assert source is not None
            writer.put(source)
            site.pages["/vouchers.md"] = lambda request: request.reply(status=304)
            assert writer.update(library.record("vouchers")) == (None, Change.UNCHANGED)
            site.page("/vouchers.md", TEXT.replace("town", "county").encode(), ETag='"2"')
            assert writer.update(library.record("vouchers"))[1] is Change.UPDATED
            assert [headers.get("If-None-Match") for _, headers in site.asked] == [None, '"1"', '"1"']
            assert library.record("vouchers").etag == '"2"'
            site.pages.pop("/vouchers.md")
        with library.writing() as writer, pytest.raises(OriginUnavailable, match="refuses the connection"):
            writer.update(library.record("vouchers"))
        assert "county" in entry(library, "vouchers").document.text

    def test_a_damaged_copy_is_asked_for_whole(self, library: Library, tmp_path: Path) -> None:
        with serving() as site, library.writing() as writer:
            url = site.page("/vouchers.md", TEXT.encode(), ETag='"1"')
            writer.put(Source(url, "vouchers.md", TEXT.encode(), Validators('"1"', None, allow_private=True)))
            next((tmp_path / "library" / "files").iterdir()).write_text("damaged")
            assert writer.update(library.record("vouchers"))[1] is Change.UNCHANGED
            assert "If-None-Match" not in site.asked[0][1]
        assert library.contents().failures == ()

    def test_readers_find_a_public_page_where_it_came_from(self, library: Library) -> None:
        at = Validators()
        with library.writing() as writer:
            for name, address in (("a", "https://example.org/a"), ("b", "https://example.org/b?key=secret")):
                text = TEXT.replace("town", name).encode()
                writer.put(Source(address, f"{name}.md", text, at))
        assert entry(library, "a").document.url == "https://example.org/a"
        assert entry(library, "b").document.url is None


class TestOrigins:
    def test_a_folder_stands_for_its_explainers(self, tmp_path: Path) -> None:
        for name in ("b.md", "deep/a.txt", "README.md", ".hidden.md", "photo.png"):
            write(tmp_path / name)
        warnings: list[str] = []
        assert origins(str(tmp_path), warnings) == (str(tmp_path / "b.md"), str(tmp_path / "deep" / "a.txt"))
        assert "photo.png" in warnings[0]

    def test_a_path_is_absolute_and_a_link_stays_one(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path / "may.md")
        (tmp_path / "now.md").symlink_to("may.md")
        monkeypatch.chdir(tmp_path)
        assert origins("./x/../now.md", []) == (str(tmp_path / "now.md"),)

    def test_no_name_isnt_the_folder_that_one_stands_in(self) -> None:
        with pytest.raises(DocumentNotFound, match="An empty name"):
            origins(" ", [])

    @pytest.mark.parametrize("given", ["bundled:", "bundled:../load.py", "bundled:none.md"])
    def test_what_doesnt_come_with_the_package(self, given: str) -> None:
        with pytest.raises(DocumentNotFound, match="doesn't come with this version"):
            read_source(given, Validators())

    def test_the_web_needs_packages_that_serving_doesnt(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delitem(sys.modules, "corpus.fetch", raising=False)
        monkeypatch.delattr("corpus.fetch", raising=False)
        monkeypatch.setitem(sys.modules, "httpx2", None)
        with pytest.raises(OriginUnavailable, match=r"isn't installed \(httpx2\)"):
            origins("https://example.org/a", [])

    def test_a_private_page_needs_leave(self) -> None:
        with serving() as site, pytest.raises(OriginUnavailable, match="--allow-private"):
            read_source(site.page("/a.md", TEXT.encode()), Validators(), Fetcher())
