"""Every answer, and every request, as the published specification has them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
import re

import pytest

from simulator import CURIE, EDISON, Exchange
from simulator.meter_order import BLOCKED_REASON, CURIE_STATUS
from tests.specification import Specification

from .client import ApiClient
from .conftest import Opener

_SCENARIOS = Path(__file__).parents[2] / "simulator" / "scenarios"
_NAMES = sorted(file.stem for file in _SCENARIOS.glob("*.yaml"))


async def _walk(api: ApiClient, version: str) -> None:
    for path in ("/plans", "/subscriptions", "/meter-orders"):
        cursor: dict[str, str] = {}
        while True:
            page = (await api.get(path, version, limit=100, **cursor)).json
            for item in page["items"][:20]:
                answer = await api.get(f"{path}/{item['id']}", version)
                assert answer.status == 200
                if path == "/subscriptions":
                    await _read_prices(api, item["id"], version)
            if not page["has_more"]:
                break
            cursor = {"cursor": page["next_page"]}
    await api.get("/health", version)


async def _read_prices(api: ApiClient, subscription: str, version: str) -> None:
    days = {"start": "2025-09-30", "end": "2025-10-01"}
    answer = await api.get(f"/subscriptions/{subscription}/prices", version, **days)
    assert answer.status == 200


@pytest.mark.parametrize("version", [CURIE, EDISON])
@pytest.mark.parametrize("name", _NAMES)
async def test_everything_that_can_be_read(
    open_api: Opener, specification: Specification, name: str, version: str
) -> None:
    """Each thing of each scenario is shown as specified."""
    api = await open_api(name)
    await _walk(api, version)
    assert len(api.exchanges) >= 5
    for exchange in api.exchanges:
        specification.check(exchange)


@pytest.mark.parametrize("status", [*CURIE_STATUS, *BLOCKED_REASON])
async def test_every_state_of_an_order(
    household: ApiClient, specification: Specification, status: str
) -> None:
    """An order in any state is shown as specified."""
    (order_id,) = household.world.meter_orders
    await household.control("PATCH", f"meter-orders/{order_id}", status=status)
    await household.get(f"/meter-orders/{order_id}")
    specification.check(household.exchanges[-1])


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        ("/plans", {"[status][contains]": "act", "[created_at][is_null]": "false"}),
        ("/subscriptions", {"[status][in]": "active,ended"}),
        ("/subscriptions", {"[updated_at][gte]": "2026-01-01T00:00:00Z"}),
        ("/meter-orders", {"[subscription][starts_with]": "sub_"}),
    ],
)
async def test_documented_filters(
    household: ApiClient,
    specification: Specification,
    path: str,
    filters: dict[str, str],
) -> None:
    """A list may be asked for with the filters that are documented for it."""
    assert len(await household.list(path, filters)) == 1
    specification.check(household.exchanges[-1])


async def test_a_company(household: ApiClient, specification: Specification) -> None:
    """A company is shown as specified."""
    (subscription_id,) = household.world.subscriptions
    (customer,) = household.world.customers.values()
    customer.company_name = "Wendt Gartenbau GmbH"
    answer = await household.get(f"/subscriptions/{subscription_id}")
    assert answer.json["customer"]["type"] == "company"
    specification.check(household.exchanges[-1])


async def test_an_order_placed(open_api: Opener, specification: Specification) -> None:
    """A new order is asked for and answered as specified."""
    api = await open_api("new-contract")
    (subscription,) = api.world.subscriptions
    order = {"subscription": subscription}
    answer = await api.request("POST", "/meter-orders", json=order)
    assert answer.status == 200
    specification.check(api.exchanges[-1])


@pytest.mark.parametrize("version", [CURIE, EDISON])
async def test_every_refusal(
    moving: ApiClient, specification: Specification, version: str
) -> None:
    """Each error comes in the envelope that is specified for it."""
    ordered, feeding_in, _ = moving.world.subscriptions
    orders = "/meter-orders"
    await moving.get("/plans", version, limit=0)
    await moving.get("/plans", version, cursor="nonsense")
    await moving.request("POST", orders, version, data=b"{")
    await moving.request("POST", orders, version, json={})
    await moving.request("POST", orders, version, json={"subscription": feeding_in})
    await moving.request("POST", orders, version, json={"subscription": ordered})
    await moving.get(f"{orders}/prdo_unknown", version)
    await moving.get(f"/subscriptions/{ordered}/prices", version)
    await moving.get("/unknown", version)
    await moving.request("DELETE", orders, version)
    await moving.ask_token(("demo-client", "wrong"))
    await moving.ask_token(json={"grant_type": "password"})
    moving.world.settings.rate_limit = 0
    await moving.get("/plans", version)
    moving.world.tokens.expire_all()
    await moving.get("/plans", version)
    moving.world.settings.versions = [EDISON if version == CURIE else CURIE]
    await moving.get("/plans", version)

    refusals = moving.exchanges[1:]
    assert {refusal.status for refusal in refusals} == {400, 401, 404, 405, 409, 429}
    for refusal in refusals:
        specification.check_response(refusal)


async def test_a_lacking_scope(open_api: Opener, specification: Specification) -> None:
    """The error for a lacking scope comes in the envelope specified for it."""
    api = await open_api("fixed-price")
    (subscription,) = api.world.subscriptions
    order = {"subscription": subscription}
    answer = await api.request("POST", "/meter-orders", json=order)
    assert answer.status == 403
    specification.check(api.exchanges[-1])


def _with_body(pattern: bytes, replacement: bytes) -> Callable[[Exchange], Exchange]:
    def spoil(exchange: Exchange) -> Exchange:
        body, count = re.subn(pattern, replacement, exchange.response_body)
        assert count == 1
        return replace(exchange, response_body=body)

    return spoil


def _with_query(query: str) -> Callable[[Exchange], Exchange]:
    return lambda exchange: replace(exchange, url=f"{exchange.url}?{query}")


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (_with_body(b'"status": "created", ', b""), "'status' is a required property"),
        (_with_body(b'"created"', b'"waiting"'), "'waiting' is not one of"),
        (_with_body(b'"object": "list"', b'"list": 1'), "'object' is a required"),
        (_with_body(b'"provider"', b'"updated_at": 1, "provider"'), "'updated_at'"),
        (_with_body(b"^", b"<html>"), "not as specified"),
        (_with_query("limit=101"), "101"),
        (_with_query("page=2"), "undocumented page"),
        (_with_query("filter[product][eq]=x"), r"undocumented filter\[product\]"),
        (_with_query("filter[status][gte]=x"), r"undocumented filter\[status\]\[gte\]"),
        (lambda exchange: replace(exchange, method="PUT"), "request"),
        (lambda exchange: replace(exchange, request_headers={}), "Security"),
        (lambda exchange: replace(exchange, url="http://127.0.0.1/orders"), "orders"),
        (lambda exchange: replace(exchange, status=201), "201"),
    ],
)
async def test_the_check_finds_what_is_wrong(
    household: ApiClient,
    specification: Specification,
    spoil: Callable[[Exchange], Exchange],
    complaint: str,
) -> None:
    """An exchange that is not as specified is refused with the reason."""
    await household.get("/meter-orders")
    exchange = household.exchanges[-1]
    specification.check(exchange)
    with pytest.raises(AssertionError, match=complaint):
        specification.check(spoil(exchange))


async def test_the_check_leaves_faults_alone(
    household: ApiClient, specification: Specification
) -> None:
    """What a fault answers is not held against the specification."""
    await household.control("POST", "faults", status=503, body="<html>")
    await household.get("/meter-orders")
    exchange = household.exchanges[-1]
    specification.check(exchange)
    with pytest.raises(AssertionError, match="503"):
        specification.check(replace(exchange, faulted=False))


def test_a_missing_specification_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing specification skips the tests on a desk and fails them in CI."""
    monkeypatch.setenv("NOMOS_OPENAPI", "missing.json")
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"missing\.json"):
        Specification.load()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"missing\.json"):
        Specification.load()
