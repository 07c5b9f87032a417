"""An explainer is read from the web in bounded time and size, and from nowhere that isn't public."""

from __future__ import annotations

import gzip
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.connect import Resolve
from corpus.errors import OriginUnavailable
from corpus.fetch import Fetched, Fetcher, Limits, web_address
from tests.unit.corpus.web_server import Request, WebServer, serving

TEXT = b"# Vouchers\n\nRent is paid.\n"


@pytest.fixture
def site() -> Iterator[WebServer]:
    with serving() as server:
        yield server


LIMITS = Limits(connect_s=5, silence_s=5, total_s=5, bytes=100_000)


def at(*addresses: str) -> Resolve:
    """A resolver that finds these for every name."""
    return lambda _host, _port: addresses


FETCHER = Fetcher(LIMITS, may_reach=lambda address: address == "127.0.0.1")
"""Takes this one address for public, so that a server can stand on it."""


def fetch(url: str, fetcher: Fetcher = FETCHER) -> Fetched:
    fetched = fetcher.fetch(url)
    assert fetched is not None
    return fetched


def refused(url: str, fetcher: Fetcher = FETCHER) -> str:
    with pytest.raises(OriginUnavailable) as raised:
        fetcher.fetch(url)
    message = str(raised.value)
    assert message.startswith(url)
    assert message.endswith(".")
    assert "\n" not in message
    return message


def test_a_page_comes_with_its_name_and_what_tells_whether_it_changes(site: WebServer) -> None:
    url = site.page("/guides/vouchers.md", TEXT, Content_Type="text/markdown", ETag='"1"', Last_Modified="Mon")
    assert fetch(url) == Fetched("vouchers.md", TEXT, '"1"', "Mon")


def test_a_page_that_hasnt_changed_isnt_sent_again(site: WebServer) -> None:
    site.pages["/v.md"] = lambda request: request.reply(status=304)
    assert FETCHER.fetch(site.address("/v.md"), etag='"1"', last_modified="Mon") is None
    headers = site.asked[0][1]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('"1"', "Mon")
    assert "304" in refused(site.address("/v.md"))


def test_what_is_compressed_is_unpacked(site: WebServer) -> None:
    url = site.page("/v.md", gzip.compress(TEXT), Content_Encoding="gzip")
    assert fetch(url).data == TEXT


class TestLedOn:
    def test_the_name_is_that_of_the_address_asked_for(self, site: WebServer) -> None:
        site.page("/store/8812", TEXT, Content_Type="text/markdown")
        url = site.page("/vouchers", b"", 302, Location="/store/8812")
        assert fetch(url).name == "vouchers.md"

    def test_five_times_and_no_more(self, site: WebServer) -> None:
        for step in range(6):
            site.page(f"/{step}", b"", 301, Location=f"/{step + 1}")
        site.page("/6", TEXT)
        assert fetch(site.address("/1")).data == TEXT
        assert "leads on more than 5 times" in refused(site.address("/0"))

    def test_in_a_circle(self, site: WebServer) -> None:
        assert "leads on more than 5 times" in refused(site.page("/a", b"", 302, Location="/a"))
        assert len(site.asked) == 6

    @pytest.mark.parametrize("location", ["ftp://x/y", "file:///etc/passwd", "http://u:p@127.0.0.1/", "http://a:b/"])
    def test_to_what_is_no_address_on_the_web(self, site: WebServer, location: str) -> None:
        assert "leads to what can't be read" in refused(site.page("/a", b"", 302, Location=location))

    def test_to_an_address_that_isnt_public(self, site: WebServer) -> None:
        """Nothing is sent there, though a server would answer."""
        with serving("127.0.0.2") as inside:
            secret = inside.page("/admin", TEXT)
            url = site.page("/a", b"", 302, Location=secret)
            assert "leads to 127.0.0.2, which has an address that isn't public" in refused(url)
            assert inside.asked == []
            allowed = FETCHER.fetch(url, allow_private=True)
            assert allowed is not None
            assert allowed.data == TEXT

    def test_to_a_page_to_log_in_on(self, site: WebServer) -> None:
        page = b"<html><form><input name=p type='password'></form></html>"
        site.page("/sso", page, Content_Type="text/html")
        assert "page to log in on" in refused(site.page("/guide", b"", 302, Location="/sso"))


class TestNames:
    def test_every_address_of_a_name_must_be_public(self, site: WebServer) -> None:
        fetcher = replace(FETCHER, resolve=at("127.0.0.1", "10.0.0.7"))
        assert "isn't public" in refused(site.page("/a", TEXT).replace("127.0.0.1", "guides.example"), fetcher)
        assert site.asked == []

    def test_a_name_is_looked_up_once_for_a_connection(self, site: WebServer) -> None:
        """A second look could find another address than the one that was checked."""
        answers = iter([("127.0.0.1",), ("10.0.0.7",)])
        fetcher = replace(FETCHER, resolve=lambda _host, _port: next(answers))
        site.page("/a.md", TEXT)
        assert fetch(site.address("/a.md", "guides.example"), fetcher).data == TEXT
        assert site.asked[0][1]["Host"].startswith("guides.example:")
        assert next(answers) == ("10.0.0.7",)

    def test_the_next_address_is_tried_where_one_refuses(self, site: WebServer) -> None:
        site.page("/a.md", TEXT)
        fetcher = Fetcher(LIMITS, at("127.0.0.3", "127.0.0.1"), lambda _: True)
        assert fetch(site.address("/a.md", "guides.example"), fetcher).data == TEXT

    @pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), UnicodeError("label too long")])
    def test_a_name_that_has_no_address(self, error: Exception) -> None:
        def fails(_host: str, _port: int) -> tuple[str, ...]:
            raise error

        fetcher = replace(FETCHER, resolve=fails)
        assert "guides.example has no address" in refused("https://guides.example/a", fetcher)

    def test_a_proxy_is_not_used_and_the_message_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving() as proxy:
            monkeypatch.setenv("http_proxy", proxy.address(""))
            message = refused("http://guides.example/a", replace(FETCHER, resolve=at()))
            assert "the proxy that the environment names isn't used" in message
            assert proxy.asked == []


