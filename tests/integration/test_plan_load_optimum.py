"""Tests of the action that plans a load, held against trying all there is."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import groupby, pairwise
import json
from time import process_time
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nomos_smartmeter.tariff.local_time import QUARTER
from tests.simulated import SimulatedNomos

from .actions import act
from .home import local, set_up

NOW = local("2026-07-01 15:07")
START, COUNT = local("2026-07-01 17:00"), 11

pytestmark = pytest.mark.freeze_time(NOW)

type Prices = list[Decimal]
type Choice = tuple[int, ...]


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


def told(nomos: SimulatedNomos) -> Prices:
    """Return the prices that Nomos has told of the window, in EUR/kWh."""
    prices = {
        datetime.fromisoformat(item["timestamp"]): Decimal(str(item["amount"])) / 100
        for exchange in nomos.requests("*/prices")
        for item in json.loads(exchange.response_body)["items"]
    }
    return [prices[START + n * QUARTER] for n in range(COUNT)]


def choices() -> Iterator[Choice]:
    """Yield all ways to be on or off in the window, by the quarters that are on."""
    for bits in range(2**COUNT):
        yield tuple(n for n in range(COUNT) if bits >> n & 1)


def runs_of(choice: Choice) -> list[Choice]:
    """Return the quarters of a choice, those without a break together."""
    groups = groupby(enumerate(choice), key=lambda item: item[1] - item[0])
    return [tuple(place for _, place in group) for _, group in groups]


def keeps(choice: Choice, need: int, limits: Mapping[str, Any], prices: Prices) -> bool:
    """Tell whether a choice keeps what is asked for, the longest pause aside."""
    runs = runs_of(choice)
    ceiling = limits.get("price_ceiling")
    if len(choice) > need or (
        ceiling is not None and any(prices[n] > Decimal(str(ceiling)) for n in choice)
    ):
        return False
    if not limits.get("split"):
        return len(runs) <= 1
    shortest = min(limits.get("minimum_run", 1), need)
    pauses = [after[0] - before[-1] - 1 for before, after in pairwise(runs)]
    return (
        len(runs) <= limits.get("maximum_starts", COUNT)
        and all(len(run) >= shortest for run in runs)
        and all(pause >= limits.get("minimum_pause", 1) for pause in pauses)
    )


def is_never_off_for_long(choice: Choice, longest: int) -> bool:
    """Tell whether no time without a run is too long, at the edges neither."""
    edges = (-1, *choice, COUNT)
    return all(after - before - 1 <= longest for before, after in pairwise(edges))


def best(need: int, limits: Mapping[str, Any], prices: Prices) -> Choice:
    """Return the most, then the cheapest, then the earliest of what is allowed."""
    allowed = [c for c in choices() if keeps(c, need, limits, prices)]
    if longest := limits.get("maximum_pause"):
        steady = [c for c in allowed if is_never_off_for_long(c, longest)]
        allowed = steady or allowed

    def _rank(choice: Choice) -> tuple[Any, ...]:
        return -len(choice), sum(prices[n] for n in choice), choice

    return min(allowed, key=_rank)


def quarters(answer: Mapping[str, Any]) -> Choice:
    """Return the quarters of a plan by their place in the window."""
    return tuple(
        (start - START) // QUARTER + n
        for run in answer["runs"]
        for start in (datetime.fromisoformat(run["start"]),)
        for n in range((datetime.fromisoformat(run["end"]) - start) // QUARTER)
    )


LIMITS: list[dict[str, Any]] = [
    {},
    {"price_ceiling": 6},
    {"split": True},
    {"split": True, "price_ceiling": 4},
    {"split": True, "minimum_run": 2},
    {"split": True, "minimum_run": 4},
    {"split": True, "minimum_pause": 2},
    {"split": True, "minimum_run": 2, "minimum_pause": 3},
    {"split": True, "maximum_starts": 2},
    {"split": True, "maximum_starts": 1, "minimum_pause": 2},
    {"split": True, "maximum_pause": 2},
    {"split": True, "maximum_pause": 4, "minimum_run": 2},
    {"split": True, "maximum_pause": 3, "minimum_pause": 2, "maximum_starts": 2},
    {"split": True, "minimum_run": 2, "minimum_pause": 2, "price_ceiling": 7},
]
"""Lengths of time are quarter-hours; a ceiling is the n-th of the prices in order."""
LENGTHS = {"minimum_run", "minimum_pause", "maximum_pause"}


@pytest.mark.parametrize("weather", ["typical", "wild", "flat"])
async def test_nothing_is_better(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry, weather: str
) -> None:
    """No other choice of quarter-hours is longer, cheaper or as cheap and earlier."""
    nomos.set_market(weather=weather)
    await set_up(hass, entry)
    prices = told(nomos)
    window = {"earliest": START, "latest": START + COUNT * QUARTER}
    for limits in map(dict, LIMITS):
        if "price_ceiling" in limits:
            limits["price_ceiling"] = float(sorted(prices)[limits["price_ceiling"]])
        fields = {
            name: {"minutes": 15 * value} if name in LENGTHS else value
            for name, value in limits.items()
        }
        for need in (1, 3, 4, 8, COUNT, COUNT + 3):
            run_time = {"minutes": 15 * need}
            answer = await act(
                hass,
                "plan_load",
                entry.entry_id,
                **{**window, **fields, "run_time": run_time, "power": 4},
            )
            expected = best(need, limits, prices)
            assert quarters(answer) == expected, (limits, need)
            assert answer["planned_time"] == len(expected) / 4
            assert (answer["reason"] is None) == (
                len(expected) == need
                and is_never_off_for_long(expected, limits.get("maximum_pause", COUNT))
            )
            assert answer["cost"] == (
                float(sum(prices[n] for n in expected)) if expected else None
            )


async def test_far_off(
    hass: HomeAssistant, nomos: SimulatedNomos, loaded: MockConfigEntry
) -> None:
    """What nobody knows the prices of takes no time to think about, either."""
    begin = process_time()
    for fields in (
        {"latest": "2099-12-31 12:00"},
        {"latest": "2099-12-31 12:00", "split": True, "minimum_run": "01:00"},
        {"latest": "2026-09-30 12:00", "split": True, "maximum_starts": 1000000},
    ):
        near = {**fields, "latest": "2026-07-03 00:00"}
        far_plan = await act(hass, "plan_load", loaded.entry_id, **fields)
        near_plan = await act(hass, "plan_load", loaded.entry_id, **near)
        assert far_plan == near_plan
    for action, need in (
        ("plan_load", {"run_time": {"days": 31}}),
        ("plan_load", {"run_time": {"days": 31}, "split": True}),
        ("find_cheapest_window", {"duration": {"days": 31}}),
        ("find_cheapest_window", {"duration": {"days": 31}, "split": True}),
    ):
        limits = {"latest": "2026-12-31 12:00"}
        answer = await act(hass, action, loaded.entry_id, **need, **limits)
        assert answer["reason"] == "prices_not_known"
    assert process_time() - begin < 5
