"""A customer's consent: the page, the code, and refresh tokens that work once."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from yarl import URL

from simulator import CURIE

from .client import Answer, ApiClient

PROGRAM = ("demo-program", "demo-program-secret")
VERIFIER = "v" * 64
BACK = "https://example.com/auth/external/callback"
ASKED = {
    "response_type": "code",
    "client_id": PROGRAM[0],
    "redirect_uri": BACK,
    "state": "a state",
    "code_challenge": urlsafe_b64encode(sha256(VERIFIER.encode()).digest())
    .rstrip(b"=")
    .decode(),
    "code_challenge_method": "S256",
}


async def _decide(api: ApiClient, decision: str, **form: str) -> URL:
    customer = next(iter(api.world.customers))
    answer = await api.http.post(
        "/oauth/authorize",
        params=ASKED,
        data={"customer": customer, "decision": decision, **form},
        headers={"X-API-Version": CURIE},
        allow_redirects=False,
    )
    assert answer.status == 302
    return URL(answer.headers["Location"])


async def _exchange(api: ApiClient, code: str, **changes: str) -> Answer:
    request = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": VERIFIER,
        "redirect_uri": BACK,
    }
    return await api.ask_token(PROGRAM, data=request | changes)


async def _refresh(api: ApiClient, token: str) -> Answer:
    request = {"grant_type": "refresh_token", "refresh_token": token}
    return await api.ask_token(PROGRAM, json=request)


async def test_consent(household: ApiClient) -> None:
    """A code works once, and brings a token that only reads."""
    page = await household.http.get("/oauth/authorize", params=ASKED)
    text = await page.text()
    assert page.status == 200
    assert 'id="allow"' in text
    assert 'id="deny"' in text
    back = await _decide(household, "allow")
    assert back.query["state"] == "a state"
    token = await _exchange(household, back.query["code"])
    assert token.json["scope"] == "read:*"
    assert (await _exchange(household, back.query["code"])).status == 400
    household.token = token.json["access_token"]
    assert (await household.get("/subscriptions")).status == 200
    assert (await household.post("/meter-orders", {})).status == 403


async def test_denied(household: ApiClient) -> None:
    """Who denies is sent back without a code."""
    back = await _decide(household, "deny")
    assert back.query["error"] == "access_denied"
    assert "code" not in back.query


async def test_refresh(household: ApiClient) -> None:
    """A refresh token works once; consent that is withdrawn works never again."""
    back = await _decide(household, "allow")
    first = (await _exchange(household, back.query["code"])).json["refresh_token"]
    second = (await _refresh(household, first)).json["refresh_token"]
    assert (await _refresh(household, first)).status == 401
    customer = next(iter(household.world.customers))
    done = await household.http.post(f"/_simulator/customers/{customer}/revoke")
    assert done.status == 200
    assert (await _refresh(household, second)).status == 401


async def test_a_code_expires(
    household: ApiClient, freezer: FrozenDateTimeFactory
) -> None:
    """After ten minutes a code is worth nothing."""
    back = await _decide(household, "allow")
    freezer.tick(600)
    assert (await _exchange(household, back.query["code"])).status == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 64},
        {"redirect_uri": f"{BACK}/elsewhere"},
        {"grant_type": "client_credentials"},
    ],
)
async def test_a_code_in_wrong_hands(
    household: ApiClient, changes: dict[str, str]
) -> None:
    """A code belongs to who asked for it, and to where it was sent."""
    back = await _decide(household, "allow")
    assert (await _exchange(household, back.query["code"], **changes)).status == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"response_type": "token"},
        {"redirect_uri": "https://evil.example/auth/external/callback"},
        {"redirect_uri": "/auth/external/callback"},
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
    ],
)
async def test_nobody_is_asked(household: ApiClient, changes: dict[str, Any]) -> None:
    """A request that is not as it must be shows no page."""
    answer = await household.http.get("/oauth/authorize", params=ASKED | changes)
    assert answer.status == 400


async def test_a_stranger_consents(household: ApiClient) -> None:
    """Only customers can consent."""
    answer = await household.http.post(
        "/oauth/authorize",
        params=ASKED,
        data={"customer": "cus_x", "decision": "allow"},
        allow_redirects=False,
    )
    assert answer.status == 400


async def test_an_address_is_registered_later(household: ApiClient) -> None:
    """A program can have customers sent to wherever it is registered now."""
    asked = ASKED | {"redirect_uri": "http://127.0.0.1:45678/auth/external/callback"}
    unknown = await household.http.get("/oauth/authorize", params=asked)
    assert unknown.status == 400
    program = f"oauth-clients/{PROGRAM[0]}"
    answer = await household.control(
        "PATCH", program, redirect_uris=[asked["redirect_uri"]]
    )
    assert answer.json["redirect_uris"] == [asked["redirect_uri"]]
    assert "client_secret" not in answer.json
    known = await household.http.get("/oauth/authorize", params=asked)
    assert known.status == 200
    former = await household.http.get("/oauth/authorize", params=ASKED)
    assert former.status == 400


@pytest.mark.parametrize(
    ("client_id", "changes", "status"),
    [
        ("nobody", {}, 404),
        (PROGRAM[0], {"redirect_uris": "https://example.com"}, 400),
        (PROGRAM[0], {"address": []}, 400),
    ],
)
async def test_a_registration_is_refused(
    household: ApiClient, client_id: str, changes: dict[str, Any], status: int
) -> None:
    """Only what a program has can be changed, and only to what it can be."""
    answer = await household.control("PATCH", f"oauth-clients/{client_id}", **changes)
    assert answer.status == status
