"""The two versions of the API and how one is chosen."""

import pytest

from simulator import CURIE, EDISON

from .client import ApiClient


@pytest.mark.parametrize("version", [CURIE, EDISON])
@pytest.mark.parametrize("path", ["/plans", "/meter-orders/none", "/none", "/health"])
async def test_the_version_is_echoed(
    household: ApiClient, version: str, path: str
) -> None:
    """Every answer tells its version, also an error and the health check."""
    answer = await household.get(path, version)
    assert answer.headers["X-API-Version"] == version


async def test_without_a_header_the_credential_decides(household: ApiClient) -> None:
    """The client's own default applies where a request names no version."""
    answer = await household.get("/plans", None)
    assert answer.headers["X-API-Version"] == CURIE
    await household.control("PATCH", "credentials/demo-client", version=EDISON)
    answer = await household.get("/plans", None)
    assert answer.headers["X-API-Version"] == EDISON


@pytest.mark.parametrize("version", [CURIE, "2030-01-01.nobody"])
@pytest.mark.parametrize("path", ["/plans", "/oauth/token"])
async def test_a_refused_version(household: ApiClient, version: str, path: str) -> None:
    """A version that is not offered is refused with those that are."""
    await household.control("PATCH", "settings", versions=[EDISON])
    answer = await household.get(path, version)
    assert answer.status == 400
    assert answer.json["code"] == "BAD_REQUEST"
    assert "API version" in answer.json["message"]
    assert EDISON in answer.json["message"]
    assert answer.headers["X-API-Version"] == version


async def test_what_is_offered_still_works(household: ApiClient) -> None:
    """With curie refused, edison, no header and the health check go on."""
    await household.control("PATCH", "settings", versions=[EDISON])
    assert (await household.get("/plans", EDISON)).status == 200
    answer = await household.get("/plans", None)
    assert answer.status == 200
    assert answer.headers["X-API-Version"] == EDISON
    assert (await household.get("/health", CURIE)).text == "OK"


async def test_edison_knows_nothing_of_feeding_in(moving: ApiClient) -> None:
    """Feed-in subscriptions and plans, and the type itself, exist on curie only."""
    feeding_in = next(
        s for s in moving.world.subscriptions.values() if s.type == "feed_in"
    )
    for path, hidden in (
        ("/subscriptions", feeding_in.id),
        ("/plans", feeding_in.plan),
    ):
        known = {item["id"] for item in await moving.list(path, {})}
        remaining = await moving.list(path, {}, EDISON)
        assert known - {item["id"] for item in remaining} == {hidden}
        assert not any("type" in item for item in remaining)
        assert (await moving.get(f"{path}/{hidden}")).json["type"] == "feed_in"
        assert (await moving.get(f"{path}/{hidden}", EDISON)).status == 404


async def test_edison_has_no_errors_per_field(household: ApiClient) -> None:
    """The breakdown per field came with curie."""
    answer = await household.get("/plans", CURIE, limit=0)
    assert answer.problems == [("too_small", "limit")]
    answer = await household.get("/plans", EDISON, limit=0)
    assert answer.status == 400
    assert "errors" not in answer.json
