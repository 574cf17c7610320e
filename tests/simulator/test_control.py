"""The control of the simulator."""

from freezegun.api import FrozenDateTimeFactory
import pytest

from simulator import EDISON

from .client import ApiClient


async def _show(api: ApiClient) -> dict[str, str | None]:
    (item,) = await api.list("/meter-orders", {})
    return item


async def _meter_type(api: ApiClient) -> str:
    (subscription,) = api.world.subscriptions
    meter = (await api.get(f"/subscriptions/{subscription}")).json["meter"]
    return str(meter["type"])


async def test_an_order_from_start_to_end(
    household: ApiClient, freezer: FrozenDateTimeFactory
) -> None:
    """An order moves on step by step, with its moments, to the smart meter."""
    freezer.move_to("2026-11-24T12:00:00Z")
    await household.sign_in()
    (order,) = household.world.meter_orders
    path = f"meter-orders/{order}/advance"
    assert (await household.control("POST", path)).json["status"] == "ordered"
    assert (await household.control("POST", path)).json["status"] == "check_submitted"
    assert (await household.control("POST", path)).json["status"] == "checked"
    assert (await _show(household))["appointment_at"] is None
    answer = await household.control("POST", path)
    assert answer.json["status"] == "installation_scheduled"
    assert (await _show(household))["appointment_at"] == "2026-12-03T08:30:00.000Z"
    assert (await _show(household))["installed_at"] is None
    assert (await household.control("POST", path)).json["status"] == "installed"
    assert (await _show(household))["installed_at"] == "2026-11-24T12:00:00.000Z"
    assert (await _show(household))["activated_at"] is None
    assert await _meter_type(household) == "analog"
    freezer.tick(60)
    assert (await household.control("POST", path)).json["status"] == "activated"
    assert (await _show(household))["installed_at"] == "2026-11-24T12:00:00.000Z"
    assert (await _show(household))["activated_at"] == "2026-11-24T12:01:00.000Z"
    assert await _meter_type(household) == "smart"
    answer = await household.control("POST", path)
    assert answer.status == 409
    assert "activated" in answer.json["error"]


@pytest.mark.parametrize(
    ("status", "next_status"),
    [
        ("intended", "ordered"),
        ("installation_planning", "installation_scheduled"),
        ("installation_waiting", "installed"),
        ("installation_finished", "installed"),
    ],
)
async def test_side_steps_lead_back_to_the_way(
    household: ApiClient, status: str, next_status: str
) -> None:
    """From a state beside the way, an order moves on along the way."""
    (order,) = household.world.meter_orders
    await household.control("PATCH", f"meter-orders/{order}", status=status)
    answer = await household.control("POST", f"meter-orders/{order}/advance")
    assert answer.json["status"] == next_status


@pytest.mark.parametrize(
    "status", ["cancelled", "pre_installed", "blocked", "blocked_wim", "quantum_leap"]
)
async def test_an_order_that_is_stuck(household: ApiClient, status: str) -> None:
    """An order that is final, blocked or unknown does not move on."""
    (order,) = household.world.meter_orders
    await household.control("PATCH", f"meter-orders/{order}", status=status)
    answer = await household.control("POST", f"meter-orders/{order}/advance")
    assert answer.status == 409
    assert status in answer.json["error"]


async def test_blocking_and_releasing(
    household: ApiClient, freezer: FrozenDateTimeFactory
) -> None:
    """A blocked order keeps its milestone and goes on from there."""
    freezer.move_to("2026-11-24T12:00:00Z")
    await household.sign_in()
    (order,) = household.world.meter_orders
    path = f"meter-orders/{order}"
    await household.control("PATCH", path, status="checked")
    await household.control("PATCH", path, blocked_reason="grid_operator_registration")
    shown = await _show(household)
    assert shown["status"] == "check_reviewed"
    assert shown["blocked_at"] == "2026-11-24T12:00:00.000Z"
    assert (await household.list("/meter-orders", {}, EDISON))[0]["status"] == (
        "blocked_wim"
    )
    await household.control("PATCH", path, status="blocked")
    assert (await _show(household))["blocked_reason"] == "check_missing"
    answer = await household.control("PATCH", path, blocked_reason=None)
    assert answer.json["status"] == "checked"
    assert (await _show(household))["blocked_at"] is None


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("pre_existing", "pre_installed"),
        ("customer_request", "cancelled"),
        ("meter_cupboard_too_small", "cancelled"),
    ],
)
async def test_cancelling_by_reason(
    household: ApiClient, reason: str, status: str
) -> None:
    """A reason cancels the order; an unknown one is shown as it is."""
    (order,) = household.world.meter_orders
    path = f"meter-orders/{order}"
    answer = await household.control("PATCH", path, cancelled_reason=reason)
    assert answer.json["status"] == status
    shown = await _show(household)
    assert (shown["status"], shown["cancelled_reason"]) == ("cancelled", reason)
    assert shown["cancelled_at"] is not None


