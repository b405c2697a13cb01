"""What holds for every text and every tree."""

import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Select, make_url, select

from questlog.core.db import Database
from questlog.core.pagination import PageRequest
from questlog.flows.find_tasks import ALL_FIELDS
from questlog.planning import tasks
from questlog.planning.filters import FilterSyntaxError, Matching, canonical, parse
from questlog.planning.filters import words as spoken
from questlog.planning.filters.descriptions import describe
from questlog.planning.filters.explain import tree
from questlog.planning.filters.tree import Both, Either, Lists, Node, Not
from questlog.planning.queries import TASKS, TaskFilter
from tests.support.filters import table
from tests.support.make import Make

NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
UNDERSTOOD = [
    case["query"] for name in ("todoist.json", "ours.json", "russian.json") for case in table(name)
]
FRAGMENTS = st.sampled_from(
    [*'()&|,!"\\*#@:/ ', *spoken.WORDS, *spoken.DATED, "##", "7 days", "next week", "duration <"]
)
TEXTS = st.lists(st.one_of(FRAGMENTS, st.text(max_size=5)), max_size=30).map("".join)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)


def _escaped(name: str) -> str:
    return "".join(f"\\{letter}" for letter in name)


LEAVES = st.one_of(
    st.sampled_from([query for query in UNDERSTOOD if not set(query) & set("&|,()!")]),
    NAMES.filter(lambda name: bool(name.strip())).map(lambda name: f"@{_escaped(name)}"),
    NAMES.filter(lambda name: bool(name.strip())).map(lambda name: f"goal: *{_escaped(name)}"),
).map(parse)
TREES = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        parts.filter(lambda node: not isinstance(node, Not)).map(Not),
        st.lists(parts, min_size=2, max_size=3).map(lambda found: Both(tuple(found))),
        st.lists(parts, min_size=2, max_size=3).map(lambda found: Either(tuple(found))),
        st.lists(parts, min_size=2, max_size=3).map(lambda found: Lists(tuple(found))),
    ),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_any_text_is_a_filter_or_says_where_it_is_none(text: str) -> None:
    try:
        node = parse(text)
    except FilterSyntaxError as error:
        place = error.details
        if "position" in place:
            assert 0 <= place["position"] <= place["position"] + place["length"] <= len(text)
        return
    assert parse(canonical(node)) == node


@settings(max_examples=200, deadline=None)
@given(TREES)
def test_the_text_of_any_tree_reads_as_the_same_tree(node: Node) -> None:
    text = canonical(node)

    if len(text) <= 1000:
        assert parse(text) == node
        assert canonical(parse(text)) == text


@settings(max_examples=100, deadline=None)
@given(TREES)
def test_any_tree_is_one_condition_of_bound_values(node: Node) -> None:
    matching = Matching.of(node, NOW, ALL_FIELDS)
    statement: Select[tuple[object]] = select(TASKS.c.id).where(
        *matching.conditions(open_only=True)
    )

    for address in ("sqlite://", "postgresql+asyncpg://"):
        dialect = make_url(address).get_dialect()()
        compiled = statement.compile(dialect=dialect)
        bound = {name for name in compiled.params if name.startswith("filter_")}
        assert bound <= set(matching.values)
    assert describe(node, "en") != describe(node, "ru")
    assert tree(node)["op"] in ("and", "or", "lists", "not", "is")


def test_filters_of_one_shape_are_one_statement() -> None:
    first, second = (
        Matching.of(parse(text), NOW, ALL_FIELDS)
        for text in ("#Work & due before: friday & @x", "#Home & due before: +7 days & @дом")
    )

    assert first == second
    assert hash(first) == hash(second)
    assert first.values != second.values


@pytest.mark.parametrize(
    "hostile",
    [
        "(" * 1000,
        "!" * 999 + "p1",
        "@" + "*a" * 499,
        "a " * 500,
        '"' * 1000,
        "\\" * 1000,
        "9" * 1000,
        "1 week after " * 76,
        "due before: " + "+1 " * 300,
        ("p1&" * 333) + "p",
        "x" * 10_000,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_texts_are_read_quickly(hostile: str) -> None:
    began = time.process_time()

    for _ in range(5):
        with suppress(FilterSyntaxError):
            canonical(parse.__wrapped__(hostile))

    assert time.process_time() - began < 1


async def test_every_understood_filter_runs(database: Database, make: Make) -> None:
    user = await make.user()
    await make.one_of_everything(user, times=1)

    for text in UNDERSTOOD:
        matching = Matching.of(Not(Both((parse(text), parse("all")))), NOW, ALL_FIELDS)
        for wanted in (TaskFilter(matching=matching), TaskFilter(matching=matching, trash=True)):
            found = await database.read(
                tasks.page, user.id, wanted, PageRequest(include_total=True), today=NOW.date()
            )
            assert found.total is not None
