"""Second factors added, removed and replaced: who may, what goes with them, and who hears of it."""

from email.message import EmailMessage
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import select

from questlog.automation.audit_models import AuditEntry
from questlog.automation.models import Event
from questlog.core.db import Database
from questlog.core.ids import parse_id
from questlog.identity.factor_models import RecoveryCode
from tests.support.authenticator import Authenticator
from tests.support.doors import PASSWORD, bearer, code_for, log_in, register, verify
from tests.support.factors import (
    API,
    add_passkey,
    add_totp,
    begin_totp,
    with_totp,
)
from tests.support.qr_codes import of_svg, seen
from tests.support.smtp import SmtpServer

TOTP = f"{API}/me/totp"


CODES = f"{API}/me/recovery-codes"


async def remove(
    client: AsyncClient, tokens: dict[str, Any], place: str = TOTP, **proof: Any
) -> Response:
    return await client.request("DELETE", place, headers=bearer(tokens), json=proof)


async def test_an_app_is_set_up_with_a_code_it_shows(client: AsyncClient) -> None:
    tokens = await register(client)
    before = (await client.get(TOTP, headers=bearer(tokens))).json()

    app = await add_totp(client, tokens)

    after = (await client.get(TOTP, headers=bearer(tokens))).json()
    assert before == {"enabled": False, "confirmed_at": None}
    assert after["enabled"] is True
    assert len(set(app.recovery_codes)) == 10


async def test_what_an_app_takes_in_is_told_in_three_forms(client: AsyncClient) -> None:
    tokens = await register(client)

    begun = (await client.post(TOTP, headers=bearer(tokens))).json()

    assert f"secret={begun['secret']}&" in begun["otpauth_uri"]
    assert seen(of_svg(begun["qr_svg"])) == begun["otpauth_uri"]


async def test_beginning_anew_voids_the_secret_before(client: AsyncClient) -> None:
    tokens = await register(client)
    older, newer = await begin_totp(client, tokens), await begin_totp(client, tokens)

    app = await add_totp(client, tokens)

    assert len({older, newer, app.secret}) == 3


async def test_a_wrong_code_confirms_nothing(client: AsyncClient) -> None:
    tokens = await register(client)
    early = await client.post(f"{TOTP}/confirm", headers=bearer(tokens), json={"code": "123456"})
    await begin_totp(client, tokens)

    wrong = await client.post(f"{TOTP}/confirm", headers=bearer(tokens), json={"code": "000000"})

    assert (early.status_code, early.json()["code"]) == (404, "totp_off")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_code")
    assert (await log_in(client)).status_code == 200


async def test_an_app_that_is_set_up_is_not_replaced_unseen(client: AsyncClient) -> None:
    tokens = await register(client)
    app = await add_totp(client, tokens)

    begun = await client.post(TOTP, headers=bearer(tokens))
    confirmed = await client.post(
        f"{TOTP}/confirm", headers=bearer(tokens), json={"code": app.code()}
    )

    for answer in (begun, confirmed):
        assert (answer.status_code, answer.json()["code"]) == (409, "totp_on")


async def test_what_is_not_set_up_cannot_be_removed(client: AsyncClient) -> None:
    tokens = await register(client)
    await begin_totp(client, tokens)

    answer = await remove(client, tokens, password=PASSWORD)

    assert (answer.status_code, answer.json()["code"]) == (404, "totp_off")


async def test_the_other_factor_keeps_asking(client: AsyncClient) -> None:
    tokens = await register(client)
    await add_totp(client, tokens)
    await add_passkey(client, tokens, Authenticator())

    await remove(client, tokens, password=PASSWORD)

    needed = await log_in(client)
    assert needed.json()["details"]["methods"] == ["passkey", "recovery_code"]


