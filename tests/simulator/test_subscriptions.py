"""Subscriptions and plans as they are shown."""

from simulator import CURIE, EDISON

from .client import ApiClient


async def test_the_list_holds_ids(household: ApiClient) -> None:
    """In the list, what a subscription refers to is an id."""
    (item,) = await household.list("/subscriptions", {})
    prefixes = {
        "plan": "pln_",
        "customer": "cus_",
        "address": "adr_",
        "billing_address": "adr_",
        "meter": "mtr_",
        "payment_method": "pm_",
        "supplier": "mp_",
    }
    for field, prefix in prefixes.items():
        assert item[field].startswith(prefix), field


async def test_one_subscription_holds_everything(household: ApiClient) -> None:
    """Shown alone, a subscription holds what it refers to, under the same ids."""
    (item,) = await household.list("/subscriptions", {})
    shown = (await household.get(f"/subscriptions/{item['id']}")).json
    for part in ("customer", "address", "meter", "payment_method", "supplier"):
        assert shown[part]["id"] == item[part]
    assert shown["number"] == "4X44EMKX"
    assert shown["type"] == "consumption"
    assert shown["status"] == "active"
    assert shown["plan"] == item["plan"]
    address = shown["address"]
    assert f"{address['street']} {address['house_number']}" == "Torstraße 119"
    assert f"{address['zip']} {address['city']}" == "10115 Berlin"
    assert shown["meter"]["type"] == "analog"
    assert shown["customer"]["first_name"] == "Jana"
    assert shown["payment_method"]["sepa_debit"] == {
        "iban": "DE************2051",
        "account_holder": "Jana Wendt",
    }


async def test_a_subscription_without_a_supplier_before(moving: ApiClient) -> None:
    """Nobody supplied this home before."""
    subscription = next(iter(moving.world.subscriptions))
    shown = await moving.get(f"/subscriptions/{subscription}")
    assert shown.json["supplier"] is None
    assert (await moving.list("/subscriptions", {}))[0]["supplier"] is None


async def test_three_kinds_of_subscription(moving: ApiClient) -> None:
    """The customer who moved has one of each, the newest first."""
    items = await moving.list("/subscriptions", {})
    assert [(item["type"], item["status"]) for item in items] == [
        ("feed_in", "active"),
        ("consumption", "active"),
        ("consumption", "ended"),
    ]
    assert items[2]["end_at"] is not None


async def test_edison_shows_the_same_without_the_type(household: ApiClient) -> None:
    """The older version lacks nothing but the type."""
    (subscription,) = household.world.subscriptions
    path = f"/subscriptions/{subscription}"
    curie = (await household.get(path, CURIE)).json
    edison = (await household.get(path, EDISON)).json
    assert edison | {"type": "consumption"} == curie
    assert "type" not in edison


async def test_a_plan(household: ApiClient) -> None:
    """A plan has a name and a monthly fee."""
    (item,) = await household.list("/plans", {})
    shown = await household.get(f"/plans/{item['id']}")
    assert shown.json == item
    assert (item["name"], item["price"], item["currency"]) == ("Dynamisch", 4.99, "EUR")
    assert (await household.get("/plans/pln_unknown")).status == 404
