"""Footnoted itself, through the same small port as its peers."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.bootstrap import bootstrap
from bot.chatbot import new_conversation_id
from bot.footnotes import reply_dict
from bot.settings import BotSettings
from eval.peers.ports import Source


class FootnotedBot:
    """The chatbot over an index of the sources' own files.

    ``PEERS_INDEXER`` is a Python with the packages that index; those that only ask are fewer.
    """

    def build(self, sources: Sequence[Source]) -> None:
        """Indexes the files, and opens the chatbot."""
        folder = tempfile.mkdtemp()
        files = [part for source in sources for part in ("--corpus", source.path)]
        command = [os.environ["PEERS_INDEXER"], "-m", "footnoted", "index", "--data-dir", folder, *files]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own command
        self._chatbot = bootstrap(BotSettings(data_dir=Path(folder)), keep_conversations=False)

    def ask(self, question: str, history: Sequence[str]) -> Mapping[str, Any]:
        """The reply as every channel gives it."""
        conversation_id = new_conversation_id()
        return reply_dict(self._chatbot.ask(conversation_id, question, history), conversation_id)
