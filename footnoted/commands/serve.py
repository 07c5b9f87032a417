"""``footnoted serve``."""

from __future__ import annotations

from typing import Annotated

import typer

from footnoted.commands.listening import listen
from footnoted.commands.options import DataDir, bot_settings, open_source


def run(
    data_dir: DataDir = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to bind (FOOTNOTED_HOST).")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port (FOOTNOTED_PORT).")] = None,
) -> None:
    """Open the chat page and the API."""
    from web.app import create_app
    from web.logs import configure_logs
    from web.server import serve
    from web.settings import WebSettings

    given = {"host": host, "port": port}
    settings = WebSettings().model_copy(update={name: value for name, value in given.items() if value is not None})
    configure_logs(settings.log_format)
    listener = listen(settings.host, settings.port)
    app = create_app(open_source(data_dir), settings, bot_settings(data_dir).data_dir)
    address = listener.getsockname()
    shown = f"[{address[0]}]" if ":" in address[0] else address[0]
    typer.echo(f"Footnoted is ready: http://{shown}:{address[1]}/   (stop with Ctrl+C)")
    serve(app, app.state.site.queue, listener, settings.shutdown_s)
