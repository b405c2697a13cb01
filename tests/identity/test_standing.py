"""How long a ticket that was asked for with a foreign token lets somebody stay."""

from datetime import datetime, timedelta

import pytest

from questlog.core import clock
from questlog.core.ids import new_id
from questlog.identity import standing
from questlog.identity.principals import Principal
from tests.support.moving_clock import MovingClock, at

NOON = at("2026-06-02T12:00:00")


@pytest.mark.parametrize(
    ("left", "stays"), [(300.0, 300), (86_400.0, 900), (253_402_300_799.0, 900), (None, 900)]
)
def test_a_ticket_lasts_no_longer_than_the_token_it_was_asked_for_with(
    moving_clock: MovingClock, left: float | None, stays: int
) -> None:
    moving_clock.stop_at(NOON)
    expires = None if left is None else clock.now().timestamp() + left
    person = Principal(
        new_id(),
        None,
        "user",
        None,
        "en",
        "UTC",
        issuer="https://id.example.org",
        subject="ada",
        expires=expires,
    )

    kept = standing.kept(person)

    assert datetime.fromisoformat(kept["ends_at"]) - NOON == timedelta(seconds=stays)
