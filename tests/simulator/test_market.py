"""The spot market: the shapes of its prices, and that they are always the same."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest

from simulator.market import Market
from simulator.moments import LOCAL_TIME, quarters_of
from simulator.spot import Weather, spot_prices

_SEED = 1
_TUESDAY_IN_WINTER = date(2026, 1, 13)


def _days(start: date, count: int) -> Iterator[date]:
    return (start + timedelta(days=n) for n in range(count))


def _mean_at(day: date, hours: range, weather: Weather = Weather.TYPICAL) -> float:
    """Return the mean price of some local hours of a day."""
    prices = [
        price
        for quarter, price in spot_prices(day, weather, _SEED).items()
        if quarter.astimezone(LOCAL_TIME).hour in hours
    ]
    return sum(prices) / len(prices)


def _mean_of_days(start: date, hours: range) -> float:
    return sum(_mean_at(day, hours) for day in _days(start, 28)) / 28


@pytest.mark.parametrize(
    ("day", "count", "first"),
    [
        (date(2026, 1, 13), 96, "2026-01-12T23:00:00+00:00"),
        (date(2026, 3, 29), 92, "2026-03-28T23:00:00+00:00"),
        (date(2026, 7, 14), 96, "2026-07-13T22:00:00+00:00"),
        (date(2026, 10, 25), 100, "2026-10-24T22:00:00+00:00"),
    ],
)
@pytest.mark.parametrize("weather", Weather)
def test_a_price_for_each_quarter(
    day: date, count: int, first: str, weather: Weather
) -> None:
    """A local day has as many prices as quarter-hours, without a gap."""
    quarters = list(spot_prices(day, weather, _SEED))
    assert quarters == quarters_of(day)
    assert len(quarters) == count
    assert quarters[0].isoformat() == first
    steps = {later - earlier for earlier, later in pairwise(quarters)}
    assert steps == {timedelta(minutes=15)}


@pytest.mark.parametrize("start", [date(2026, 1, 5), date(2026, 6, 29)])
def test_the_shape_of_a_month(start: date) -> None:
    """Nights are low, mornings and evenings high, and midday dips between them."""
    night, morning, midday, evening = (
        _mean_of_days(start, hours)
        for hours in (range(2, 4), range(7, 9), range(12, 14), range(18, 21))
    )
    assert night < morning < evening
    assert midday < morning


def test_the_sun_digs_deeper_in_summer() -> None:
    """The dip of midday is deep in summer and shallow in winter."""
    dips = [
        _mean_of_days(start, range(7, 9)) - _mean_of_days(start, range(12, 14))
        for start in (date(2026, 1, 5), date(2026, 6, 29))
    ]
    winter, summer = dips
    assert 0 < winter < 4 < summer


def test_weekends_are_cheaper() -> None:
    """Saturdays and Sundays lie below the days of work."""
    year = list(_days(date(2026, 1, 1), 365))
    means = {day: _mean_at(day, range(24), Weather.TYPICAL) for day in year}
    weekend = [mean for day, mean in means.items() if day.weekday() >= 5]
    work = [mean for day, mean in means.items() if day.weekday() < 5]
    assert sum(weekend) / len(weekend) < sum(work) / len(work) - 1


def test_negative_prices_on_sunny_weekends() -> None:
    """In a typical year a few dozen days go below zero, most of them in summer."""
    negative = [
        day
        for day in _days(date(2026, 1, 1), 365)
        if min(spot_prices(day, Weather.TYPICAL, _SEED).values()) < 0
    ]
    assert 10 < len(negative) < 80
    weekends = [day for day in negative if day.weekday() >= 5]
    assert len(weekends) > len(negative) / 2
    assert sum(4 <= day.month <= 9 for day in negative) > len(negative) / 2


def test_the_spread_of_each_weather() -> None:
    """Quiet days move by 2 to 4 ct, wild ones by dozens, flat ones not at all."""
    for day in _days(date(2026, 1, 1), 365):
        quiet, wild, flat = (
            list(spot_prices(day, weather, _SEED).values())
            for weather in (Weather.QUIET, Weather.WILD, Weather.FLAT)
        )
        assert 2 <= max(quiet) - min(quiet) <= 4
        assert -15 <= min(wild) < -7
        assert 40 <= max(wild) <= 60
        assert sum(-15 <= price <= -5 for price in wild) >= 4
        assert len(set(flat)) == 1


def test_typical_days_differ() -> None:
    """Typical weather has days that are quiet and days that are wild."""
    spreads = []
    for day in _days(date(2026, 1, 1), 365):
        prices = spot_prices(day, Weather.TYPICAL, _SEED).values()
        spreads.append(max(prices) - min(prices))
    assert 20 < sum(spread < 4 for spread in spreads) < 100
    assert 5 < sum(spread > 40 for spread in spreads) < 40
    assert len(set(spreads)) > 300


def test_another_seed_gives_other_prices() -> None:
    """Each seed has its own prices."""
    one, other = (
        spot_prices(_TUESDAY_IN_WINTER, Weather.TYPICAL, seed) for seed in (1, 2)
    )
    assert one != other


def test_the_same_in_every_process() -> None:
    """Neither time nor the process has a part in the prices."""
    prices = spot_prices(_TUESDAY_IN_WINTER, Weather.TYPICAL, _SEED)
    assert [*prices.values()][:4] == [9.549, 9.641, 9.463, 9.163]


def test_hours_are_the_mean_of_their_quarters() -> None:
    """On a day before the change the market has a price for each hour."""
    day = date(2025, 3, 30)
    quarters = list(Market().spot_prices(day).values())
    assert len(quarters) == 23
    finer = Market(hourly_before=day).spot_prices(day)
    assert quarters[0] == pytest.approx(sum([*finer.values()][:4]) / 4)
    assert set(Market().spot_prices(day)) < set(finer)


def test_a_revision_moves_every_price() -> None:
    """Each revision of a publication is another one, by less than 1 ct."""
    first, second, third = (
        Market(revision=revision).spot_prices(_TUESDAY_IN_WINTER)
        for revision in range(3)
    )
    for quarter, price in first.items():
        assert 0.1 < second[quarter] - price < 1
        assert third[quarter] not in (price, second[quarter])
