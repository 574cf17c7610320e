"""The Nomos API, one method per endpoint."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from http import HTTPMethod
import re
from time import monotonic
from typing import Any

import aiohttp

from .auth import Authentication
from .errors import (
    NomosAuthenticationError,
    NomosError,
    NomosNotFoundError,
    NomosPermissionError,
    NomosResponseError,
)
from .models import (
    GridFeeReduction,
    MeterOrder,
    MeterReading,
    Page,
    Plan,
    Prices,
    Subscription,
    SubscriptionSummary,
    Token,
)
from .transport import PRODUCTION_URL, Transport

PAGE_SIZE = 100
"""The most items that the API puts on a page."""

SCOPE_STANDS = 600.0
"""Seconds for which the scope of a token is taken as what is granted at the moment."""


class NomosClient:
    """Reads what the credentials may see, and orders what they may change.

    Every method raises a kind of `NomosError`: it cannot be reached, it refuses the
    credentials, a scope is missing, the thing is unknown, too many requests were sent,
    or the answer cannot be understood.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        authentication: Authentication,
        base_url: str = PRODUCTION_URL,
    ) -> None:
        """Use a session that somebody else opens and closes.

        Raises:
            ValueError: The address is not HTTPS, nor HTTP on loopback.
        """
        self._transport = Transport(session, base_url)
        self._authentication = authentication
        self._token: Token | None = None
        self._token_since = 0.0

    @property
    def api_version(self) -> str:
        """The API version in use."""
        return self._transport.api_version

    async def subscriptions(
        self, *, cursor: str | None = None
    ) -> Page[SubscriptionSummary]:
        """Return a page of up to 100 subscriptions, newest first."""
        return Page.read(SubscriptionSummary, await self._list("subscriptions", cursor))

    async def subscription(self, subscription_id: str) -> Subscription:
        """Return one subscription."""
        return await self._get(Subscription, "subscriptions", subscription_id)

    async def plan(self, plan_id: str) -> Plan:
        """Return one plan."""
        return await self._get(Plan, "plans", plan_id)

    async def meter_orders(
        self, *, subscription: str | None = None, cursor: str | None = None
    ) -> Page[MeterOrder]:
        """Return a page of up to 100 meter orders, newest first.

        Only orders of the subscription are returned, if one is given, also where the
        API ignores the filter, as it does without a word with one that it does not
        know. Then a page can be empty and yet have a next one.
        """
        return await self._page(MeterOrder, "meter-orders", subscription, cursor)

    async def meter_order(self, order_id: str) -> MeterOrder:
        """Return one meter order."""
        return await self._get(MeterOrder, "meter-orders", order_id)

    async def prices(self, subscription_id: str, start: date, end: date) -> Prices:
        """Return the prices of a subscription.

        For feeding in they are what is paid out.

        Args:
            subscription_id: Which one.
            start: The first day, in local time (Europe/Berlin).
            end: The last day, inclusive.
        """
        path = f"{_item_path('subscriptions', subscription_id)}/prices"
        period = {"start": start.isoformat(), "end": end.isoformat()}
        prices = Prices.read(await self._read(path, period))
        if prices.subscription != subscription_id:
            raise NomosResponseError("prices of another subscription than asked for")
        return prices

    async def may_write(self) -> bool:
        """Tell whether the credentials may do more than read.

        Where the token does not say so and is not quite new, another one is had, which
        may have been granted more.
        """
        return (await self._token_for("write")).allows("write")

    async def place_meter_order(self, subscription_id: str) -> MeterOrder:
        """Order the smart meter of a subscription, which can have one order, ever.

        As every request that changes something, it is sent once. Where the error says
        that its `outcome_unknown`, the order may exist: look before trying again.
        """
        answer = await self._write("meter-orders", {"subscription": subscription_id})
        return _own(MeterOrder.read(answer), subscription_id)

    async def grid_fee_reductions(
        self, *, subscription: str, cursor: str | None = None
    ) -> Page[GridFeeReduction]:
        """Return a page of up to 100 modules of section 14a EnWG, newest first."""
        return await self._page(
            GridFeeReduction, "grid-fee-reductions", subscription, cursor
        )

    async def order_grid_fee_reduction(
        self, subscription_id: str, module: int
    ) -> GridFeeReduction:
        """Order module 1, 2 or 3 of section 14a EnWG, which changes the contract."""
        wanted = {
            "subscription": subscription_id,
            "type": f"enwg-14a-module-{module}",
        }
        answer = await self._write("grid-fee-reductions", wanted)
        return _own(GridFeeReduction.read(answer), subscription_id)

    async def meter_readings(
        self, *, subscription: str, cursor: str | None = None
    ) -> Page[MeterReading]:
        """Return a page of up to 100 readings of the meter, newest first."""
        return await self._page(MeterReading, "meter-readings", subscription, cursor)

    async def submit_meter_reading(
        self, subscription_id: str, value: Decimal, at: datetime
    ) -> MeterReading:
        """Tell what an analog meter showed.

        Args:
            subscription_id: Of which subscription.
            value: Cumulative, in kWh, above zero.
            at: When it did (aware).
        """
        reading = {
            "subscription": subscription_id,
            "value": float(value),
            "timestamp": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        }
        answer = await self._write("meter-readings", reading)
        return _own(MeterReading.read(answer), subscription_id)

    async def _page[ItemT: (MeterOrder, GridFeeReduction, MeterReading)](
        self,
        model: type[ItemT],
        path: str,
        subscription: str | None,
        cursor: str | None,
    ) -> Page[ItemT]:
        if subscription is None:
            return Page.read(model, await self._list(path, cursor))
        answer = await self._list(
            path, cursor, {"filter[subscription][eq]": subscription}
        )
        return Page.read(model, answer, where={"subscription": subscription})

    async def _list(
        self, path: str, cursor: str | None, filters: Mapping[str, str] | None = None
    ) -> Any:
        params = {"limit": str(PAGE_SIZE), **(filters or {})}
        if cursor is not None:
            params["cursor"] = cursor
        return await self._read(path, params)

    async def _get[ItemT: (Subscription, Plan, MeterOrder)](
        self, model: type[ItemT], collection: str, item_id: str
    ) -> ItemT:
        item = model.read(await self._read(_item_path(collection, item_id)))
        if item.id != item_id:
            raise NomosResponseError(f"another {model.__name__} than asked for")
        return item

    async def _read(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        return await self._request("read", HTTPMethod.GET, path, params=params)

    async def _write(self, path: str, json: Mapping[str, Any]) -> Any:
        return await self._request("write", HTTPMethod.POST, path, json=json, once=True)

    async def _request(
        self, action: str, method: HTTPMethod, path: str, **options: Any
    ) -> Any:
        """Ask with the token in use, and once more with a new one if it is refused.

        A refused token has changed nothing, so that holds for what is sent once, too.
        """
        token = await self._token_for(action)
        try:
            return await self._request_with(token, action, method, path, **options)
        except NomosAuthenticationError:
            token = await self._usable_token(refused=token)
            return await self._request_with(token, action, method, path, **options)

    async def _token_for(self, action: str) -> Token:
        """Return the token in use, or a new one where an old one is of no use."""
        token = await self._usable_token()
        if token.allows(action) or monotonic() - self._token_since < SCOPE_STANDS:
            return token
        return await self._usable_token(refused=token)

    async def _usable_token(self, *, refused: Token | None = None) -> Token:
        try:
            token = await self._authentication.token(self._transport, refused=refused)
        except NomosError as err:
            # Whatever became of the token, what it was wanted for was not done.
            err.outcome_unknown = False
            raise
        if token is not self._token:
            self._token, self._token_since = token, monotonic()
        return token

    async def _request_with(
        self, token: Token, action: str, method: HTTPMethod, path: str, **options: Any
    ) -> Any:
        if not token.allows(action):
            raise NomosPermissionError(f"{action}:*")
        return await self._transport.request_json(
            method, path, authorization=f"Bearer {token.access_token}", **options
        )


def _own[ItemT: (MeterOrder, GridFeeReduction, MeterReading)](
    item: ItemT, subscription_id: str
) -> ItemT:
    """Return what was made, if it is of the subscription it was made for."""
    if item.subscription != subscription_id:
        raise NomosResponseError("it was made for another subscription")
    return item


def _item_path(collection: str, item_id: str) -> str:
    # An id may be typed by a person: what cannot be one is not put into an address.
    if not re.fullmatch(r"[\w-]+", item_id, re.ASCII):
        raise NomosNotFoundError
    return f"{collection}/{item_id}"
