"""Where in Slack the bot answers, and whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from web.settings import SettingError
from web.slack.rules import ChannelRules, SlackRules, read_rules


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "slack.toml"


def rules_from(path: Path, text: str) -> SlackRules:
    path.write_text(text, encoding="utf-8")
    return read_rules(path)


def complaint(path: Path, text: str) -> str:
    with pytest.raises(SettingError) as caught:
        rules_from(path, text)
    sentence = str(caught.value)
    assert sentence.startswith(f"The channel rules {path} can't be ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_without_a_file_everybody_may_ask_everywhere() -> None:
    rules = read_rules(None).of("C1")
    assert rules == ChannelRules()
    assert rules.enabled
    assert rules.allows("U1")
    assert rules.language == "en"


def test_an_empty_file_is_like_none(path: Path) -> None:
    assert rules_from(path, "").of("C1") == ChannelRules()


def test_a_channel_overrides_parts_of_the_default(path: Path) -> None:
    rules = rules_from(
        path,
        """
        [default]
        language = "es"
        documents = ["a", "b"]
        [C1]
        documents = ["c"]
        [C2]
        enabled = false
        """,
    )
    assert rules.of("C1") == ChannelRules(language="es", documents=frozenset({"c"}))
    assert rules.of("C2") == ChannelRules(language="es", documents=frozenset({"a", "b"}), enabled=False)
    assert rules.of("C3") == ChannelRules(language="es", documents=frozenset({"a", "b"}))


def test_the_bot_can_be_off_but_in_one_channel(path: Path) -> None:
    rules = rules_from(path, "[C1]\nenabled = true\n[default]\nenabled = false")
    assert rules.of("C1").enabled
    assert not rules.of("C2").enabled


def test_an_empty_list_of_documents_means_all_again(path: Path) -> None:
    rules = rules_from(path, '[default]\ndocuments = ["a"]\n[C1]\ndocuments = []')
    assert rules.of("C1").documents == frozenset()


def test_only_those_who_are_listed_may_ask(path: Path) -> None:
    rules = rules_from(path, '[C1]\nmay_ask = ["U1", "U2"]\n[C2]\nmay_ask = []')
    assert [rules.of("C1").allows(user) for user in ("U1", "U2", "U3")] == [True, True, False]
    assert not rules.of("C2").allows("U1")
    assert rules.of("C3").allows("U3")


def test_every_document_that_is_named_is_known(path: Path) -> None:
    rules = rules_from(path, '[default]\ndocuments = ["a"]\n[C1]\ndocuments = ["b"]\n[C2]\ndocuments = ["a", "c"]')
    assert [rule.documents for rule in rules.all()] == [{"a"}, {"b"}, {"a", "c"}]


def test_text_is_utf_8_whatever_the_machines_own_encoding(path: Path) -> None:
    rules = rules_from(path, '# Español\n[default]\ndocuments = ["permisos-año"]')
    assert rules.of("C1").documents == {"permisos-año"}


def test_the_mark_that_windows_editors_put_first_is_fine(path: Path) -> None:
    assert not rules_from(path, "\ufeff[default]\nenabled = false").of("C1").enabled


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[C1]\nenabeld = true", "[C1] enabeld"),
        ("[default]\nlanguage = 'fr'", "[default] language"),
        ("[C1]\ndocuments = 'a'", "[C1] documents"),
        ("[C1]\ndocuments = [1]", "[C1] documents.0"),
        ("[C1]\nenabled = 'perhaps'", "[C1] enabled"),
        ("[C1]\nmay_ask = 'U1'", "[C1] may_ask"),
    ],
)
def test_a_rule_that_cannot_be_used_is_named_with_its_channel(path: Path, text: str, named: str) -> None:
    assert f"can't be used: {named}: " in complaint(path, text)


@pytest.mark.parametrize("text", ["enabled = false", "default = 5", "[[C1]]\nenabled = true", "C1 = 'off'"])
def test_a_rule_outside_a_table_is_told_where_it_belongs(path: Path, text: str) -> None:
    assert "every rule stands in a table" in complaint(path, text)


@pytest.mark.parametrize("text", ["[C1\n", "enabled: true", "[C1]\n[C1]"])
def test_a_file_that_is_no_toml_is_refused(path: Path, text: str) -> None:
    assert "can't be read" in complaint(path, text)


def test_a_file_that_is_not_there_is_refused(path: Path) -> None:
    with pytest.raises(SettingError, match=r"can't be read: .*No such file"):
        read_rules(path)


def test_a_file_in_another_encoding_is_refused(path: Path) -> None:
    path.write_bytes("# Español".encode("latin-1"))
    with pytest.raises(SettingError, match=r"can't be read: .*utf-8"):
        read_rules(path)


def test_a_channel_may_open_what_the_default_closes(path: Path) -> None:
    rules = rules_from(path, '[default]\nmay_ask = ["U1"]\n[C1]\nmay_ask = "everyone"')
    assert [rules.of(channel).allows("U2") for channel in ("C1", "C2")] == [True, False]
