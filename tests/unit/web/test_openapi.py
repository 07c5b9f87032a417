"""The description of the API, held to what the server does: schemathesis makes requests of it, right and wrong."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.unit.web.fake_chatbot import FakeChatbot, permits, still
from web.app import create_app
from web.settings import WebSettings

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


def described() -> tuple[Any, dict[str, Any]]:
    """An application, and its description without "anything else": each status must be named."""
    app = create_app(still(FakeChatbot(current=(permits(),))), WebSettings(rate_limit=""))
    description = app.openapi()
    for path in description["paths"].values():
        for operation in path.values():
            operation["responses"].pop("default", None)
    return app, description


APP, DESCRIPTION = described()
SCHEMA = schemathesis.openapi.from_dict(DESCRIPTION)
SCHEMA.app = APP


@SCHEMA.parametrize()
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_status_is_described_every_body_fits_and_nothing_breaks(case: schemathesis.Case[Any]) -> None:
    response = case.call()
    if response.status_code != 405:
        case.validate_response(response, checks=CHECKS)


@pytest.mark.parametrize("status", ["401", "408", "413", "415", "422", "429", "503"])
def test_what_asks_the_model_may_be_turned_away_in_each_of_these_ways(status: str) -> None:
    assert status in DESCRIPTION["paths"]["/api/ask"]["post"]["responses"]
