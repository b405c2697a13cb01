"""Tokens that jose signed for Better Auth, Supabase and others, kept by `make interop`, on a clock of their time."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.identity.issuer_keys import IssuerKeys
from questlog.identity.issuer_verifiers import PublicKeys, Verifier
from questlog.identity.issuers import Issuers
from questlog.main import create_app
from tests.conftest import CHEAP
from tests.identity.issuers.conftest import Door
from tests.interop import issued, node
from tests.support import issuers, world
from tests.support.doors import client_from
from tests.support.moving_clock import MovingClock


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(issued.GOLDEN.read_text(encoding="utf-8"))
    return kept


def published_at(url: str, verifier: Verifier) -> Verifier:
    """Return the verifier with its keys fetched from a place on this machine."""
    if not isinstance(verifier, PublicKeys):
        return verifier
    return replace(verifier, keys=IssuerKeys(verifier.name, url, verifier.algorithms))


def test_the_kept_tokens_are_those_that_are_asked_for(golden: dict[str, Any]) -> None:
    asked = issued.asked(issued.MOMENT, golden["site"])

    assert golden["jose"] == node.version("jose")
    assert golden["moment"] == issued.MOMENT.isoformat()
    assert golden["tokens"].keys() == asked.keys()
    assert not [key for key in golden["keys"] if "d" in key]


@pytest.mark.parametrize("of_secret", [False, True], ids=["keys", "secret of Supabase"])
async def test_s057_tokens_of_jose_are_taken_in_their_time_and_name_three_people(
    golden: dict[str, Any],
    of_secret: bool,
    database: Database,
    database_address: str,
    tmp_path: Path,
    moving_clock: MovingClock,
) -> None:
    site = golden["site"]
    trusting = issued.settings_with_secret(site) if of_secret else issued.settings(site, site)
    settings = world.settings(database_address, tmp_path, **trusting)
    desk = FrontDesk(settings, cost=CHEAP)
    tokens = {
        name: token
        for name, token in golden["tokens"].items()
        if issued.is_of_secret(name) is of_secret
    }
    moving_clock.stop_at(issued.MOMENT + timedelta(minutes=10))

    people = defaultdict(set)
    async with issuers.key_server() as published:
        published.keys[:] = golden["keys"]
        here = (published_at(published.url, each) for each in desk.issuers.verifiers)
        desk.issuers = Issuers(here, desk.presence.elsewhere)
        async with client_from(create_app(settings, database, desk), "127.0.0.1") as client:
            door = Door(client, database, desk)
            for name, token in tokens.items():
                answer = await door.show(token)
                assert answer.status_code == 200, name
                people[issued.owner(name)].add(answer.json()["id"])
            moving_clock.stop_at(issued.MOMENT + timedelta(minutes=16))
            late = {(await door.show(token)).status_code for token in tokens.values()}
    desk.close()

    assert {len(ids) for ids in people.values()} == {1}
    assert len(people) == (1 if of_secret else 3)
    assert late == {401}
