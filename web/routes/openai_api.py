"""An API of OpenAI's shape, so that any chat front end can use the bot as a model; see `web.channels.openai_chat`.

Only what users say is read: the last of their messages is the question, the earlier ones may resolve what it asks.
Nothing is kept of a conversation. The Authorization header, which front ends insist on sending, is read only where the
operator set keys.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from bot.chatbot import new_conversation_id
from web.channels.openai_chat import MODEL, Exchange, chunk_dicts, completion_dict, error_dict, events, model_dict
from web.errors import ParameterRefused
from web.keys import admitted, with_key
from web.routes.api import Responses, json_only
from web.schemas import MAX_HISTORY, REPLY_EXAMPLE, Text
from web.site import CurrentSite, Site

NO_STORE = {"Cache-Control": "no-store"}
STREAM_HEADERS = {**NO_STORE, "X-Accel-Buffering": "no"}
"""nginx would otherwise hold a stream back until it is whole."""

router = APIRouter(prefix="/v1", tags=["openai"], dependencies=[Depends(with_key)])


def _spoken(content: Any, info: ValidationInfo) -> str | None:
    """What a user said, text parts joined by line breaks; None for everyone else, who is never read."""
    if info.data.get("role") != "user":
        return None
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise PydanticCustomError("not_text", "it should be text or a list of text parts")
    return "\n".join(_text_of(part) for part in content)


def _text_of(part: Any) -> str:
    text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None
    if not isinstance(text, str):
        raise PydanticCustomError("not_text", "it has a part that isn't text, and this model reads only text")
    return text


_CONTENT_SCHEMA = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "object"}}, {"type": "null"}],
    "description": "Text, or a list of text parts; read where the role is `user`.",
}


class _Lenient(BaseModel):
    """Clients send many fields by habit; what isn't named is ignored."""

    model_config = ConfigDict(extra="ignore")


class ChatMessage(_Lenient):
    """A message; only those of users are read."""

    role: Literal["user", "assistant", "system", "developer", "tool", "function"]
    content: Annotated[Text | None, BeforeValidator(_spoken), WithJsonSchema(_CONTENT_SCHEMA)] = Field(
        default=None, validate_default=True
    )


class StreamOptions(_Lenient):
    """How to stream."""

    include_usage: bool | None = None


