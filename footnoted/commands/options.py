"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.bootstrap import PublishedSource
    from bot.chatbot import Chatbot
    from bot.settings import BotSettings
    from corpus.library import Library

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder of the index and the conversations (FOOTNOTED_DATA_DIR, else ./data)."),
]


def bot_settings(data_dir: Path | None) -> BotSettings:
    """The settings, with the command line's word above the environment's."""
    from bot.settings import BotSettings

    settings = BotSettings()
    return settings.model_copy(update={"data_dir": data_dir}) if data_dir else settings


def open_source(data_dir: Path | None, *, keep_conversations: bool = True) -> PublishedSource:
    """The source of a server's chatbots, warmed up."""
    from bot.bootstrap import PublishedSource

    settings = bot_settings(data_dir)
    source = PublishedSource(settings, keep_conversations=keep_conversations)
    source.current.warm_up()
    _tell_of_calibration(settings)
    return source


def open_library(data_dir: Path | None) -> Library:
    """The publisher's library of explainers."""
    from corpus.library import Library

    return Library(bot_settings(data_dir).data_dir / "library")


def open_chatbot(data_dir: Path | None, *, keep_conversations: bool, calibrated: bool = True) -> Chatbot:
    """The chatbot of a command; as it comes, where it isn't to be *calibrated*."""
    chatbot = open_worker(data_dir, keep_conversations=keep_conversations, calibrated=calibrated)
    if calibrated:
        _tell_of_calibration(bot_settings(data_dir))
    return chatbot


def open_worker(data_dir: Path | None, *, keep_conversations: bool = False, calibrated: bool = True) -> Chatbot:
    """The same for one of several processes, which says nothing: the first one has."""
    from bot.bootstrap import bootstrap

    return bootstrap(bot_settings(data_dir), keep_conversations=keep_conversations, calibrated=calibrated)


def _tell_of_calibration(settings: BotSettings) -> None:
    """Says on standard error where the data directory's calibration isn't applied."""
    from bot.bootstrap import calibration_left_aside
    from footnoted.terminal import visible

    if note := calibration_left_aside(settings):
        typer.echo(f"Note: {visible(note)}", err=True)
