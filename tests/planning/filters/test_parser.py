"""What a filter says, and where it says nothing."""

from typing import Any

import pytest

from questlog.planning.filters import FilterSyntaxError, canonical, parse
from tests.support.filters import compact, table

UNDERSTOOD = [*table("todoist.json"), *table("ours.json"), *table("russian.json")]


def named(case: dict[str, Any]) -> str:
    return str(case["query"])[:60]


def bare(text: str) -> str:
    return text.replace('"', "").replace("\\", "")


@pytest.mark.parametrize("case", UNDERSTOOD, ids=named)
def test_a_published_filter_has_its_tree(case: dict[str, Any]) -> None:
    assert bare(compact(parse(case["query"]))) == bare(case["tree"])


@pytest.mark.parametrize("case", UNDERSTOOD, ids=named)
def test_the_canonical_text_means_the_same(case: dict[str, Any]) -> None:
    tree = parse(case["query"])

    assert parse(canonical(tree)) == tree
    assert canonical(parse(canonical(tree))) == canonical(tree)


@pytest.mark.parametrize("case", table("todoist_refused.json"), ids=named)
def test_what_questlog_does_not_have_is_named(case: dict[str, Any]) -> None:
    with pytest.raises(FilterSyntaxError) as refused:
        parse(case["query"])

    details = refused.value.details
    assert (details["unsupported"], details["near"]) == (case["unsupported"], case["near"])
    assert details["position"] == case["query"].index(case["near"])


@pytest.mark.parametrize("case", table("broken.json"), ids=named)
def test_an_error_names_its_place(case: dict[str, Any]) -> None:
    with pytest.raises(FilterSyntaxError) as refused:
        parse(case["query"])

    details = refused.value.details
    told = {name: details.get(name) for name in case if name != "query"}
    assert told == {name: value for name, value in case.items() if name != "query"}
