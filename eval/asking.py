"""Ways to ask a case: the bot itself, a running server, recorded replies; one by one or several at once.

Each is an `eval.run.Ask`: a case in, a reply in the contract's JSON out. What goes wrong with a case is `AskFailed`,
`ReplyFormatError` or `RecordingError`, and names it.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from bot.answers import Reply
from bot.chatbot import new_conversation_id
from bot.footnotes import reply_dict
from eval.baseline import replace_file
from eval.cases import EvalCase
from eval.errors import AskFailed, EvalError, RecordingError
from eval.run import Ask

THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What keeps the numeric libraries of a worker to one thread, so that two workers don't fight over two cores."""


class AskedBot(Protocol):
    """What is asked; `bot.chatbot.Chatbot` is one."""

    def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
        """The reply to *question*, asked after *history*."""
        ...


def library_asker(chatbot: AskedBot) -> Ask:
    """Asks *chatbot* each case in a conversation of its own, so that no case sees another."""

    def ask(case: EvalCase) -> Mapping[str, Any]:
        conversation_id = new_conversation_id()
        reply = chatbot.ask(conversation_id, case.question, case.history)
        return {**reply_dict(reply, conversation_id), "probability": reply.probability}

    return ask


def recorded_asker(path: Path) -> Ask:
    """Replies from *path*, JSON lines as ``footnoted ask --batch`` writes them, found by ``id`` = the case's id.

    Raises `RecordingError`; the asker raises it for a case without a line, and `AskFailed` for one whose line holds an
    ``error`` in a reply's place.
    """
    replies = _read_recording(path)

    def ask(case: EvalCase) -> Mapping[str, Any]:
        reply = replies.get(case.id)
        if reply is None:
            raise RecordingError(f"{path} holds no reply to case {case.id!r}; record the replies again.")
        if "error" in reply:
            raise AskFailed(f"{path} holds an error in place of a reply to case {case.id!r}: {reply['error']}")
        return reply

    return ask


def _read_recording(path: Path) -> Mapping[str, Mapping[str, Any]]:
    try:
        # Not splitlines(): JSON strings may hold other line separators, such as U+2028.
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except OSError as error:
        raise RecordingError(
            f"The recorded replies {path} can't be read ({error.strerror}); check the path."
        ) from error
    except UnicodeDecodeError as error:
        raise RecordingError(f"The recorded replies {path} are not UTF-8 text; record them again.") from error
    found: dict[str, Mapping[str, Any]] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip():
            reply = _recorded_line(line, f"{path}:{number}")
            if found.setdefault(str(reply["id"]), reply) is not reply:
                raise RecordingError(
                    f"{path}:{number}: there is a reply to {reply['id']!r} already; remove one of them."
                )
    return found


def _recorded_line(line: str, where: str) -> Mapping[str, Any]:
    try:
        reply = json.loads(line)
    except ValueError as error:
        raise RecordingError(f"{where}: the line is not JSON ({error}); record the replies again.") from error
    if not isinstance(reply, dict) or not isinstance(reply.get("id"), str | int):
        raise RecordingError(
            f"{where}: the line is no JSON object with an id; ask with the cases' ids, as `footnoted ask --batch` does."
        )
    return reply


@contextmanager
def record(ask: Ask, path: Path) -> Iterator[Ask]:
    """*ask*, whose replies are written to *path* as `recorded_asker` reads them, once all have been asked.

    An earlier recording stays as it is where asking fails. Raises `RecordingError`.
    """
    lines: list[str] = []

    def recording(case: EvalCase) -> Mapping[str, Any]:
        reply = ask(case)
        lines.append(json.dumps({"id": case.id, **reply}, ensure_ascii=False) + "\n")
        return reply

    yield recording
    try:
        replace_file(path, "".join(lines))
    except OSError as error:
        raise RecordingError(
            f"The replies can't be written to {path} ({error.strerror}); check the folder and its permissions."
        ) from error


def answered(cases: Sequence[EvalCase], replies: Sequence[Mapping[str, Any]]) -> Ask:
    """An `Ask` of what was asked already: *replies* to *cases*, in the same order."""
    by_id = {case.id: reply for case, reply in zip(cases, replies, strict=True)}
    return lambda case: by_id[case.id]


