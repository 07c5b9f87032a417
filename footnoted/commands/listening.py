"""A socket for a server, taken before anything slow is loaded."""

from __future__ import annotations

import socket

import typer


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; taken before the model is loaded, so that a port in use is said at once (exit code 6)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # who comes before the server is up waits for it
    except OSError as error:
        listener.close()
        typer.echo(
            f"Can't listen on {host}, port {port} ({error.strerror or error}); choose another with --host or --port.",
            err=True,
        )
        raise typer.Exit(6) from error
    return listener
