"""Tokens: who gets one, how long it lives, what it may do and see."""

from freezegun.api import FrozenDateTimeFactory
import pytest

from .client import CLIENT, CLIENT_CREDENTIALS, ApiClient
from .conftest import Opener


@pytest.mark.parametrize("kind", ["json", "data"])
async def test_a_token_for_json_and_for_a_form(household: ApiClient, kind: str) -> None:
    """The token request may be JSON or a form; the answer tells scope and lifetime."""
    answer = await household.ask_token(**{kind: CLIENT_CREDENTIALS})
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    token = answer.json
    assert len(token.pop("access_token")) > 40
    assert len(token.pop("refresh_token")) > 40
    assert token == {
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": "read:* write:*",
    }


@pytest.mark.parametrize(
    "client", [("demo-client", "wrong"), ("unknown", "demo-secret"), ("", ""), None]
)
async def test_no_token_for_a_stranger(
    household: ApiClient, client: tuple[str, str] | None
) -> None:
    """Wrong credentials, and none, are refused."""
    answer = await household.ask_token(client)
    assert answer.status == 401
    assert answer.json["code"] == "UNAUTHORIZED"
    assert answer.headers["WWW-Authenticate"] == "Basic"


async def test_credentials_in_the_body_do_not_count(household: ApiClient) -> None:
    """The token endpoint knows HTTP Basic only."""
    secret = {"client_id": CLIENT[0], "client_secret": CLIENT[1]}
    answer = await household.ask_token(None, data=CLIENT_CREDENTIALS | secret)
    assert answer.status == 401


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic /w==", "Bearer x"])
async def test_a_malformed_authorization(household: ApiClient, header: str) -> None:
    """An authorization that cannot be read is refused like a wrong one."""
    async with household.http.post(
        "/oauth/token", json=CLIENT_CREDENTIALS, headers={"Authorization": header}
    ) as response:
        assert response.status == 401


@pytest.mark.parametrize(
    ("request_body", "field"),
    [
        ({"grant_type": "password"}, "grant_type"),
        ({"grant": "client_credentials"}, "grant_type"),
        ({"grant_type": ["client_credentials"]}, "grant_type"),
        (CLIENT_CREDENTIALS | {"scope": "admin:*"}, "scope"),
        ({"grant_type": "client_credentials", "scope": 5}, "scope"),
    ],
)
async def test_a_grant_that_does_not_exist(
    household: ApiClient, request_body: dict[str, object], field: str
) -> None:
    """A grant or a scope that is not offered is named in the error."""
    answer = await household.ask_token(json=request_body)
    assert answer.status == 400
    assert answer.problems == [("invalid_value", field)]


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[]", b"null"])
async def test_a_token_request_that_is_no_object(
    household: ApiClient, body: bytes
) -> None:
    """A token request has to be a JSON object."""
    async with household.http.post(
        "/oauth/token",
        data=body,
        headers={
            "Authorization": "Basic ZGVtby1jbGllbnQ6ZGVtby1zZWNyZXQ=",
            "Content-Type": "application/json",
        },
    ) as response:
        assert response.status == 400


async def test_a_narrower_scope(household: ApiClient) -> None:
    """A client may ask for less than it could have."""
    answer = await household.ask_token(json=CLIENT_CREDENTIALS | {"scope": "read:*"})
    assert answer.json["scope"] == "read:*"


async def test_a_token_expires(
    household: ApiClient, freezer: FrozenDateTimeFactory
) -> None:
    """A token is good for an hour and not a second more."""
    await household.sign_in()
    freezer.tick(3599)
    assert (await household.get("/plans")).status == 200
    freezer.tick(1)
    answer = await household.get("/plans")
    assert answer.status == 401
    assert answer.json["message"] == "Invalid or malformed token"


async def test_the_lifetime_is_a_setting(
    household: ApiClient, freezer: FrozenDateTimeFactory
) -> None:
    """The lifetime can be set; the answer tells it."""
    await household.control("PATCH", "settings", token_lifetime=60)
    answer = await household.ask_token()
    assert answer.json["expires_in"] == 60
    household.token = answer.json["access_token"]
    freezer.tick(60)
    assert (await household.get("/plans")).status == 401


@pytest.mark.parametrize("token", ["", "made-up"])
async def test_no_entry_without_a_token(household: ApiClient, token: str) -> None:
    """A request without a token, or with an unknown one, is refused."""
    household.token = token
    answer = await household.get("/subscriptions")
    assert answer.status == 401
    assert answer.json["code"] == "UNAUTHORIZED"


async def test_expiring_all_tokens(household: ApiClient) -> None:
    """Every token issued before is refused, a new one is good."""
    await household.control("POST", "tokens/expire")
    assert (await household.get("/plans")).status == 401
    await household.sign_in()
    assert (await household.get("/plans")).status == 200


async def test_a_reader_cannot_write(household: ApiClient) -> None:
    """A token with the scope to read is refused a write, with the scope's name."""
    await household.control("PATCH", "credentials/demo-client", scope="read:*")
    await household.sign_in()
    assert (await household.get("/meter-orders")).status == 200
    answer = await household.request("POST", "/meter-orders", json={})
    assert answer.status == 403
    assert answer.json["code"] == "FORBIDDEN"
    assert "write:*" in answer.json["message"]


async def test_a_writer_cannot_read(household: ApiClient) -> None:
    """A token without the scope to read is refused, with the scope's name."""
    await household.control("PATCH", "credentials/demo-client", scope="write:*")
    await household.sign_in()
    answer = await household.get("/meter-orders")
    assert answer.status == 403
    assert "read:*" in answer.json["message"]


async def test_a_new_secret(household: ApiClient) -> None:
    """After the secret has changed, only the new one is good."""
    await household.control("PATCH", "credentials/demo-client", client_secret="new")
    assert (await household.ask_token()).status == 401
    assert (await household.ask_token(("demo-client", "new"))).status == 200


async def test_a_customer_sees_only_their_own(
    open_api: Opener, neighbours: ApiClient
) -> None:
    """What belongs to another customer is not there."""
    own, foreign = neighbours.world.subscriptions
    own_order, foreign_order = neighbours.world.meter_orders
    subscriptions = await neighbours.list("/subscriptions", {})
    orders = await neighbours.list("/meter-orders", {})
    assert [item["id"] for item in subscriptions] == [own]
    assert [item["id"] for item in orders] == [own_order]
    for path in (
        f"/subscriptions/{foreign}",
        f"/meter-orders/{foreign_order}",
        "/subscriptions/sub_unknown",
        "/meter-orders/prdo_unknown",
    ):
        assert (await neighbours.get(path)).status == 404, path
    assert (await neighbours.get(f"/meter-orders/{own_order}")).status == 200


async def test_an_organisation_sees_everyone(organisation: ApiClient) -> None:
    """Credentials without a customer see every customer."""
    items = await organisation.list("/subscriptions", {})
    assert len({item["customer"] for item in items}) == 100
