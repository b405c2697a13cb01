from httpx2 import AsyncClient


async def test_says_it_is_alive_at_every_printed_address(client: AsyncClient) -> None:
    for address in ("/health", "/api/health", "/api/v1/health"):
        answer = await client.get(address)

        assert answer.status_code == 200
        assert answer.json()["status"] == "ok"


async def test_measures_the_database(client: AsyncClient) -> None:
    answer = await client.get("/health/db")

    assert answer.status_code == 200
    assert answer.json()["latency_ms"] >= 0
