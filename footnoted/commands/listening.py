"""A socket for a server, taken before anything slow is loaded."""

from __future__ import annotations

import socket

import typer


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; taken before the model is loaded, so that a port in use is said at once (exit code 6)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small packets at once (TCP_NODELAY) on sockets that say that they are TCP's, and on no others: the
    # body of an answer would else wait 40 ms for the acknowledgement of its headers.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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
