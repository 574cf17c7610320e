"""The rate limit and its headers."""

from freezegun.api import FrozenDateTimeFactory

from .client import ApiClient
from .conftest import Opener


async def test_ten_requests_a_second(
    household: ApiClient, freezer: FrozenDateTimeFactory
) -> None:
    """The eleventh request of a second is refused, the next second is free again."""
    household.world.settings.rate_limit = 10
    freezer.move_to("2026-11-24T12:00:00.250Z")
    await household.sign_in()
    remaining = [
        (await household.get("/plans")).headers["ratelimit-remaining"] for _ in range(9)
    ]
    assert remaining == ["8", "7", "6", "5", "4", "3", "2", "1", "0"]

    refused = await household.get("/plans")
    assert refused.status == 429
    assert refused.json["code"] == "TOO_MANY_REQUESTS"
    assert refused.headers["ratelimit-limit"] == "10"
    assert refused.headers["ratelimit-remaining"] == "0"
    assert refused.headers["ratelimit-reset"] == "1"
    assert refused.headers["retry-after"] == "1"

    freezer.tick(0.75)
    answer = await household.get("/plans")
    assert answer.status == 200
    assert answer.headers["ratelimit-remaining"] == "9"
    assert "retry-after" not in answer.headers


async def test_each_credential_has_its_own(
    open_api: Opener, freezer: FrozenDateTimeFactory
) -> None:
    """One client's requests do not count against another's."""
    api = await open_api("neighbours")
    api.world.settings.rate_limit = 2
    freezer.tick(1)
    await api.get("/plans")
    await api.get("/plans")
    assert (await api.get("/plans")).status == 429
    await api.sign_in(("neighbour-client", "neighbour-secret"))
    assert (await api.get("/plans")).status == 200


async def test_strangers_and_control_are_not_counted(
    household: ApiClient, freezer: FrozenDateTimeFactory
) -> None:
    """Only requests that name a credential count."""
    household.world.settings.rate_limit = 0
    household.token = ""
    assert (await household.get("/health")).status == 200
    assert (await household.control("GET", "health")).status == 200
    assert (await household.ask_token()).status == 429
