"""The envelope of errors and the headers of every answer."""

from uuid import UUID

from .client import ApiClient


async def test_the_envelope(household: ApiClient) -> None:
    """An error has a code, a message, its request's id and a place to read on."""
    answer = await household.get("/meter-orders/prdo_unknown")
    assert answer.status == 404
    assert answer.json == {
        "code": "NOT_FOUND",
        "message": "Resource not found",
        "requestId": answer.headers["x-request-id"],
        "docs": "https://docs.nomos.energy/api-references/errors/NOT_FOUND",
    }


async def test_every_answer_has_its_own_id(household: ApiClient) -> None:
    """No two answers share an id."""
    ids = {
        UUID((await household.get(path)).headers["x-request-id"])
        for path in ("/plans", "/plans", "/unknown", "/health")
    }
    assert len(ids) == 4


async def test_an_unknown_route(household: ApiClient) -> None:
    """A route that is not there is not found, signed in or not."""
    household.token = ""
    answer = await household.get("/nowhere")
    assert answer.status == 404
    assert answer.json["code"] == "NOT_FOUND"


async def test_a_method_that_is_not_allowed(household: ApiClient) -> None:
    """A method that a route does not have is refused with those it has."""
    answer = await household.request("DELETE", "/meter-orders")
    assert answer.status == 405
    assert answer.json["code"] == "METHOD_NOT_ALLOWED"
    assert answer.headers["Allow"] == "GET, HEAD, POST"


async def test_health_without_a_token(household: ApiClient) -> None:
    """The health check is plain text and for everyone."""
    household.token = ""
    answer = await household.get("/health", None)
    assert (answer.status, answer.text) == (200, "OK")
    assert answer.headers["Content-Type"].startswith("text/plain")
