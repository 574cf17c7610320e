"""What a customer pays, or is paid, for a kilowatt-hour: the parts of the price."""

from datetime import datetime, time
from decimal import Decimal

from .model import Subscription
from .moments import LOCAL_TIME

_CENT = Decimal("0.01")
_VAT = Decimal("1.19")

# In ct/kWh without VAT. The levies are the electricity tax, the concession fee,
# and the surcharges for combined heat and power, offshore grids and special grid use.
_MARGIN = Decimal("2.10")
_LEVIES = sum(map(Decimal, ("2.05", "1.66", "0.446", "0.941", "1.559")), Decimal())

# The grid fee under §14a EnWG module 3: low at night, high in the early evening,
# and the standard fee, which holds at all times without module 3.
_LOW_FEE = Decimal("2.39")
_STANDARD_FEE = Decimal("7.96")
_HIGH_FEE = Decimal("12.74")
_LOW_ENDS = time(5)
_HIGH_STARTS = time(17)
_HIGH_ENDS = time(21)


def price_components(
    subscription: Subscription, moment: datetime, spot: float
) -> dict[str, Decimal]:
    """Return the parts of the price in ct/kWh, each rounded to 0.01 ct.

    A consumer pays VAT on all of them. Who feeds in is taken to be exempt from
    VAT and is paid the spot price.
    """
    if subscription.type == "feed_in":
        return {"electricity": _rounded(Decimal(spot))}
    return {
        "electricity": _with_vat(Decimal(spot) + _MARGIN),
        "grid": _with_vat(_grid_fee(subscription, moment)),
        "levies": _with_vat(_LEVIES),
    }


def with_amount(components: dict[str, Decimal], amount: float) -> dict[str, Decimal]:
    """Return the parts of a given price: what it costs more or less is electricity."""
    others = sum(components.values()) - components["electricity"]
    return components | {"electricity": Decimal(str(amount)) - others}


def _grid_fee(subscription: Subscription, moment: datetime) -> Decimal:
    clock = moment.astimezone(LOCAL_TIME).time()
    if not subscription.variable_grid_fee:
        return _STANDARD_FEE
    if clock < _LOW_ENDS:
        return _LOW_FEE
    return _HIGH_FEE if _HIGH_STARTS <= clock < _HIGH_ENDS else _STANDARD_FEE


def _with_vat(amount: Decimal) -> Decimal:
    return _rounded(amount * _VAT)


def _rounded(amount: Decimal) -> Decimal:
    # Adding nothing turns -0.00 into 0.00.
    return amount.quantize(_CENT) + 0