class TestTooSlowOrTooLarge:
    quick = replace(FETCHER, limits=replace(LIMITS, total_s=0.6, silence_s=0.3))

    @pytest.mark.parametrize("drip", [b"x", b"X-Header: y\r\n"])
    def test_bytes_that_come_one_by_one(self, site: WebServer, drip: bytes) -> None:
        """Each arrives in time; all of them never would."""

        def loris(request: Request) -> None:
            request.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"\r\n" if drip == b"x" else b""))
            while not request.site.over.wait(0.05):
                request.wfile.write(drip)

        site.pages["/a"] = loris
        assert "doesn't answer in time" in refused(site.address("/a"), self.quick)

    def test_silence(self, site: WebServer) -> None:
        def silent(request: Request) -> None:
            request.site.over.wait(30)

        site.pages["/a"] = silent
        assert "doesn't answer in time" in refused(site.address("/a"), self.quick)

    def test_a_body_without_end(self, site: WebServer) -> None:
        def endless(request: Request) -> None:
            request.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while not request.site.over.is_set():
                request.wfile.write(b"x" * 65_536)

        site.pages["/a"] = endless
        assert "is larger than 0 MB" in refused(site.address("/a"))

    @pytest.mark.parametrize("times", [1, 2])
    def test_a_body_that_unpacks_without_end(self, site: WebServer, times: int) -> None:
        bomb = b"\0" * 50_000_000
        for _ in range(times):
            bomb = gzip.compress(bomb, 1)
        assert len(bomb) < 1_000_000
        limits = replace(LIMITS, bytes=1_000_000)
        url = site.page("/a", bomb, Content_Encoding=", ".join(["gzip"] * times))
        assert "is larger than 1 MB" in refused(url, replace(FETCHER, limits=limits))


class TestWhatIsSent:
    def test_a_body_cut_short(self, site: WebServer) -> None:
        assert "sent what can't be read" in refused(site.page("/a", TEXT, Content_Length="99999"))

    @pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\n"])
    def test_no_http(self, site: WebServer, answer: bytes) -> None:
        def answers(request: Request) -> None:
            request.wfile.write(answer)

        site.pages["/a"] = answers
        assert "sent what can't be read" in refused(site.address("/a"))

    def test_what_is_packed_otherwise_than_it_says(self, site: WebServer) -> None:
        assert "sent what can't be read" in refused(site.page("/a", TEXT, Content_Encoding="gzip"))

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            (404, "isn't there"),
            (410, "isn't there"),
            (403, "without a log-in"),
            (500, "try again later"),
            (429, "try again later"),
            (204, "no document"),
            (206, "no document"),
        ],
    )
    def test_an_answer_that_is_no_page(self, site: WebServer, status: int, words: str) -> None:
        message = refused(site.page("/a", b"" if status == 204 else TEXT, status))
        assert words in message
        assert str(status) in message

    def test_an_empty_page(self, site: WebServer) -> None:
        assert "sent nothing" in refused(site.page("/a", b""))

    def test_nobody_listens(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            assert "refuses the connection" in refused(f"http://127.0.0.1:{taken.getsockname()[1]}/a")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("http://example.org:0x50/", "isn't an address that"),
        ("ftp://example.org/a", "isn't an address on the web"),
        ("file:///etc/passwd", "isn't an address on the web"),
        ("https://", "names no host"),
        ("http://[::1", "isn't an address that"),
        ("https://example.org:99999/", "no port that there is"),
    ],
)
def test_what_is_no_address(given: str, words: str) -> None:
    with pytest.raises(OriginUnavailable, match=words):
        web_address(given)


def test_an_address_with_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(OriginUnavailable, match="has a name or password") as raised:
        web_address("https://me:hunter2@example.org/")
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("given", ["HTTPS://Example.org/a#part", "https://example.org:443/a"])
def test_one_page_has_one_address(given: str) -> None:
    assert web_address(given) == web_address(web_address(given)) == "https://example.org/a"


class TestEncrypted:
    """TLS goes by the name that was asked for, not by the address that was connected to."""

    @pytest.fixture
    def site(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
        key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
        command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=guides.example"
        named = ["-addext", "subjectAltName=DNS:guides.example", "-keyout", str(key), "-out", str(certificate)]
        subprocess.run([*command.split(), *named], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with serving(context=context) as server:
            yield server

    fetcher = replace(FETCHER, resolve=at("127.0.0.1"))

    def test_the_right_name(self, site: WebServer) -> None:
        site.page("/a.md", TEXT)
        assert fetch(site.address("/a.md", "guides.example", "https"), self.fetcher).data == TEXT

    def test_another_name(self, site: WebServer) -> None:
        message = refused(site.address("/a.md", "bank.example", "https"), self.fetcher)
        assert "its certificate isn't good" in message
        assert site.asked == []

    def test_no_encryption_where_some_was_asked_for(self) -> None:
        with serving() as plain:
            message = refused(plain.address("/a.md", "guides.example", "https"), self.fetcher)
            assert "can't be spoken to in TLS" in message

    def test_it_isnt_led_out_of_encryption(self, site: WebServer) -> None:
        site.page("/a", b"", 302, Location="http://guides.example/a")
        message = refused(site.address("/a", "guides.example", "https"), self.fetcher)
        assert "without encryption" in message
