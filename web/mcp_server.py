"""The MCP server, by the protocol's official SDK: the tools of `web.channels.mcp_tools`, and the explainers' texts.

Specification: https://modelcontextprotocol.io/specification. The low-level server of the SDK is used, not
`MCPServer`: that one ignores arguments it doesn't know, repeats what was sent in its errors, and logs an exception
with its text, which may quote a question.
"""

from __future__ import annotations

import logging
import re
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from anyio import CapacityLimiter, to_thread
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextContent,
    TextResourceContents,
)
from starlette.applications import Starlette

from bot.error_table import entry_for
from corpus.documents import Document, DocumentCard
from corpus.errors import DocumentNotFound
from web.channels.mcp_tools import TOOLS, BadArguments, Explainers
from web.errors import SENTENCES, shown
from web.middleware import MAX_BODY_BYTES
from web.version import footnoted_version

if TYPE_CHECKING:
    from bot.chatbot import Chatbot
    from bot.source import ChatbotSource

log = logging.getLogger("footnoted.mcp")

PATH = "/mcp"
"""Where the HTTP transport is served."""

_RESOURCE = re.compile(r"footnoted://documents/([^/?#]+)(?:/([^/?#]+))?")

INSTRUCTIONS = (
    "Footnoted answers questions about the explainers listed below in their own words, with a footnote on every "
    "sentence, and refuses where their text doesn't say. For a question about their subjects use `ask`. Quote its "
    "sentences verbatim, with their [1] marks, and pass on the footnotes with their links. Where it refuses, say so, "
    "and give its message and the nearest sections; don't answer from anywhere else in its name. The explainers say "
    "what was so on their date, not what is so today."
)


@dataclass(frozen=True, slots=True)
class _Handlers:
    """Answers the requests of the protocol. What needs the model waits at the turnstile: one at a time."""

    source: ChatbotSource
    public_url: str
    turnstile: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))

    def explainers(self) -> Explainers:
        """The explainers that are published now; what one request was given, it goes on with."""
        return Explainers(self.source.current, self.public_url)

    async def list_tools(self, _: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[tool.described(name) for name, tool in TOOLS.items()])

    async def call_tool(self, _: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        tool = TOOLS.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"There is no such tool; the tools are {', '.join(TOOLS)}.")
        try:
            given = tool.parsed(params.arguments or {})
            limiter = self.turnstile if tool.needs_model else None
            body, text = await to_thread.run_sync(tool.does, self.explainers(), given, limiter=limiter)
        except Exception as error:
            return CallToolResult(content=[TextContent(text=sentence_for(error))], is_error=True)
        return CallToolResult(content=[TextContent(text=text)], structured_content=body)

    async def list_resources(
        self, _: ServerRequestContext[Any], __: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        documents = self.source.current.documents()
        return ListResourcesResult(resources=[_resource(document) for document in documents])

    async def list_templates(
        self, _: ServerRequestContext[Any], __: PaginatedRequestParams | None
    ) -> ListResourceTemplatesResult:
        template = ResourceTemplate(
            uri_template="footnoted://documents/{id}/{version}",
            name="document_version",
            title="A version of an explainer",
            description="The text that the footnotes of this version cite, in which their start and end are counted.",
            mime_type="text/plain",
        )
        return ListResourceTemplatesResult(resource_templates=[template])

    async def read_resource(
        self, _: ServerRequestContext[Any], params: ReadResourceRequestParams
    ) -> ReadResourceResult:
        try:
            document = await to_thread.run_sync(_document_at, self.source.current, params.uri)
        except DocumentNotFound as error:
            raise MCPError(INVALID_PARAMS, str(error), {"uri": params.uri}) from None
        except Exception as error:
            raise MCPError(INTERNAL_ERROR, sentence_for(error), {"uri": params.uri}) from None
        text = TextResourceContents(uri=params.uri, mime_type="text/plain", text=document.text)
        return ReadResourceResult(contents=[text])


def _resource(document: DocumentCard) -> Resource:
    published = f" by {document.publisher}" if document.publisher else ""
    return Resource(
        uri=f"footnoted://documents/{quote(document.id, safe='')}",
        name=document.id,
        title=document.title,
        description=f"An explainer{published}{_dated(document)}, version {document.version}.",
        mime_type="text/plain",
    )


def _document_at(chatbot: Chatbot, uri: str) -> Document:
    match = _RESOURCE.fullmatch(uri)
    if match is None:
        raise DocumentNotFound("There is no such resource here; the list of resources has what there is.")
    return chatbot.document(unquote(match[1]), unquote(match[2]) if match[2] else None)


def sentence_for(error: Exception) -> str:
    """What a client is told of *error*: one sentence. The log gets no text that may quote a question."""
    if isinstance(error, BadArguments):
        return str(error)
    if entry_for(error):
        return shown(error).sentence
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("Unexpected %s in a request\n%s", type(error).__qualname__, frames)
    return SENTENCES[500]


def build_server(
    source: ChatbotSource, *, public_url: str = "", turnstile: CapacityLimiter | None = None
) -> Server[dict[str, Any]]:
    """The server over the chatbot of *source*, for any transport.

    *public_url* is the address of the site that serves the reader: it is put before every permalink. *turnstile* is
    shared with whatever else asks the same chatbot, as `web.site.Site.turnstile`; left out, the server has its own.
    """
    handlers = _Handlers(source, public_url.rstrip("/"), turnstile or CapacityLimiter(1))
    return Server(
        "footnoted",
        version=footnoted_version(),
        title="Footnoted",
        description="Explainers that answer in their own words, with a footnote on every sentence.",
        instructions=instructions_for(source.current.documents()),
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_list_resource_templates=handlers.list_templates,
        on_read_resource=handlers.read_resource,
    )


def instructions_for(documents: tuple[DocumentCard, ...]) -> str:
    """What a model is told of the server: how to use it, and which explainers it holds."""
    return "\n".join([INSTRUCTIONS, "", *(f"- {document.title}{_dated(document)}" for document in documents)])


def _dated(document: DocumentCard) -> str:
    return f", as of {document.as_of.isoformat()}" if document.as_of else ""


async def serve_stdio(server: Server[dict[str, Any]]) -> None:
    """Serves the client at standard input and output until it closes them."""
    try:
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())
    except* BrokenPipeError:
        log.warning("The client went away before its reply was written.")


def http_app(server: Server[dict[str, Any]], host: str, port: int, public_url: str = "") -> Starlette:
    """*server* over streamable HTTP at `PATH`: stateless, and only for requests made to the address served."""
    return server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=MAX_BODY_BYTES,
        transport_security=allowed_addresses(host, port, public_url),
    )


def allowed_addresses(host: str, port: int, public_url: str = "") -> TransportSecuritySettings:
    """The Host and Origin headers that are let in: *host*, this machine's own names, and the public URL's.

    A page on another site that points its own name at this machine (DNS rebinding) sends another Host.
    """
    names = dict.fromkeys([f"[{host}]" if ":" in host else host, "127.0.0.1", "localhost", "[::1]"])
    hosts = [f"{name}:{port}" for name in names] + ([*names] if port == 80 else [])
    public = urlsplit(public_url)
    return TransportSecuritySettings(
        allowed_hosts=[*hosts, *([public.netloc] if public.netloc else [])],
        allowed_origins=[
            *(f"http://{name}" for name in hosts),
            *([f"{public.scheme}://{public.netloc}"] if public.netloc else []),
        ],
    )
