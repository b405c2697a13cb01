"""The addresses of the audit log and of administrators, as contract § 3 prints them."""

import pytest
from httpx2 import AsyncClient

from tests.support.make import Make


@pytest.mark.parametrize(
    ("address", "role"),
    [("/audit-log", "user"), ("/admin/users", "admin"), ("/admin/audit-log", "admin")],
)
async def test_contract_3_security_and_admin(
    client: AsyncClient, make: Make, address: str, role: str
) -> None:
    person = await make.user(role=role)

    answer = await client.get(f"/api/v1{address}?limit=5", headers=person.headers)

    assert answer.status_code == 200, answer.text
    assert {"items", "next_cursor"} <= set(answer.json())
