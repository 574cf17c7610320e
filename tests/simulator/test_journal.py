"""The log of requests, and the observer of whole exchanges."""

from freezegun.api import FrozenDateTimeFactory

from simulator import CURIE

from .client import ApiClient


async def test_the_log(household: ApiClient, freezer: FrozenDateTimeFactory) -> None:
    """The log shows the requests of the API, oldest first, and can be cleared."""
    freezer.move_to("2026-11-24T12:00:00Z")
    await household.control("DELETE", "requests")
    await household.sign_in()
    await household.get("/plans", None, limit=5)
    await household.get("/unknown")
    answer = await household.control("GET", "requests")
    assert answer.json == {
        "requests": [
            {
                "method": "POST",
                "path": "/oauth/token",
                "query": {},
                "api_version": CURIE,
                "status": 200,
                "at": "2026-11-24T12:00:00.000Z",
            },
            {
                "method": "GET",
                "path": "/plans",
                "query": {"limit": "5"},
                "api_version": None,
                "status": 200,
                "at": "2026-11-24T12:00:00.000Z",
            },
            {
                "method": "GET",
                "path": "/unknown",
                "query": {},
                "api_version": CURIE,
                "status": 404,
                "at": "2026-11-24T12:00:00.000Z",
            },
        ]
    }
    await household.control("DELETE", "requests")
    assert (await household.control("GET", "requests")).json == {"requests": []}


async def test_the_log_holds_no_secrets(household: ApiClient) -> None:
    """Neither tokens nor secrets can be read in the log."""
    await household.sign_in()
    await household.get("/plans", access_token=household.token, code="c0de")
    log = (await household.control("GET", "requests")).text
    assert household.token not in log
    assert "demo-secret" not in log
    assert "c0de" not in log


async def test_the_observer(household: ApiClient) -> None:
    """The observer sees requests and answers whole."""
    order = {"subscription": "sub_unknown"}
    answer = await household.request("POST", "/meter-orders?a=1", json=order)
    exchange = household.exchanges[-1]
    assert exchange.method == "POST"
    assert exchange.url == str(household.http.make_url("/meter-orders?a=1"))
    assert exchange.request_headers["authorization"] == f"Bearer {household.token}"
    assert exchange.request_body == b'{"subscription": "sub_unknown"}'
    assert exchange.status == 404
    assert exchange.response_headers["x-request-id"] == answer.json["requestId"]
    assert exchange.response_body.decode() == answer.text
    assert not exchange.faulted


async def test_the_observer_does_not_see_the_control(household: ApiClient) -> None:
    """The control is not part of the API."""
    seen = len(household.exchanges)
    await household.control("GET", "health")
    assert len(household.exchanges) == seen
