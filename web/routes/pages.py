"""The chat pages; they work in full without JavaScript."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated
from urllib.parse import parse_qsl, unquote, urlsplit

from fastapi import APIRouter, Depends, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match

from bot.answers import Turn
from bot.chatbot import new_conversation_id
from bot.errors import BotError, ConversationStoreError, NothingSelected
from bot.feedback import Feedback, FeedbackStore
from bot.wording import languages, message
from index.errors import IndexingError
from web.about_passage import AboutPassage, about_passage, selection_of
from web.errors import shown, told_in
from web.keys import admitted
from web.locale_choice import remember
from web.readers import Readers
from web.site import CONVERSATION_ID, ConversationId, CurrentSite, Site
from web.suggestions import Suggestions
from web.views import AfterView, FollowUp, TurnView, after_view, explainer_view, turn_view

router = APIRouter(include_in_schema=False)

NO_CONVERSATION = message("There is no such conversation here; it may have been deleted. Please start a new one.")


def from_our_pages(request: Request) -> None:
    """Refuses a form that another site posts: a browser says where it comes from.

    Older browsers, and all of them without https, say it in Origin only; programs say nothing. Source:
    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    ours = site in {"same-origin", "none"} if site else origin is None or _is_our_own(origin, request)
    if not ours:
        raise HTTPException(403, message("This form was sent from another site; please use the one on this page."))


def _is_our_own(origin: str, request: Request) -> bool:
    """Whether *origin* is the server that *request* came to, by its own name or its public one."""
    public: str | None = request.app.state.site.public_url
    ours = {request.url.netloc, *([urlsplit(public).netloc] if public else ())}
    return origin.partition("://")[2] in ours


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form; read strictly, where frameworks would replace what isn't UTF-8 with "�"."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "This form is sent as application/x-www-form-urlencoded only.")
    try:
        body = (await request.body()).decode()
        return dict(parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=8))
    except ValueError:
        raise HTTPException(400, message("The form isn't valid UTF-8 text; please type the question again.")) from None


Form = Annotated[dict[str, str], Depends(read_form)]


def feedback_of(request: Request, conversation_id: str, reader: str | None = None) -> Mapping[int, Feedback]:
    """What this reader said of the replies of a conversation, by turn."""
    reader = reader or readers_of(request).known(request)
    feedback: FeedbackStore | None = request.app.state.kept_feedback()
    return feedback.of_reader(conversation_id, f"web:{reader}") if reader and feedback else {}


def after_of(
    conversation_id: str,
    turn: TurnView,
    given: Mapping[int, Feedback] | None = None,
    follow_ups: tuple[FollowUp, ...] = (),
) -> AfterView:
    """What can be done with the reply of *turn*, by a reader who said what is *given*."""
    view = replace(after_view(conversation_id, turn), follow_ups=follow_ups)
    said = (given or {}).get(turn.number)
    if said is None:
        return view
    return replace(view, verdict=said.verdict, explained=said.text is not None)


def chat_page(
    request: Request,
    site: Site,
    conversation_id: str,
    turns: Sequence[Turn],
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    kept: str = "",
    sentence: str | None = None,
    about: AboutPassage | None = None,
) -> Response:
    """The chat: its turns, or the explainers where there are none yet; *kept* stays in the question box.

    The next question is *about* a passage, where that is given.
    """
    explainers = [] if turns or about else [explainer_view(document) for document in site.chatbot.texts()]
    suggestions: Suggestions = request.app.state.suggestions
    # What is suggested is about all explainers, and so not about the one passage.
    first = () if turns or about else suggestions.first_now(site.chatbot).questions
    return site.pages.render(
        "chat.html",
        status=status,
        headers=headers,
        conversation_id=conversation_id,
        turns=_turn_views(request, site, conversation_id, turns),
        suggestions=first,
        explainers=explainers,
        kept=kept,
        sentence=sentence,
        about=about,
        max_length=site.chatbot.max_question_chars,
        address=site.address(request),
    )


def _turn_views(request: Request, site: Site, conversation_id: str, turns: Sequence[Turn]) -> list[TurnView]:
    """The turns with what can be done with them; the last with questions that go on from it."""
    given = feedback_of(request, conversation_id) if turns else {}
    suggestions: Suggestions = request.app.state.suggestions
    views = []
    for number, turn in enumerate(turns, start=1):
        view = turn_view(number, turn, site.pages.words)
        last = number == len(turns)
        found = suggestions.follow_ups_now(site.chatbot, turns, number).questions if last else ()
        views.append(replace(view, after=after_of(conversation_id, view, given, found)))
    return views


