"""What only the operator sees."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.responses import Response

from web.keys import operator_only
from web.metrics import CONTENT_TYPE
from web.site import CurrentSite

router = APIRouter(include_in_schema=False, dependencies=[Depends(operator_only)])


@router.get("/metrics")
def metrics(site: CurrentSite) -> Response:
    """The metrics, as Prometheus reads them."""
    return Response(site.metrics.exposition(site.chatbot), media_type=CONTENT_TYPE)
