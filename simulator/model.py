"""The things a Nomos customer has, without any version's notation."""

from dataclasses import dataclass, field
from datetime import datetime

from yarl import URL

from .fields import FieldError
from .identifiers import new_id
from .versions import CURIE


@dataclass(kw_only=True)
class Plan:
    """A tariff; `products` says what can be ordered with it."""

    id: str
    name: str
    slug: str
    description: str
    price: float
    created_at: datetime
    type: str = "consumption"
    status: str = "active"
    products: list[str] = field(default_factory=list)
    metering_provider: str = "energy-metering"


@dataclass(kw_only=True)
class Customer:
    """A person, or a company where `company_name` is set."""

    id: str
    first_name: str
    last_name: str
    email: str
    iban: str
    created_at: datetime
    company_name: str | None = None
    vat_id: str | None = None


@dataclass(kw_only=True)
class Address:
    """Where the power is delivered and the bill is sent."""

    street: str
    house_number: str
    zip: str
    city: str


@dataclass(kw_only=True)
class Meter:
    """The meter of a subscription, analog or smart."""

    number: str
    type: str
    melo: str | None = None
    malo: str | None = None


@dataclass(kw_only=True)
class Subscription:
    """A contract of a customer for one address and meter.

    `variable_grid_fee` says that §14a EnWG module 3 applies.
    """

    id: str
    customer: str
    plan: str
    address: Address
    meter: Meter
    created_at: datetime
    updated_at: datetime
    number: str | None = None
    type: str = "consumption"
    status: str = "active"
    estimated_usage: float = 2500
    variable_grid_fee: bool = False
    supplier: str | None = None
    start_at: datetime | None = None
    terminated_at: datetime | None = None
    end_at: datetime | None = None


@dataclass(kw_only=True)
class Credential:
    """What a client signs in with; without a customer it sees everything."""

    client_id: str
    client_secret: str
    scope: str = "read:* write:*"
    customer: str | None = None
    version: str = CURIE


@dataclass(frozen=True, kw_only=True)
class WebhookEndpoint:
    """Where events are delivered; what is not automatic is sent on demand only."""

    url: str
    secret: str
    id: str = field(default_factory=lambda: new_id("whk"))
    automatic: bool = True

    def __post_init__(self) -> None:
        """Refuse what nothing can be delivered to."""
        try:
            url = URL(self.url)
            self.secret.encode()
        except ValueError as err:
            raise FieldError(f"WebhookEndpoint: {err}") from err
        if url.scheme not in {"http", "https"} or not url.host:
            raise FieldError("WebhookEndpoint.url: expected http:// or https://")