def ask_all(cases: Sequence[EvalCase], ask: Ask, workers: int = 1) -> tuple[Mapping[str, Any], ...]:
    """The replies to *cases*, in their order, whichever comes first; asked in *workers* threads.

    For what waits, such as a server; the bot itself computes, see `ask_in_processes`. Raises what *ask* raised for the
    first case that failed (`AskFailed` where that is no `EvalError`), and asks nothing more then.
    """
    if workers <= 1:
        return tuple(_named_ask(case, ask) for case in cases)
    with ThreadPoolExecutor(workers, thread_name_prefix="asking") as pool:
        try:
            return _in_order(cases, [pool.submit(_named_ask, case, ask) for case in cases])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _named_ask(case: EvalCase, ask: Ask) -> Mapping[str, Any]:
    try:
        return ask(case)
    except EvalError:
        raise
    except Exception as error:
        raise _failed(case, f"{type(error).__name__}: {error}") from error


def _failed(case: EvalCase, what: str) -> AskFailed:
    return AskFailed(f"Asking case {case.id!r} failed ({what}); ask its question with `footnoted ask` to see why.")


def _in_order(cases: Sequence[EvalCase], futures: Sequence[Future[Mapping[str, Any]]]) -> tuple[Mapping[str, Any], ...]:
    replies = []
    for case, future in zip(cases, futures, strict=True):
        try:
            replies.append(future.result())
        except BrokenProcessPool as error:
            raise _failed(case, "a worker process ended abruptly") from error
    return tuple(replies)


def ask_in_processes(
    cases: Sequence[EvalCase],
    factory: Callable[[], AskedBot],
    workers: int = 2,
    each: Callable[[], object] = lambda: None,
) -> tuple[Mapping[str, Any], ...]:
    """The replies to *cases*, in their order, from *workers* processes that each open a bot of their own.

    *factory* must be picklable: a function of a module, or `functools.partial` of one. With one worker everything stays
    in this process. *each* is called as each case is done, for a progress bar. Whatever ends this function, Ctrl+C
    included, ends the processes. Raises `AskFailed`.
    """
    if workers <= 1 or len(cases) <= 1:
        return _one_by_one(cases, library_asker(factory()), each)
    others = set(multiprocessing.active_children())
    pool = _spawn_pool(min(workers, len(cases)), factory)
    try:
        with _one_thread_each():
            futures = [pool.submit(_ask_in_worker, case) for case in cases]
        for future in futures:
            future.add_done_callback(lambda _future: each())
        return _in_order(cases, futures)
    except BaseException:
        _end_children(others)
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _one_by_one(cases: Sequence[EvalCase], ask: Ask, each: Callable[[], object]) -> tuple[Mapping[str, Any], ...]:
    replies = []
    for case in cases:
        replies.append(_named_ask(case, ask))
        each()
    return tuple(replies)


def _spawn_pool(workers: int, factory: Callable[[], AskedBot]) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")  # a fork would copy locks that other threads hold
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker, initargs=(factory,))


def _end_children(others: set[Any]) -> None:
    """Ends this process's children that aren't among *others*; a pool whose workers end gives up what is left."""
    for process in set(multiprocessing.active_children()) - others:
        process.terminate()


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes that start inside inherit one thread a numeric library, unless the environment says otherwise."""
    added = [name for name in THREAD_LIMITS if name not in os.environ]
    os.environ.update(dict.fromkeys(added, "1"))
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


_worker: dict[str, Callable[[], Ask]] = {}
"""In a worker process: what gives its asker."""


def _begin_worker(factory: Callable[[], AskedBot]) -> None:
    # Ctrl+C reaches the whole group; the parent ends the workers, so that they don't print a traceback each.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    opened: list[Ask] = []

    def asker() -> Ask:
        # Opened by the first case, so that what goes wrong reaches the parent as an error, not as a broken pool.
        if not opened:
            opened.append(library_asker(factory()))
        return opened[0]

    _worker["asker"] = asker


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _ask_in_worker(case: EvalCase) -> Mapping[str, Any]:
    try:
        return _worker["asker"]()(case)
    except Exception as error:
        # Only text goes back: not every exception can be pickled.
        raise _failed(case, f"{type(error).__name__}: {error}") from None
