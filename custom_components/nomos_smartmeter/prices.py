"""The prices of a contract: how they are fetched from Nomos, and what they mean."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from .nomos import NomosClient, NomosResponseError, PriceItem, Prices
from .tariff.local_time import DAY, HOUR, QUARTER, local_moment
from .tariff.prices import PriceInterval, PriceSeries

CURRENCY = "EUR"
UNIT = "EUR/kWh"

_LONGEST = {"15min": QUARTER, "hourly": HOUR}


async def async_fetch_prices(
    client: NomosClient, subscription_id: str, days: Sequence[date]
) -> PriceSeries:
    """Ask Nomos for the prices of some days, in one request.

    Args:
        client: Whom to ask with.
        subscription_id: Of which contract.
        days: Local days; what lies between the first and the last is asked for too,
            and nothing but that is taken from the answer.

    Raises:
        NomosError: They cannot be fetched or understood.
    """
    first, last = min(days), max(days)
    prices = await client.prices(subscription_id, first, last)
    return _series(prices, local_moment(first), local_moment(last + DAY))


def _series(prices: Prices, start: datetime, end: datetime) -> PriceSeries:
    """Read an answer; a wrong price costs money, so nothing in it is guessed."""
    if prices.unit != "ct/kWh" or prices.currency != CURRENCY:
        raise NomosResponseError("prices are in another unit than ct/kWh")
    if (longest := _LONGEST.get(prices.resolution)) is None:
        raise NomosResponseError("prices are of an unknown resolution")
    try:
        return PriceSeries.of(
            _interval(item, longest)
            for item in prices.items or ()
            if start <= item.timestamp < end
        )
    except ValueError as err:
        raise NomosResponseError("prices do not begin at quarter-hours") from err


def _interval(item: PriceItem, longest: timedelta) -> PriceInterval:
    parts = {part.type: _euros(part.amount) for part in item.components}
    start = item.timestamp
    # Whatever its length, no price is taken for more than the hour it begins in: the
    # last quarter of a day must not reach into the next.
    full_hour = start.replace(minute=0, second=0, microsecond=0) + HOUR
    return PriceInterval(
        start=start,
        end=min(start + longest, full_hour),
        price=_euros(item.amount),
        electricity=parts.get("electricity"),
        grid=parts.get("grid"),
        levies=parts.get("levies"),
    )


def _euros(cents: Decimal | None) -> Decimal | None:
    """Convert ct to EUR, to the last digit."""
    # Adding nothing makes zero of a negative zero.
    return None if cents is None else cents.scaleb(-2) + 0