async def test_cancelled_while_blocked(household: ApiClient) -> None:
    """Curie says both of a blocked order that was cancelled, edison the cancellation."""
    (order,) = household.world.meter_orders
    await household.control(
        "PATCH",
        f"meter-orders/{order}",
        status="cancelled",
        blocked_reason="check_missing",
    )
    shown = await _show(household)
    assert (shown["status"], shown["blocked_reason"]) == ("cancelled", "check_missing")
    (shown,) = await household.list("/meter-orders", {}, EDISON)
    assert shown["status"] == "cancelled"


async def test_an_unknown_reason_to_be_blocked(household: ApiClient) -> None:
    """An unknown reason is shown as it is."""
    (order,) = household.world.meter_orders
    path = f"meter-orders/{order}"
    answer = await household.control("PATCH", path, blocked_reason="strike")
    assert answer.json["status"] == "blocked"
    assert (await _show(household))["blocked_reason"] == "strike"


async def test_blocked_after_being_cancelled(household: ApiClient) -> None:
    """Blocking takes a cancelled order up again."""
    (order,) = household.world.meter_orders
    path = f"meter-orders/{order}"
    await household.control("PATCH", path, status="cancelled")
    answer = await household.control("PATCH", path, status="blocked")
    assert answer.json["status"] == "blocked"
    assert (await _show(household))["cancelled_at"] is None


async def test_going_back(household: ApiClient) -> None:
    """An order put back loses the moments it has not reached."""
    (order,) = household.world.meter_orders
    path = f"meter-orders/{order}"
    await household.control("PATCH", path, status="activated")
    await household.control("PATCH", path, status="ordered")
    shown = await _show(household)
    assert shown["installed_at"] is None
    assert shown["activated_at"] is None


async def test_setting_moments_and_the_operator(household: ApiClient) -> None:
    """An appointment and the metering operator can be set."""
    (order,) = household.world.meter_orders
    await household.control(
        "PATCH",
        f"meter-orders/{order}",
        appointment_at="2026-12-08T13:15:00+01:00",
        provider="inexogy",
    )
    shown = await _show(household)
    assert shown["appointment_at"] == "2026-12-08T12:15:00.000Z"
    assert shown["provider"] == "inexogy"


async def test_removing_and_placing_an_order(household: ApiClient) -> None:
    """An order can be removed, and put in any state."""
    (order,) = household.world.meter_orders.values()
    answer = await household.control("DELETE", f"meter-orders/{order.id}")
    assert answer.status == 200
    assert await household.list("/meter-orders", {}) == []
    answer = await household.control(
        "POST", "meter-orders", subscription=order.subscription, status="activated"
    )
    assert answer.json["status"] == "activated"
    assert (await _show(household))["id"] == answer.json["id"]
    assert await _meter_type(household) == "smart"


async def test_changing_a_subscription(
    household: ApiClient, freezer: FrozenDateTimeFactory
) -> None:
    """Fields of a subscription can be set, also of its meter and address."""
    freezer.move_to("2026-11-24T12:00:00Z")
    await household.sign_in()
    (subscription,) = household.world.subscriptions
    answer = await household.control(
        "PATCH",
        f"subscriptions/{subscription}",
        status="ended",
        end_at="2026-11-30",
        meter={"type": "smart"},
        **{"address.house_number": "121"},
    )
    assert answer.json["meter"]["type"] == "smart"
    shown = (await household.get(f"/subscriptions/{subscription}")).json
    assert shown["status"] == "ended"
    assert shown["end_at"] == "2026-11-29T23:00:00.000Z"
    assert shown["updated_at"] == "2026-11-24T12:00:00.000Z"
    assert shown["meter"]["type"] == "smart"
    assert shown["address"]["house_number"] == "121"


