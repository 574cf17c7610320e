"""The prices: asked of Nomos until they are known, told from memory ever after."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
import random
from typing import override
from zlib import crc32

from homeassistant.core import HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .const import CONF_PREVIEW_PRICES, LOGGER, PRICES_KEPT
from .contract import Contract
from .coordinator import (
    MeterOrderCoordinator,
    NomosConfigEntry,
    NomosCoordinator,
    in_time,
    pause_after,
)
from .nomos import NomosAuthenticationError, NomosError
from .prices import async_fetch_prices
from .publication import SPREAD, may_be_published, next_look
from .store import PriceStore
from .tariff.local_time import (
    DAY,
    QUARTER,
    local_day,
    local_moment,
    start_of_quarter,
)
from .tariff.prices import PriceOutlook, PriceSeries

HALF_AN_HOUR = timedelta(minutes=30)


class PriceCoordinator(NomosCoordinator[PriceSeries, PriceOutlook]):
    """Knows the prices of a contract, and asks Nomos only for days that are missing.

    While Nomos is silent the known prices stand until they end. Which of them is paid
    now is told from memory, at the very start of each quarter-hour.

    Attributes:
        last_failure: Why Nomos could not be asked last, None where it could.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: NomosConfigEntry,
        meter_order: MeterOrderCoordinator,
    ) -> None:
        """Prepare to know the prices that are paid once the meter order allows it."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"prices ({entry.entry_id})",
            always_update=False,
        )
        self.data = PriceSeries()
        self.last_failure: NomosError | None = None
        self._meter_order = meter_order
        self._store = PriceStore(hass, entry.entry_id)
        self._spread = timedelta(
            seconds=crc32(entry.entry_id.encode()) % SPREAD.seconds
        )
        self._unsub_quarter: Callable[[], None] | None = None
        self._unsub_look: Callable[[], None] | None = None
        self._look_at: datetime | None = None
        self._past = asyncio.Lock()
        self._past_failure: tuple[NomosError, datetime] | None = None
        self._asked_for: set[date] = set()
        self._was_shown = False
        self._ran_out = False

    async def async_load(self) -> None:
        """Take the prices that are stored, as far as they can be known today."""
        if stored := await self._store.async_load():
            today = local_day(dt_util.utcnow())
            self.data = stored.between(
                local_moment(today - PRICES_KEPT), local_moment(today + 2 * DAY)
            )

    async def async_start(self) -> None:
        """Ask for what is missing, and go with the time and the contract from now on."""
        self.config_entry.async_on_unload(
            self._meter_order.async_add_listener(self._contract_changed)
        )
        self._was_shown = self.is_shown
        if self.stands:
            # What is known is shown at once, also while Nomos is slow to answer.
            self._look()
        else:
            await self._async_look()
        self._follow_clock()

    @property
    def is_shown(self) -> bool:
        """Tell whether the prices are what is paid, or wanted before they are."""
        return self.contract.is_supplied and (
            self.contract.dynamic_pricing.active
            or self.config_entry.options.get(CONF_PREVIEW_PRICES) is True
        )

    @property
    def paid(self) -> PriceSeries | None:
        """Return the known prices, None while they are not what is paid."""
        contract = self.contract
        if contract.is_supplied and contract.dynamic_pricing.active:
            return self.data
        return None

    @property
    @override
    def contract(self) -> Contract:
        """Return the contract, old as the answer may be."""
        return self._meter_order.data

    @property
    @override
    def stands(self) -> bool:
        """Tell whether there is any price from now on that may be shown."""
        return self.is_shown and self.view.is_known

    @property
    @override
    def view(self) -> PriceOutlook:
        """Return the prices as seen from now."""
        return PriceOutlook(self.data, dt_util.utcnow())

    async def async_prices_between(
        self, start: datetime, end: datetime | None
    ) -> PriceSeries:
        """Return all prices; missing ones of past days in a period are asked for.

        Raises:
            NomosError: They cannot be had.
        """
        first, last = local_day(start), local_day(dt_util.utcnow()) - DAY
        if end is not None:
            last = min(last, local_day(end - timedelta.resolution))
        days = [first + DAY * n for n in range((last - first).days + 1)]
        async with self._past:
            days = [day for day in days if day not in self._asked_for]
            if not (missing := self._missing(days)):
                return self.data
            now = dt_util.utcnow()
            if self._past_failure and now < self._past_failure[1]:
                raise self._past_failure[0].with_traceback(None)
            try:
                series = await self._async_ask(missing)
            except NomosError as err:
                pause = max(pause_after(err, HALF_AN_HOUR), SPREAD)
                self._past_failure = err, now + pause
                raise
            self._past_failure = None
            self._asked_for.update(missing)
            return series

    @override
    async def async_shutdown(self) -> None:
        """Stop the clock."""
        await super().async_shutdown()
        self._stop_quarters()
        self._stop_looking()

    @override
    async def _async_update_data(self) -> PriceSeries:
        """Ask Nomos for the prices of today and tomorrow, if they are missing."""
        now = dt_util.utcnow()
        today = local_day(now)
        days = [today, today + DAY] if may_be_published(now) else [today]
        if not (missing := self._missing(days)):
            return self.data
        # Days that are dropped here may be asked for again.
        self.data = self.data.between(local_moment(today - PRICES_KEPT))
        self._asked_for.clear()
        try:
            await self._async_ask(missing)
        except NomosError as err:
            LOGGER.debug("There is no answer with %s: %s", self.name, err)
            self.last_failure = err
        else:
            self.last_failure = None
        return self.data

    def _missing(self, days: Iterable[date]) -> list[date]:
        """Return those of the days that are not known, if there are to be prices."""
        if not self.is_shown:
            return []
        return [day for day in days if not self.data.on(day).known]

    async def _async_ask(self, days: Sequence[date]) -> PriceSeries:
        """Ask Nomos for the prices of some days, keep them, and return all."""
        subscription = self.contract.subscription.id
        client = self._meter_order.client
        try:
            fetched = await in_time(async_fetch_prices(client, subscription, days))
        except NomosAuthenticationError:
            if not self._shutdown_requested:
                self.config_entry.async_start_reauth_if_available(self.hass)
            raise
        series = self.data.merge(fetched)
        if self._shutdown_requested:
            # Unloaded, and perhaps removed, meanwhile: nothing may be left behind.
            return series
        self._meter_order.end_reauthentication()
        if series != self.data:
            self.data = series
            await self._store.async_save(series)
        return series

    async def _async_look(self) -> None:
        """Ask for what is missing, and note when to look again."""
        await self.async_refresh()
        self._stop_looking()
        if (
            self._shutdown_requested
            or not self.is_shown
            or self.config_entry.pref_disable_polling
        ):
            return
        now = dt_util.utcnow()
        tomorrow_known = self.data.on(local_day(now) + DAY).known
        at = next_look(now, self._spread, tomorrow_known=tomorrow_known)
        if not self.view.today.known:
            at = min(at, now + HALF_AN_HOUR * random.uniform(0.7, 1))
        if self.last_failure:
            at = max(at, now + pause_after(self.last_failure, HALF_AN_HOUR))
        self._look_at = at
        self._unsub_look = self._at(at, self._look)

    @callback
    def _look(self, _now: datetime | None = None) -> None:
        self._stop_looking()
        self.config_entry.async_create_background_task(
            self.hass, self._async_look(), f"{self.name} look"
        )

    @callback
    def _start_quarter(self, _now: datetime) -> None:
        # While a machine sleeps its timers do not count on.
        if self._look_at and self._look_at <= dt_util.utcnow():
            self._look()
        self._tell_if_run_out()
        self._follow_clock()

    @callback
    def _follow_clock(self) -> None:
        """Show what holds now, and again at the start of each quarter-hour."""
        self._stop_quarters()
        if self.is_shown:
            at = start_of_quarter(dt_util.utcnow()) + QUARTER
            self._unsub_quarter = self._at(at, self._start_quarter)
        self.async_update_listeners()

    @callback
    def _contract_changed(self) -> None:
        """Begin or end with prices where the contract does."""
        if self.is_shown != self._was_shown:
            self._was_shown = self.is_shown
            self._follow_clock()
            self._look()
        else:
            # Whether the shown prices are what is paid may be another matter now.
            self.async_update_listeners()

    @override
    @callback
    def _async_refresh_finished(self) -> None:
        self._tell_if_run_out()

    @callback
    def _tell_if_run_out(self) -> None:
        """Log once that no price is known from now on, and once that there is one."""
        ran_out = self.is_shown and not self.stands
        if ran_out and not self._ran_out:
            LOGGER.warning(
                "No %s are known from now on: %s",
                self.name,
                self.last_failure or "Nomos does not have any",
            )
        elif self._ran_out and self.stands:
            LOGGER.info("There are %s again", self.name)
        self._ran_out = ran_out

    def _at(
        self, moment: datetime, action: Callable[[datetime], None]
    ) -> Callable[[], None]:
        job = HassJob(action, self.name, cancel_on_shutdown=True)
        return async_track_point_in_utc_time(self.hass, job, moment)

    @callback
    def _stop_quarters(self) -> None:
        if self._unsub_quarter:
            self._unsub_quarter()
            self._unsub_quarter = None

    @callback
    def _stop_looking(self) -> None:
        self._look_at = None
        if self._unsub_look:
            self._unsub_look()
            self._unsub_look = None
