"""Scenarios: the shipped ones, own ones, and mistakes in them."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
import pytest

from simulator import ScenarioError, load_scenario
from simulator.meter_order import BLOCKED_REASON, CURIE_STATUS
from simulator.moments import parse_moment, to_api

_MINIMAL = """
plans:
  - {id: pln_1, name: A, slug: a, description: B, price: 5, created_at: 2026-01-01}
credentials:
  - {client_id: me, client_secret: hush}
"""


def test_the_household(freezer: FrozenDateTimeFactory) -> None:
    """A household waits with an analog meter for an order placed just now."""
    freezer.move_to("2026-11-24T12:00:00Z")
    world = load_scenario("household")
    (subscription,) = world.subscriptions.values()
    (order,) = world.meter_orders.values()
    assert subscription.status == "active"
    assert subscription.meter.type == "analog"
    assert order.status == "waiting"
    assert order.provider == "energy-metering"
    assert to_api(order.created_at) == "2026-11-24T12:00:00.000Z"
    assert world.plans[subscription.plan].products == ["smart-meter"]
    assert world.credentials["demo-client"].scope == "read:* write:*"


def test_the_neighbours() -> None:
    """One neighbour's order is blocked above a milestone."""
    blocked, scheduled = load_scenario("neighbours").meter_orders.values()
    assert (blocked.status, blocked.milestone) == ("blocked_wim", "ordered")
    assert scheduled.status == "installation_scheduled"
    assert scheduled.appointment_at is not None


def test_the_troubled_prices(freezer: FrozenDateTimeFactory) -> None:
    """Days, times of day and moments of a market are relative to the start, and local."""
    freezer.move_to("2026-11-24T12:00:00Z")
    market = load_scenario("troubled-prices").market
    assert market.publication_exceptions == {
        date(2026, 11, 25): time(17, 30),
        date(2026, 11, 26): None,
    }
    assert to_api(market.null_moments[0]) == "2026-11-24T17:00:00.000Z"
    assert to_api(market.missing_moments[1]) == "2026-11-25T18:45:00.000Z"


def test_an_old_order_keeps_its_moments(freezer: FrozenDateTimeFactory) -> None:
    """What the scenario says of the past is not overwritten by the present."""
    freezer.move_to("2026-11-24T12:00:00Z")
    activated, cancelled = load_scenario("moving").meter_orders.values()
    assert to_api(activated.installed_at) == "2026-10-15T08:15:00.000Z"
    assert to_api(activated.updated_at) == "2026-10-24T04:00:00.000Z"
    assert to_api(cancelled.cancelled_at) == "2026-08-21T12:00:00.000Z"


def test_the_organisation(freezer: FrozenDateTimeFactory) -> None:
    """300 subscriptions in every state there is, the same in every run."""
    freezer.move_to("2026-11-24T12:00:00Z")
    world = load_scenario("organisation")
    subscriptions = world.subscriptions.values()
    assert len(subscriptions) == 300
    assert {s.status for s in subscriptions} == {"active", "pending", "ended"}
    assert {s.meter.type for s in subscriptions} == {"analog", "smart"}
    assert {order.status for order in world.meter_orders.values()} == {
        *CURIE_STATUS,
        *BLOCKED_REASON,
    }
    assert any(world.order_of(s.id) is None for s in subscriptions)
    again = load_scenario("organisation")
    assert again.subscriptions == world.subscriptions
    assert again.meter_orders == world.meter_orders


@pytest.mark.parametrize(
    ("notation", "moment"),
    [
        ("now", "2026-11-24T12:00:00.000Z"),
        ("-12 days", "2026-11-12T12:00:00.000Z"),
        ("+1 day", "2026-11-25T12:00:00.000Z"),
        ("-90 minutes", "2026-11-24T10:30:00.000Z"),
        ("2 weeks 09:30", "2026-12-08T08:30:00.000Z"),
        ("-150 days 09:30", "2026-06-27T07:30:00.000Z"),
        ("2026-12-01T10:00:00Z", "2026-12-01T10:00:00.000Z"),
        ("2026-12-01T10:00:00", "2026-12-01T09:00:00.000Z"),
        (date(2026, 7, 1), "2026-06-30T22:00:00.000Z"),
        (datetime(2026, 7, 1, tzinfo=UTC), "2026-07-01T00:00:00.000Z"),
    ],
)
def test_moments(freezer: FrozenDateTimeFactory, notation: object, moment: str) -> None:
    """A moment can be absolute or relative; without an offset it is German."""
    freezer.move_to("2026-11-24T12:00:00Z")
    assert to_api(parse_moment(notation)) == moment


@pytest.mark.parametrize("notation", ["soon", "12 moons", 5, "-1 day 25:00"])
def test_no_moments(notation: object) -> None:
    """What is no moment is refused."""
    with pytest.raises(ValueError, match=r"."):
        parse_moment(notation)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    """A path to a YAML file works like a name; settings can be set."""
    file = tmp_path / "mine.yaml"
    file.write_text(_MINIMAL + "settings: {token_lifetime: 30}\n")
    world = load_scenario(file)
    assert world.settings.token_lifetime == 30
    assert world.credentials["me"].customer is None
    assert timedelta(0) < datetime.now(UTC) - world.plans["pln_1"].created_at


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("plans: []", "credentials"),
        ("[]", "mine.yaml"),
        ("plans: [", "mine.yaml"),
        (_MINIMAL + "colour: red", "unknown section colour"),
        (_MINIMAL.replace("slug", "slag"), "Plan has no field 'slag'"),
        (_MINIMAL.replace("slug: a, ", ""), "slug"),
        (_MINIMAL.replace("slug: a", "slug: 1"), "Plan.slug cannot be 1"),
        (_MINIMAL.replace("2026-01-01", "soon"), "created_at"),
        (_MINIMAL + "market: {publication: 14:20}", "Market.publication cannot be 860"),
        (_MINIMAL + "generate: [{count: 1, plan: pln_2}]", "pln_2"),
    ],
)
def test_a_mistake_in_a_scenario(tmp_path: Path, text: str, reason: str) -> None:
    """A mistake is told with the file and the place."""
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(ScenarioError, match=reason):
        load_scenario(file)


def test_a_scenario_that_does_not_exist() -> None:
    """The error names those that exist."""
    with pytest.raises(ScenarioError, match=r"no scenario utopia.*household"):
        load_scenario("utopia")
