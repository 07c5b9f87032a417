"""Cases in YAML: a list of cases, one case, or a stream of either. The one door to PyYAML in this package.

Every scalar is text, so that ``no`` is the word and ``2024-01-01`` is what was written; only an empty value, ``~`` and
``null`` are nothing. Nothing is constructed but text, lists and mappings: tags and aliases are refused, so a few lines
can't grow into gigabytes, and nesting is limited.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml

from eval.errors import CaseFileError

DEEPEST = 20  # a case is five levels deep at the most
_NOTHING = frozenset({"", "~", "null"})
_TEXT, _LIST, _MAPPING = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))


@dataclass(frozen=True, slots=True)
class Entry:
    """A case as it is written, and the line (from 1) that it begins on."""

    line: int
    content: dict[str, Any]


class _Loader(yaml.SafeLoader):
    """Reads nodes only, every plain scalar as text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own attribute
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            self._refuse("an alias isn't read here")
        if self.depth >= DEEPEST:
            self._refuse("it is nested too deeply")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _refuse(self, problem: str) -> NoReturn:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        raise yaml.composer.ComposerError(None, None, problem, event.start_mark)


def read_yaml(text: str, name: str) -> Iterator[Entry]:
    """The cases in *text*, in order. Raises `CaseFileError`, which names *name* and the line."""
    try:
        for document in yaml.compose_all(text, Loader=_Loader):
            if document is not None and not _is_nothing(document):
                yield from _entries(document, name)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise CaseFileError(f"{name}:{line}: the YAML can't be read ({error.problem}); mend the file.") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise CaseFileError(f"{name}:{line}: the YAML can't be read ({error.reason}); mend the file.") from error


def _entries(document: yaml.Node, name: str) -> Iterator[Entry]:
    for node in document.value if isinstance(document, yaml.SequenceNode) else [document]:
        content = _value(node, name)
        if not isinstance(content, dict):
            raise CaseFileError(
                f"{name}:{node.start_mark.line + 1}: this is no case; write each case as a mapping in a list."
            )
        yield Entry(node.start_mark.line + 1, content)


def _is_nothing(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style is None and node.value in _NOTHING


def _value(node: yaml.Node, name: str) -> Any:
    if node.tag not in (_TEXT, _LIST, _MAPPING):
        raise CaseFileError(f"{name}:{node.start_mark.line + 1}: the tag {node.tag!r} isn't read here; leave it out.")
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, name)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, name) for item in node.value]
    return None if _is_nothing(node) else node.value


def _mapping(node: yaml.MappingNode, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        where = f"{name}:{key_node.start_mark.line + 1}"
        key = _value(key_node, name)
        if not isinstance(key, str):
            raise CaseFileError(f"{where}: a key is a word; write `name: value`.")
        if key in found:
            raise CaseFileError(f"{where}: {key!r} is there twice; leave one out.")
        found[key] = _value(value_node, name)
    return found
