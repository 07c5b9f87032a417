"""A real server process whose chatbot thinks for a while: ``python -m … SECONDS SHUTDOWN_S``; it prints its address.

It is less patient with slow clients than a server is, so that a test needn't be patient either.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Sequence

from bot.answers import Reply
from tests.unit.web.fake_chatbot import FakeChatbot, permits, still
from web import server
from web.app import create_app
from web.logs import configure_logs
from web.settings import WebSettings
from web.suggestions import ASKED_AS


class ThinkingChatbot(FakeChatbot):
    """Takes its time, but for what nobody asked."""

    def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
        if conversation_id != ASKED_AS:
            time.sleep(float(sys.argv[1]))
        return super().ask(conversation_id, question, history)


def main() -> None:
    server.HEAD_TIMEOUT_S = 0.5
    settings = WebSettings(shutdown_s=int(sys.argv[2]))
    configure_logs(settings.log_format)
    app = create_app(still(ThinkingChatbot(current=(permits(),))), settings)
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)  # noqa: T201 - the test reads it
    server.serve(app, app.state.site.queue, listener, settings.shutdown_s)


if __name__ == "__main__":
    main()
