"""What a token says, and that nothing else is taken for one."""

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questlog.core.ids import new_id
from questlog.flows.sync_tokens import LONGEST, BadSyncTokenError, Place, Walk, read, write

PLACES = st.builds(
    Place,
    seq=st.integers(0, 2**62 - 1),
    event_id=st.none() | st.builds(new_id),
    locale=st.sampled_from(["en", "ru"]),
    told=st.integers(0, 100_000),
)
WALKS = st.builds(
    Walk, start=PLACES, kind=st.integers(0, 20), cursor=st.none() | st.text("abc_-9", max_size=200)
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
)


def spelled(fields: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


@given(PLACES | WALKS)
def test_a_token_is_read_as_it_was_written(token: Place | Walk) -> None:
    text = write(token)

    assert read(text) == token
    assert len(text) <= LONGEST
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text("ABCabc012-_", max_size=100) | ANYTHING.map(spelled))
def test_what_is_no_token_is_refused_and_nothing_else_happens(text: str) -> None:
    with suppress(BadSyncTokenError):
        found = read(text)

        assert found is None or read(write(found)) == found


def test_a_token_of_another_form_begins_anew() -> None:
    text = spelled([2, "whatever a later server writes"])

    assert read(text) is None


@pytest.mark.parametrize(
    "fields", [[], [True], ["1"], [1], [1, 1, None, "en"], [1, 1, None, "en", 0, 1]]
)
def test_a_token_with_something_missing_is_refused(fields: list[Any]) -> None:
    with pytest.raises(BadSyncTokenError):
        read(spelled(fields))
