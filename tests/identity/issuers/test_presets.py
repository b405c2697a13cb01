"""Supabase and Better Auth: what they sign for people lets these in, and nothing else that they sign does."""

from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response

from tests.identity.issuers.conftest import OpenDoor
from tests.support import issuers
from tests.support.issuers import claims, secret_holder


def id_of(answer: Response) -> UUID:
    assert answer.status_code == 200, answer.text
    return UUID(answer.json()["id"])


class TestSupabase:
    """S-056: what a project signs is a person only when it says so."""

    PROJECT = "https://ref.supabase.co"
    SIGNER = secret_holder("the older shared secret of the project")

    def token(self, **changes: Any) -> str:
        person = {
            "iss": f"{self.PROJECT}/auth/v1",
            "aud": "authenticated",
            "sub": "7f3c5a70-5f0e-4a9c-9d57-0f4a1a8a0c11",
            "role": "authenticated",
            "is_anonymous": False,
            "email": "ada@example.org",
            "user_metadata": {"email_verified": True, "role": "admin", "name": "Root"},
            "app_metadata": {"provider": "email"},
        }
        return self.SIGNER.token(claims(**person | changes))

    def settings(self, **more: str) -> dict[str, str]:
        return {"SUPABASE_JWT_SECRET": self.SIGNER.key, **more}

    async def test_s056_a_person_comes_in_and_no_more(self, open_door: OpenDoor) -> None:
        async with open_door(**self.settings(SUPABASE_URL=self.PROJECT)) as door:
            answer = await door.show(self.token())

        seen = answer.json()
        assert answer.status_code == 200
        assert (seen["email"], seen["role"], seen["name"]) == (None, "user", "")

    @pytest.mark.parametrize(
        "changes",
        [
            {"role": "service_role"},
            {"role": "anon"},
            {"role": "supabase_admin"},
            {"role": None},
            {"role": ["authenticated"]},
            {"aud": "anon"},
            {"aud": None},
            {"is_anonymous": True},
            {"is_anonymous": "false"},
            {"iss": "supabase"},
            {"iss": "https://other.supabase.co/auth/v1"},
            {"sub": None},
        ],
    )
    async def test_s056_nobody_else_does(
        self, open_door: OpenDoor, changes: dict[str, Any]
    ) -> None:
        async with open_door(**self.settings(SUPABASE_URL=self.PROJECT)) as door:
            answer = await door.show(self.token(**changes))

            assert answer.status_code == 401
            assert await door.users() == 0

    async def test_a_secret_alone_knows_no_address_to_compare(self, open_door: OpenDoor) -> None:
        async with open_door(**self.settings()) as door:
            named = await door.show(self.token())
            nameless = await door.show(self.token(iss=None))

        assert (named.status_code, nameless.status_code) == (200, 401)

    async def test_the_secret_leaves_no_room_for_keys(
        self, open_door: OpenDoor, signer: issuers.Signer
    ) -> None:
        async with issuers.key_server(signer) as published:
            base = published.url.removesuffix("/jwks")
            person = claims(iss=f"{base}/auth/v1", aud="authenticated", role="authenticated")
            async with open_door(SUPABASE_URL=base) as door:
                by_key = await door.show(signer.token(person))
            async with open_door(**self.settings(SUPABASE_URL=base)) as door:
                by_key_beside_a_secret = await door.show(signer.token(person))
            assert published.hits == 1

        assert (by_key.status_code, by_key_beside_a_secret.status_code) == (200, 401)