@router.get("/")
def first_page(request: Request, site: CurrentSite) -> Response:
    """An empty chat; the address may say what its question is about."""
    return _asking(site, new_conversation_id(), (), request)


def _asking(site: Site, conversation_id: str, turns: Sequence[Turn], request: Request) -> Response:
    """The chat with a box for a question about what the query of *request* names."""
    try:
        about = about_passage(request.query_params, site.chatbot)
    except NothingSelected as error:
        sentence = told_in(site.pages.words, str(error))
        return chat_page(request, site, conversation_id, turns, status=shown(error).status, sentence=sentence)
    return chat_page(request, site, conversation_id, turns, about=about)


def conversation_in(form: Form) -> str:
    """The conversation that a form goes on with, or the id of a new one; refused where it can't be one."""
    conversation_id = form.get("conversation_id") or new_conversation_id()
    if not CONVERSATION_ID.fullmatch(conversation_id):
        raise HTTPException(422, NO_CONVERSATION)
    return conversation_id


AskedIn = Annotated[str, Depends(conversation_in)]


@router.post("/ask", dependencies=[Depends(from_our_pages)])
async def ask(request: Request, form: Form, conversation_id: AskedIn, site: CurrentSite) -> Response:
    """Asks the question of the form, then leads to the new turn; a failed one stays in the box."""
    question = form.get("question", "")
    readers = readers_of(request)
    reader = readers.known_or_new(request, (conversation_id, form.get("once", "")))
    try:
        await admitted(request)
        selection = selection_of(form, site.chatbot)
        number, _ = await site.ask_turn(conversation_id, question, turn_in(form), reader, selection)
    except (BotError, IndexingError) as error:
        return await run_in_threadpool(_ask_again, request, site, conversation_id, form, error)
    response = RedirectResponse(f"/c/{conversation_id}#turn-{number}", 303)
    if number == 1:
        readers.remember(request, response, reader)
    return response


def readers_of(request: Request) -> Readers:
    """Who knows the readers of this server again."""
    readers: Readers = request.app.state.readers
    return readers


def turn_in(form: dict[str, str]) -> int | None:
    """Which turn of its conversation a form asks; None where it doesn't say."""
    text = form.get("turn", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 and int(text) else None


def _ask_again(request: Request, site: Site, conversation_id: str, form: dict[str, str], error: Exception) -> Response:
    """The page again with what was typed; without its turns where it is they that can't be read."""
    reply = shown(error)
    unreadable = isinstance(error, ConversationStoreError)
    turns = () if unreadable else site.chatbot.conversations.turns(conversation_id)
    sentence = told_in(site.pages.words, reply.sentence)
    return chat_page(
        request,
        site,
        conversation_id,
        turns,
        status=reply.status,
        headers=reply.headers,
        kept=form.get("question", ""),
        sentence=sentence,
        about=_about_still(form, site),
    )


def _about_still(form: dict[str, str], site: Site) -> AboutPassage | None:
    """What a question that failed was about, where that is still here."""
    try:
        return about_passage(form, site.chatbot)
    except NothingSelected:
        return None


@router.get("/language/{language}")
def choose_language(language: str, request: Request) -> Response:
    """Remembers the language that a reader chose, and leads back to the page they chose it on."""
    if language not in languages():
        raise HTTPException(404)
    response = RedirectResponse(_back(request), 303)
    remember(response, language, secure=readers_of(request).by_https(request))
    return response


def _back(request: Request) -> str:
    """The path of our own page that *request* came from, or of the first page."""
    came = urlsplit(request.headers.get("referer", ""))
    ours = came.netloc == request.url.netloc and came.path.startswith("/") and not came.path.startswith("//")
    if not ours or came.path.startswith("/language/") or not _can_be_opened(came.path, request):
        return "/"
    return f"{came.path}?{came.query}" if came.query else came.path


def _can_be_opened(path: str, request: Request) -> bool:
    """Whether a page of ours is there to be read: what a form was answered with may stand at an address for forms."""
    app: FastAPI = request.app
    asked = {**request.scope, "path": unquote(path), "method": "GET"}
    return any(route.matches(asked)[0] is Match.FULL for route in app.routes)


@router.get("/c/{conversation_id}")
def conversation(conversation_id: ConversationId, request: Request, site: CurrentSite) -> Response:
    """A conversation with all its turns; the address may say what the next question is about."""
    turns = site.chatbot.conversations.turns(conversation_id)
    if not turns:
        raise HTTPException(404, NO_CONVERSATION)
    return _asking(site, conversation_id, turns, request)
