"""What the Nomos API answers, reduced to what is needed here.

Only fields that somebody uses are kept: names, e-mail addresses, bank details, meter
numbers and market locations never enter the program. Unknown fields are ignored, and
words of an enumeration stay strings, so that a word of tomorrow does no harm. All times
are aware datetimes in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from decimal import Decimal
import math
from typing import Any, Self

from mashumaro import DataClassDictMixin
from mashumaro.config import BaseConfig, SerializationStrategyDict
from mashumaro.exceptions import InvalidFieldValue, MissingField

from .errors import NomosResponseError


def _read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a string")
    # JSON can hold halves of characters, which nothing can be done with or kept.
    value.encode()
    return value


def as_text(value: object) -> str | None:
    """Return what is a text, None where it is none."""
    try:
        return _read_text(value)
    except TypeError, ValueError:
        return None


def _read_number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("not a number")
    if not math.isfinite(value):
        raise ValueError("not a finite number")
    return float(value)


def _read_decimal(value: Any) -> Decimal:
    # The shortest text of a float is the text it was read from: no digit is lost.
    number = _read_number(value)
    return Decimal(value if isinstance(value, int) else repr(number))


_EARLIEST = datetime(MINYEAR + 1, 1, 1, tzinfo=UTC)
_LATEST = datetime(MAXYEAR, 1, 1, tzinfo=UTC)
"""Beyond these there are moments that not every local time can tell of."""


def _read_time(value: Any) -> datetime:
    moment = datetime.fromisoformat(_read_text(value))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(_EARLIEST, min(moment.astimezone(UTC), _LATEST))


def _read_open_time(value: Any) -> datetime | None:
    """Read a moment that may be open, which many systems write as the end of time."""
    if datetime.fromisoformat(_read_text(value)).year in (MINYEAR, MAXYEAR):
        return None
    return _read_time(value)


_STRATEGY: dict[Any, SerializationStrategyDict] = {
    str: {"deserialize": _read_text},
    float: {"deserialize": _read_number},
    Decimal: {"deserialize": _read_decimal, "serialize": float},
    datetime: {"deserialize": _read_time, "serialize": datetime.isoformat},
    datetime | None: {
        "deserialize": _read_open_time,
        "serialize": datetime.isoformat,
    },
}


class Model(DataClassDictMixin):
    """A part of an answer, checked on reading."""

    class Config(BaseConfig):
        """Refuse wrong types instead of converting them."""

        serialization_strategy = _STRATEGY

    @classmethod
    def read(cls, answer: object) -> Self:
        """Read a JSON object.

        Raises:
            NomosResponseError: It is no object, or a field is missing or mistyped.
        """
        if not isinstance(answer, dict):
            raise NomosResponseError(f"no object where a {cls.__name__} belongs")
        try:
            return cls.from_dict(answer)
        except (MissingField, InvalidFieldValue) as err:
            # The cause is cut off, because it repeats the value, which may be personal.
            raise NomosResponseError(
                f"{cls.__name__}.{err.field_name} is missing or mistyped"
            ) from None


@dataclass(frozen=True, kw_only=True)
class Address(Model):
    """Where the electricity is delivered."""

    street: str
    house_number: str
    zip: str
    city: str


@dataclass(frozen=True, kw_only=True)
class Meter(Model):
    """The meter of a subscription.

    Attributes:
        type: `smart` or `analog`.
    """

    type: str


@dataclass(frozen=True, kw_only=True)
class SubscriptionSummary(Model):
    """A subscription as lists show it, where everything around it is an id only.

    Attributes:
        number: The contract number people know, None where there is none.
        status: `pending` before supply starts, `active`, or `ended`.
        type: `consumption` or `feed_in`; API versions before curie know no other than
            consumption and do not name it.
        start_at: When supply began or will begin, if known.
        terminated_at: When notice was given, None where it was not.
        end_at: When supply ended or will end, None where that is open.
    """

    id: str
    status: str
    plan: str
    number: str | None = None
    type: str = "consumption"
    start_at: datetime | None = None
    terminated_at: datetime | None = None
    end_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Subscription(SubscriptionSummary):
    """One subscription in full."""

    address: Address
    meter: Meter


@dataclass(frozen=True, kw_only=True)
class Plan(Model):
    """What a subscription was sold as.

    Attributes:
        slug: Names the brand's customer portal, https://SLUG.customerportal.energy.
    """

    id: str
    name: str
    slug: str


@dataclass(frozen=True, kw_only=True)
class MeterOrder(Model):
    """The order of a smart meter, as either API version tells it.

    Attributes:
        subscription: Id of the subscription it belongs to.
        status: One of edison's fourteen words or of curie's eight.
        provider: The metering operator (wMSB) that installs and runs the meter.
        blocked_at: Set while the order is blocked (curie only).
        appointment_at: The agreed installation (curie only).
    """

    id: str
    subscription: str
    status: str
    created_at: datetime
    provider: str | None = None
    appointment_at: datetime | None = None
    installed_at: datetime | None = None
    activated_at: datetime | None = None
    blocked_at: datetime | None = None
    blocked_reason: str | None = None
    cancelled_at: datetime | None = None
    cancelled_reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class GridFeeReduction(Model):
    """A module of section 14a EnWG that a subscription has, had or shall have.

    Attributes:
        type: `enwg-14a-module-1`, `-2` or `-3`.
        status: `intended`, `ordered`, `activated`, `rejected` or `ended`.
        valid_from: From when it holds, if known.
        valid_until: Until when it holds, if known.
    """

    id: str
    subscription: str
    type: str
    status: str
    created_at: datetime
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class MeterReading(Model):
    """What a meter showed.

    Attributes:
        value: Cumulative, in kWh.
        timestamp: Of the reading; the API moves it to the start of the local day.
        type: `customer_report`, `grid_reading` or `grid_estimation`.
    """

    id: str
    subscription: str
    value: Decimal
    timestamp: datetime
    type: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class PriceComponent(Model):
    """A part of a price.

    Attributes:
        type: `electricity`, `grid` or `levies`.
        amount: In the unit of the answer; None where it is not available.
    """

    type: str
    amount: Decimal | None


@dataclass(frozen=True, kw_only=True)
class PriceItem(Model):
    """The price from a moment on.

    Attributes:
        amount: All-in, in the unit of the answer; None where it is not available.
    """

    timestamp: datetime
    amount: Decimal | None
    components: tuple[PriceComponent, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Prices(Model):
    """The prices of a subscription in a period.

    Attributes:
        unit: What amounts are in, such as `ct/kWh`.
        resolution: `15min` or `hourly`.
        items: In any order; None while the subscription is not active.
    """

    subscription: str
    unit: str
    currency: str
    resolution: str
    items: tuple[PriceItem, ...] | None


@dataclass(frozen=True, kw_only=True)
class Page[ModelT: Model]:
    """One page of a list, newest first.

    Attributes:
        next_page: Cursor of the next page, None on the last one.
    """

    items: tuple[ModelT, ...]
    next_page: str | None

    @classmethod
    def read(
        cls,
        model: type[ModelT],
        answer: object,
        where: Mapping[str, str] | None = None,
    ) -> Self:
        """Read a list answer of the given model.

        Args:
            model: What the items are.
            answer: The JSON of the answer.
            where: Fields by which items are picked; the others are not even read.

        Raises:
            NomosResponseError: It is no list answer, or one of the picked items is
                malformed.
        """
        if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
            raise NomosResponseError(f"no list of {model.__name__}")
        return cls(
            items=tuple(
                model.read(item)
                for item in answer["items"]
                if not _is_another(item, where or {})
            ),
            next_page=_next_page(answer),
        )


def _is_another(item: object, where: Mapping[str, str]) -> bool:
    """Tell whether an item is surely not among the wanted ones."""
    return isinstance(item, dict) and any(
        isinstance(item.get(name), str) and item[name] != value
        for name, value in where.items()
    )


def _next_page(answer: Mapping[str, Any]) -> str | None:
    """Return the cursor of the next page; `has_more` is optional beside it."""
    cursor, has_more = answer.get("next_page"), answer.get("has_more")
    if has_more is False or (not cursor and not has_more):
        return None
    if not (text := as_text(cursor)):
        raise NomosResponseError("there are more pages, but not how to get them")
    return text


@dataclass(frozen=True, kw_only=True)
class Token(Model):
    """An access token.

    Attributes:
        expires_in: Seconds it lasts from the moment it was answered.
        scope: What it allows, such as `read:* write:*`; None or empty where not told.
        refresh_token: What the next one is had with, once; None where not told.
    """

    access_token: str = field(repr=False)
    expires_in: float
    scope: str | None = None
    refresh_token: str | None = field(default=None, repr=False)

    def allows(self, action: str) -> bool:
        """Tell whether it may `read` or `write`.

        A scope that is not told, or of another kind, is left to the API to judge.
        """
        granted = {scope.partition(":")[0] for scope in (self.scope or "").split()}
        return not granted or not granted <= {"read", "write"} or action in granted