@pytest.mark.parametrize(
    ("path", "fields", "reason"),
    [
        ("meter-orders/{order}", {"colour": "red"}, "MeterOrder has no field 'colour'"),
        ("meter-orders/{order}", {"status": 5}, "MeterOrder.milestone cannot be 5"),
        (
            "meter-orders/{order}",
            {"appointment_at": "soon"},
            "appointment_at cannot be",
        ),
        ("subscriptions/{subscription}", {"meter.colour": 1}, "Meter has no field"),
        ("subscriptions/{subscription}", {"mater.type": 1}, "has no field 'mater'"),
        ("settings", {"rate_limit": "many"}, "Settings.rate_limit cannot be 'many'"),
        ("settings", {"versions": "all"}, "Settings.versions cannot be 'all'"),
        ("settings", {"versions": [5]}, "Settings.versions cannot be [5]"),
        ("market", {"weather": "sunny"}, "Market.weather cannot be 'sunny'"),
        ("market", {"publication": "noon"}, "Market.publication cannot be 'noon'"),
        ("market", {"publication_exceptions": {"soon": None}}, "isoformat"),
        ("market", {"null_moments": "all"}, "Market.null_moments cannot be 'all'"),
        ("market", {"amounts": {"2026-11-24": "free"}}, "expected float"),
    ],
)
async def test_a_field_that_cannot_be_set(
    household: ApiClient, path: str, fields: dict[str, object], reason: str
) -> None:
    """What cannot be set is refused with the reason."""
    (order,) = household.world.meter_orders
    (subscription,) = household.world.subscriptions
    path = path.format(order=order, subscription=subscription)
    answer = await household.control("PATCH", path, **fields)
    assert answer.status == 400
    assert reason in answer.json["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PATCH", "meter-orders/prdo_unknown", 404),
        ("POST", "meter-orders/prdo_unknown/advance", 404),
        ("DELETE", "meter-orders/prdo_unknown", 404),
        ("PATCH", "subscriptions/sub_unknown", 404),
        ("PATCH", "credentials/unknown", 404),
        ("POST", "meter-orders", 400),
        ("PATCH", "nothing", 404),
        ("PUT", "settings", 405),
    ],
)
async def test_what_is_not_there(
    household: ApiClient, method: str, path: str, status: int
) -> None:
    """What is not there cannot be controlled."""
    answer = await household.control(method, path)
    assert answer.status == status
    assert answer.json["error"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"])
async def test_a_control_request_that_is_no_object(
    household: ApiClient, body: bytes
) -> None:
    """A control request is a JSON object."""
    async with household.http.patch("/_simulator/settings", data=body) as response:
        assert response.status == 400


async def test_settings_are_shown(household: ApiClient) -> None:
    """The answer to a change shows all settings."""
    answer = await household.control("PATCH", "settings", rate_limit=5)
    assert answer.json == {
        "versions": ["2026-05-27.curie", "2026-01-29.edison"],
        "rate_limit": 5,
        "token_lifetime": 3600,
        "ignore_filters": False,
        "webhook_backoff": 60,
        "webhook_timeout": 10,
    }


async def test_the_market_is_shown(household: ApiClient) -> None:
    """The answer to a change shows the whole market; moments in it are UTC."""
    answer = await household.control(
        "PATCH",
        "market",
        weather="quiet",
        publication="13:01",
        publication_exceptions={"2026-11-25": "17:30", "2026-11-26": None},
        amounts={"2026-11-24 18:00": 42},
        null_moments=["2026-11-24T18:15+01:00"],
    )
    assert answer.json == {
        "seed": 1,
        "weather": "quiet",
        "publication": "13:01",
        "publication_exceptions": {"2026-11-25": "17:30", "2026-11-26": None},
        "revision": 0,
        "hourly_before": "2025-10-01",
        "amounts": {"2026-11-24T17:00:00.000Z": 42.0},
        "null_moments": ["2026-11-24T17:15:00.000Z"],
        "missing_moments": [],
        "duplicated_moments": [],
        "null_items": False,
        "order": "ascending",
    }


async def test_a_credential_is_shown_without_its_secret(household: ApiClient) -> None:
    """The answer to a change keeps the secret."""
    answer = await household.control(
        "PATCH", "credentials/demo-client", client_secret="hush", scope="read:*"
    )
    assert answer.json["scope"] == "read:*"
    assert "hush" not in answer.text


async def test_cancelled_without_a_reason(household: ApiClient) -> None:
    """An order can be cancelled for no reason given."""
    (order,) = household.world.meter_orders
    path = f"meter-orders/{order}"
    await household.control("PATCH", path, status="cancelled", cancelled_reason=None)
    shown = await _show(household)
    assert (shown["status"], shown["cancelled_reason"]) == ("cancelled", None)
