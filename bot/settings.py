"""What an operator may set; read once, by `bot.bootstrap` or the command line, never at import."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class BotSettings(BaseSettings):
    """Environment variables ``FOOTNOTED_…``."""

    model_config = SettingsConfigDict(env_prefix="FOOTNOTED_", frozen=True)

    data_dir: Path = Path("data")
    """The folder of the index and the conversations."""

    collection: str | None = Field(default=None, min_length=1)
    """The collection that answers; the documents in none, or the only collection, where this is left out."""

    max_question_chars: int = Field(default=2000, ge=1)
    """The longest question, in characters; a longer one is refused before it is read."""

    answer_threshold: float = Field(default=0.5, ge=0.0, le=1.0)
    """The least estimated probability that the text answers at which the bot answers."""

    use_reader: bool = True
    """Whether the trained reader reads the passages; without it the bot answers more cautiously."""
