"""One process of a Slack bot, for tests that run several on one folder: ``python -m … DATA_DIR SLACK_URL``.

Prints its address when it listens. The chatbot answers from a script, its conversations are kept in the folder.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any, cast

from pydantic import SecretStr

import web.slack.api
from bot.conversation_stores import SqliteConversationStore
from tests.slack_server import SECRET, served
from tests.unit.web.fake_chatbot import FakeChatbot, permits, still
from web.app import create_app
from web.settings import WebSettings

TIMEOUT_S = 1
LEASE_S = 3.0


def main() -> None:
    data_dir, slack_url = Path(sys.argv[1]), sys.argv[2]
    web.slack.api.TIMEOUT_S = TIMEOUT_S
    conversations = SqliteConversationStore(data_dir / "conversations.sqlite3")
    chatbot = FakeChatbot(current=(permits(),), conversations=cast(Any, conversations))
    settings = WebSettings(
        slack_bot_token=SecretStr("xoxb-1"),
        slack_signing_secret=SecretStr(SECRET),
        slack_api_url=f"{slack_url}/api",
        public_url="https://bot.example",
    )
    app = create_app(still(chatbot), settings, data_dir)
    app.state.outlets.workers.lease_s = LEASE_S
    with served(app) as url:
        print(url, flush=True)  # noqa: T201
        while True:
            time.sleep(1)


if __name__ == "__main__":
    main()
