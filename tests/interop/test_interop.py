"""Questlog and chrono-node read the same sentences, every difference is on record, and signatures are as elsewhere. Needs neither Node nor the net."""

import json

import pytest

from tests.interop import chrono, differences, node, sentences, signed, tables


def test_every_difference_to_chrono_node_has_its_reason() -> None:
    unlisted = [str(difference) for difference in differences.unlisted()]

    assert unlisted == []
    assert all(differences.reasons().values())


def test_no_difference_is_listed_that_is_none() -> None:
    outlived = differences.outlived()

    assert outlived == []


def test_the_kept_answers_are_those_of_the_tables_and_of_the_pinned_version() -> None:
    kept = json.loads(sentences.GOLDEN.read_text(encoding="utf-8"))

    asked = {language: set(answers) for language, answers in kept["answers"].items()}

    assert kept["chrono-node"] == chrono.version()
    assert kept["moment"] == sentences.MOMENT.isoformat()
    assert asked == {language: set(sentences.texts(language)) for language in sentences.LANGUAGES}


@pytest.mark.parametrize("name", tables.TABLES)
def test_at_least_three_quarters_of_every_table_are_understood(name: str) -> None:
    share = tables.TABLES[name]()

    assert share.lines > 0
    assert share.not_understood <= share.lines / 4


def test_s135_messages_are_signed_as_the_javascript_library_of_standard_webhooks_signs_them() -> (
    None
):
    messages, kept = signed.ours(), signed.golden()

    assert kept[signed.PACKAGE] == node.version(signed.PACKAGE)
    assert {each.id: each.signature for each in messages} == {
        each["id"]: each["signature"] for each in kept["signatures"]
    }
    assert len({each.signature for each in messages}) == len(messages) == 30
