"""The limits that Slack's documentation sets to messages and modals, checked without Slack's SDK.

Each rule's name starts its message. Source: https://docs.slack.dev/reference/block-kit, the pages named below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

MAX_BLOCKS = 50
"""https://docs.slack.dev/reference/block-kit/blocks (100 in a modal)"""

MAX_MARKDOWN = 12_000
"""https://docs.slack.dev/reference/block-kit/blocks/markdown-block: of all such blocks in a message together"""

MAX_TEXT = 4_000
"""https://docs.slack.dev/reference/methods/chat.postMessage#truncating: the best length; past 40,000 it is cut"""

MAX_ALL = 12_500
"""Slack refuses a message with ``msg_too_long`` or ``msg_blocks_too_long`` at some 13,000 characters in all."""

Block = Mapping[str, Any]


def check_message(text: str, blocks: Sequence[Block]) -> None:
    """Raises AssertionError, with the rule's name, where Slack would turn the message away or cut it."""
    require(bool(text.strip()), "text: a message has some, for notifications")
    require(len(text) <= MAX_TEXT, "text: at most 4,000 characters")
    require(1 <= len(blocks) <= MAX_BLOCKS, "blocks: at most 50 in a message")
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    require(markdown <= MAX_MARKDOWN, "markdown: at most 12,000 characters in a message")
    require(len(text) + sum(map(len, strings(list(blocks)))) <= MAX_ALL, "message: well under 13,000 characters")
    _check_blocks(blocks, ("markdown", "rich_text", "divider", "section", "context", "actions", "context_actions"))


def check_view(view: Mapping[str, Any]) -> None:
    """The same for a modal. Source: https://docs.slack.dev/reference/views/modal-views"""
    for name in ("title", "submit", "close"):
        _check_text(view[name], 24, f"view: {name}")
        require(view[name]["type"] == "plain_text", f"view: {name} is plain text")
    require(len(view.get("private_metadata", "")) <= 3_000, "view: private_metadata of at most 3,000 characters")
    require(len(view.get("callback_id", "")) <= 255, "view: callback_id of at most 255 characters")
    require(1 <= len(view["blocks"]) <= 100, "view: at most 100 blocks")
    _check_blocks(view["blocks"], ("section", "context", "divider", "actions", "input"))


def require(holds: bool, rule: str) -> None:
    """Fails by the name of the rule that doesn't hold."""
    if not holds:
        raise AssertionError(rule)


def strings(value: object) -> Iterator[str]:
    """Every string that is sent in *value*, names of types and actions too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from strings(inner)


def _check_blocks(blocks: Sequence[Block], kinds: Sequence[str]) -> None:
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    require(len(ids) == len(set(ids)), "block_id: unique within a message")
    require(all(0 < len(name) <= 255 for name in ids), "block_id: at most 255 characters")
    for block in blocks:
        require(block["type"] in kinds, f"blocks: {block['type']} doesn't stand here")
        _CHECKS[block["type"]](block)


def _check_markdown(block: Block) -> None:
    require(0 < len(block["text"]) <= MAX_MARKDOWN, "markdown: between 1 and 12,000 characters")


def _check_section(block: Block) -> None:
    """https://docs.slack.dev/reference/block-kit/blocks/section-block"""
    _check_text(block["text"], 3_000, "section: text")


def _check_context(block: Block) -> None:
    """https://docs.slack.dev/reference/block-kit/blocks/context-block"""
    require(1 <= len(block["elements"]) <= 10, "context: at most 10 elements")
    for element in block["elements"]:
        _check_text(element, 3_000, "context: text")


def _check_text(text: Mapping[str, Any], longest: int, name: str) -> None:
    """https://docs.slack.dev/reference/block-kit/composition-objects/text-object"""
    require(text["type"] in {"plain_text", "mrkdwn"}, f"{name} is a text object")
    require(0 < len(text["text"]) <= longest, f"{name} of at most {longest:,} characters")


def _check_actions(block: Block) -> None:
    """https://docs.slack.dev/reference/block-kit/blocks/actions-block"""
    require(1 <= len(block["elements"]) <= 25, "actions: at most 25 elements")
    _check_action_ids(block)
    for element in block["elements"]:
        require(element["type"] == "button", "actions: buttons only, here")
        _check_button(element)


def _check_context_actions(block: Block) -> None:
    """https://docs.slack.dev/reference/block-kit/blocks/context-actions-block"""
    require(1 <= len(block["elements"]) <= 5, "context_actions: at most 5 elements")
    _check_action_ids(block)
    for element in block["elements"]:
        require(element["type"] == "feedback_buttons", "context_actions: feedback buttons only, here")
        _check_button(element["positive_button"])
        _check_button(element["negative_button"])


def _check_action_ids(block: Block) -> None:
    names = [element["action_id"] for element in block["elements"]]
    require(len(names) == len(set(names)), "action_id: unique within a block")
    require(all(0 < len(name) <= 255 for name in names), "action_id: at most 255 characters")


def _check_button(button: Mapping[str, Any]) -> None:
    """https://docs.slack.dev/reference/block-kit/block-elements/button-element"""
    require(button["text"]["type"] == "plain_text", "button: its text is plain")
    _check_text(button["text"], 75, "button: text")
    require(len(button.get("value", "")) <= 2_000, "button: value of at most 2,000 characters")
    require(len(button.get("url", "")) <= 3_000, "button: url of at most 3,000 characters")


def _check_input(block: Block) -> None:
    """https://docs.slack.dev/reference/block-kit/blocks/input-block"""
    require(block["label"]["type"] == "plain_text", "input: its label is plain")
    _check_text(block["label"], 2_000, "input: label")
    require(len(block["element"].get("action_id", "")) <= 255, "action_id: at most 255 characters")


def _check_rich_text(block: Block) -> None:
    """https://docs.slack.dev/reference/block-kit/blocks/rich-text-block"""
    require(bool(block["elements"]), "rich_text: at least one element")
    for element in block["elements"]:
        listed = element["type"] == "rich_text_list"
        require(not listed or element["style"] in {"bullet", "ordered"}, "rich_text_list: a style")
        for section in element["elements"] if listed else [element]:
            require(section["type"] == "rich_text_section", "rich_text: sections and lists of sections, here")
            _check_rich_pieces(section["elements"])


def _check_rich_pieces(pieces: Sequence[Mapping[str, Any]]) -> None:
    require(bool(pieces), "rich_text_section: at least one element")
    for piece in pieces:
        require(piece["type"] in {"text", "link"}, "rich_text_section: text and links, here")
        require(len(piece["text"]) > 0, "rich_text_section: no empty text")
        require(piece["type"] == "text" or len(piece["url"]) > 0, "rich_text_section: a link has an address")


def _check_divider(block: Block) -> None:
    require(set(block) <= {"type", "block_id"}, "divider: nothing in it")


_CHECKS: Mapping[str, Callable[[Block], None]] = {
    "markdown": _check_markdown,
    "rich_text": _check_rich_text,
    "divider": _check_divider,
    "section": _check_section,
    "context": _check_context,
    "actions": _check_actions,
    "context_actions": _check_context_actions,
    "input": _check_input,
}
