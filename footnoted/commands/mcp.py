"""``footnoted mcp``."""

from __future__ import annotations

import logging
import signal
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from footnoted.commands.listening import listen
from footnoted.commands.options import DataDir, open_source

if TYPE_CHECKING:
    from pathlib import Path


class Transport(StrEnum):
    """How clients reach the server: as its parent process, or over HTTP."""

    STDIO = "stdio"
    HTTP = "http"


def run(
    data_dir: DataDir = None,
    transport: Annotated[Transport, typer.Option("--transport", help="How clients reach it.")] = Transport.STDIO,
    host: Annotated[str, typer.Option("--host", help="Address to bind; http only.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to bind; http only.")] = 8001,
    public_url: Annotated[
        str,
        typer.Option("--public-url", help="Address of the site that `footnoted serve` runs (FOOTNOTED_PUBLIC_URL)."),
    ] = "",
) -> None:
    """Answer MCP clients: the tools ask, search and read_passage, and the explainers as resources."""
    from web.settings import WebSettings

    public_url = _checked(public_url or WebSettings().public_url or "")
    _require_sdk()
    # Nothing but the protocol may go to standard output, and below warnings the SDK logs what clients send.
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s: %(message)s")
    if transport is Transport.HTTP:
        _serve_http(data_dir, host, port, public_url)
    else:
        _serve_stdio(data_dir, public_url)


def _checked(public_url: str) -> str:
    """*public_url* without a slash at its end."""
    try:
        url = urlsplit(public_url)
        usable = url.scheme in {"http", "https"} and url.hostname and "@" not in url.netloc
    except ValueError:
        usable = False
    if public_url and (not usable or url.query or url.fragment):
        raise typer.BadParameter("give --public-url as https://HOST, with a path if the site has one.")
    return public_url.rstrip("/")


def _require_sdk() -> None:
    try:
        import mcp.types  # noqa: F401 - only whether it is there
    except ModuleNotFoundError as error:
        typer.echo("The MCP server needs the package mcp: pip install 'footnoted[mcp]'.", err=True)
        raise typer.Exit(2) from error


def _serve_stdio(data_dir: Path | None, public_url: str) -> None:
    import anyio

    from web.mcp_server import build_server, serve_stdio
    from web.reload import watching
    from web.settings import WebSettings

    source = open_source(data_dir)
    server = build_server(source, public_url=public_url)
    # A thread waits for the next line of standard input and can't be told to stop: Ctrl+C ends the process itself.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    async def serve() -> None:
        async with watching(source, WebSettings().reload_seconds):
            await serve_stdio(server)

    anyio.run(serve)


def _serve_http(data_dir: Path | None, host: str, port: int, public_url: str) -> None:
    import anyio
    import uvicorn

    from web.mcp_server import PATH, build_server, http_app
    from web.reload import watching
    from web.settings import WebSettings

    listener = listen(host, port)
    port = listener.getsockname()[1]
    source = open_source(data_dir)
    server = build_server(source, public_url=public_url)
    app = http_app(server, host, port, public_url)
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"Footnoted's MCP server is ready: http://{shown}:{port}{PATH}   (stop with Ctrl+C)", err=True)
    config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=3)

    async def serve() -> None:
        async with watching(source, WebSettings().reload_seconds):
            await uvicorn.Server(config).serve(sockets=[listener])

    anyio.run(serve)
