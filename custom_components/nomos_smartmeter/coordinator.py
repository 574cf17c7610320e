"""The daily question to Nomos: subscription and meter order."""

from abc import abstractmethod
import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
import random
from typing import TYPE_CHECKING, override
from zlib import crc32

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .const import ANSWER_STANDS, LOGGER, POLL_INTERVAL
from .contract import Contract, async_fetch_contract, async_with_details
from .errors import translation_of
from .nomos import (
    REQUEST_TIMEOUT,
    NomosAuthenticationError,
    NomosClient,
    NomosConnectionError,
    NomosError,
)
from .store import AnswerStore, LastAnswer
from .tariff.local_time import HOUR
from .tariff.prices import PriceOutlook, PriceSeries

if TYPE_CHECKING:
    from .load_coordinator import Loads
    from .price_coordinator import PriceCoordinator
    from .push import Push

type NomosConfigEntry = ConfigEntry[NomosData]


@dataclass(frozen=True)
class NomosData:
    """What a config entry works with.

    Attributes:
        device_id: The device of the contract, which those of its loads hang on.
    """

    meter_order: MeterOrderCoordinator
    prices: PriceCoordinator
    loads: Loads
    push: Push
    device_id: str


class NomosCoordinator[DataT, ViewT](DataUpdateCoordinator[DataT]):
    """What the entities of a contract hang on."""

    config_entry: NomosConfigEntry

    @property
    @abstractmethod
    def contract(self) -> Contract:
        """Return the contract it is about, as far as it is known."""

    @property
    @abstractmethod
    def stands(self) -> bool:
        """Tell whether what is known may be shown."""

    @property
    @abstractmethod
    def view(self) -> ViewT:
        """Return what is known, as the entities read it."""


