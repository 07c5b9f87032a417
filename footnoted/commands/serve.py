"""``footnoted serve``."""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from footnoted.commands.options import DataDir, open_chatbot


def run(
    data_dir: DataDir = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to bind (FOOTNOTED_HOST).")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port (FOOTNOTED_PORT).")] = None,
) -> None:
    """Open the chat page and the API."""
    import uvicorn

    from web.app import create_app
    from web.settings import WebSettings

    settings = WebSettings()
    host, port = host or settings.host, settings.port if port is None else port
    listener = _bind(host, port)
    chatbot = open_chatbot(data_dir, keep_conversations=True)
    chatbot.warm_up()
    app = create_app(chatbot, settings)
    address = listener.getsockname()
    shown = f"[{address[0]}]" if ":" in address[0] else address[0]
    typer.echo(f"Footnoted is ready: http://{shown}:{address[1]}/   (stop with Ctrl+C)")
    config = uvicorn.Config(app, log_level="warning", server_header=False)
    uvicorn.Server(config).run(sockets=[listener])


def _bind(host: str, port: int) -> socket.socket:
    """A bound socket; taken before the model is loaded, so that a port in use is said at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        typer.echo(
            f"Can't listen on {host}, port {port} ({error.strerror or error}); choose another with --host or --port.",
            err=True,
        )
        raise typer.Exit(6) from error
    return listener
