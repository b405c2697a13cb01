"""S-130 at the doors: an address that is nobody's to have called makes no webhook and changes none."""

from httpx2 import AsyncClient

from tests.support.make import Make
from tests.support.unsafe_urls import SAFE, UNSAFE

WEBHOOKS = "/api/v1/webhooks"


async def test_s130_no_webhook_is_made_with_an_unsafe_address(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()

    taken = [
        url
        for url in UNSAFE
        if (
            await client.post(WEBHOOKS, json={"url": url, "events": ["*"]}, headers=user.headers)
        ).status_code
        != 422
    ]

    assert taken == []
    assert (await client.get(WEBHOOKS, headers=user.headers)).json()["items"] == []


async def test_s130_no_webhook_is_changed_to_an_unsafe_address(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    body = {"url": SAFE[0], "events": ["task.*"]}
    made = (await client.post(WEBHOOKS, json=body, headers=user.headers)).json()
    path = f"{WEBHOOKS}/{made['id']}"

    taken = [
        url
        for url in UNSAFE
        if (await client.patch(path, json={"url": url}, headers=user.headers)).status_code != 422
    ]

    assert taken == []
    kept = (await client.get(path, headers=user.headers)).json()
    assert (kept["url"], kept["version"]) == (SAFE[0], made["version"])


async def test_s130_the_answer_names_the_field_and_a_reason(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    headers = user.headers | {"Accept-Language": "ru"}

    answer = await client.post(
        WEBHOOKS, json={"url": "http://127.1/", "events": ["*"]}, headers=headers
    )

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "unsafe_url")
    assert problem["details"] == {"reason": "host"}
    assert problem["errors"][0]["pointer"] == "/body/url"


async def test_a_webhook_whose_address_is_not_accepted_any_more_can_be_changed_and_removed(
    client: AsyncClient, make: Make
) -> None:
    user, admin = await make.user(), await make.user(role="admin")
    kept = await make.webhook(user, url="https://example.org:22/")
    await make.delivery(user, kept)
    path = f"{WEBHOOKS}/{kept.id}"

    changed = await client.patch(path, json={"active": False}, headers=user.headers)
    seen = await client.get("/api/v1/admin/deliveries", headers=admin.headers)
    removed = await client.delete(path, headers=user.headers)

    assert (changed.status_code, seen.status_code, removed.status_code) == (200, 200, 204)
    assert [each["host"] for each in seen.json()["items"]] == ["?"]
