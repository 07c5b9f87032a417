"""The settings of the web server."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class WebSettings(BaseSettings):
    """Where the pages and the API are served: ``FOOTNOTED_HOST`` and ``FOOTNOTED_PORT``.

    The default address is reached from this machine only, because the pages list every conversation kept.
    """

    model_config = SettingsConfigDict(env_prefix="FOOTNOTED_", extra="forbid", frozen=True)

    host: str = Field(default="127.0.0.1", min_length=1, description="Address that the server binds to.")
    port: int = Field(default=8000, ge=1, le=65535, description="TCP port that the server listens on.")