class ChatRequest(_Lenient):
    """A conversation whose last user message is the question. Other fields of OpenAI's are accepted and ignored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": MODEL,
                    "messages": [
                        {"role": "user", "content": "How long is a permit valid?"},
                        {"role": "assistant", "content": "A permit is valid for five years. [1]"},
                        {"role": "user", "content": "And who may renew it?"},
                    ],
                    "stream": True,
                }
            ]
        }
    )

    model: str
    messages: list[ChatMessage]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = Field(default=None, description="Only 1: there is one answer.")
    tool_choice: Any = Field(default=None, description="Only `none` and `auto`: no tool is ever called.")
    function_call: Any = Field(default=None, description="As `tool_choice`.")
    response_format: Any = Field(default=None, description="Only `text`.")

    @property
    def questions(self) -> list[str]:
        """What users asked, oldest first, without what is blank before the last."""
        spoken = [message.content or "" for message in self.messages if message.role == "user"]
        return [*(question for question in spoken[:-1] if question.strip()), *spoken[-1:]]


class ModelBody(BaseModel):
    """A model."""

    id: str = Field(examples=[MODEL])
    object: Literal["model"] = "model"
    created: int = Field(
        description="The latest day that an explainer speaks of, as a Unix time; 0 where none is known."
    )
    owned_by: str = Field(examples=[MODEL])


class ModelList(BaseModel):
    """All models: the one."""

    object: Literal["list"] = "list"
    data: list[ModelBody]


def _error(description: str, status: int, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    example = error_dict(status, "One sentence that says what happened and what to do.", param, code)
    return {"description": description, "content": {"application/json": {"example": example}}}


MODEL_ERRORS: Responses = {
    401: _error("The server answers only programs that have a key, and there is none.", 401),
    404: _error("There is no such model.", 404, "model", "model_not_found"),
    "default": _error("Anything else that goes wrong.", 500),
}
CHAT_ERRORS: Responses = {
    400: _error("The body isn't JSON, a field can't be used, or the question can't be asked.", 400, "messages"),
    413: _error("The body is over 64 KiB.", 413),
    415: _error("The body isn't sent as application/json.", 415),
    408: _error("The body took too long to arrive.", 408),
    429: _error("The caller, or all together, asked as often as they may; see `Retry-After`.", 429),
    503: _error("Too many questions wait, or the index or the conversations can't be used.", 503),
}

_EXAMPLE_URL = "https://bot.example" + REPLY_EXAMPLE["footnotes"][0]["permalink"]

COMPLETION_EXAMPLE: dict[str, Any] = {
    "id": "chatcmpl-kT3vQ9x0bW-2mZr_81LuYe",
    "object": "chat.completion",
    "created": 1741000000,
    "model": MODEL,
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": (
                    "A permit is valid for five years. [1]\n\n[1] “A permit is valid for five years.” — "
                    f"Permits › Renewal, Drinking-Water Permits (as of March 1, 2025) {_EXAMPLE_URL}"
                ),
                "annotations": [
                    {
                        "type": "url_citation",
                        "url_citation": {
                            "start_index": 34,
                            "end_index": 37,
                            "url": _EXAMPLE_URL,
                            "title": "Permits › Renewal, Drinking-Water Permits",
                        },
                    }
                ],
            },
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    "footnoted": REPLY_EXAMPLE,
}
EVENT_SCHEMA = {"type": "object", "required": ["data"], "properties": {"data": {"type": "string"}}}
"""An event as FastAPI describes those of its own streams."""

COMPLETION: Responses = {
    200: {
        "description": (
            "The reply, with `annotations` for its footnotes and, in `footnoted`, the reply as `/api/ask` has it; "
            "with `stream` as server-sent events."
        ),
        "content": {
            "application/json": {"schema": {"type": "object"}, "example": COMPLETION_EXAMPLE},
            "text/event-stream": {"itemSchema": EVENT_SCHEMA},
        },
    }
}


@router.get("/models", summary="List the models", responses={"default": MODEL_ERRORS["default"]})
def models(site: CurrentSite) -> ModelList:
    """The one model."""
    return ModelList(data=[_model(site)])


@router.get("/models/{model_id}", summary="A model", responses=MODEL_ERRORS)
def model(model_id: str, site: CurrentSite) -> ModelBody:
    """The one model, by its id."""
    _refuse_other_models(model_id)
    return _model(site)


@router.post(
    "/chat/completions",
    summary="Ask as one asks a chat model",
    response_class=JSONResponse,
    responses={**COMPLETION, **MODEL_ERRORS, **CHAT_ERRORS},
    dependencies=[Depends(json_only), Depends(admitted)],
)
async def chat_completions(body: ChatRequest, request: Request, site: CurrentSite) -> Response:
    """An answer in the explainers' own words with its footnotes under it, or a refusal that says why.

    What assistants, systems and developers say is ignored: no instruction changes what the text says. Nothing is
    kept of the conversation.
    """
    _refuse_unsupported(body)
    conversation_id = new_conversation_id()
    *history, question = body.questions
    reply = await site.ask_of(site.chatbot.forgetful(), conversation_id, question, history[-MAX_HISTORY:])
    exchange = Exchange(reply, conversation_id, site.address(request), int(time.time()))
    if not body.stream:
        return JSONResponse(completion_dict(exchange), headers=NO_STORE)
    include_usage = bool(body.stream_options and body.stream_options.include_usage)
    chunks = events(chunk_dicts(exchange, include_usage=include_usage))
    return StreamingResponse(_one_by_one(chunks), media_type="text/event-stream", headers=STREAM_HEADERS)


async def _one_by_one(chunks: Iterable[str]) -> AsyncIterator[str]:
    """*chunks* without a thread for each, which Starlette would use: they are all there."""
    for chunk in chunks:
        yield chunk


def _model(site: Site) -> ModelBody:
    return ModelBody(**model_dict(document.as_of for document in site.chatbot.documents()))


def _refuse_other_models(name: str) -> None:
    if name != MODEL:
        raise ParameterRefused(
            404, f"There is no such model here; the one model is {MODEL!r}.", "model", "model_not_found"
        )


def _refuse_unsupported(body: ChatRequest) -> None:
    """Refuses what would change the form of the reply, because ignoring it would deceive the client."""
    _refuse_other_models(body.model)
    if not body.questions:
        raise _unsupported("messages", "There is no message of a user to reply to; please send one.")
    if body.n not in {None, 1}:
        raise _unsupported("n", "There is one answer to a question; please leave n out or set it to 1.")
    for param in ("tool_choice", "function_call"):
        if _forces_a_tool(getattr(body, param)):
            raise _unsupported(param, f"This model calls no tools; please leave {param} out or set it to 'auto'.")
    if _format_of(body.response_format) != "text":
        raise _unsupported("response_format", "This model writes text; please leave response_format out.")


def _unsupported(param: str, sentence: str) -> ParameterRefused:
    return ParameterRefused(400, sentence, param, "unsupported_value")


def _forces_a_tool(choice: Any) -> bool:
    """Whether *choice* is anything but ``none``, ``auto`` or tools that may be called and needn't be."""
    if isinstance(choice, dict) and choice.get("type") == "allowed_tools":
        allowed = choice.get("allowed_tools")
        return not (isinstance(allowed, dict) and allowed.get("mode") == "auto")
    return choice not in (None, "none", "auto")


def _format_of(response_format: Any) -> Any:
    return response_format.get("type") if isinstance(response_format, dict) else response_format or "text"