class TestBetterAuth:
    """S-057: its forms, each by its own verifier; one subject is one user."""

    SIGNER = secret_holder("the secret of Better Auth in this test")
    COOKIE = {  # noqa: RUF012 - read only
        "iss": None,
        "aud": None,
        "sub": None,
        "session": {"id": "s1", "userId": "u-1", "token": "t", "expiresAt": "2099-01-01T00:00:00Z"},
        "user": {"id": "u-1", "email": "ada@example.org", "emailVerified": True, "name": "Ada"},
        "updatedAt": 1_700_000_000_000,
        "version": "1",
    }
    FRONT_END = {"iss": None, "aud": None, "sub": "u-1", "user_id": "u-1"}  # noqa: RUF012

    def settings(self, **more: str) -> dict[str, str]:
        return {"BETTER_AUTH_SECRET": self.SIGNER.key, **more}

    async def test_s057_three_forms_are_one_user(
        self, open_door: OpenDoor, signer: issuers.Signer
    ) -> None:
        plugin_signer = issuers.key_pair("EdDSA")
        async with issuers.key_server(plugin_signer) as published:
            origin = published.url.removesuffix("/jwks")
            plugin = claims(iss=origin, aud=origin, sub="u-1", email="x@y.org", emailVerified=True)
            async with open_door(**self.settings(BETTER_AUTH_URL=f"{origin}/")) as door:
                answers = [
                    await door.show(self.SIGNER.token(claims(**self.COOKIE))),
                    await door.show(self.SIGNER.token(claims(**self.FRONT_END))),
                    await door.show(plugin_signer.token(plugin)),
                ]
                named = claims(iss=origin, aud=origin, sub="u-1")
                answers.append(await door.show(self.SIGNER.token(named)))

        assert len({id_of(answer) for answer in answers}) == 1
        assert answers[0].json()["email"] == "ada@example.org"
        assert answers[0].json()["name"] == "Ada"

    async def test_s057_each_form_is_only_its_own_verifiers(
        self, open_door: OpenDoor, signer: issuers.Signer
    ) -> None:
        async with issuers.key_server(signer) as published:
            origin = published.url.removesuffix("/jwks")
            async with open_door(**self.settings(BETTER_AUTH_URL=origin)) as door:
                cookie_by_key = await door.show(signer.token(claims(**self.COOKIE)))
            plugin = claims(iss=origin, aud=origin)
            async with open_door(**self.settings()) as door:
                plugin_without_url = await door.show(signer.token(plugin))
            async with open_door(BETTER_AUTH_URL=origin) as door:
                cookie_without_secret = await door.show(self.SIGNER.token(claims(**self.COOKIE)))

        assert cookie_by_key.status_code == 401
        assert plugin_without_url.status_code == 401
        assert cookie_without_secret.status_code == 401

    @pytest.mark.parametrize(
        "changes",
        [
            {"user": {"id": "u-2"}},  # and the session is u-1's
            {"user": {}, "session": {}},
            {"user": None, "session": None},
            {"user": "u-1"},
            {"session": ["u-1"]},
            {"user": {"id": 7}, "session": None},
            {"sub": "u-1", "user_id": "u-2"},
            {"iss": "https://elsewhere.example.org"},
            {"aud": "some-client"},  # an ID token it made for somebody else
            {"exp": None},
            {"iat": None},
            # what its mailed links carry, signed with the same secret
            {"user": None, "session": None, "email": "ada@example.org"},
            {"user": None, "session": None, "email": "ada@example.org", "updateTo": "b@c.org"},
        ],
    )
    async def test_s057_what_names_nobody_lets_nobody_in(
        self, open_door: OpenDoor, changes: dict[str, Any]
    ) -> None:
        async with open_door(**self.settings()) as door:
            answer = await door.show(self.SIGNER.token(claims(**self.COOKIE | changes)))

            assert answer.status_code == 401
            assert await door.users() == 0

    async def test_a_path_in_its_address_is_where_its_keys_are(
        self, open_door: OpenDoor, signer: issuers.Signer
    ) -> None:
        async with issuers.key_server(signer) as published:
            origin = published.url.removesuffix("/jwks")
            async with open_door(BETTER_AUTH_URL=f"{origin}/my/auth") as door:
                answer = await door.show(signer.token(claims(iss=origin, aud=origin)))

        assert answer.status_code == 200