async def test_new_recovery_codes_void_those_before(client: AsyncClient) -> None:
    tokens = await register(client)
    app = await add_totp(client, tokens)

    answer = await client.post(CODES, headers=bearer(tokens), json={"code": app.code()})

    newer = answer.json()["recovery_codes"]
    left = await client.get(CODES, headers=bearer(tokens))
    old = await remove(client, tokens, recovery_code=app.recovery_codes[0])
    new = await remove(client, tokens, recovery_code=newer[0])
    assert left.json()["remaining"] == 10
    assert (old.status_code, new.status_code) == (401, 204)


async def test_recovery_codes_come_with_a_factor(client: AsyncClient) -> None:
    tokens = await register(client)

    answer = await client.post(CODES, headers=bearer(tokens), json={"password": PASSWORD})

    assert (answer.status_code, answer.json()["code"]) == (409, "no_second_factor")
    left = await client.get(CODES, headers=bearer(tokens))
    assert left.json() == {"remaining": 0, "made_at": None}


async def test_recovery_codes_are_kept_as_digests(client: AsyncClient, database: Database) -> None:
    app = await with_totp(client)

    async with database.reader() as session:
        digests = (await session.scalars(select(RecoveryCode.digest))).all()

    shown = {code.replace("-", "") for code in app.recovery_codes}
    assert len(digests) == 10
    assert all(len(digest) == 64 for digest in digests)
    assert not any(code in digest for code in shown for digest in digests)


async def test_a_removed_factor_voids_sign_ins_under_way(client: AsyncClient) -> None:
    tokens = await register(client)
    app = await add_totp(client, tokens)
    needed = await log_in(client)
    await remove(client, tokens, password=PASSWORD)

    answer = await client.post(
        f"{API}/auth/second-factor",
        json={"ticket": needed.json()["details"]["ticket"], "code": app.code()},
    )

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_ticket")


async def test_events_and_the_audit_log_tell_of_factors(
    client: AsyncClient, database: Database
) -> None:
    tokens = await register(client)
    await add_totp(client, tokens)
    await add_passkey(client, tokens, Authenticator())
    await remove(client, tokens, password=PASSWORD)

    async with database.reader() as session:
        told = select(Event.type, Event.payload).where(Event.subject_type == "factor")
        events = (await session.execute(told.order_by(Event.seq))).all()
        audited = select(AuditEntry.action, AuditEntry.details, AuditEntry.account_id)
        lines = (
            await session.execute(
                audited.where(AuditEntry.action.startswith("factor.")).order_by(AuditEntry.id)
            )
        ).all()

    expected = [
        ("factor.added", {"kind": "totp"}),
        ("factor.added", {"kind": "passkey"}),
        ("factor.removed", {"kind": "totp"}),
    ]
    assert [(type_, payload) for type_, payload in events] == expected
    assert [(action, details) for action, details, _ in lines] == expected
    assert {account for _, _, account in lines} == {parse_id(tokens["user"]["id"])}


@pytest.mark.usefixtures("postman")
@pytest.mark.parametrize(
    ("locale", "added", "renewed", "removed"),
    [
        ("en", "An authenticator app was added", "new recovery codes", "app was removed"),
        ("ru", "добавлено приложение", "новые резервные коды", "удалено приложение"),
    ],
)
async def test_the_owner_hears_of_every_change(
    mail_client: AsyncClient, smtp: SmtpServer, locale: str, added: str, renewed: str, removed: str
) -> None:
    tokens = await register(mail_client)
    await mail_client.patch(f"{API}/users/me", headers=bearer(tokens), json={"locale": locale})
    await add_totp(mail_client, tokens)
    await mail_client.post(CODES, headers=bearer(tokens), json={"password": PASSWORD})
    await remove(mail_client, tokens, password=PASSWORD)

    texts = {plain(await smtp.message(number)) for number in (1, 2, 3)}

    for words in (added, renewed, removed):
        assert sum(words in text for text in texts) == 1


def plain(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def test_a_newcomer_by_mail_has_no_factor(client: AsyncClient) -> None:
    answer = await verify(client, await code_for(client))

    assert answer.status_code == 200
    state = await client.get(TOTP, headers=bearer(answer.json()))
    assert state.json() == {"enabled": False, "confirmed_at": None}
