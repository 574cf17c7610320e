"""Tests of the action that finds the cheapest time, held against trying them all."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import combinations
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_bytes
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nomos_smartmeter.const import DOMAIN
from tests.simulated import SimulatedNomos

from .home import add_entry, local, set_up

NOW = local("2026-07-01 15:07")
QUARTER = timedelta(minutes=15)
NOTHING: dict[str, Any] = {
    "intervals": [],
    "start": None,
    "end": None,
    "average_price": None,
}

pytestmark = pytest.mark.freeze_time(NOW)

type Prices = dict[datetime, Decimal]


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


async def find(
    hass: HomeAssistant, entry: MockConfigEntry, duration: object, **fields: Any
) -> dict[str, Any]:
    """Ask for the cheapest window, and see that JSON can hold the answer as it is."""
    answer = await hass.services.async_call(
        DOMAIN,
        "find_cheapest_window",
        {"config_entry": entry.entry_id, "duration": duration, **fields},
        blocking=True,
        return_response=True,
    )
    read: dict[str, Any] = json.loads(json_bytes(answer))
    assert read == answer
    return read


def told(nomos: SimulatedNomos) -> Prices:
    """Return the prices that Nomos has told, in EUR/kWh, by their start."""
    return {
        datetime.fromisoformat(item["timestamp"]): Decimal(str(item["amount"])) / 100
        for exchange in nomos.requests("*/prices")
        for item in json.loads(exchange.response_body)["items"]
        if item["amount"] is not None
    }


def cheapest(
    prices: Prices, count: int, earliest: datetime, latest: datetime, *, split: bool
) -> Sequence[datetime]:
    """Return the quarters of the least sum by trying all, the earliest of equals."""
    fit = sorted(m for m in prices if earliest <= m and m + QUARTER <= latest)
    if split:
        choices = list(combinations(fit, count))
    else:
        runs = [tuple(m + n * QUARTER for n in range(count)) for m in fit]
        choices = [run for run in runs if all(moment in fit for moment in run)]
    return min(choices, key=lambda run: (sum(prices[m] for m in run), run))


def check(answer: dict[str, Any], prices: Prices, expected: Sequence[datetime]) -> None:
    """See that all parts of an answer are about the expected quarters."""
    items = answer["intervals"]
    begins = [datetime.fromisoformat(item["start"]).astimezone(UTC) for item in items]
    assert begins == list(expected)
    for item, begin in zip(items, begins, strict=True):
        assert list(item) == ["start", "end", "price"]
        assert datetime.fromisoformat(item["end"]) - begin == QUARTER
        assert Decimal(str(item["price"])) == prices[begin]
    assert (answer["start"], answer["end"]) == (items[0]["start"], items[-1]["end"])
    mean = sum(prices[moment] for moment in expected) / len(expected)
    assert answer["average_price"] == float(mean)
    assert answer["reason"] is None


@pytest.mark.parametrize("weather", ["typical", "wild", "flat"])
async def test_exact_optimum(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry, weather: str
) -> None:
    """Nothing is cheaper than the answer, and of equals it is the earliest."""
    nomos.set_market(weather=weather)
    await set_up(hass, entry)
    asked = len(nomos.exchanges)
    prices = told(nomos)
    for earliest, latest, count in (
        ("2026-07-01 15:15", "2026-07-01 15:30", 1),
        ("2026-07-01 15:15", "2026-07-01 18:15", 3),
        ("2026-07-01 22:15", "2026-07-02 02:15", 4),
        ("2026-07-02 00:00", "2026-07-02 03:00", 11),
        ("2026-07-02 18:00", "2026-07-02 21:00", 12),
        ("2026-07-02 11:00", "2026-07-02 15:30", 3),
    ):
        limits = {"earliest": earliest, "latest": latest}
        span = local(earliest), local(latest)
        for split in (False, True):
            fields = {"duration": {"minutes": 15 * count}, "split": split}
            answer = await find(hass, entry, **fields, **limits)
            check(answer, prices, cheapest(prices, count, *span, split=split))
    assert len(nomos.exchanges) == asked


async def test_all_that_is_known(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Without limits it is from the next quarter on as far as prices are known."""
    prices = told(nomos)
    span = local("2026-07-01 15:15"), local("2026-07-03 00:00")
    ahead = sorted(moment for moment in prices if span[0] <= moment)
    for count in (1, 8, 40, 131):
        mean = float(sum(prices[moment] for moment in ahead[:count]) / count)
        answer = await find(hass, loaded, {"minutes": 15 * count})
        check(answer, prices, cheapest(prices, count, *span, split=False))
        assert answer["price_if_started_now"] == mean
        answer = await find(hass, loaded, {"minutes": 15 * count}, split=True)
        best = sorted(ahead, key=lambda moment: prices[moment])[:count]
        check(answer, prices, sorted(best))
        assert answer["price_if_started_now"] == mean