class MeterOrderCoordinator(NomosCoordinator[Contract, Contract]):
    """Polls a contract once a day and lets its last answer stand for three days.

    Attributes:
        last_success: When Nomos last answered (UTC), None before the first time.
    """

    def __init__(
        self, hass: HomeAssistant, entry: NomosConfigEntry, client: NomosClient
    ) -> None:
        """Prepare to poll the subscription that the entry stands for."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"meter order ({entry.entry_id})",
            always_update=False,
        )
        self.client = client
        self.last_success: datetime | None = None
        self._store = AnswerStore(hass, entry.entry_id)
        self._unsub_expiry: Callable[[], None] | None = None
        self._told_to_wait_until: datetime | None = None
        self._revived = False
        self._unknown_words: set[str] = set()

    async def async_start(self, prices: PriceSeries) -> None:
        """Poll for the first time.

        Where the stored answer still stands, or prices are known of the contract, it is
        enough to go on with, should Nomos not answer.

        Args:
            prices: The prices that are known.

        Raises:
            ConfigEntryNotReady: There is neither a stored answer nor a new one.
            ConfigEntryAuthFailed: So it is, because the credentials are refused.
        """
        if answer := await self._store.async_load():
            now = dt_util.utcnow()
            self.data = answer.contract
            self._set_last_success(min(answer.at, now))
            is_known = self.stands or PriceOutlook(prices, now).is_known
            if is_known or self.config_entry.subentries:
                # What is known is shown at once, also while Nomos is slow to answer.
                # Loads go on with their fallback, however long it has been silent.
                self.config_entry.async_create_task(
                    self.hass, self.async_refresh(), f"{self.name} first poll"
                )
                return
        await self.async_config_entry_first_refresh()

    @property
    @override
    def contract(self) -> Contract:
        """Return the last known answer, old as it may be."""
        return self.data

    @property
    @override
    def stands(self) -> bool:
        """Tell whether the last answer is young enough to be believed."""
        return (
            self.last_success is not None
            and dt_util.utcnow() < self.last_success + ANSWER_STANDS
        )

    @property
    @override
    def view(self) -> Contract:
        """Return the last known answer."""
        return self.data

    async def async_take(self, contract: Contract) -> None:
        """Take what Nomos has answered to a change, and look what else there is.

        It is known then even if the next answer does not come.
        """
        # The rest of the contract is as old as it was.
        assert self.last_success is not None
        self.async_set_updated_data(contract)
        await self._store.async_save(
            LastAnswer(contract=contract, at=self.last_success)
        )
        await self.async_refresh()

    async def async_poll_anew(self) -> None:
        """Poll at once, but not before ten seconds after the last request for it.

        A poll that is under way may have asked before what is to be seen was there.
        Home Assistant would take it for an answer nevertheless, so it is waited for.
        Where Nomos has asked for a pause, its end is waited for, too.
        """
        async with self._debounced_refresh.async_lock():
            pass
        until = self._told_to_wait_until
        if until and dt_util.utcnow() < until:
            self.async_poll_after(timedelta())
        else:
            await self.async_request_refresh()

    @callback
    def async_poll_after(self, pause: timedelta) -> None:
        """Poll after a pause, or when Nomos wants to be asked again if that is later."""
        now = dt_util.utcnow()
        self.update_interval = max(pause, (self._told_to_wait_until or now) - now)
        self._schedule_refresh()

    @override
    async def async_shutdown(self) -> None:
        """Stop polling."""
        await super().async_shutdown()
        self._stop_expiry()

    @override
    async def _async_update_data(self) -> Contract:
        """Ask Nomos; for the order it must not take longer than one request may."""
        self.update_interval = HOUR * random.uniform(0.5, 0.9)
        before = self.data
        try:
            contract = await in_time(self._async_fetch())
            contract = await async_with_details(self.client, contract, self._known)
        except NomosError as err:
            if self._shutdown_requested:
                return self.data
            # It lengthens the pause, and cannot shorten it to a storm of polls.
            pause = pause_after(err, HOUR)
            self.update_interval = max(self.update_interval, pause)
            self._told_to_wait_until = dt_util.utcnow() + pause
            raise _poll_error(err) from err
        if self._shutdown_requested:
            # Unloaded, and perhaps removed, meanwhile: nothing may be left behind.
            return contract
        if self.data is not before:
            # Something was ordered meanwhile, which this answer may not know of yet.
            return self.data
        self.update_interval = self._time_to_next_poll()
        self._told_to_wait_until = None
        now = dt_util.utcnow()
        self._set_last_success(now)
        await self._store.async_save(LastAnswer(contract=contract, at=now))
        self._warn_of_unknown_status(contract)
        self.end_reauthentication()
        return contract

    @override
    @callback
    def _async_refresh_finished(self) -> None:
        """Go on polling after a refusal, which may have been a fault of the API's.

        And tell the entities of an answer that is as the last one, but stands again.
        """
        if self._revived:
            self._revived = False
            self.async_update_listeners()
        if (
            isinstance(self.last_exception, ConfigEntryAuthFailed)
            and not self.last_update_success
            and self._listeners
            and not self.hass.is_stopping
        ):
            self._schedule_refresh()

    async def _async_fetch(self) -> Contract:
        subscription_id = self.config_entry.unique_id
        assert subscription_id is not None
        return await async_fetch_contract(self.client, subscription_id, self._known)

    @property
    def _known(self) -> Contract | None:
        """Return the last answer as long as it stands, which saves asking for things."""
        return self.data if self.stands else None

    def _time_to_next_poll(self) -> timedelta:
        """Return the time to the next poll, at the entry's own time of day (UTC)."""
        now = dt_util.utcnow()
        day = POLL_INTERVAL.total_seconds()
        time_of_day = crc32(self.config_entry.entry_id.encode()) % day
        wait = timedelta(seconds=(time_of_day - now.timestamp()) % day)
        return wait if wait > HOUR else wait + POLL_INTERVAL

    @callback
    def _set_last_success(self, at: datetime) -> None:
        """Remember it, and let the entities know when it has become too old."""

        @callback
        def _expired(_now: datetime) -> None:
            self._unsub_expiry = None
            self.async_update_listeners()

        self._revived = not self.stands
        self.last_success = at
        self._stop_expiry()
        self._unsub_expiry = async_track_point_in_utc_time(
            self.hass, _expired, at + ANSWER_STANDS
        )

    @callback
    def _stop_expiry(self) -> None:
        if self._unsub_expiry:
            self._unsub_expiry()
            self._unsub_expiry = None

    @callback
    def _warn_of_unknown_status(self, contract: Contract) -> None:
        state = contract.order_state
        if state is None or state.status or state.api_status in self._unknown_words:
            return
        self._unknown_words.add(state.api_status)
        LOGGER.warning(
            "Nomos reports a meter order status that is not known here: %r",
            state.api_status,
        )

    @callback
    def end_reauthentication(self) -> None:
        """Take back the request for new credentials: the ones we have are good."""
        for flow in self.config_entry.async_get_active_flows(
            self.hass, {SOURCE_REAUTH}
        ):
            self.hass.config_entries.flow.async_abort(flow["flow_id"])


async def in_time[AnswerT](answer: Awaitable[AnswerT]) -> AnswerT:
    """Wait for an answer, in all no longer than one request may take.

    Raises:
        NomosConnectionError: It takes longer.
    """
    try:
        async with asyncio.timeout(REQUEST_TIMEOUT):
            return await answer
    except TimeoutError as err:
        raise NomosConnectionError("too slow") from err


def pause_after(err: NomosError, longest: timedelta) -> timedelta:
    """Return how long Nomos wants to be left alone after a failure, within reason."""
    if isinstance(err, NomosAuthenticationError):
        return longest
    return timedelta(seconds=min(err.retry_after or 0, longest.total_seconds()))


def _poll_error(err: NomosError) -> HomeAssistantError:
    """Return what a failed poll is told as."""
    if isinstance(err, NomosAuthenticationError):
        return ConfigEntryAuthFailed(**translation_of(err))
    return UpdateFailed(**translation_of(err))
