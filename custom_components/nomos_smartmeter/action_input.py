"""What is read from the call of an action, with clear words where it makes no sense."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, service
from homeassistant.helpers.selector import ConfigEntrySelector
import voluptuous as vol

from .const import DOMAIN, PRICES_KEPT
from .coordinator import NomosConfigEntry
from .price_coordinator import PriceCoordinator
from .tariff.local_time import LOCAL_TIME

GREATEST = 10**6
"""No energy, power or price of a home has more digits."""
PLACES = 9
"""Nor more of them behind the point; what is less than that is nothing."""

CONTRACT = {vol.Optional("config_entry"): ConfigEntrySelector({"integration": DOMAIN})}


def problem(key: str, **placeholders: object) -> ServiceValidationError:
    """Return what wrong input is told as."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={
            name: str(value) for name, value in placeholders.items()
        },
    )


def field[ValueT](
    name: str, validator: Callable[[Any], ValueT], key: str
) -> Callable[[Any], ValueT]:
    """Return a validator that tells what is wrong in the owner's language."""

    def read(value: Any) -> ValueT:
        try:
            return validator(value)
        except (ArithmeticError, ValueError, vol.Invalid) as err:
            raise problem(key, field=name, value=value) from err

    return read


def moment(value: Any) -> datetime:
    """Read a moment as UTC; without a zone it is local to the contract."""
    at: datetime = cv.datetime(value)
    if not 2000 <= at.year < 2100:
        raise ValueError("not of this century")
    if at.tzinfo is None:
        at = at.replace(tzinfo=LOCAL_TIME)
    return at.astimezone(UTC)


def duration(value: Any) -> timedelta:
    """Read a length of time above zero, and up to as long as prices are kept."""
    if not (duration := length(value)):
        raise ValueError("no time at all")
    return duration


def length(value: Any) -> timedelta:
    """Read a length of time from zero on, and up to as long as prices are kept."""
    length: timedelta = cv.time_period(value)
    if isinstance(value, bool) or not timedelta() <= length <= PRICES_KEPT:
        raise ValueError("no length of time")
    return length


def decimal(value: Any) -> Decimal:
    """Read a number, without what a float adds to it."""
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) > GREATEST:
        raise ValueError("no number of this world")
    return round(number, PLACES)


def one_of(choices: Iterable[str]) -> Callable[[Any], str]:
    """Return a validator of a choice."""
    return vol.In(list(choices))


def confirmed(value: Any) -> bool:
    """Read the word that something is really wanted, which is true and nothing else."""
    if value is not True:
        raise ValueError("not confirmed")
    return True


def entry_of(hass: HomeAssistant, call: ServiceCall) -> NomosConfigEntry:
    """Return the contract that a call is about.

    Raises:
        ServiceValidationError: There is no such contract, or several and none is named.
    """
    entry: NomosConfigEntry = service.async_get_config_entry(
        hass, DOMAIN, call.data.get("config_entry")
    )
    return entry


def prices_of(hass: HomeAssistant, call: ServiceCall) -> PriceCoordinator:
    """Return the prices of the contract that a call is about.

    Raises:
        ServiceValidationError: There is no such contract, or several and none is named.
    """
    return entry_of(hass, call).runtime_data.prices