async def test_durations(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """All forms of a duration are taken, and rounded up to quarter-hours."""
    for duration, count in (
        ({"hours": 2}, 8),
        ({"hours": 1, "minutes": 60}, 8),
        ({"days": 0, "hours": 1, "minutes": 59, "seconds": 30}, 8),
        ({"days": 1}, 96),
        ({"hours": 0.5}, 2),
        ("02:00:00", 8),
        ("02:00", 8),
        ("00:45:01", 4),
        (7200, 8),
        (7200.0, 8),
        ("7200", 8),
        (7201, 9),
        (1, 1),
        (timedelta(minutes=16), 2),
    ):
        for split in (False, True):
            answer = await find(hass, loaded, duration, split=split)
            assert len(answer["intervals"]) == count


@pytest.mark.parametrize(
    ("now", "price_if_started_now", "cases"),
    [
        ("15:15", 0.615, {None: "15:15"}),
        ("15:15:00.000001", 0.625, {None: "15:30"}),
        (
            "15:07",
            0.615,
            {
                None: "15:15",
                "09:00": "15:15",
                "15:00": "15:15",
                "16:00": "16:00",
                "16:00:01": "16:15",
                "16:14:59": "16:15",
            },
        ),
    ],
)
async def test_earliest(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    now: str,
    price_if_started_now: float,
    cases: dict[str | None, str],
) -> None:
    """It starts with a quarter-hour, never in the past and never too early."""
    begin = local("2026-07-01 00:00")
    nomos.set_market(
        amounts={(begin + n * QUARTER).isoformat(): n for n in range(2 * 96)}
    )
    freezer.move_to(local(f"2026-07-01 {now}"))
    await set_up(hass, entry)
    for earliest, start in cases.items():
        limits = {"earliest": f"2026-07-01 {earliest}"} if earliest else {}
        for split in (False, True):
            answer = await find(hass, entry, "00:30", **limits, split=split)
            assert answer["start"] == f"2026-07-01T{start}:00+02:00"
            assert answer["price_if_started_now"] == price_if_started_now


async def test_latest(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """It has ended when it must have."""
    begin = local("2026-07-01 00:00")
    nomos.set_market(
        amounts={(begin + n * QUARTER).isoformat(): 200 - n for n in range(2 * 96)}
    )
    await set_up(hass, entry)
    for latest, end in {
        "18:00": "18:00",
        "18:00:01": "18:00",
        "17:59:59": "17:45",
        "15:45": "15:45",
        "15:59:59.999999": "15:45",
    }.items():
        for limits in ({}, {"earliest": "2026-07-01 00:00"}):
            for split in (False, True):
                fields = {"latest": f"2026-07-01 {latest}", "split": split, **limits}
                answer = await find(hass, entry, "00:30", **fields)
                assert answer["end"] == f"2026-07-01T{end}:00+02:00"


NOTHING_FITS: list[tuple[dict[str, Any], str]] = [
    ({"latest": "2026-07-01 15:44:59"}, "window_too_short"),
    ({"latest": "2026-07-01 15:07"}, "window_too_short"),
    ({"latest": "2026-07-01 09:00"}, "window_too_short"),
    (
        {"earliest": "2026-07-01 15:16", "latest": "2026-07-01 15:59"},
        "window_too_short",
    ),
    (
        {"earliest": "2026-07-01 08:00", "latest": "2026-07-01 15:30"},
        "window_too_short",
    ),
    ({"earliest": "2026-07-02 23:31"}, "prices_not_known"),
    ({"earliest": "2026-07-10 12:00"}, "prices_not_known"),
    (
        {"earliest": "2026-07-02 23:45", "latest": "2026-07-03 12:00"},
        "prices_not_known",
    ),
    ({"duration": {"hours": 33}}, "prices_not_known"),
    ({"duration": {"days": 31}}, "prices_not_known"),
]


async def test_nothing_fits(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Where nothing fits it is told why, and Nomos is not asked."""
    nomos.exchanges.clear()
    for fields, reason in NOTHING_FITS:
        for split in (False, True):
            wanted = {"duration": "00:30", "split": split, **fields}
            answer = await find(hass, loaded, **wanted)
            price = answer.pop("price_if_started_now")
            assert answer == {**NOTHING, "reason": reason}
            assert (price is None) is ("duration" in fields)
    assert not nomos.exchanges


@pytest.mark.parametrize("kind", ["null_moments", "missing_moments"])
async def test_missing_prices(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry, kind: str
) -> None:
    """It never runs where a price is missing, but may pause there."""
    nomos.set_market(
        **{kind: ["2026-07-01 15:45", "2026-07-01 16:30"]},
        amounts={"2026-07-01 15:30": 1, "2026-07-01 16:00": 2, "2026-07-01 16:15": 3},
    )
    await set_up(hass, entry)
    fields = {"duration": "00:45", "latest": "2026-07-01 16:45"}
    answer = await find(hass, entry, **fields)
    assert answer == {
        **NOTHING,
        "price_if_started_now": None,
        "reason": "prices_not_known",
    }
    answer = await find(hass, entry, **fields, split=True)
    begins = ["2026-07-01 15:30", "2026-07-01 16:00", "2026-07-01 16:15"]
    check(answer, told(nomos), list(map(local, begins)))
    assert answer["average_price"] == 0.02
    answer = await find(hass, entry, "00:30", latest="2026-07-01 16:45")
    check(answer, told(nomos), list(map(local, begins[1:])))
    assert answer["price_if_started_now"] is not None


@pytest.mark.parametrize(
    ("day", "cheap", "cases"),
    [
        (
            "2026-10-25",
            ["02:00+02", "02:00+01", "02:15+01"],
            [
                ({"duration": "00:30"}, ["02:00+01", "02:15+01"]),
                (
                    {"duration": "01:00"},
                    ["02:30+02", "02:45+02", "02:00+01", "02:15+01"],
                ),
                ({"duration": "00:15", "latest": "02:00"}, ["01:30+02"]),
                ({"duration": "00:15", "latest": "02:15"}, ["02:00+02"]),
                (
                    {"duration": "01:15", "earliest": "02:00", "latest": "03:00"},
                    ["02:00+02", "02:15+02", "02:30+02", "02:45+02", "02:00+01"],
                ),
                (
                    {"duration": "00:45", "latest": "03:00", "split": True},
                    ["02:00+02", "02:00+01", "02:15+01"],
                ),
            ],
        ),
        (
            "2026-03-29",
            ["01:45+01", "03:00+02"],
            [
                ({"duration": "00:30"}, ["01:45+01", "03:00+02"]),
                (
                    {"duration": "01:00", "earliest": "01:00", "latest": "03:00"},
                    ["01:00+01", "01:15+01", "01:30+01", "01:45+01"],
                ),
                (
                    {"duration": "00:15", "earliest": "03:00", "latest": "03:15"},
                    ["03:00+02"],
                ),
            ],
        ),
    ],
)
async def test_clock_change(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    day: str,
    cheap: list[str],
    cases: list[tuple[dict[str, Any], list[str]]],
) -> None:
    """It runs for as long as it shall, whatever the clocks show meanwhile."""
    nomos.set_market(
        weather="flat", amounts={f"{day}T{clock}:00": 1 for clock in cheap}
    )
    freezer.move_to(local(f"{day} 00:00") - timedelta(hours=8))
    entry = add_entry(hass, nomos)
    await set_up(hass, entry)
    asked = len(nomos.exchanges)
    for fields, begins in cases:
        limits = {
            name: f"{day} {clock}"
            for name, clock in {"earliest": "01:30", **fields}.items()
            if name in {"earliest", "latest"}
        }
        answer = await find(hass, entry, **{**fields, **limits})
        found = [item["start"] for item in answer["intervals"]]
        assert found == [f"{day}T{text[:5]}:00{text[5:]}:00" for text in begins]
    assert len(nomos.exchanges) == asked
